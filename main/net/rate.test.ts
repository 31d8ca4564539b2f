import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import { Pace, Rate, Rates } from './rate.ts'

describe('Rate', () => {
  it('allows so many in any second', async () => {
    const clock = new FakeClock()
    const rate = new Rate(clock, 2)
    expect([rate.idle, rate.take()]).toEqual([true, true])
    await clock.advance(600)
    expect([rate.mayTake(), rate.take(), rate.mayTake(), rate.take()]).toEqual([true, true, false, false])
    await clock.advance(400)
    // The first is a second old; what was refused does not count.
    expect([rate.take(), rate.take()]).toEqual([true, false])
    await clock.advance(1_000)
    expect(rate.idle).toBe(true)
  })

  it('does not stay shut when the clock is set back', async () => {
    const clock = new FakeClock()
    const rate = new Rate(clock, 1)
    expect([rate.take(), rate.take()]).toEqual([true, false])
    clock.jump(-3_600_000)
    expect(rate.take()).toBe(true)
  })
})

describe('Pace', () => {
  it('has those wait who come too fast, and takes them in turn', async () => {
    const clock = new FakeClock()
    const pace = new Pace(clock, 2, 100)
    const done: number[] = []
    for (const number of [1, 2, 3, 4, 5]) void pace.turn().then(() => done.push(number))
    await clock.advance(0)
    expect(done).toEqual([1, 2])
    await clock.advance(1_100)
    expect(done).toEqual([1, 2, 3, 4])
    await clock.advance(1_100)
    expect(done).toEqual([1, 2, 3, 4, 5])
    expect(clock.timerCount).toBe(0)
  })
})

describe('Rates', () => {
  it('counts each key by itself, also while others come', async () => {
    const clock = new FakeClock()
    const rates = new Rates<string>(clock, 1)
    expect([rates.of('a').take(), rates.of('b').take(), rates.of('a').take()]).toEqual([true, true, false])
    await clock.advance(500)
    expect([rates.of('c').take(), rates.of('a').take()]).toEqual([true, false])
    await clock.advance(500)
    expect([rates.of('d').take(), rates.of('a').take(), rates.of('c').take()]).toEqual([true, true, false])
  })
})
