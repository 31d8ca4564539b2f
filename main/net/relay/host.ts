/**
 * Serving as a relay: libp2p's server, with bounds. Contacts may keep a place here, and everybody may call a device
 * that does: it decides itself whom it answers. What they say to each other is sealed between them.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { circuitRelayServer } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayServerComponents, CircuitRelayService } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, Stream, StreamHandler } from '@libp2p/interface'
import { networkLimits, visitLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, RelayUse } from '../../core/ports.ts'
import { deviceOf, peerOf } from '../keys.ts'
import { remoteSource } from '../remote.ts'
import { overlay } from './overlay.ts'
import { RelayQuota } from './quota.ts'
import type { Ends } from './quota.ts'
import { boundRequest, holdBack, onReader, sayLimitExceeded } from './requests.ts'
import { StrangerCalls } from './strangerCalls.ts'

export interface RelayHostOptions {
  readonly clock: Clock
  /** Whether a device is a contact, for whom this one may serve. */
  readonly isContact: (device: DeviceId) => boolean
  readonly connectionOf: (device: DeviceId) => Connection | null
  /** Keeps a connection that carries no frames, until what it gives back is called; null: it has no time left. */
  readonly hold: (connection: Connection) => (() => void) | null
  /** What was passed on before this start. */
  readonly use: RelayUse | null
}

/** A request that is being answered. */
interface Caller {
  readonly device: DeviceId
  readonly stream: Stream
  /** Where who calls is; null for a contact. */
  readonly strangerAt: string | null
}

/** Two streams that are passed on to each other. */
interface Call extends Ends {
  readonly devices: readonly [DeviceId, DeviceId]
  readonly streams: readonly [Stream, Stream]
}

/** Strangers use up nobody's part but their own. */
function endsOf({ device, strangerAt }: Caller, called: DeviceId): Ends {
  const ofStranger = strangerAt !== null
  return { ofStranger, contacts: ofStranger ? [] : [device, called] }
}

const limits = networkLimits
const streamsMax = limits.relayConnectionsPerPeerMax + 1

export class RelayHost {
  readonly #options: RelayHostOptions
  readonly #calls = new Set<Call>()
  readonly #callsMs = new Map<DeviceId, readonly number[]>()
  readonly #caller = new AsyncLocalStorage<Caller>()
  readonly #strangerCalls: StrangerCalls
  readonly #quota: RelayQuota
  /** Calls are about to be ended because the day's quota is used up. */
  #ending = false
  #service: CircuitRelayService | null = null
  #serving = false

  constructor(options: RelayHostOptions) {
    this.#options = options
    this.#strangerCalls = new StrangerCalls(options.clock)
    this.#quota = new RelayQuota(options.clock, options.use)
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

  get serving(): boolean {
    return this.#serving
  }

  /** What was passed on today. */
  get use(): RelayUse {
    return this.#quota.use()
  }

  /** What may be passed on in a day; null: without limit. Calls end that are beyond it. */
  setQuota(bytesPerDay: number | null): void {
    this.#quota.set(bytesPerDay)
    this.keep()
  }

  /** Switched off, every place is lost and every call ends. */
  setServing(on: boolean): void {
    this.#serving = on
    this.keep()
  }

  /** Takes back the places, and ends the calls, of those who may keep none here any more; and calls beyond the quota. */
  keep(): void {
    for (const peer of this.#service?.reservations.keys() ?? []) if (!this.#serves(deviceOf(peer))) this.#takeBack(peer)
    for (const call of this.#calls) {
      if (!this.#serves(call.devices[1]) || !this.#quota.mayPass(call)) this.#end(call)
    }
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

  /** Whether a call may be passed on. Beyond the quota it has told the caller so itself. */
  mayCall(from: DeviceId, to: DeviceId): boolean {
    const caller = this.#caller.getStore()
    if (caller === undefined || from === to || !this.#serves(to)) return false
    if (!this.#quota.mayPass(endsOf(caller, to))) {
      sayLimitExceeded(caller.stream)
      return false
    }
    if (this.#calls.size >= limits.relayConnectionsMax) return false
    if ([from, to].some((device) => this.#callsOf(device) >= limits.relayConnectionsPerPeerMax)) return false
    if (caller.strangerAt !== null) {
      const open = [...this.#calls].filter(({ ofStranger }) => ofStranger).length
      return open < visitLimits.relayStrangerCallsMax && this.#strangerCalls.mayCall(caller.strangerAt, to)
    }
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
      if (device === null) return stream.abort(new Error('Not an Ed25519 key'))
      const strangerAt = this.#options.isContact(device) ? null : remoteSource(connection)
      if (strangerAt !== null && !this.#takesUp(stream, connection)) return
      boundRequest(stream)
      return this.#caller.run({ device, stream, strangerAt }, () => handler(stream, connection))
    }
  }

  /** Whether a stranger's request is looked at; it keeps their connection. */
  #takesUp(stream: Stream, connection: Connection): boolean {
    const requests = connection.streams.filter(
      ({ direction, protocol }) => direction === 'inbound' && protocol === stream.protocol,
    )
    const served = this.#serving && requests.length <= visitLimits.relayStrangerCallsOpenMax && stream.status === 'open'
    const release = served ? this.#options.hold(connection) : null
    if (release === null) {
      stream.abort(new Error('Not served'))
      return false
    }
    // What has become no call by then was refused, and its caller has had time to hear that.
    const cancel = this.#options.clock.after(2 * limits.relayRequestTimeoutMs, () => {
      if (![...this.#calls].some((call) => call.streams.includes(stream))) stream.abort(new Error('No call'))
    })
    stream.addEventListener('close', () => {
      cancel()
      release()
    })
    return true
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
  #watch(caller: Caller, called: Omit<Caller, 'strangerAt'>): void {
    const call: Call = {
      devices: [caller.device, called.device],
      streams: [caller.stream, called.stream],
      ...endsOf(caller, called.device),
    }
    this.#calls.add(call)
    for (const stream of call.streams) stream.addEventListener('close', () => this.#calls.delete(call), { once: true })
    onReader(caller.stream, () => {
      const passed = (sizeBytes: number): void => this.#passed(sizeBytes, call)
      holdBack(caller.stream, called.stream, passed)
      holdBack(called.stream, caller.stream, passed)
    })
  }

  #passed(sizeBytes: number, ends: Ends): void {
    this.#quota.add(sizeBytes, ends)
    if (this.#ending || this.#quota.mayPass(ends)) return
    this.#ending = true
    // Not while a packet is on its way from one stream to the other.
    queueMicrotask(() => {
      this.#ending = false
      this.keep()
    })
  }
}
