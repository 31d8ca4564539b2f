import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { networkLimits } from '../../core/limits.ts'
import { RoundTrip } from './roundTrip.ts'

const gapMs = networkLimits.roundTripGapMs

/** A peer that answers when the test says so. */
class Peer {
  readonly clock = new FakeClock(1_000_000)
  asked = 0
  #settle: (answered: boolean) => void = () => undefined
  readonly roundTrip = new RoundTrip(this.clock, () => {
    this.asked++
    return new Promise<void>((resolve, reject) => {
      this.#settle = (answered) => (answered ? resolve() : reject(new Error('The connection ended')))
    })
  })

  async settle(answered: boolean): Promise<void> {
    this.#settle(answered)
    await Promise.resolve()
    await Promise.resolve()
  }
}

describe('a round trip', () => {
  it('is unknown until the first answer, and then the time that it took', async () => {
    const peer = new Peer()
    expect(peer.roundTrip.latestMs()).toBeNull()
    await peer.clock.advance(34)
    await peer.settle(true)
    expect([peer.roundTrip.latestMs(), peer.asked]).toEqual([34, 1])
  })

  it('is asked only while somebody looks, and no more often than the gap allows', async () => {
    const peer = new Peer()
    peer.roundTrip.latestMs()
    await peer.settle(true)
    await peer.clock.advance(gapMs - 1)
    peer.roundTrip.latestMs()
    expect(peer.asked).toBe(1)
    await peer.clock.advance(100 * gapMs)
    expect(peer.asked).toBe(1)
    peer.roundTrip.latestMs()
    peer.roundTrip.latestMs()
    expect(peer.asked).toBe(2)
  })

  it('grows while an answer is overdue, without a second question', async () => {
    const peer = new Peer()
    peer.roundTrip.latestMs()
    await peer.clock.advance(20)
    await peer.settle(true)
    await peer.clock.advance(gapMs)
    expect(peer.roundTrip.latestMs()).toBe(20)
    await peer.clock.advance(5_000)
    expect([peer.roundTrip.latestMs(), peer.asked]).toEqual([5_000, 2])
  })

  it('survives a question that fails and a clock that is set back', async () => {
    const peer = new Peer()
    peer.roundTrip.latestMs()
    await peer.settle(false)
    peer.clock.jump(-500_000)
    expect(peer.roundTrip.latestMs()).toBeNull()
    expect(peer.asked).toBe(2)
    peer.clock.jump(-500_000)
    await peer.settle(true)
    expect(peer.roundTrip.latestMs()).toBe(0)
  })
})
