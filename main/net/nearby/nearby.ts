/**
 * A sitting of people nearby as the network sees it: announces, dials whom it hears of, and keeps one channel with
 * each. Its key, port and channels are made for it and end with it.
 */
import '../withResolvers.ts'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import { multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits, networkLimits, protocolLimits } from '../../core/limits.ts'
import type { Clock, Log, Random } from '../../core/ports.ts'
import { formatAddress, inSubnet, parseAddress, scopeOf } from '../addresses.ts'
import type { SocketAddress } from '../addresses.ts'
import { lanInterfaces, listenHosts, mayDial } from '../confinement.ts'
import { deadline } from '../deadline.ts'
import { readInterfaces, signatureOf } from '../interfaces.ts'
import type { LocalInterface } from '../interfaces.ts'
import { deviceKey, deviceOf, deviceOfKey, peerOf } from '../keys.ts'
import type { Confinement } from '../options.ts'
import { startPulse } from '../pulse.ts'
import { openSocket } from '../sockets.ts'
import { PeerStream } from '../stream/peerStream.ts'
import { ReadySockets } from '../transport.ts'
import { Beacon } from './beacon.ts'
import type { BeaconOptions, NearbyDiscovery } from './beacon.ts'
import { createNearbyGate } from './gate.ts'
import { createNearbyNode } from './node.ts'
import { Sightings } from './sightings.ts'

export const nearbyProtocol = '/waxwing/nearby/1'

/** One channel with somebody who has proved the key `peer`. */
export interface NearbyLink {
  readonly peer: DeviceId
  send(message: Uint8Array): void
  /** Lets what was sent leave, then ends the channel. */
  close(): void
}

export interface NearbyHandler {
  opened(link: NearbyLink): void
  /** At most `nearbyMessageSizeBytesMax` of anything. */
  message(link: NearbyLink, message: Uint8Array): void
  closed(link: NearbyLink): void
}

export interface NearbyNetwork {
  /** Begins to announce and to listen. Answers the fresh key of this sitting. Once. */
  start(handler: NearbyHandler): Promise<DeviceId>
  /** Everything is closed, and nothing is announced any more. */
  stop(): Promise<void>
}

export interface NearbyNetworkOptions {
  readonly noiseCrypto?: ICryptoInterface
  readonly confine: Confinement
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** In place of multicast, for tests. */
  readonly discovery?: (options: BeaconOptions) => NearbyDiscovery
}

/** Whether a sitting may be held at all where this network is confined to. */
export function mayMeetNearby(confine: Confinement): boolean {
  return confine !== 'loopback'
}

/** Makes the network of one sitting. Nothing is opened before `start`. */
export function createNearbyNetwork(options: NearbyNetworkOptions): NearbyNetwork {
  return new NearbySitting(options)
}

interface Running {
  readonly node: Libp2p
  readonly own: DeviceId
  readonly handler: NearbyHandler
  readonly discovery: NearbyDiscovery
  readonly stopPulse: () => void
}

interface Channel {
  readonly link: NearbyLink
  readonly stream: PeerStream
  readonly dialledBy: DeviceId
}

const limits = networkLimits
const keySeedSizeBytes = 32

class NearbySitting implements NearbyNetwork {
  readonly #options: NearbyNetworkOptions
  readonly #readySockets = new ReadySockets()
  readonly #stopping = new AbortController()
  readonly #sightings: Sightings
  readonly #channels = new Map<DeviceId, Channel>()
  /** Connections that have no stream yet, and the pulse at which they end. */
  readonly #bare = new Map<Connection, number>()
  #interfaces: readonly LocalInterface[] = []
  #running: Running | null = null
  #dials = 0
  #pulses = 0

  constructor(options: NearbyNetworkOptions) {
    this.#options = options
    this.#sightings = new Sightings(options.clock)
  }

  async start(handler: NearbyHandler): Promise<DeviceId> {
    const { clock, log, random, confine } = this.#options
    this.#interfaces = readInterfaces()
    const privateKey = await deviceKey(random.bytes(keySeedSizeBytes))
    const own = deviceOfKey(privateKey)
    let port = 0
    const node = await createNearbyNode({
      privateKey,
      clock,
      noiseCrypto: this.#options.noiseCrypto,
      listenHosts: listenHosts(confine, false, ['ip4'], this.#interfaces),
      listenPlan: {
        port: 0,
        portFallback: true,
        listening: (_family, got) => void (port = got),
        failed: (_family, error) => log.warn('nearby.listenFailed', { kind: error.kind }),
      },
      readySockets: this.#readySockets,
      gate: createNearbyGate({
        own,
        isNear: (host) => this.#isNear(host),
        mayDial: (address) => this.#permitsText(address),
      }),
    })
    await this.#open(node)
    const found = (peer: DeviceId, address: SocketAddress): void => this.#found(peer, address)
    const beacon = { clock, log, own: { port, peer: own }, found }
    const discovery = this.#options.discovery?.(beacon) ?? new Beacon(beacon)
    const stopPulse = startPulse(clock, { pulse: () => this.#pulse(), drifted: () => undefined })
    this.#running = { node, own, handler, discovery, stopPulse }
    if (this.#stopping.signal.aborted) {
      await this.#close(this.#running)
      return own
    }
    discovery.setInterfaces(lanInterfaces(confine, this.#interfaces))
    return own
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    if (this.#running !== null) await this.#close(this.#running)
  }

  async #close(running: Running): Promise<void> {
    this.#running = null
    running.discovery.stop()
    running.stopPulse()
    for (const { stream } of this.#channels.values()) stream.end('closedHere')
    await running.node.stop()
    this.#bare.clear()
  }

  async #open(node: Libp2p): Promise<void> {
    node.addEventListener('connection:open', ({ detail }) => {
      this.#bare.set(detail, this.#pulses + limits.streamOpenTimeoutMs / limits.pulseMs)
    })
    node.addEventListener('connection:close', ({ detail }) => {
      this.#bare.delete(detail)
      node.peerStore.delete(detail.remotePeer).catch(() => undefined)
    })
    const onStream = (stream: Stream, connection: Connection): void => {
      if (connection.direction === 'inbound') this.#streamOpened(stream, connection)
      else stream.abort(new Error('Who dialled opens the stream'))
    }
    await node.handle(nearbyProtocol, onStream, { maxInboundStreams: 1, maxOutboundStreams: 1 })
    await node.start()
  }

  // ── Where the others are ───────────────────────────────────────────────────────────────────

  #isNear(host: string): boolean {
    const { confine } = this.#options
    if (confine === 'loopback') return scopeOf(host) === 'loopback'
    return lanInterfaces(confine, this.#interfaces)
      .flatMap((one) => one.addresses)
      .some((own) => inSubnet(host, own.host, own.prefixLength))
  }

  #permits(address: SocketAddress): boolean {
    return this.#isNear(address.host) && mayDial(this.#options.confine, address, this.#interfaces)
  }

  #permitsText(address: Multiaddr): boolean {
    const parsed = parseAddress(address.toString().replace(/\/p2p\/[^/]+$/, ''))
    return parsed.ok && this.#permits(parsed.value)
  }

  #found(peer: DeviceId, address: SocketAddress): void {
    if (this.#running === null || peer === this.#running.own || !this.#permits(address)) return
    this.#sightings.seen(peer, address)
    this.#dialWhoIsDue()
  }

  #pulse(): void {
    this.#pulses++
    for (const { stream } of this.#channels.values()) stream.pulse()
    for (const [connection, until] of this.#bare) {
      if (this.#pulses >= until) connection.abort(new Error('No stream in time'))
    }
    if (this.#pulses % (limits.interfacePollMs / limits.pulseMs) === 0) this.#lookAtInterfaces()
    this.#dialWhoIsDue()
  }

  #lookAtInterfaces(): void {
    const interfaces = readInterfaces()
    if (signatureOf(interfaces) === signatureOf(this.#interfaces)) return
    this.#interfaces = interfaces
    this.#running?.discovery.setInterfaces(lanInterfaces(this.#options.confine, interfaces))
  }

  // ── Channels ───────────────────────────────────────────────────────────────────────────────

  #dialWhoIsDue(): void {
    const running = this.#running
    if (running === null) return
    for (const { peer, address } of this.#sightings.due(running.own, (one) => this.#channels.has(one))) {
      if (this.#dials >= nearbyLimits.dialsMax || this.#channels.size >= nearbyLimits.linksMax) return
      this.#dials++
      this.#sightings.dialled(peer)
      void this.#dial(running, peer, address).finally(() => this.#dials--)
    }
  }

  async #dial({ node }: Running, peer: DeviceId, address: SocketAddress): Promise<void> {
    const { clock, log } = this.#options
    const id = peerOf(peer)
    if (id === null || !this.#permits(address)) return
    const { signal, clear } = deadline(clock, limits.dialTimeoutMs, this.#stopping.signal)
    const socket = await openSocket(clock, address.host, address.port, signal)
    const text = `${formatAddress(address)}/p2p/${id.toString()}`
    if (socket.ok) this.#readySockets.put(text, socket.value)
    try {
      if (!socket.ok) return
      const connection = await node.dial(multiaddr(text), { signal })
      // They dialled us meanwhile: then the stream comes from their side.
      if (connection.direction === 'inbound') return
      try {
        this.#streamOpened(await connection.newStream(nearbyProtocol, { signal }), connection)
      } catch {
        connection.abort(new Error('No stream'))
      }
    } catch {
      log.debug('nearby.dialFailed')
    } finally {
      this.#readySockets.take(text)?.destroy()
      clear()
    }
  }

  #streamOpened(stream: Stream, connection: Connection): void {
    const running = this.#running
    const peer = deviceOf(connection.remotePeer)
    if (running === null || peer === null) return connection.abort(new Error('Not wanted'))
    this.#bare.delete(connection)
    const dialledBy = connection.direction === 'outbound' ? running.own : peer
    const before = this.#channels.get(peer)
    // Of two that crossed both sides keep the same one.
    const smaller = peer < running.own ? peer : running.own
    if (before !== undefined && (dialledBy !== smaller || before.dialledBy === smaller)) {
      return connection.abort(new Error('There is a channel already'))
    }
    before?.stream.end('replaced')
    this.#takeUp(running.handler, peer, dialledBy, stream, connection)
  }

  #takeUp(handler: NearbyHandler, peer: DeviceId, dialledBy: DeviceId, stream: Stream, connection: Connection): void {
    const link: NearbyLink = {
      peer,
      send: (message) => void peerStream.send(message),
      close: () => peerStream.end('closedHere'),
    }
    const isOurs = (): boolean => this.#channels.get(peer)?.link === link
    /** What came with the opening of the stream, until it is known to whom it belongs. */
    let early: Uint8Array[] | null = []
    const take = (message: Uint8Array): void => {
      if (message.length > protocolLimits.nearbyMessageSizeBytesMax) connection.abort(new Error('Too long'))
      else if (early !== null) early.push(message)
      else if (isOurs()) handler.message(link, message)
    }
    const peerStream: PeerStream = new PeerStream(stream, connection, this.#options.clock, {
      frame: (message) => {
        take(message)
        return Promise.resolve()
      },
      writable: () => undefined,
      ended: () => {
        if (!isOurs()) return
        this.#channels.delete(peer)
        handler.closed(link)
      },
    })
    this.#channels.set(peer, { link, stream: peerStream, dialledBy })
    handler.opened(link)
    const waiting = early
    early = null
    for (const message of waiting) take(message)
  }
}
