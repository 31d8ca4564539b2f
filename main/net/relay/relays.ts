/** All that this device has to do with relays: places kept at some, dials through them, serving as one. */
import type { Connection } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, Log, PathKind, Random } from '../../core/ports.ts'
import { err } from '../../core/result.ts'
import type { AddressBook } from '../addressBook.ts'
import type { SocketAddress } from '../addresses.ts'
import type { LinkStream } from '../peers.ts'
import { remoteSocket } from '../remote.ts'
import { PeerStream } from '../stream/peerStream.ts'
import { formatRelayed, parseRelayed } from './address.ts'
import type { RelayedAddress } from './address.ts'
import { RelayClient } from './client.ts'
import { reserve } from './hop.ts'
import { RelayHost } from './host.ts'
import { Reservations } from './reservations.ts'

export interface RelaysOptions {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly book: AddressBook
  /** The stream on which a device's frames go. */
  readonly streamOf: (device: DeviceId) => LinkStream | null
  readonly pathOf: (device: DeviceId) => PathKind | null
  /** `addresses` may be others now. */
  readonly changed: () => void
}

export class Relays {
  readonly client: RelayClient
  readonly host: RelayHost
  readonly #options: RelaysOptions
  readonly #reservations: Reservations
  /** Where we last dialled each relay with success. */
  readonly #answeredAt = new Map<DeviceId, SocketAddress>()
  /** The relay through which a device is reached, and those that let it down lately, the last one last. */
  readonly #used = new Map<DeviceId, DeviceId>()
  readonly #shunned = new Map<DeviceId, readonly DeviceId[]>()

  constructor(options: RelaysOptions) {
    const { clock, random, log, book, changed } = options
    this.#options = options
    const connectionOf = (device: DeviceId): Connection | null => this.#connectionOf(device)
    this.client = new RelayClient({ clock, connectionOf, isOurs: (relay) => this.isOurs(relay) })
    this.host = new RelayHost({ clock, connectionOf, isContact: (device) => book.has(device) })
    this.#reservations = new Reservations({
      clock,
      random,
      log,
      changed,
      isConnected: (relay) => connectionOf(relay) !== null,
      ask: (relay) => {
        const connection = connectionOf(relay)
        return connection === null ? Promise.resolve(err({ kind: 'notConnected' })) : reserve(connection, clock)
      },
    })
  }

  start(): void {
    this.#reservations.start()
  }

  stop(): void {
    this.#reservations.stop()
    this.host.stop()
  }

  /** The devices in the address book are others, or some began or ceased to serve. */
  targetsChanged(): void {
    this.#reservations.setRelays(this.#options.book.relays())
    this.host.keep()
    for (const device of this.#shunned.keys()) if (!this.#options.book.has(device)) this.#shunned.delete(device)
  }

  /** A device is connected directly. */
  found(device: DeviceId): void {
    this.#reservations.connected(device)
  }

  /** A device is connected directly no more. */
  lost(device: DeviceId): void {
    this.#reservations.disconnected(device)
  }

  /** A device is reached by this address: through a relay, or not. */
  reached(device: DeviceId, address: string): void {
    const relayed = parseRelayed(address)
    if (relayed === null) this.#used.delete(device)
    else this.#used.set(device, relayed.relay)
  }

  /** It is reached no more. A relay that takes calls and carries nothing must not be the first one for ever. */
  ended(device: DeviceId, durationMs: number): void {
    this.lost(device)
    const relay = this.#used.get(device)
    this.#used.delete(device)
    if (relay === undefined || !this.#options.book.has(device)) return
    const others = (this.#shunned.get(device) ?? []).filter((other) => other !== relay)
    const shunned = durationMs < networkLimits.stableConnectionMs ? [...others, relay] : others
    this.#shunned.set(device, shunned.slice(-networkLimits.relaysMax))
  }

  isOurs(relay: DeviceId): boolean {
    return this.#reservations.has(relay)
  }

  /** The relays through which a device can be dialled now, best first. */
  waysTo(device: DeviceId): readonly RelayedAddress[] {
    const shunned = this.#shunned.get(device) ?? []
    return this.#options.book
      .relayed(device)
      .filter(({ relay }) => this.#connectionOf(relay) !== null)
      .toSorted((one, other) => shunned.indexOf(one.relay) - shunned.indexOf(other.relay))
  }

  /** Where this device can be reached through relays. */
  addresses(): readonly string[] {
    const addresses: string[] = []
    for (const relay of this.#reservations.relays()) {
      const connection = this.#connectionOf(relay)
      const answeredAt = connection?.direction === 'outbound' ? remoteSocket(connection) : null
      if (answeredAt !== null) this.#answeredAt.set(relay, answeredAt)
      const socket = this.#options.book.tellable(relay, this.#answeredAt.get(relay) ?? null)
      const text = socket === null ? null : formatRelayed({ relay, socket })
      if (text !== null) addresses.push(text)
    }
    return addresses.slice(0, networkLimits.relaysMax)
  }

  /** The connection that carries a device's frames, if it goes through no relay itself. */
  #connectionOf(device: DeviceId): Connection | null {
    if (this.#options.pathOf(device) === 'relay') return null
    const stream = this.#options.streamOf(device)
    return stream instanceof PeerStream ? stream.connection : null
  }
}
