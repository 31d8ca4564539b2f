import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import type { DeviceId } from '../../core/ids.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import type { ReservationError } from './hop.ts'
import { Reservations } from './reservations.ts'

const [one, two, three, four] = [1, 2, 3, 4].map((number) => deviceIdOf(new Uint8Array(32).fill(number))) as [
  DeviceId,
  DeviceId,
  DeviceId,
  DeviceId,
]
const refusal = err<ReservationError>({ kind: 'refused', status: 202 })

class Scene {
  readonly clock = new FakeClock()
  readonly connected = new Set<DeviceId>()
  readonly asked: DeviceId[] = []
  readonly logged: unknown[] = []
  answer: (relay: DeviceId) => Result<void, ReservationError> = () => ok(undefined)
  changes = 0
  readonly reservations: Reservations

  constructor() {
    this.reservations = new Reservations({
      clock: this.clock,
      random: { bytes: (length) => new Uint8Array(length).fill(0xff) },
      log: { debug: (event, figures) => this.logged.push([event, figures]), info() {}, warn() {} },
      isConnected: (relay) => this.connected.has(relay),
      changed: () => this.changes++,
      ask: (relay) => {
        this.asked.push(relay)
        return Promise.resolve(this.answer(relay))
      },
    })
    this.reservations.start()
  }

  connect(relay: DeviceId): void {
    this.connected.add(relay)
    this.reservations.connected(relay)
  }

  disconnect(relay: DeviceId): void {
    this.connected.delete(relay)
    this.reservations.disconnected(relay)
  }
}

describe('Reservations', () => {
  it('takes places at three of the contacts that serve and are connected', async () => {
    const scene = new Scene()
    scene.reservations.setRelays([one, two, three, four])
    await scene.clock.advance(0)
    expect(scene.asked).toEqual([])
    for (const relay of [four, two, one, three]) scene.connect(relay)
    await scene.clock.advance(0)
    expect(scene.asked).toEqual([four, two, one])
    expect(scene.reservations.relays()).toEqual([one, two, four])
    expect([scene.reservations.has(four), scene.reservations.has(three)]).toEqual([true, false])
    // One of them goes: the fourth takes its place, and the lost one is told a while longer.
    scene.disconnect(two)
    await scene.clock.advance(0)
    expect(scene.asked.at(-1)).toBe(three)
    expect(scene.reservations.relays()).toEqual([one, two, three, four])
    await scene.clock.advance(networkLimits.reservationLingerMs)
    expect(scene.reservations.relays()).toEqual([one, three, four])
  })

  it('renews by its own clock', async () => {
    const scene = new Scene()
    scene.reservations.setRelays([one])
    scene.connect(one)
    await scene.clock.advance(0)
    await scene.clock.advance(3 * networkLimits.reservationRenewMs)
    expect(scene.asked.length).toBe(4)
    expect(scene.changes).toBe(1)
  })

  it('says nothing of a relay that came back soon', async () => {
    const scene = new Scene()
    scene.reservations.setRelays([one])
    scene.connect(one)
    await scene.clock.advance(0)
    scene.disconnect(one)
    await scene.clock.advance(networkLimits.reservationLingerMs - 1)
    scene.connect(one)
    await scene.clock.advance(0)
    await scene.clock.advance(10 * networkLimits.reservationLingerMs)
    expect([scene.changes, scene.asked.length]).toEqual([1, 2])
    expect(scene.reservations.has(one)).toBe(true)
  })

  it('asks one that refuses again and again, slower and slower, and others meanwhile', async () => {
    const scene = new Scene()
    scene.answer = (relay) => (relay === one ? refusal : ok(undefined))
    scene.reservations.setRelays([one, two, three, four])
    for (const relay of [one, two, three, four]) scene.connected.add(relay)
    scene.reservations.connected(one)
    await scene.clock.advance(0)
    expect(scene.reservations.relays()).toEqual([two, three, four])
    expect(scene.logged).toEqual([['net.reservationFailed', { why: 'refused', status: 202, attempt: 0 }]])
    // With three places it waits; when one is lost it asks again.
    await scene.clock.advance(networkLimits.reservationRetryMsMax)
    expect(scene.asked.filter((relay) => relay === one).length).toBe(1)
    scene.disconnect(four)
    await scene.clock.advance(10 * networkLimits.reservationRetryMsMax)
    const asked = scene.asked.filter((relay) => relay === one).length
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(20)
    scene.answer = () => ok(undefined)
    await scene.clock.advance(networkLimits.reservationRetryMsMax)
    expect(scene.reservations.has(one)).toBe(true)
  })

  it('gives up at once a place that is not renewed', async () => {
    const scene = new Scene()
    scene.reservations.setRelays([one])
    scene.connect(one)
    await scene.clock.advance(0)
    scene.answer = () => refusal
    await scene.clock.advance(networkLimits.reservationRenewMs)
    expect(scene.reservations.relays()).toEqual([])
    expect(scene.changes).toBe(2)
  })

  it('forgets who serves no more, and leaves no timer when it stops', async () => {
    const scene = new Scene()
    scene.reservations.setRelays([one, two])
    scene.connect(one)
    scene.connect(two)
    await scene.clock.advance(0)
    scene.reservations.setRelays([two])
    expect([scene.reservations.relays(), scene.changes]).toEqual([[two], 3])
    scene.disconnect(two)
    scene.reservations.stop()
    expect(scene.clock.timerCount).toBe(0)
    scene.connect(two)
    expect(scene.asked.length).toBe(2)
    scene.reservations.start()
    await scene.clock.advance(0)
    expect(scene.reservations.has(two)).toBe(true)
  })
})
