/** Where every wanted device may be reached, and what of that may be dialled. */
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, protocolLimits } from '../core/limits.ts'
import type { Clock, PeerTarget, Privacy } from '../core/ports.ts'
import { parseOwnAddress, scopeOf, socketAddresses } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'
import { mayDial } from './confinement.ts'
import type { LocalInterface } from './interfaces.ts'
import { deviceOfText, peerOf } from './keys.ts'
import { Sightings } from './lan/sightings.ts'
import { formatDialAddress, isNamed, parseName } from './names.ts'
import type { DialAddress } from './names.ts'
import type { Confinement } from './options.ts'
import { parseRelayed } from './relay/address.ts'
import type { RelayedAddress } from './relay/address.ts'

export class AddressBook {
  readonly #confine: Confinement
  readonly #clock: Clock
  readonly #targets = new Map<DeviceId, PeerTarget>()
  readonly #sightings = new Sightings()
  /** Of this machine. */
  interfaces: readonly LocalInterface[] = []
  /** On which this node listens; 0 while it does not. */
  port = 0
  privacy: Privacy = { kind: 'open' }

  constructor(confine: Confinement, clock: Clock) {
    this.#confine = confine
    this.#clock = clock
  }

  /** The whole set; what was there before is given back. */
  setTargets(targets: readonly PeerTarget[]): Map<DeviceId, PeerTarget> {
    const before = new Map(this.#targets)
    this.#targets.clear()
    for (const target of targets) this.#targets.set(target.device, target)
    this.#sightings.keep(new Set(targets.filter(({ lan }) => lan !== null).map(({ device }) => device)))
    return before
  }

  has(device: DeviceId): boolean {
    return this.#targets.has(device)
  }

  /** True when the device was not yet known to be at this address. */
  sighted(device: DeviceId, address: SocketAddress): boolean {
    return this.#sightings.add(device, address, this.#clock.nowMs())
  }

  /** Where to dial a device, best first: where it was seen on the LAN, then our own subnets, then the rest. */
  direct(device: DeviceId): readonly DialAddress[] {
    const told = this.#told(device)
    const near = told.filter((address) => scopeOf(address.host) === 'private')
    const rest = told.filter((address) => scopeOf(address.host) !== 'private')
    const all = [...this.#sightings.of(device, this.#clock.nowMs()), ...near, ...rest, ...this.#named(device)]
    const unique = new Map(all.map((address) => [formatDialAddress(address), address]))
    return [...unique.values()].filter((address) => this.permits(device, address))
  }

  /** The relays through which a device says that it can be reached. */
  relayed(device: DeviceId): readonly RelayedAddress[] {
    const relayed = new Map<DeviceId, RelayedAddress>()
    for (const text of this.#texts(device)) {
      const address = parseRelayed(text)
      if (address === null || address.relay === device) continue
      if (!relayed.has(address.relay)) relayed.set(address.relay, address)
    }
    return [...relayed.values()].slice(0, networkLimits.relaysMax)
  }

  /** The devices that say that they can be reached through this relay. */
  through(relay: DeviceId): readonly DeviceId[] {
    const peer = peerOf(relay)
    if (peer === null) return []
    const end = `/p2p/${peer.toString()}/p2p-circuit`
    return [...this.#targets.values()]
      .filter(({ addresses }) => addresses.some((text) => text.endsWith(end)))
      .map(({ device }) => device)
  }

  /** The contacts that serve us as mailboxes. */
  mailboxes(): readonly DeviceId[] {
    return [...this.#targets.values()].filter(({ mailbox }) => mailbox).map(({ device }) => device)
  }

  /** The contacts that keep records for us: our mailboxes, and our relays. */
  keepers(): readonly DeviceId[] {
    return [...this.#targets.keys()].filter((device) => this.#serves(device))
  }

  /** The contacts that serve as relays. */
  relays(): readonly DeviceId[] {
    return [...this.#targets.values()].filter(({ relay }) => relay).map(({ device }) => device)
  }

  /**
   * The address of a relay that others are told: one that reaches it from anywhere, where it answered us before where
   * it says that it is. A network that is confined tells what it may dial itself.
   */
  tellable(relay: DeviceId, answeredAt: DialAddress | null): DialAddress | null {
    const known = [...(answeredAt === null ? [] : [answeredAt]), ...this.#told(relay), ...this.#onions(relay)]
    const everywhere = (address: DialAddress): boolean =>
      this.#confine !== 'none' || isNamed(address) || scopeOf(address.host) === 'global'
    return known.find((address) => everywhere(address) && this.permits(relay, address)) ?? null
  }

  /** Whether the device may learn our address: in the mode that goes through relays, those that serve us alone. */
  mayMeet(device: DeviceId): boolean {
    return this.privacy.kind !== 'relayOnly' || this.#serves(device)
  }

  /** Whether a device may be dialled at an address. */
  permits(device: DeviceId, address: DialAddress): boolean {
    if (!this.mayMeet(device)) return false
    const isProxied = this.privacy.kind === 'proxy'
    if (isNamed(address)) return isProxied
    // What is near is near to the proxy, if at all: its machine and its network are not ours to knock at.
    if (isProxied && scopeOf(address.host) !== 'global') return false
    return mayDial(this.#confine, address, this.interfaces) && !this.#isOwn(address)
  }

  /** As `permits`, for libp2p. */
  permitsText(address: Multiaddr): boolean {
    const [, text = '', peer = ''] = /^(.+)\/p2p\/([^/]+)$/.exec(address.toString()) ?? []
    const [device, parsed] = [deviceOfText(peer), parseOwnAddress(text) ?? parseName(text)]
    return device !== null && parsed !== null && this.permits(device, parsed)
  }

  #serves(device: DeviceId): boolean {
    const target = this.#targets.get(device)
    return target !== undefined && (target.relay || target.mailbox)
  }

  #isOwn(address: SocketAddress): boolean {
    if (address.port !== this.port) return false
    return this.interfaces.some((one) => one.addresses.some((own) => own.host === address.host))
  }

  #texts(device: DeviceId): readonly string[] {
    return this.#targets.get(device)?.addresses.slice(0, protocolLimits.addressesMax) ?? []
  }

  #named(device: DeviceId): DialAddress[] {
    if (this.privacy.kind !== 'proxy') return []
    return this.#texts(device).flatMap((text) => parseName(text) ?? [])
  }

  #onions(device: DeviceId): DialAddress[] {
    return this.#named(device).filter(({ family }) => family === 'onion3')
  }

  #told(device: DeviceId): SocketAddress[] {
    return socketAddresses(this.#texts(device))
  }
}
