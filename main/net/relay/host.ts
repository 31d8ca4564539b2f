/**
 * Serving as a relay: libp2p's server, for contacts only and with bounds. A device that keeps a place here can be
 * called by another one that is connected here; both must be contacts of this one. What they say to each other is
 * sealed between them.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayServerComponents, CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream, StreamHandler } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports.ts'
import { deviceOf, peerOf } from '../keys.ts'
import { overlay } from './overlay.ts'
import { boundRequest, holdBack, onReader } from './requests.ts'

export interface RelayHostOptions {
  readonly clock: Clock
  /** Whether a device is a contact, for whom this one may serve. */
  readonly isContact: (device: DeviceId) => boolean
  readonly connectionOf: (device: DeviceId) => Connection | null
}

/** A request that is being answered. */
interface Caller {
  readonly device: DeviceId
  readonly stream: Stream
}

/** Two streams that are passed on to each other. */
interface Call {
  readonly devices: readonly [DeviceId, DeviceId]
  readonly streams: readonly [Stream, Stream]
}

const limits = networkLimits
const streamsMax = limits.relayConnectionsPerPeerMax + 1

export class RelayHost {
  readonly #options: RelayHostOptions
  readonly #calls = new Set<Call>()
  readonly #callsMs = new Map<DeviceId, readonly number[]>()
  readonly #caller = new AsyncLocalStorage<Caller>()
  #service: CircuitRelayService | null = null
  #serving = false

  constructor(options: RelayHostOptions) {
    this.#options = options
  }

  /** For libp2p's services. */
  create(components: CircuitRelayServerComponents): CircuitRelayService {
    const { addressManager, connectionManager, registrar } = components
    this.#service = circuitRelayServer({
      hopTimeout: limits.relayRequestTimeoutMs,
      maxInboundHopStreams: streamsMax,
      maxOutboundHopStreams: streamsMax,
      maxOutboundStopStreams: limits.relayConnectionsPerPeerMax,
      reservations: {
        maxReservations: limits.relayReservationsMax,
        reservationTtl: limits.relayReservationLifetimeMs,
        applyDefaultLimit: false,
      },
    })(
      overlay(components, {
        // Who has a place here knows our addresses.
        addressManager: overlay(addressManager, { getAddresses: () => [] }),
        connectionManager: overlay(connectionManager, { getConnections: (peer) => this.#connections(peer) }),
        registrar: overlay(registrar, {
          handle: (protocol, handler, options) => registrar.handle(protocol, this.#guarded(handler), options),
        }),
      }),
    )
    return this.#service
  }

  /** How many calls are passed on, and how many places are taken. */
  get load(): { readonly calls: number; readonly places: number } {
    return { calls: this.#calls.size, places: this.#service?.reservations.size ?? 0 }
  }

  /** Switched off, every place is lost and every call ends. */
  setServing(on: boolean): void {
    this.#serving = on
    this.keep()
  }

  /** Takes back the places, and ends the calls, of those for whom this device serves no more. */
  keep(): void {
    for (const peer of this.#service?.reservations.keys() ?? []) if (!this.#serves(deviceOf(peer))) this.#takeBack(peer)
    for (const call of this.#calls) if (!call.devices.every((device) => this.#serves(device))) this.#end(call)
  }

  /** The node stops. */
  stop(): void {
    for (const peer of this.#service?.reservations.keys() ?? []) this.#takeBack(peer)
    for (const call of this.#calls) this.#end(call)
    this.#service = null
    this.#callsMs.clear()
  }

  /** Whether the device may take a place here, or keep it for longer. */
  mayReserve(device: DeviceId): boolean {
    if (!this.#serves(device)) return false
    // The library lets a place end at the time that was set before last; so each renewal is a new one.
    const peer = peerOf(device)
    if (peer !== null) this.#takeBack(peer)
    return true
  }

  /** Whether a call may be passed on. */
  mayCall(from: DeviceId, to: DeviceId): boolean {
    if (from === to || !this.#serves(from) || !this.#serves(to)) return false
    if (this.#calls.size >= limits.relayConnectionsMax) return false
    if ([from, to].some((device) => this.#callsOf(device) >= limits.relayConnectionsPerPeerMax)) return false
    const nowMs = this.#options.clock.nowMs()
    const recent = (this.#callsMs.get(to) ?? []).filter((atMs) => Math.abs(nowMs - atMs) < 1_000)
    if (recent.length >= limits.relayCallsPerSecondMax) return false
    this.#callsMs.set(to, [...recent, nowMs])
    return true
  }

  #serves(device: DeviceId | null): boolean {
    return device !== null && this.#serving && this.#options.isContact(device)
  }

  #callsOf(device: DeviceId): number {
    return [...this.#calls].filter((call) => call.devices.includes(device)).length
  }

  #takeBack(peer: PeerId): void {
    const reservations = this.#service?.reservations
    // Else its end would come later, and take back a newer one.
    reservations?.get(peer)?.signal.clear()
    reservations?.delete(peer)
  }

  #end(call: Call): void {
    this.#calls.delete(call)
    for (const stream of call.streams) stream.abort(new Error('Served no more'))
  }

  #guarded(handler: StreamHandler): StreamHandler {
    return (stream, connection) => {
      const device = deviceOf(connection.remotePeer)
      // A stranger is not told who is here.
      if (device === null || !this.#options.isContact(device)) return stream.abort(new Error('Not a contact'))
      boundRequest(stream)
      return this.#caller.run({ device, stream }, () => handler(stream, connection))
    }
  }

  #connections(peer: PeerId | undefined): Connection[] {
    const device = peer === undefined ? null : deviceOf(peer)
    const connection = device === null ? null : this.#options.connectionOf(device)
    if (device === null || connection === null) return []
    const newStream: Connection['newStream'] = async (protocols, options) => {
      const stream = await connection.newStream(protocols, options)
      const caller = this.#caller.getStore()
      if (caller !== undefined) this.#watch(caller, { device, stream })
      return stream
    }
    return [overlay(connection, { newStream })]
  }

  /** The caller's stream gets its next reader when the two are joined. */
  #watch(caller: Caller, called: Caller): void {
    const call: Call = { devices: [caller.device, called.device], streams: [caller.stream, called.stream] }
    this.#calls.add(call)
    for (const stream of call.streams) stream.addEventListener('close', () => this.#calls.delete(call), { once: true })
    onReader(caller.stream, () => {
      holdBack(caller.stream, called.stream)
      holdBack(called.stream, caller.stream)
    })
  }
}
