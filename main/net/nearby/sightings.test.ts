import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import type { DeviceId } from '../../core/ids.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { SocketAddress } from '../addresses.ts'
import { Sightings } from './sightings.ts'
const peer = (byte: number): DeviceId => deviceIdOf(new Uint8Array(32).fill(byte))
const at = (last: number, port = 40_000): SocketAddress => ({ family: 'ip4', host: `10.0.0.${last}`, port })
const nobody = (): boolean => false

function setUp() {
  const clock = new FakeClock()
  const sightings = new Sightings(clock)
  const due = (own: DeviceId, isConnected = nobody) => [...sightings.due(own, isConnected)].map((one) => one.peer)
  return { clock, sightings, due }
}

describe('whom a sitting has heard of', () => {
  it('is dialled by the smaller key at once, and by the larger one when that one does not', async () => {
    const { clock, sightings, due } = setUp()
    sightings.seen(peer(5), at(5))
    expect(due(peer(1))).toEqual([peer(5)])
    expect(due(peer(9))).toEqual([])
    await clock.advance(nearbyLimits.dialAfterMs)
    expect(due(peer(9))).toEqual([peer(5)])
    expect(due(peer(9), () => true)).toEqual([])
  })

  it('is dialled again only after a while, at the address of the last sighting, and not when long gone', async () => {
    const { clock, sightings, due } = setUp()
    sightings.seen(peer(5), at(5))
    sightings.dialled(peer(5))
    expect(due(peer(1))).toEqual([])
    sightings.seen(peer(5), at(6))
    await clock.advance(nearbyLimits.dialGapMs)
    expect([...sightings.due(peer(1), nobody)]).toEqual([{ peer: peer(5), address: at(6) }])
    await clock.advance(nearbyLimits.sightingLifetimeMs)
    expect(due(peer(1))).toEqual([])
    sightings.dialled(peer(7))
    expect(due(peer(1))).toEqual([])
  })

  it('is bounded, in all and of one address, and a flood pushes nobody out', async () => {
    const { clock, sightings, due } = setUp()
    for (let i = 0; i < 10; i++) sightings.seen(peer(10 + i), at(1))
    expect(due(peer(1))).toHaveLength(nearbyLimits.linksPerAddressMax)
    for (let i = 0; i < 200; i++) sightings.seen(peer(40 + i), at(2 + i))
    expect(due(peer(1))).toHaveLength(nearbyLimits.sightingsMax)
    expect(due(peer(1))).toContain(peer(10))
    // Once they are silent there is room again.
    await clock.advance(nearbyLimits.sightingLifetimeMs + 1)
    sightings.seen(peer(250), at(250))
    expect(due(peer(1))).toEqual([peer(250)])
  })
})
