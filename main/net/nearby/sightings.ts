/** Whom a sitting has heard of lately, and whose turn it is to be dialled. */
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import type { SocketAddress } from '../addresses.ts'

interface Sighting {
  address: SocketAddress
  readonly firstMs: number
  lastMs: number
  dialledMs: number
}

export class Sightings {
  readonly #clock: Clock
  readonly #sightings = new Map<DeviceId, Sighting>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** When there are as many as there may be, those who are here already are kept: a flood must not push them out. */
  seen(peer: DeviceId, address: SocketAddress): void {
    const nowMs = this.#clock.nowMs()
    for (const [one, { lastMs }] of this.#sightings) {
      if (Math.abs(nowMs - lastMs) > nearbyLimits.sightingLifetimeMs) this.#sightings.delete(one)
    }
    const known = this.#sightings.get(peer)
    if (known !== undefined) {
      known.address = address
      known.lastMs = nowMs
    } else if (
      this.#sightings.size < nearbyLimits.sightingsMax &&
      this.#of(address) < nearbyLimits.linksPerAddressMax
    ) {
      this.#sightings.set(peer, { address, firstMs: nowMs, lastMs: nowMs, dialledMs: Number.NEGATIVE_INFINITY })
    }
  }

  /** Who is to be dialled now. The smaller key dials at once, the larger one only if the other does not. */
  *due(own: DeviceId, isConnected: (peer: DeviceId) => boolean): Generator<{ peer: DeviceId; address: SocketAddress }> {
    const nowMs = this.#clock.nowMs()
    for (const [peer, { address, firstMs, lastMs, dialledMs }] of this.#sightings) {
      const startMs = own < peer ? firstMs : firstMs + nearbyLimits.dialAfterMs
      const fresh = Math.abs(nowMs - lastMs) <= nearbyLimits.sightingLifetimeMs
      if (fresh && nowMs >= startMs && nowMs - dialledMs >= nearbyLimits.dialGapMs && !isConnected(peer)) {
        yield { peer, address }
      }
    }
  }

  dialled(peer: DeviceId): void {
    const sighting = this.#sightings.get(peer)
    if (sighting !== undefined) sighting.dialledMs = this.#clock.nowMs()
  }

  #of({ host }: SocketAddress): number {
    return [...this.#sightings.values()].filter((one) => one.address.host === host).length
  }
}
