/**
 * Who may connect. Before a key is proven only the number of sockets counts, and the oldest silent one
 * gives way, so that nobody can hold the door by standing in it; after that the key decides.
 */
import type { ConnectionGater, MultiaddrConnection, PeerId } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { networkLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock } from '../core/ports.ts'
import { sourceOf } from './addresses.ts'
import { deviceOf } from './keys.ts'

export interface GateOptions {
  readonly clock: Clock
  readonly admits: (device: DeviceId) => boolean
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
  readonly openedAtMs: number
  readonly close: () => void
}

function sourceOfConnection(connection: MultiaddrConnection): string {
  const host = connection.remoteAddr.getComponents().find(({ name }) => name === 'ip4' || name === 'ip6')
  return sourceOf(String(host?.value ?? ''))
}

function isRelayed(connection: MultiaddrConnection): boolean {
  return connection.remoteAddr.getComponents().some(({ name }) => name === 'p2p-circuit')
}

/** Sockets that have not proved a key yet, oldest first. */
class Pending {
  readonly #sources = new Map<MultiaddrConnection, string>()

  add(connection: MultiaddrConnection): void {
    const source = sourceOfConnection(connection)
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

/** Whether there is room for one more connection of a device, making some among the strangers if need be. */
function hasRoom(device: DeviceId, options: GateOptions): boolean {
  const connections = options.connections()
  const same = connections.filter((connection) => connection.device === device)
  if (same.length >= networkLimits.connectionsPerDeviceMax) return false
  if (options.isTarget(device)) return connections.length < networkLimits.connectionsMax
  const strangers = connections.filter((connection) => !options.isTarget(connection.device))
  if (strangers.length < networkLimits.strangerConnectionsMax) return true
  const oldest = strangers.reduce((a, b) => (b.openedAtMs < a.openedAtMs ? b : a))
  if (options.clock.nowMs() - oldest.openedAtMs < networkLimits.strangerConnectionSafeMs) return false
  oldest.close()
  return true
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
      if (device === null || !options.admits(device)) return true
      return (!isRelayed(connection) && !options.mayMeet(device)) || !hasRoom(device, options)
    },
    denyInboundRelayReservation: (source) => {
      const device = deviceOf(source)
      return device === null || !options.admits(device) || !options.mayReserve(device)
    },
    denyInboundRelayedConnection: (relay, caller) => {
      const [relayDevice, device] = [deviceOf(relay), deviceOf(caller)]
      return relayDevice === null || device === null || !options.isOurRelay(relayDevice) || !options.admits(device)
    },
    // As libp2p calls it where it serves as the relay: who calls, and whom.
    denyOutboundRelayedConnection: (source, destination) => {
      const [from, to] = [deviceOf(source), deviceOf(destination)]
      return from === null || to === null || !options.admits(from) || !options.admits(to) || !options.mayCall(from, to)
    },
  }
}
