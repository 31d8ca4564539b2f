/** `ports.Network` over libp2p: what listens, dials, keeps and finds peers, put together. */
import './withResolvers.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, protocolLimits } from '../core/limits.ts'
import type { ListenError, Network, NetworkHandler, PeerTarget, SendOutcome, Serving } from '../core/ports.ts'
import { AddressBook } from './addressBook.ts'
import type { SocketAddress } from './addresses.ts'
import { announcement, directAddresses } from './announcement.ts'
import { lanInterfaces, listenHosts } from './confinement.ts'
import { Connections } from './connections.ts'
import { createGate } from './gate.ts'
import { readInterfaces, signatureOf } from './interfaces.ts'
import { deviceKey, deviceOf, deviceOfKey, peerOf } from './keys.ts'
import { Discovery } from './lan/discovery.ts'
import type { LanPair } from './lan/tokens.ts'
import { createNode } from './libp2pNode.ts'
import { absentMail } from './mailbox/absent.ts'
import type { NetworkOptions } from './options.ts'
import { Peers } from './peers.ts'
import type { Link } from './peers.ts'
import { startPulse } from './pulse.ts'
import { reach, reachDirectly } from './reach.ts'
import type { ReachOptions } from './reach.ts'
import { Reconnector } from './reconnect.ts'
import { Relays } from './relay/relays.ts'
import { remoteOf } from './remote.ts'
import { framesProtocol } from './stream/frames.ts'
import { PeerStream } from './stream/peerStream.ts'
import { listenProblems, ReadySockets } from './transport.ts'

/** Makes a network that is not started yet. Nothing is opened before `start`. */
export function createNetwork(options: NetworkOptions): Network {
  return new Libp2pNetwork(options)
}

interface Running {
  readonly node: Libp2p
  readonly handler: NetworkHandler
  readonly peers: Peers
  readonly readySockets: ReadySockets
  readonly stopping: AbortController
  readonly stopPulse: () => void
}

const limits = networkLimits

class Libp2pNetwork implements Network {
  readonly mail = absentMail
  readonly #options: NetworkOptions
  readonly #book: AddressBook
  readonly #connections: Connections
  readonly #discovery: Discovery
  /** Dials whom nothing connects with us, and looks for a direct way to whom a relay does. */
  readonly #reconnector: Reconnector
  readonly #upgrades: Reconnector
  readonly #relays: Relays
  #running: Running | null = null
  #lan: boolean
  #pulses = 0
  #announced = ''

  constructor(options: NetworkOptions) {
    const { clock, random, log } = options
    this.#options = options
    this.#lan = options.lan
    this.#book = new AddressBook(options.confine, clock)
    this.#connections = new Connections(clock)
    this.#discovery = new Discovery({
      clock,
      random,
      log,
      port: () => this.#book.port,
      found: (device, address) => this.#found(device, address),
    })
    this.#reconnector = new Reconnector({
      clock,
      random,
      pace: { afterMs: limits.redialAfterMs, afterMsMax: limits.redialAfterMsMax },
      dial: (device) => this.#dial(device),
      isConnected: (device) => this.#running?.peers.has(device) ?? false,
      isDialable: (device) =>
        this.#running !== null && (this.#book.direct(device).length > 0 || this.#relays.waysTo(device).length > 0),
    })
    this.#upgrades = new Reconnector({
      clock,
      random,
      pace: { afterMs: limits.upgradeAfterMs, afterMsMax: limits.upgradeAfterMsMax },
      dial: (device) => this.#dialDirectly(device),
      isConnected: (device) => this.#running?.peers.pathOf(device) !== 'relay',
      isDialable: (device) => this.#book.direct(device).length > 0,
    })
    this.#relays = new Relays({
      clock,
      random,
      log,
      book: this.#book,
      streamOf: (device) => this.#running?.peers.streamOf(device) ?? null,
      pathOf: (device) => this.#running?.peers.pathOf(device) ?? null,
      changed: () => this.#announce(),
    })
  }

  async start(handler: NetworkHandler): Promise<void> {
    if (this.#running !== null) throw new Error('The network runs already')
    const { clock } = this.#options
    this.#book.interfaces = readInterfaces()
    const readySockets = new ReadySockets()
    const ports = new Set<number>()
    const failures: ListenError[] = []
    const privateKey = await deviceKey(this.#options.deviceSeed)
    const own = deviceOfKey(privateKey)
    const node = await createNode({
      privateKey,
      clock,
      noiseCrypto: this.#options.noiseCrypto,
      listenHosts: this.#listenHosts(),
      listenPlan: {
        port: this.#options.listen.port,
        portFallback: this.#options.listen.portFallback,
        listening: (_family, port) => void ports.add(port),
        failed: (_family, error) => void failures.push(error),
      },
      readySockets,
      gate: createGate({
        clock,
        admits: (device) => device !== own && handler.admits(device),
        isTarget: (device) => this.#book.has(device),
        mayDial: (address) => this.#book.permitsText(address),
        connections: () => this.#connections.all(),
        isOurRelay: (relay) => this.#relays.isOurs(relay),
        mayReserve: (device) => this.#relays.host.mayReserve(device),
        mayCall: (from, to) => this.#relays.host.mayCall(from, to),
      }),
      relayClient: this.#relays.client,
      relayHost: this.#relays.host,
      announce: () => this.#directAddresses(),
    })
    const peers = this.#createPeers(own, handler)
    this.#running = {
      node,
      handler,
      peers,
      readySockets,
      stopping: new AbortController(),
      stopPulse: startPulse(clock, { pulse: () => this.#pulse(), drifted: () => this.wake() }),
    }
    await this.#open(node)
    this.#reportListening(handler, [...ports], failures)
    this.#announce()
    this.#applyLan()
    this.#reconnector.start()
    this.#upgrades.start()
    this.#relays.start()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#reconnector.stop()
    this.#upgrades.stop()
    this.#relays.stop()
    this.#discovery.setInterfaces([])
    running.stopping.abort()
    running.stopPulse()
    this.#book.port = 0
    this.#announced = ''
    await running.node.stop()
    this.#connections.stop()
  }

  setPeers(targets: readonly PeerTarget[]): void {
    const before = this.#book.setTargets(targets)
    const devices = targets.map((target) => target.device)
    const pairs: LanPair[] = []
    for (const { device, lan } of targets) if (lan !== null) pairs.push({ device, key: lan.key, side: lan.side })
    this.#discovery.setPairs(pairs)
    this.#reconnector.setTargets(devices)
    this.#upgrades.setTargets(devices)
    for (const target of targets) {
      const known = before.get(target.device)
      before.delete(target.device)
      if (known !== undefined && known.addresses.join() !== target.addresses.join()) this.#dialSoon(target.device)
    }
    this.#relays.targetsChanged()
    // A device that is wanted no more stays only if it would be let in again.
    for (const device of before.keys()) if (this.#running?.handler.admits(device) !== true) this.disconnect(device)
  }

  send(device: DeviceId, frame: Uint8Array): SendOutcome {
    if (frame.length === 0 || frame.length > protocolLimits.frameSizeBytesMax) {
      throw new RangeError(`A frame has 1 to ${protocolLimits.frameSizeBytesMax} bytes, got ${frame.length}`)
    }
    return this.#running?.peers.send(device, frame) ?? 'notConnected'
  }

  disconnect(device: DeviceId): void {
    this.#running?.peers.disconnect(device)
    this.#connections.closeDevice(device)
  }

  setLanDiscovery(on: boolean): void {
    this.#lan = on
    this.#applyLan()
  }

  setServing({ relay }: Serving): void {
    this.#relays.host.setServing(relay)
  }

  setPrivacy(): void {}
  setPortMapping(): void {}

  wake(): void {
    this.#lookAtInterfaces()
    for (const device of this.#running?.peers.devices() ?? []) this.#running?.peers.wake(device)
    this.#reconnector.wake()
    this.#upgrades.wake()
  }

  #listenHosts(): readonly string[] {
    const { confine, listen } = this.#options
    return listenHosts(confine, listen.loopbackOnly, listen.families, this.#book.interfaces)
  }

  #createPeers(own: DeviceId, handler: NetworkHandler): Peers {
    return new Peers(own, this.#options.clock, {
      up: (device, link) => {
        this.#reconnector.connected(device)
        handler.event({ kind: 'peerUp', device, path: link.path, address: link.address })
        this.#onPath(device, link)
      },
      moved: (device, link) => {
        handler.event({ kind: 'pathChanged', device, path: link.path, address: link.address })
        this.#onPath(device, link)
      },
      down: (device, durationMs) => {
        this.#reconnector.disconnected(device, durationMs)
        this.#upgrades.connected(device)
        handler.event({ kind: 'peerDown', device })
        this.#relays.ended(device, durationMs)
      },
      writable: (device) => handler.event({ kind: 'writable', device }),
    })
  }

  #onPath(device: DeviceId, { path, address }: Link): void {
    this.#relays.reached(device, address)
    if (path === 'relay') {
      this.#upgrades.disconnected(device, limits.stableConnectionMs)
      return this.#relays.lost(device)
    }
    this.#upgrades.connected(device)
    this.#relays.found(device)
    for (const other of this.#book.through(device)) this.#reconnector.soon(other)
  }

  async #open(node: Libp2p): Promise<void> {
    node.addEventListener('connection:open', (event) => this.#connections.opened(event.detail))
    node.addEventListener('connection:close', (event) => this.#closed(node, event.detail))
    // One stream of frames per connection, opened by who dialled.
    const onStream = (stream: Stream, connection: Connection): void => {
      if (connection.direction === 'inbound') this.#streamOpened(stream, connection)
      else stream.abort(new Error('Who dialled opens the stream'))
    }
    await node.handle(framesProtocol, onStream, {
      maxInboundStreams: 1,
      maxOutboundStreams: 1,
      runOnLimitedConnection: true,
    })
    await node.start()
  }

  #reportListening(handler: NetworkHandler, ports: readonly number[], failures: readonly ListenError[]): void {
    for (const error of listenProblems(failures, ports)) handler.event({ kind: 'listenFailed', error })
    this.#book.port = ports[0] ?? 0
    if (ports.length > 0) handler.event({ kind: 'listening', ports })
  }

  // ── Connections and streams ────────────────────────────────────────────────────────────────

  #closed(node: Libp2p, connection: Connection): void {
    this.#connections.closed(connection)
    // libp2p's book of peers must not grow with every stranger who ever came.
    if (this.#running !== null && node.getConnections(connection.remotePeer).length === 0) {
      node.peerStore.delete(connection.remotePeer).catch(() => undefined)
    }
  }

  #streamOpened(stream: Stream, connection: Connection): void {
    const running = this.#running
    const device = deviceOf(connection.remotePeer)
    const remote = remoteOf(connection)
    if (running === null || device === null || remote === null) return connection.abort(new Error('Not wanted'))
    this.#connections.streamOpened(connection)
    const { peers, handler } = running
    const peerStream: PeerStream = new PeerStream(stream, connection, this.#options.clock, {
      frame: (frame) => handler.frame(device, frame),
      writable: () => peers.writable(device, peerStream),
      ended: (end) => {
        this.#options.log.debug('net.streamEnded', { end })
        peers.remove(device, peerStream)
      },
    })
    peers.add(device, {
      stream: peerStream,
      dialledBy: connection.direction === 'outbound' ? 'us' : 'them',
      openedAtMs: this.#options.clock.nowMs(),
      ...remote,
    })
  }

  #pulse(): void {
    const { peers } = this.#running ?? {}
    if (peers === undefined) return
    const idlePulsesMax = limits.strangerIdleMs / limits.pulseMs
    this.#connections.pulse((device) => this.#book.has(device))
    peers.each((device, stream) => {
      stream.pulse()
      if (stream.framelessPulses > idlePulsesMax && !this.#book.has(device)) stream.end('idleStranger')
    })
    this.#pulses++
    if (this.#pulses % (limits.interfacePollMs / limits.pulseMs) === 0 && this.#lookAtInterfaces()) {
      this.wake()
    }
  }

  #reachOptions(running: Running, device: DeviceId): ReachOptions {
    return {
      node: running.node,
      readySockets: running.readySockets,
      clock: this.#options.clock,
      log: this.#options.log,
      permits: (address) => this.#book.permits(address),
      relays: this.#relays.client,
      isConnected: () => running.peers.has(device),
      reached: ({ stream, connection }) => {
        if (this.#running === running && this.#book.has(device)) this.#streamOpened(stream, connection)
        else connection.abort(new Error('Not wanted any more'))
      },
    }
  }

  async #dial(device: DeviceId): Promise<void> {
    const [running, peer] = [this.#running, peerOf(device)]
    if (running === null || peer === null || running.peers.count >= limits.connectionsMax) return
    const [direct, relayed] = [this.#book.direct(device), this.#relays.waysTo(device)]
    await reach(this.#reachOptions(running, device), peer, direct, relayed, running.stopping.signal)
  }

  async #dialDirectly(device: DeviceId): Promise<void> {
    const [running, peer] = [this.#running, peerOf(device)]
    if (running === null || peer === null) return
    await reachDirectly(this.#reachOptions(running, device), peer, this.#book.direct(device), running.stopping.signal)
  }

  /** Something new was learnt of where the device is. */
  #dialSoon(device: DeviceId): void {
    this.#reconnector.soon(device)
    this.#upgrades.soon(device)
  }

  // ── Interfaces and the LAN ─────────────────────────────────────────────────────────────────

  /** True when an address of this machine came or went. */
  #lookAtInterfaces(): boolean {
    if (this.#running === null) return false
    const interfaces = readInterfaces()
    if (signatureOf(interfaces) === signatureOf(this.#book.interfaces)) return false
    this.#book.interfaces = interfaces
    this.#announce()
    this.#applyLan()
    return true
  }

  #directAddresses(): readonly string[] {
    return directAddresses(this.#options, this.#book.interfaces, this.#book.port)
  }

  #announce(): void {
    if (this.#running === null) return
    const addresses = announcement(this.#directAddresses(), this.#relays.addresses())
    if (addresses.join() === this.#announced) return
    this.#announced = addresses.join()
    this.#running.handler.event({ kind: 'addresses', addresses })
  }

  #applyLan(): void {
    const on = this.#lan && this.#running !== null && !this.#options.listen.loopbackOnly
    this.#discovery.setInterfaces(on ? lanInterfaces(this.#options.confine, this.#book.interfaces) : [])
  }

  #found(device: DeviceId, address: SocketAddress): void {
    if (this.#running === null || !this.#book.permits(address) || !this.#book.sighted(device, address)) return
    this.#dialSoon(device)
    // Seen while we believe to be connected: if it moved, that stream is dead and should be noticed soon.
    this.#running.peers.wake(device)
  }
}
