/** What carries announcements in tests of people nearby, where nothing may be multicast. */
import type { DeviceId } from '../../main/core/ids.ts'
import type { SocketAddress } from '../../main/net/addresses.ts'
import type { BeaconOptions, NearbyDiscovery } from '../../main/net/nearby/beacon.ts'
import type { NearbyHandler, NearbyLink, NearbyNetwork } from '../../main/net/nearby/nearby.ts'
import { createNearbyNetwork } from '../../main/net/nearby/nearby.ts'
import { realClock, realRandom, silentLog } from './netNodes.ts'

/** Everybody hears everybody who is on it, once, as soon as both are. */
export class Air {
  readonly on = new Set<BeaconOptions>()

  discovery(options: BeaconOptions): NearbyDiscovery {
    return {
      setInterfaces: () => {
        for (const other of this.on) this.#meet(other, options)
        this.on.add(options)
      },
      stop: () => void this.on.delete(options),
    }
  }

  address(peer: DeviceId): SocketAddress {
    const found = [...this.on].find((one) => one.own.peer === peer)
    if (found === undefined) throw new Error('Not on the air')
    return { family: 'ip4', host: '127.0.0.1', port: found.own.port }
  }

  #meet(one: BeaconOptions, other: BeaconOptions): void {
    // As packets, which come from outside.
    queueMicrotask(() => {
      if (!this.on.has(one) || !this.on.has(other)) return
      one.found(other.own.peer, this.address(other.own.peer))
      other.found(one.own.peer, this.address(one.own.peer))
    })
  }
}

export function loopbackNearby(air: Air): NearbyNetwork {
  return createNearbyNetwork({
    confine: 'loopback',
    clock: realClock,
    random: realRandom,
    log: silentLog,
    discovery: (options) => air.discovery(options),
  })
}

/** Watches what a sitting's network tells. */
export class Listener implements NearbyHandler {
  readonly links = new Map<DeviceId, NearbyLink>()
  readonly messages: { readonly peer: DeviceId; readonly bytes: Uint8Array }[] = []
  opens = 0
  closes = 0
  #watchers: (() => void)[] = []

  opened(link: NearbyLink): void {
    this.opens++
    this.links.set(link.peer, link)
    this.#changed()
  }
  message({ peer }: NearbyLink, bytes: Uint8Array): void {
    this.messages.push({ peer, bytes })
    this.#changed()
  }
  closed(link: NearbyLink): void {
    this.closes++
    if (this.links.get(link.peer) === link) this.links.delete(link.peer)
    this.#changed()
  }

  /** Settles once `condition` holds; asked after whatever happens. */
  until(what: string, condition: () => boolean, timeoutMs = 15_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what}: not within ${timeoutMs} ms`)), timeoutMs)
      const check = (): void => {
        if (!condition()) return
        clearTimeout(timer)
        this.#watchers = this.#watchers.filter((one) => one !== check)
        resolve()
      }
      this.#watchers.push(check)
      check()
    })
  }

  #changed(): void {
    for (const check of this.#watchers) check()
  }
}
