import { describe, expect, it } from 'vitest'
import { deviceIdOf } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import type { SocketAddress } from '../addresses.ts'
import { Sightings } from './sightings.ts'

const device = deviceIdOf(new Uint8Array(32).fill(1))
const other = deviceIdOf(new Uint8Array(32).fill(2))

function at(number: number): SocketAddress {
  return { family: 'ip4', host: `10.0.0.${number}`, port: 4_001 }
}

describe('Sightings', () => {
  it('keeps the newest few of a contact, newest first', () => {
    const sightings = new Sightings()
    for (let i = 1; i <= 200; i++) sightings.add(device, at(i), 1_000)
    expect(sightings.of(device, 1_000).map((address) => address.host)).toEqual([
      '10.0.0.200',
      '10.0.0.199',
      '10.0.0.198',
      '10.0.0.197',
    ])
    sightings.add(device, at(198), 1_000)
    expect(sightings.of(device, 1_000)[0]?.host).toBe('10.0.0.198')
    expect(sightings.of(device, 1_000).length).toBe(networkLimits.lanAddressesPerPeerMax)
  })

  it('forgets with time, and who is no contact', () => {
    const sightings = new Sightings()
    sightings.add(device, at(1), 0)
    sightings.add(other, at(2), 0)
    expect(sightings.of(device, networkLimits.lanAddressLifetimeMs - 1)).toEqual([at(1)])
    expect(sightings.of(device, networkLimits.lanAddressLifetimeMs)).toEqual([])
    sightings.keep(new Set([device]))
    expect(sightings.of(other, 0)).toEqual([])
  })

  it('asks for a dial at most once in a while, however many announcements come', () => {
    const sightings = new Sightings()
    const asked = Array.from({ length: 10_000 }, (_, i) => sightings.add(device, at(i % 250), i)).filter(Boolean)
    expect(asked.length).toBe(10_000 / networkLimits.lanDialGapMs)
  })
})
