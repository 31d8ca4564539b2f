/**
 * Who may connect. Before a key is proven only the number of sockets counts, and the oldest silent one
 * gives way, so that nobody can hold the door by standing in it; after that the key decides.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { networkLimits, visitLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import { deviceOf } from './keys.ts'
import { remoteSource } from './remote.ts'

export interface GateOptions {
  readonly clock: Clock
  readonly admits: (device: DeviceId) => boolean
  /** Whether this node serves, so that anybody may come and ask. */
  readonly takesVisitors: () => boolean
  /** Whether the device is one that we want to be connected with. */
  readonly isTarget: (device: DeviceId) => boolean
  readonly mayDial: (address: Multiaddr) => boolean
  /** Whether the device may be connected with us without a relay between. */
  readonly mayMeet: (device: DeviceId) => boolean
  readonly connections: () => readonly GateConnection[]
  /** Whether we keep a place at this relay, and may be called through it. */
  readonly isOurRelay: (relay: DeviceId) => boolean
  /** Whether we serve this device as a relay. */
  readonly mayReserve: (device: DeviceId) => boolean
  readonly mayCall: (from: DeviceId, to: DeviceId) => boolean
}

/** What the gate asks of the connections that stand. */
export interface GateConnection {
  readonly device: DeviceId
  /** Where it comes from, as in `sourceOf`. */
  readonly source: string
  readonly openedAtMs: number
  /** Requests under way on it. */
  readonly holds: number
  readonly close: () => void
}

function isRelayed(connection: MultiaddrConnection): boolean {
  return connection.remoteAddr.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/** Sockets that have not proved a key yet, oldest first. */
class Pending {
  readonly #sources = new Map<MultiaddrConnection, string>()

  add(connection: MultiaddrConnection): void {
    const source = remoteSource(connection)
    const same = [...this.#sources].filter(([, one]) => one === source).map(([one]) => one)
    if (same.length >= networkLimits.pendingInboundPerAddressMax) this.#evict(same[0])
    if (this.#sources.size >= networkLimits.pendingInboundMax) this.#evict(this.#sources.keys().next().value)
    this.#sources.set(connection, source)
    connection.addEventListener('close', () => this.delete(connection), { once: true })
  }

  delete(connection: MultiaddrConnection): void {
    this.#sources.delete(connection)
  }

  get size(): number {
    return this.#sources.size
  }

  #evict(connection: MultiaddrConnection | undefined): void {
    if (connection === undefined) return
    this.#sources.delete(connection)
    connection.abort(new Error('Made room for a newer connection'))
  }
}

/** Whether one of these may go for a newer one, and then it does: the oldest that has had its time and asks nothing. */
function makesRoom(strangers: readonly GateConnection[], clock: Clock): boolean {
  const idle = strangers.filter(({ holds }) => holds === 0)
  const oldest = idle.reduce<GateConnection | null>((a, b) => (a === null || b.openedAtMs < a.openedAtMs ? b : a), null)
  if (oldest === null || clock.nowMs() - oldest.openedAtMs < networkLimits.strangerConnectionSafeMs) return false
  oldest.close()
  return true
}

/** Whether there is room for one more connection of a device, making some among the strangers if need be. */
function hasRoom(device: DeviceId, source: string, options: GateOptions): boolean {
  const { clock, isTarget } = options
  const connections = options.connections()
  const same = connections.filter((connection) => connection.device === device)
  if (same.length >= networkLimits.connectionsPerDeviceMax) return false
  const strangers = connections.filter((connection) => !isTarget(connection.device))
  // Those have places of their own, so that visitors take none from contacts.
  if (isTarget(device)) return connections.length - strangers.length < networkLimits.connectionsMax
  const serves = options.takesVisitors()
  const near = strangers.filter((connection) => connection.source === source)
  if (serves && near.length >= visitLimits.visitorsPerAddressMax) return makesRoom(near, clock)
  const max = serves ? visitLimits.visitorsMax : networkLimits.strangerConnectionsMax
  return strangers.length < max || makesRoom(strangers, clock)
}

export function createGate(options: GateOptions): ConnectionGater & { readonly pending: () => number } {
  const pending = new Pending()
  return {
    pending: () => pending.size,
    denyDialMultiaddr: (address) => !options.mayDial(address),
    denyInboundConnection: (connection) => {
      pending.add(connection)
      return false
    },
    denyInboundEncryptedConnection: (peer: PeerId, connection) => {
      pending.delete(connection)
      const device = deviceOf(peer)
      if (device === null || !(options.admits(device) || options.takesVisitors())) return true
      if (!isRelayed(connection) && !options.mayMeet(device)) return true
      return !hasRoom(device, remoteSource(connection), options)
    },
    denyInboundRelayReservation: (source) => {
      const device = deviceOf(source)
      return device === null || !options.admits(device) || !options.mayReserve(device)
    },
    // Who calls is a name of the call's own; the key that they prove to us decides, as on any connection.
    denyInboundRelayedConnection: (relay) => {
      const device = deviceOf(relay)
      return device === null || !options.isOurRelay(device)
    },
    // As libp2p calls it where it serves as the relay: who calls, and whom.
    denyOutboundRelayedConnection: (source, destination) => {
      const [from, to] = [deviceOf(source), deviceOf(destination)]
      return from === null || to === null || !options.admits(to) || !options.mayCall(from, to)
    },
  }
}
