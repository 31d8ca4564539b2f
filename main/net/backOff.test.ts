import { describe, expect, it } from 'vitest'
import { backOffMs, jitterOf } from './backOff.ts'

const pace = { afterMs: 500, afterMsMax: 60_000 }

describe('backOffMs', () => {
  it('doubles up to the maximum, half of it jitter', () => {
    expect([0, 1, 2, 6, 7, 1_000_000].map((attempt) => backOffMs(pace, attempt, 1))).toEqual([
      500, 1_000, 2_000, 32_000, 60_000, 60_000,
    ])
    expect([0, 7].map((attempt) => backOffMs(pace, attempt, 0))).toEqual([250, 30_000])
  })
})

describe('jitterOf', () => {
  it('lies between 0 and 1', () => {
    const of = (byte: number): number => jitterOf({ bytes: (length) => new Uint8Array(length).fill(byte) })
    expect(of(0)).toBe(0)
    expect(of(255)).toBeGreaterThan(0.99)
    expect(of(255)).toBeLessThan(1)
  })
})
