import { describe, expect, it } from 'vitest'
import { implementationLimits } from '../limits.ts'
import type { EnvelopeId } from '../ids.ts'
import type { Flow } from './flow.ts'
import { hasElapsed, idleFlow, oldestSentAtMs, resendAfterMs, withinHour } from './flow.ts'

const now = 1_800_000_000_000

function flying(...sentAtMs: readonly number[]): Flow {
  const envelope = 'e'.repeat(32) as EnvelopeId
  return {
    ...idleFlow,
    inFlight: sentAtMs.map((at, order) => ({ order, envelope, event: null, sentAtMs: at, recorded: true })),
  }
}

describe('time in a flow', () => {
  it('has elapsed when it has, and when the clock was set back', () => {
    expect(hasElapsed(now, 10, now + 9)).toBe(false)
    expect(hasElapsed(now, 10, now + 10)).toBe(true)
    expect(hasElapsed(now, 10, now - 1)).toBe(true)
  })

  it('doubles before each resending, up to its end', () => {
    const { resendAfterMs: first, resendAfterMsMax: last } = implementationLimits
    const after = [0, 1, 2, 50].map((attempt) => resendAfterMs({ ...idleFlow, attempt }))
    expect(after).toEqual([first, 2 * first, 4 * first, last])
  })

  it('counts from the oldest frame', () => {
    expect(oldestSentAtMs(idleFlow)).toBeNull()
    expect(oldestSentAtMs(flying(now + 5, now, now + 9))).toBe(now)
  })

  it('remembers an hour, and no more than asked', () => {
    const hour = 3_600_000
    expect(withinHour([now - hour, now - hour + 1, now - 1], now, 9)).toEqual([now - hour + 1, now - 1])
    expect(withinHour([now - 3, now - 2, now - 1], now, 2)).toEqual([now - 2, now - 1])
  })
})
