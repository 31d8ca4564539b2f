import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import { startPulse } from './pulse.ts'

describe('startPulse', () => {
  it('beats once a second until stopped, and notices sleep and a changed clock, either way', async () => {
    const clock = new FakeClock()
    const seen: string[] = []
    const stop = startPulse(clock, { pulse: () => seen.push('pulse'), drifted: () => seen.push('drifted') })
    await clock.advance(3_000)
    expect(seen.splice(0)).toEqual(['pulse', 'pulse', 'pulse'])
    clock.jump(3_600_000)
    await clock.advance(2_000)
    expect(seen.splice(0)).toEqual(['drifted', 'pulse', 'pulse'])
    clock.jump(-10 * 365 * 86_400_000)
    await clock.advance(1_000)
    expect(seen.splice(0)).toEqual(['drifted', 'pulse'])
    stop()
    await clock.advance(10_000)
    expect(seen).toEqual([])
    expect(clock.timerCount).toBe(0)
  })
})
