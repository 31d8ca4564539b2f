/** Dates and times in the reader's language. */
import { t } from './index.ts'

const dayMs = 86_400_000
/** The latest time that is a date (ECMA-262, "Time Values"). */
const timeMsMax = 100_000_000 * dayMs

function formatter(options: Intl.DateTimeFormatOptions): (timeMs: number) => string {
  let format: Intl.DateTimeFormat | undefined
  return (timeMs) => {
    format ??= new Intl.DateTimeFormat(undefined, options)
    // A time from outside must not be what stops a view from being shown.
    return format.format(Math.min(Math.max(timeMs, -timeMsMax), timeMsMax))
  }
}

/** 14:05, after the locale. */
export const clockTime = formatter({ hour: 'numeric', minute: '2-digit' })
const weekday = formatter({ weekday: 'long' })
const weekdayShort = formatter({ weekday: 'short' })
const dayMonth = formatter({ day: 'numeric', month: 'long' })
const dayMonthShort = formatter({ day: 'numeric', month: 'short' })
const dayMonthYear = formatter({ day: 'numeric', month: 'long', year: 'numeric' })
const numeric = formatter({ day: '2-digit', month: '2-digit', year: '2-digit' })
/** 3 May 2026, 14:05, with seconds where they matter. */
export const fullTime = formatter({ dateStyle: 'long', timeStyle: 'medium' })
export const dateAndTime = formatter({ dateStyle: 'medium', timeStyle: 'short' })

/** The local day as a number that grows by one at each midnight. */
export function dayNumber(timeMs: number): number {
  const date = new Date(timeMs)
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / dayMs)
}

/** For the line between two days. */
export function dayLabel(timeMs: number, nowMs: number): string {
  const days = dayNumber(nowMs) - dayNumber(timeMs)
  if (days === 0) return t('time.today')
  if (days === 1) return t('time.yesterday')
  if (days > 1 && days < 7) return weekday(timeMs)
  const sameYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear()
  return sameYear ? `${weekday(timeMs)}, ${dayMonth(timeMs)}` : dayMonthYear(timeMs)
}

/** For the list: as short as it can be. */
export function shortTime(timeMs: number, nowMs: number): string {
  const days = dayNumber(nowMs) - dayNumber(timeMs)
  if (days <= 0) return clockTime(timeMs)
  if (days === 1) return t('time.yesterday')
  if (days < 7) return weekdayShort(timeMs)
  const sameYear = new Date(timeMs).getFullYear() === new Date(nowMs).getFullYear()
  return sameYear ? dayMonthShort(timeMs) : numeric(timeMs)
}

/** For a sentence: the clock time today, else with the day. */
export function sentenceTime(timeMs: number, nowMs: number): string {
  const days = dayNumber(nowMs) - dayNumber(timeMs)
  if (days === 0) return clockTime(timeMs)
  if (days === 1) return `${t('time.yesterday')}, ${clockTime(timeMs)}`
  return dateAndTime(timeMs)
}
