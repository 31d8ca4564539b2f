/** All that this device has to do with relays: places kept at some, dials through them, serving as one. */
import type { Connection } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, Log, PathKind, Random, RelayUse } from '../../core/ports.ts'
import { err } from '../../core/result.ts'
import type { AddressBook } from '../addressBook.ts'
import type { LinkStream } from '../peers.ts'
import type { SocketAddress } from '../addresses.ts'
import { isNamed } from '../names.ts'
import type { DialAddress } from '../names.ts'
import { remoteOf, remoteSocket } from '../remote.ts'
import type { VisitCall } from '../visitor.ts'
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
  /** Connects with a device under a name of the connection's own. */
  readonly visit: VisitCall
  /** Keeps a visitor's connection for as long as it has a request; null: it has no time left. */
  readonly hold: (connection: Connection) => (() => void) | null
  /** What was passed on before this start. */
  readonly use: RelayUse | null
  /** `addresses` may be others now. */
  readonly changed: () => void
}

export class Relays {
  readonly client: RelayClient
  readonly host: RelayHost
  readonly #options: RelaysOptions
  readonly #reservations: Reservations
  /** Where we last dialled each relay with success. */
  readonly #answeredAt = new Map<DeviceId, DialAddress>()
  /** Relays through which the latest connection with a device did not last, the last such one last. */
  readonly #shunned = new Map<DeviceId, readonly DeviceId[]>()

  constructor(options: RelaysOptions) {
    const { clock, random, log, book, hold, use, changed } = options
    this.#options = options
    const connectionOf = (device: DeviceId): Connection | null => this.#connectionOf(device)
    this.client = new RelayClient({
      clock,
      connectionOf,
      isOurs: (relay) => this.isOurs(relay),
      visit: ({ relay, socket }, signal) => options.visit(relay, [socket, ...book.direct(relay)], signal),
    })
    this.host = new RelayHost({ clock, connectionOf, isContact: (device) => book.has(device), hold, use })
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

  /** A device is reached no more. A relay that takes calls and carries nothing must not be the first one for ever. */
  ended(device: DeviceId, durationMs: number, address: string): void {
    this.lost(device)
    const relay = parseRelayed(address)?.relay
    if (relay === undefined || !this.#options.book.has(device)) return
    const others = (this.#shunned.get(device) ?? []).filter((other) => other !== relay)
    const shunned = durationMs < networkLimits.stableConnectionMs ? [...others, relay] : others
    this.#shunned.set(device, shunned.slice(-networkLimits.relaysMax))
  }

  isOurs(relay: DeviceId): boolean {
    return this.#reservations.has(relay)
  }

  /** The relays through which a device can be dialled now; first those that we are connected with anyway. */
  waysTo(device: DeviceId): readonly RelayedAddress[] {
    const { book } = this.#options
    const all = book.relayed(device)
    const connected = all.filter(({ relay }) => this.#connectionOf(relay) !== null)
    const others = all.filter((one) => !connected.includes(one) && book.permits(one.relay, one.socket))
    const shunned = this.#shunned.get(device) ?? []
    return [...connected, ...others].toSorted((one, other) => shunned.indexOf(one.relay) - shunned.indexOf(other.relay))
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

  /**
   * Where the relay of a relayed connection can be asked under which address it sees us; null when it cannot, or when
   * that would be no address for others. Over IPv4: behind IPv6 there is no other address.
   */
  stunFor(relayed: Connection): SocketAddress | null {
    const relay = parseRelayed(remoteOf(relayed)?.address ?? '')?.relay
    const connection = relay === undefined ? null : this.#connectionOf(relay)
    if (relay === undefined || connection === null) return null
    const answeredAt = connection.direction === 'outbound' ? remoteSocket(connection) : null
    const socket = this.#options.book.tellable(relay, answeredAt)
    return socket !== null && !isNamed(socket) && socket.family === 'ip4' ? socket : null
  }

  /** The connection that carries a device's frames, if it goes through no relay itself. */
  #connectionOf(device: DeviceId): Connection | null {
    return this.#options.pathOf(device) === 'relay' ? null : this.connectionOf(device)
  }

  /** The connection that carries a device's frames. */
  connectionOf(device: DeviceId): Connection | null {
    const stream = this.#options.streamOf(device)
    return stream instanceof PeerStream ? stream.connection : null
  }
}
