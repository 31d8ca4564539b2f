/** `ports.Network` over libp2p: what listens, dials, keeps and finds peers, put together. */
import './withResolvers.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, protocolLimits } from '../core/limits.ts'
import type { Network, NetworkHandler, PeerTarget, Privacy, SendOutcome, Serving } from '../core/ports.ts'
import { AddressBook } from './addressBook.ts'
import type { SocketAddress } from './addresses.ts'
import { Connections } from './connections.ts'
import { Dialling } from './dialling.ts'
import type { Dialled } from './dial.ts'
import { createGate } from './gate.ts'
import { deviceKey, deviceOf, deviceOfKey } from './keys.ts'
import type { LanPair } from './lan/tokens.ts'
import { createNode } from './libp2pNode.ts'
import { Mailboxes } from './mailbox/mailboxes.ts'
import { openNode } from './openNode.ts'
import type { NetworkOptions } from './options.ts'
import { Peers } from './peers.ts'
import type { Link } from './peers.ts'
import { startPulse } from './pulse.ts'
import { Relays } from './relay/relays.ts'
import { remoteOf } from './remote.ts'
import { silentLogger } from './silentLogger.ts'
import { PeerStream } from './stream/peerStream.ts'
import { StunResponder } from './stun/responder.ts'
import { Surroundings } from './surroundings.ts'
import { ListenReport, ReadySockets } from './transport.ts'
import { visitor } from './visitor.ts'
import { samePrivacy, Ways } from './ways.ts'
import { createWebrtc } from './webrtc/create.ts'
import type { Webrtc } from './webrtc/webrtc.ts'

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
  readonly mail: Mailboxes
  readonly roundTripMs = (device: DeviceId): number | null => this.#running?.peers.roundTripMs(device) ?? null
  readonly relayUse: Network['relayUse'] = () => this.#relays.host.use
  readonly #options: NetworkOptions
  readonly #book: AddressBook
  readonly #connections: Connections
  readonly #surroundings: Surroundings
  readonly #relays: Relays
  readonly #webrtc: Webrtc
  readonly #dialling: Dialling
  readonly #stun: StunResponder
  /** Whom to tell, from `start` to `stop`. */
  #handler: NetworkHandler | null = null
  #running: Running | null = null
  /** Starts and stops, one after the other. */
  #turn: Promise<void> = Promise.resolve()
  #ways: Ways
  #serving = false
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
    const hold = (connection: Connection): (() => void) | null => this.#connections.hold(connection)
    const visit = visitor({
      clock,
      random,
      noiseCrypto: options.noiseCrypto,
      permits: (device, address) => this.#running !== null && this.#book.permits(device, address),
      ways: () => this.#ways,
    })
    this.#relays = new Relays({
      clock,
      random,
      log,
      book: this.#book,
      streamOf: (device) => this.#running?.peers.streamOf(device) ?? null,
      pathOf: (device) => this.#running?.peers.pathOf(device) ?? null,
      visit,
      hold,
      use: options.relayUse ?? null,
      changed: () => this.#surroundings.announce(),
    })
    this.mail = new Mailboxes({
      clock,
      log,
      store: options.mailboxStore ?? null,
      isContact: (device) => this.#book.has(device) && this.#running?.handler.admits(device) === true,
      mailboxes: () => this.#book.mailboxes(),
      keepers: () => this.#book.keepers(),
      connectionOf: (device) => this.#connectionOf(device),
      hold,
      visit,
      waiting: (device) => this.#running?.handler.event({ kind: 'mailWaiting', device }),
    })
    const reached = ({ stream, connection }: Dialled): void => this.#streamOpened(stream, connection)
    this.#webrtc = createWebrtc(options, {
      book: this.#book,
      relays: this.#relays,
      pathOf: (device) => this.#running?.peers.pathOf(device) ?? null,
      reached,
    })
    this.#dialling = new Dialling({
      clock,
      random,
      log,
      book: this.#book,
      relays: this.#relays,
      webrtc: this.#webrtc,
      ways: () => this.#ways,
      running: () => this.#running,
      reached,
    })
    this.#stun = new StunResponder({ clock, log, isConnected: (host) => this.#connections.hasHost(host) })
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
        takesVisitors: () => this.#relays.host.serving || this.mail.host.serving,
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
      upgrades: (upgrader) => this.#webrtc.start({ own, upgrader, logger: silentLogger.forComponent('') }),
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
    await openNode(node, {
      connections: this.#connections,
      mailbox: this.mail.host,
      admits: (device) => handler.admits(device),
      frames: (stream, connection) => this.#streamOpened(stream, connection),
      webrtc: (stream, connection) => this.#webrtc.onStream(stream, connection),
    })
    if (this.#running !== running) return
    this.#book.port = listening.ports[0] ?? 0
    listening.tell(handler)
    this.#surroundings.start()
    this.#applyServing()
    this.#dialling.start()
    this.#relays.start()
  }

  /** Ends at once what runs; its remains are cleared away before anything is begun anew. */
  #end(): void {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#dialling.stop()
    this.#webrtc.stop()
    this.#relays.stop()
    this.mail.stop()
    const withdrawn = this.#surroundings.stop()
    running.stopping.abort()
    running.stopPulse()
    this.#book.port = 0
    this.#applyServing()
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
    this.#dialling.setTargets(devices)
    for (const target of targets) {
      const known = before.get(target.device)
      before.delete(target.device)
      if (known !== undefined && known.addresses.join() !== target.addresses.join()) this.#dialling.soon(target.device)
    }
    this.#relays.targetsChanged()
    this.mail.targetsChanged()
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

  setServing(serving: Serving): void {
    this.#serving = serving.relay
    this.#relays.host.setServing(serving.relay)
    this.mail.host.setServing(serving)
    this.#applyServing()
  }

  setQuotas({ relayBytesPerDay, mailboxBytes }: Parameters<Network['setQuotas']>[0]): void {
    this.#relays.host.setQuota(relayBytesPerDay)
    this.#options.mailboxStore?.setQuota(mailboxBytes)
  }

  setPortMapping(on: boolean): void {
    this.#surroundings.setPortMapping(on)
  }

  setPrivacy(privacy: Privacy): void {
    if (samePrivacy(privacy, this.#ways.privacy)) return
    this.#ways = this.#waysOf(privacy)
    this.#book.privacy = privacy
    this.#webrtc.setOn(this.#options.webrtc && privacy.kind === 'open')
    this.#applyPrivacy()
  }

  wake(): void {
    this.#surroundings.look()
    for (const device of this.#running?.peers.devices() ?? []) this.#running?.peers.wake(device)
    this.#dialling.wake()
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
        this.#dialling.connected(device)
        handler.event({ kind: 'peerUp', device, path: link.path, address: link.address })
        this.#onPath(device, link)
      },
      moved: (device, link) => {
        handler.event({ kind: 'pathChanged', device, path: link.path, address: link.address })
        this.#onPath(device, link)
      },
      down: (device, durationMs, link) => {
        this.#dialling.disconnected(device, durationMs, link.path)
        handler.event({ kind: 'peerDown', device })
        this.#relays.ended(device, durationMs, link.address)
      },
      writable: (device) => handler.event({ kind: 'writable', device }),
    })
  }

  #onPath(device: DeviceId, { path }: Link): void {
    this.mail.connected(device)
    this.#dialling.onPath(device, path)
    if (path === 'relay') this.#relays.lost(device)
    else this.#relays.found(device)
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

  /** The connection that carries a device's frames. */
  #connectionOf(device: DeviceId): Connection | null {
    const stream = this.#running?.peers.streamOf(device)
    return stream instanceof PeerStream ? stream.connection : null
  }

  /** Who is reached through this relay may ask it by STUN under which address it sees them. */
  #applyServing(): void {
    const { port } = this.#book
    const isOpen = this.#ways.privacy.kind === 'open'
    if (this.#serving && isOpen && port !== 0) this.#stun.start(this.#surroundings.listenHosts(), port)
    else this.#stun.stop()
  }

  #found(device: DeviceId, address: SocketAddress): void {
    if (this.#running === null || !this.#book.permits(device, address) || !this.#book.sighted(device, address)) return
    this.#dialling.found(device, address)
    // Seen while we believe to be connected: if it moved, that stream is dead and should be noticed soon.
    this.#running.peers.wake(device)
  }
}
