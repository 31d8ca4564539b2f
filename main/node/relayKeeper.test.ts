import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import { quotaLimits } from '../core/limits.ts'
import type { RelayUse } from '../core/ports.ts'
import { RelayKeeper, relayUseIn } from './relayKeeper.ts'

const { relayUseWriteMs: minute, relayUseStepBytes: step } = quotaLimits

let clock: FakeClock
let use: RelayUse
let written: string[]
let keeper: RelayKeeper

beforeEach(() => {
  clock = new FakeClock(0)
  use = { day: 1, sizeBytes: 100, strangersBytes: 0 }
  written = []
  keeper = new RelayKeeper(
    clock,
    () => use,
    async (text) => void written.push(text),
  )
})

describe('the keeper of what a relay passed on', () => {
  it('writes once a minute when it grew by more than a little', async () => {
    keeper.start()
    await clock.advance(2 * minute)
    use = { ...use, sizeBytes: 100 + step - 1 }
    await clock.advance(minute)
    expect(written).toEqual([])
    use = { ...use, sizeBytes: 100 + step, strangersBytes: 7 }
    await clock.advance(2 * minute)
    expect(written).toEqual([`1 ${100 + step} 7`])
  })

  it('writes what is left when it stops, once, and nothing when it was never started', async () => {
    use = { ...use, sizeBytes: 101 }
    await keeper.stop()
    expect(written).toEqual([])
    keeper.start()
    await keeper.stop()
    await keeper.stop()
    expect(written).toEqual(['1 101 0'])
    expect(clock.timerCount).toBe(0)
    keeper.start()
    await keeper.stop()
    expect(written).toHaveLength(1)
  })

  it('begins anew with the day', async () => {
    keeper.start()
    use = { day: 2, sizeBytes: step, strangersBytes: 0 }
    await clock.advance(minute)
    expect(written).toEqual([`2 ${step} 0`])
  })
})

describe('what was written', () => {
  it('is read again, and is nothing when it cannot be', () => {
    expect(relayUseIn('20000 123 45')).toEqual({ day: 20_000, sizeBytes: 123, strangersBytes: 45 })
    const unreadable = [null, 5, true, '', '1 2', '1 2 3 4', '-1 2 3', '1 2 3\n', ' 1 2 3', `1 ${'9'.repeat(17)} 3`]
    expect(unreadable.map(relayUseIn)).toEqual(unreadable.map(() => null))
  })
})
