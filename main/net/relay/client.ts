/**
 * Dialling through relays, and being dialled through them: libp2p's transport for it, kept to the relays that we
 * chose. By itself it would connect to a relay that an address names, and take a place at whoever passes a call on.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { circuitRelayTransport, RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { CircuitRelayTransportComponents } from '@libp2p/circuit-relay-v2'
import type { Connection, PeerId, StreamHandler, Transport, Upgrader } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { deadline } from '../deadline.ts'
import { deviceOf } from '../keys.ts'
import { Rates } from '../rate.ts'
import type { Visit } from '../visitor.ts'
import { formatRelayed } from './address.ts'
import type { RelayedAddress } from './address.ts'
import { overlay } from './overlay.ts'
import { boundRequest } from './requests.ts'

export type RelayDialError =
  | { readonly kind: 'notStarted' }
  /** Too many dials through this relay at once. */
  | { readonly kind: 'relayBusy' }
  | { readonly kind: 'relayNotReached' }
  /** The relay said no: it does not serve, or has no place or no connection of the device. */
  | { readonly kind: 'relayRefused' }
  /** The relay hung up, said nothing in time, or led to somebody else. */
  | { readonly kind: 'relayFailed' }

export interface RelayClientOptions {
  readonly clock: Clock
  /** The direct connection with a device on which its frames go; null when there is none. */
  readonly connectionOf: (device: DeviceId) => Connection | null
  /** Connects with a relay for one call, as nobody that it knows. */
  readonly visit: (relay: RelayedAddress, signal: AbortSignal) => Promise<Visit | null>
  /** Whether we keep a place at this relay. */
  readonly isOurs: (relay: DeviceId) => boolean
}

export class RelayClient {
  readonly #options: RelayClientOptions
  /** Of dials through each relay: contacts may name ever other ones. */
  readonly #dials: Rates<DeviceId>
  /** The connection with the relay on which a call is being made. */
  readonly #via = new AsyncLocalStorage<Connection>()
  #transport: Transport | null = null
  #upgrader: Upgrader | null = null

  constructor(options: RelayClientOptions) {
    this.#options = options
    this.#dials = new Rates(options.clock, networkLimits.relayDialsPerSecondMax)
  }

  /** For libp2p's list of transports. */
  create(components: CircuitRelayTransportComponents): Transport {
    const { connectionManager, registrar, transportManager, upgrader } = components
    const refuse = (): Promise<never> => Promise.reject(new Error('Relays are chosen elsewhere'))
    const streams = networkLimits.relayConnectionsPerPeerMax
    this.#upgrader = upgrader
    this.#transport = circuitRelayTransport({ maxInboundStopStreams: streams, maxOutboundStopStreams: streams })(
      overlay(components, {
        connectionManager: overlay(connectionManager, {
          getConnections: (peer) => this.#connections(peer),
          openConnection: refuse,
        }),
        transportManager: overlay(transportManager, { listen: refuse }),
        registrar: overlay(registrar, {
          handle: (protocol, handler, options) => registrar.handle(protocol, this.#guarded(protocol, handler), options),
          register: () => Promise.resolve(''),
          unregister: () => undefined,
        }),
      }),
    )
    return this.#transport
  }

  /**
   * Reaches `peer` through a relay: on our connection with it, or else on one of the call's own, under a name that
   * the relay has never heard. Who is called is told who we are by Noise, from end to end.
   */
  async dial(peer: PeerId, address: RelayedAddress, outer: AbortSignal): Promise<Result<Connection, RelayDialError>> {
    const text = formatRelayed(address)
    const [transport, upgrader] = [this.#transport, this.#upgrader]
    if (transport === null || upgrader === null || text === null) return err({ kind: 'notStarted' })
    if (!this.#dials.of(address.relay).take()) return err({ kind: 'relayBusy' })
    const known = this.#options.connectionOf(address.relay)
    const visit = known === null ? await this.#options.visit(address, outer) : null
    const via = known ?? visit?.connection ?? null
    if (via === null) return err({ kind: 'relayNotReached' })
    const { signal, clear } = deadline(this.#options.clock, networkLimits.relayDialTimeoutMs, outer)
    try {
      const destination = multiaddr(`${text}/p2p/${peer.toString()}`)
      const connection = await this.#via.run(via, () => transport.dial(destination, { signal, upgrader }))
      connection.addEventListener('close', () => visit?.close(), { once: true })
      if (connection.status !== 'open') visit?.close()
      return ok(connection)
    } catch (thrown) {
      visit?.close()
      const refused = thrown instanceof Error && thrown.name === 'InvalidMessageError'
      return err({ kind: refused ? 'relayRefused' : 'relayFailed' })
    } finally {
      clear()
    }
  }

  #connections(peer: PeerId | undefined): Connection[] {
    const via = this.#via.getStore()
    if (via !== undefined) return [via]
    const device = peer === undefined ? null : deviceOf(peer)
    const connection = device === null ? null : this.#options.connectionOf(device)
    return connection === null ? [] : [connection]
  }

  #guarded(protocol: string, handler: StreamHandler): StreamHandler {
    if (protocol !== RELAY_V2_STOP_CODEC) return handler
    return (stream, connection) => {
      const relay = deviceOf(connection.remotePeer)
      if (relay === null || !this.#options.isOurs(relay)) return stream.abort(new Error('No relay of ours'))
      boundRequest(stream)
      return handler(stream, connection)
    }
  }
}
