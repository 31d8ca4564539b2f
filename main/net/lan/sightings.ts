/** Where contacts were seen on the LAN: few per contact, and not for long. */
import type { DeviceId } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import type { SocketAddress } from '../addresses.ts'
import { formatAddress } from '../addresses.ts'

interface Sighting {
  readonly address: SocketAddress
  readonly seenAtMs: number
}

export class Sightings {
  readonly #sightings = new Map<DeviceId, readonly Sighting[]>()
  readonly #dialledAtMs = new Map<DeviceId, number>()

  /** Notes a sighting. True when it is worth dialling now: a new address, or enough time since the last such word. */
  add(device: DeviceId, address: SocketAddress, nowMs: number): boolean {
    const text = formatAddress(address)
    const before = this.#fresh(device, nowMs)
    const others = before.filter((one) => formatAddress(one.address) !== text)
    const kept = others.slice(0, networkLimits.lanAddressesPerPeerMax - 1)
    this.#sightings.set(device, [{ address, seenAtMs: nowMs }, ...kept])
    const sinceMs = Math.abs(nowMs - (this.#dialledAtMs.get(device) ?? Number.NEGATIVE_INFINITY))
    if (sinceMs < networkLimits.lanDialGapMs) return false
    this.#dialledAtMs.set(device, nowMs)
    return true
  }

  /** Newest first. */
  of(device: DeviceId, nowMs: number): readonly SocketAddress[] {
    return this.#fresh(device, nowMs).map((one) => one.address)
  }

  /** Forgets all others. */
  keep(devices: ReadonlySet<DeviceId>): void {
    for (const device of this.#sightings.keys()) if (!devices.has(device)) this.#sightings.delete(device)
    for (const device of this.#dialledAtMs.keys()) if (!devices.has(device)) this.#dialledAtMs.delete(device)
  }

  #fresh(device: DeviceId, nowMs: number): readonly Sighting[] {
    const all = this.#sightings.get(device) ?? []
    return all.filter((one) => Math.abs(nowMs - one.seenAtMs) < networkLimits.lanAddressLifetimeMs)
  }
}
