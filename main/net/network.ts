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
import { Dialling } from './dialling.ts'
import type { Dialled } from './dial.ts'
import { createGate } from './gate.ts'
import { readInterfaces, signatureOf } from './interfaces.ts'
import { deviceKey, deviceOf, deviceOfKey } from './keys.ts'
import { Discovery } from './lan/discovery.ts'
import type { LanPair } from './lan/tokens.ts'
import { createNode } from './libp2pNode.ts'
import { Mailboxes } from './mailbox/mailboxes.ts'
import { openNode, reportListening } from './openNode.ts'
import type { NetworkOptions } from './options.ts'
import { Peers } from './peers.ts'
import type { Link } from './peers.ts'
import { startPulse } from './pulse.ts'
import { Relays } from './relay/relays.ts'
import { remoteOf } from './remote.ts'
import { silentLogger } from './silentLogger.ts'
import { PeerStream } from './stream/peerStream.ts'
import { StunResponder } from './stun/responder.ts'
import { ReadySockets } from './transport.ts'
import { visitor } from './visitor.ts'
import { createWebrtc } from './webrtc/create.ts'
import type { Webrtc } from './webrtc/webrtc.ts'

/** Makes a network that is not started yet. Nothing is opened before `start`. */
export function createNetwork(options: NetworkOptions): Network & WebrtcSwitch {
  return new Libp2pNetwork(options)
}

interface WebrtcSwitch {
  /** Whether relayed peers may be reached directly over UDP; switched off, such connections end. */
  setWebrtc(on: boolean): void
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

class Libp2pNetwork implements Network, WebrtcSwitch {
  readonly mail: Mailboxes
  readonly roundTripMs = (device: DeviceId): number | null => this.#running?.peers.roundTripMs(device) ?? null
  readonly #options: NetworkOptions
  readonly #book: AddressBook
  readonly #connections: Connections
  readonly #discovery: Discovery
  readonly #relays: Relays
  readonly #webrtc: Webrtc
  readonly #dialling: Dialling
  readonly #stun: StunResponder
  #running: Running | null = null
  #lan: boolean
  #serving = false
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
    const hold = (connection: Connection): (() => void) | null => this.#connections.hold(connection)
    const permits = (address: SocketAddress): boolean => this.#running !== null && this.#book.permits(address)
    const visit = visitor({ clock, random, noiseCrypto: options.noiseCrypto, permits })
    this.#relays = new Relays({
      clock,
      random,
      log,
      book: this.#book,
      streamOf: (device) => this.#running?.peers.streamOf(device) ?? null,
      pathOf: (device) => this.#running?.peers.pathOf(device) ?? null,
      visit,
      hold,
      changed: () => this.#announce(),
    })
    this.mail = new Mailboxes({
      clock,
      log,
      store: options.mailboxStore ?? null,
      isContact: (device) => this.#book.has(device) && this.#running?.handler.admits(device) === true,
      mailboxes: () => this.#book.mailboxes(),
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
      running: () => this.#running,
      reached,
    })
    this.#stun = new StunResponder({ clock, log, isConnected: (host) => this.#connections.hasHost(host) })
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
        takesVisitors: () => this.#relays.host.serving || this.mail.host.serving,
        isTarget: (device) => this.#book.has(device),
        mayDial: (address) => this.#book.permitsText(address),
        connections: () => this.#connections.all(),
        isOurRelay: (relay) => this.#relays.isOurs(relay),
        mayReserve: (device) => this.#relays.host.mayReserve(device),
        mayCall: (from, to) => this.#relays.host.mayCall(from, to),
      }),
      relayClient: this.#relays.client,
      relayHost: this.#relays.host,
      upgrades: (upgrader) => this.#webrtc.start({ own, upgrader, logger: silentLogger.forComponent('') }),
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
    await openNode(node, {
      connections: this.#connections,
      mailbox: this.mail.host,
      admits: (device) => handler.admits(device),
      frames: (stream, connection) => this.#streamOpened(stream, connection),
      webrtc: (stream, connection) => this.#webrtc.onStream(stream, connection),
    })
    this.#book.port = reportListening(handler, [...ports], failures)
    this.#announce()
    this.#applyLan()
    this.#applyServing()
    this.#dialling.start()
    this.#relays.start()
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#dialling.stop()
    this.#webrtc.stop()
    this.#relays.stop()
    this.mail.stop()
    this.#discovery.setInterfaces([])
    running.stopping.abort()
    running.stopPulse()
    this.#book.port = 0
    this.#applyServing()
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
    this.#lan = on
    this.#applyLan()
  }

  setServing({ relay, mailbox }: Serving): void {
    this.#serving = relay
    this.#relays.host.setServing(relay)
    this.mail.host.setServing(mailbox)
    this.#applyServing()
  }

  setWebrtc(on: boolean): void {
    this.#webrtc.setOn(on)
  }

  setPrivacy(): void {}
  setPortMapping(): void {}

  wake(): void {
    this.#lookAtInterfaces()
    for (const device of this.#running?.peers.devices() ?? []) this.#running?.peers.wake(device)
    this.#dialling.wake()
  }

  #listenHosts(): readonly string[] {
    const { confine, listen } = this.#options
    return listenHosts(confine, listen.loopbackOnly, listen.families, this.#book.interfaces)
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
        this.#relays.lost(device)
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

  /** The connection that carries a device's frames. */
  #connectionOf(device: DeviceId): Connection | null {
    const stream = this.#running?.peers.streamOf(device)
    return stream instanceof PeerStream ? stream.connection : null
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

  /** Who is reached through this relay may ask it by STUN under which address it sees them. */
  #applyServing(): void {
    const { port } = this.#book
    if (this.#serving && port !== 0) this.#stun.start(this.#listenHosts(), port)
    else this.#stun.stop()
  }

  #found(device: DeviceId, address: SocketAddress): void {
    if (this.#running === null || !this.#book.permits(address) || !this.#book.sighted(device, address)) return
    this.#dialling.soon(device)
    // Seen while we believe to be connected: if it moved, that stream is dead and should be noticed soon.
    this.#running.peers.wake(device)
  }
}
