/** `ports.Network` over libp2p: what listens, dials, keeps and finds peers, put together. */
import './withResolvers.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, protocolLimits } from '../core/limits.ts'
import type { Network, NetworkHandler, PeerTarget, Privacy, SendOutcome, Serving } from '../core/ports.ts'
import { AddressBook } from './addressBook.ts'
import type { SocketAddress } from './addresses.ts'
import { Connections } from './connections.ts'
import { createGate } from './gate.ts'
import { deviceKey, deviceOf, deviceOfKey, peerOf } from './keys.ts'
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
import { Surroundings } from './surroundings.ts'
import { ListenReport, ReadySockets } from './transport.ts'
import { samePrivacy, Ways } from './ways.ts'

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
  readonly #surroundings: Surroundings
  /** Dials whom nothing connects with us, and looks for a direct way to whom a relay does. */
  readonly #reconnector: Reconnector
  readonly #upgrades: Reconnector
  readonly #relays: Relays
  /** Whom to tell, from `start` to `stop`. */
  #handler: NetworkHandler | null = null
  #running: Running | null = null
  /** Starts and stops, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #ways: Ways
  #pulses = 0

  constructor(options: NetworkOptions) {
    const { clock, random, log } = options
    this.#options = options
    this.#ways = this.#waysOf(options.privacy)
    this.#book = new AddressBook(options.confine, clock)
    this.#book.privacy = options.privacy
    this.#connections = new Connections(clock)
    this.#surroundings = new Surroundings({
      network: options,
      book: this.#book,
      relayed: () => this.#relays.addresses(),
      found: (device, address) => this.#found(device, address),
      event: (event) => this.#running?.handler.event(event),
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
      changed: () => this.#surroundings.announce(),
    })
  }

  async start(handler: NetworkHandler): Promise<void> {
    if (this.#handler !== null) throw new Error('The network runs already')
    this.#handler = handler
    await this.#begin()
  }

  async stop(): Promise<void> {
    this.#handler = null
    this.#end()
    await this.#turn
  }

  #begin(): Promise<void> {
    const begun = this.#turn.then(() => this.#start())
    this.#turn = begun.catch(() => undefined)
    return begun
  }

  async #start(): Promise<void> {
    const [handler, ways, { clock }] = [this.#handler, this.#ways, this.#options]
    if (handler === null || this.#running !== null) return
    this.#surroundings.prepare()
    const readySockets = new ReadySockets()
    const listening = new ListenReport(this.#options.listen)
    const privateKey = await deviceKey(this.#options.deviceSeed)
    const own = deviceOfKey(privateKey)
    const node = await createNode({
      ...this.#options,
      privateKey,
      listenPlan: listening,
      readySockets,
      listenHosts: this.#surroundings.listenHosts(),
      ...ways.handshake,
      gate: createGate({
        clock,
        admits: (device) => device !== own && handler.admits(device),
        isTarget: (device) => this.#book.has(device),
        mayDial: (address) => this.#book.permitsText(address),
        mayMeet: (device) => this.#book.mayMeet(device),
        connections: () => this.#connections.all(),
        isOurRelay: (relay) => this.#relays.isOurs(relay),
        mayReserve: (device) => this.#relays.host.mayReserve(device),
        mayCall: (from, to) => this.#relays.host.mayCall(from, to),
      }),
      relayClient: this.#relays.client,
      relayHost: this.#relays.host,
      announce: () => this.#surroundings.directAddresses(),
    })
    // Another mode was chosen meanwhile, or none is wanted any more.
    if (this.#handler !== handler || this.#ways !== ways) return
    const peers = this.#createPeers(own, handler)
    const running: Running = {
      node,
      handler,
      peers,
      readySockets,
      stopping: new AbortController(),
      stopPulse: startPulse(clock, { pulse: () => this.#pulse(), drifted: () => this.wake() }),
    }
    this.#running = running
    await this.#open(node)
    if (this.#running !== running) return
    this.#book.port = listening.ports[0] ?? 0
    listening.tell(handler)
    this.#surroundings.start()
    this.#reconnector.start()
    this.#upgrades.start()
    this.#relays.start()
  }

  /** Ends at once what runs; its remains are cleared away before anything is begun anew. */
  #end(): void {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#reconnector.stop()
    this.#upgrades.stop()
    this.#relays.stop()
    const withdrawn = this.#surroundings.stop()
    running.stopping.abort()
    running.stopPulse()
    this.#book.port = 0
    this.#connections.closeAll()
    this.#turn = this.#turn
      .then(() => Promise.all([running.node.stop(), withdrawn]))
      .then(() => this.#connections.stop())
  }

  setPeers(targets: readonly PeerTarget[]): void {
    const before = this.#book.setTargets(targets)
    const devices = targets.map((target) => target.device)
    const pairs: LanPair[] = []
    for (const { device, lan } of targets) if (lan !== null) pairs.push({ device, key: lan.key, side: lan.side })
    this.#surroundings.setPairs(pairs)
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
    this.#surroundings.setLan(on)
  }

  setServing({ relay }: Serving): void {
    this.#relays.host.setServing(relay)
  }

  setPortMapping(on: boolean): void {
    this.#surroundings.setPortMapping(on)
  }

  setPrivacy(privacy: Privacy): void {
    if (samePrivacy(privacy, this.#ways.privacy)) return
    this.#ways = this.#waysOf(privacy)
    this.#book.privacy = privacy
    this.#applyPrivacy()
  }

  wake(): void {
    this.#surroundings.look()
    for (const device of this.#running?.peers.devices() ?? []) this.#running?.peers.wake(device)
    this.#reconnector.wake()
    this.#upgrades.wake()
  }

  #waysOf(privacy: Privacy): Ways {
    const ways: Ways = new Ways(privacy, this.#options, (why) => {
      if (this.#ways === ways) this.#running?.handler.event({ kind: 'proxyFailed', why })
    })
    return ways
  }

  /**
   * Every connection ends, allowed ones too, and the node begins anew with the sockets of the new mode: so nothing of
   * the old one can be left over.
   */
  #applyPrivacy(): void {
    if (this.#handler === null) return
    this.#end()
    this.#begin().catch(() => this.#options.log.warn('net.restartFailed'))
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
        this.#relays.lost(device)
      },
      writable: (device) => handler.event({ kind: 'writable', device }),
    })
  }

  #onPath(device: DeviceId, { path }: Link): void {
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
    if (this.#pulses % (limits.interfacePollMs / limits.pulseMs) === 0 && this.#surroundings.look()) this.wake()
  }

  #reachOptions(running: Running, device: DeviceId): ReachOptions {
    return {
      node: running.node,
      readySockets: running.readySockets,
      clock: this.#options.clock,
      log: this.#options.log,
      permits: (address) => this.#book.permits(device, address),
      connect: this.#ways.connectFor(device),
      dialTimeoutMs: this.#ways.dialTimeoutMs,
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

  #dialSoon(device: DeviceId): void {
    this.#reconnector.soon(device)
    this.#upgrades.soon(device)
  }

  #found(device: DeviceId, address: SocketAddress): void {
    if (this.#running === null || !this.#book.permits(device, address) || !this.#book.sighted(device, address)) return
    this.#dialSoon(device)
    // Seen while we believe to be connected: if it moved, that stream is dead and should be noticed soon.
    this.#running.peers.wake(device)
  }
}
