/** The day of a time in UTC, as ISO 8601 writes it. The core has no Date. */
import { assert } from '../assert.ts'
import { durationsMs } from '../limits.ts'

/** `YYYY-MM-DD` of a time in milliseconds since 1970. Years 1970 to 9999. */
export function civilDate(timeMs: number): string {
  const day = Math.floor(timeMs / durationsMs.day)
  assert(day >= 0 && day < 2_932_897, 'date out of range')
  // Days since 0000-03-01, so that the leap day ends a year; years in eras of 400 (146,097 days).
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const leapDays = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096)
  const yearOfEra = Math.floor((dayOfEra - leapDays) / 365)
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(dayOfMonth).padStart(2, '0')].join('-')
}
