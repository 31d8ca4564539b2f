import { describe, expect, it } from 'vitest'
import { clockTime, dayLabel, dayNumber, fullTime, sentenceTime, shortTime } from './time.ts'

const now = new Date(2026, 4, 14, 16, 42).getTime()
const at = (year: number, month: number, day: number, hour = 12): number => new Date(year, month, day, hour).getTime()

describe('any time', () => {
  it('is shown somehow, whatever clock wrote it', () => {
    for (const timeMs of [0, -1, 8_640_000_000_000_000, 8_640_000_000_000_001, Number.MAX_SAFE_INTEGER]) {
      for (const shown of [clockTime(timeMs), fullTime(timeMs), dayLabel(timeMs, now), shortTime(timeMs, now)]) {
        expect(shown).not.toBe('')
      }
      expect(sentenceTime(timeMs, now)).not.toBe('')
    }
  })
})

describe('days', () => {
  it('turn at local midnight, through a change of the clocks', () => {
    for (const [month, day] of [
      [2, 28],
      [2, 29],
      [9, 24],
      [9, 25],
    ] as const) {
      expect(dayNumber(at(2026, month, day + 1, 0)) - dayNumber(at(2026, month, day, 23))).toBe(1)
      expect(dayNumber(at(2026, month, day, 23))).toBe(dayNumber(at(2026, month, day, 0)))
    }
  })

  it('are named as one would say them', () => {
    expect(dayLabel(at(2026, 4, 14, 1), now)).toBe('Today')
    expect(dayLabel(at(2026, 4, 13, 23), now)).toBe('Yesterday')
    expect(dayLabel(at(2026, 4, 10), now)).toMatch(/^(?!Today|Yesterday)\p{L}+$/u)
    expect(dayLabel(at(2026, 0, 2), now)).not.toContain('2026')
    expect(dayLabel(at(2019, 0, 2), now)).toContain('2019')
  })

  it('of a clock that runs ahead are dates, not days to come', () => {
    expect(dayLabel(at(2036, 4, 14), now)).toContain('2036')
    expect(shortTime(at(2026, 4, 14, 18), now)).toMatch(/18|6/)
  })
})

describe('times', () => {
  it('are as short as they can be', () => {
    expect(shortTime(at(2026, 4, 14, 9), now)).toMatch(/0?9/)
    expect(shortTime(at(2026, 4, 13), now)).toBe('Yesterday')
    expect(shortTime(at(2026, 4, 9), now).length).toBeLessThan(5)
    expect(shortTime(at(2019, 0, 2), now)).toContain('19')
  })

  it('carry the day in a sentence unless it is today', () => {
    expect(sentenceTime(at(2026, 4, 13, 9), now)).toMatch(/^Yesterday, /)
    expect(sentenceTime(at(2026, 4, 14, 9), now)).not.toContain('2026')
    expect(sentenceTime(at(2025, 4, 14, 9), now)).toContain('2025')
  })
})
