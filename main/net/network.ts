/** `ports.Network` over libp2p: what listens, dials, keeps and finds peers, put together. */
import './withResolvers.ts'
import type { Connection, Libp2p, Stream } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, protocolLimits } from '../core/limits.ts'
import type { ListenError, Network, NetworkHandler, PeerTarget, SendOutcome } from '../core/ports.ts'
import { formatAddress, parseAddress, pathOf, scopeOf, socketAddress } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'
import { lanInterfaces, listenHosts, mayDial } from './confinement.ts'
import { Connections } from './connections.ts'
import { dialDevice } from './dial.ts'
import { createGate } from './gate.ts'
import { announceableHosts, readInterfaces, signatureOf } from './interfaces.ts'
import type { LocalInterface } from './interfaces.ts'
import { deviceKey, deviceOf, deviceOfKey, peerOf } from './keys.ts'
import { Discovery } from './lan/discovery.ts'
import { Sightings } from './lan/sightings.ts'
import type { LanPair } from './lan/tokens.ts'
import { createNode } from './libp2pNode.ts'
import type { NetworkOptions } from './options.ts'
import { Peers } from './peers.ts'
import { startPulse } from './pulse.ts'
import { Reconnector } from './reconnect.ts'
import { framesProtocol } from './stream/frames.ts'
import { PeerStream } from './stream/peerStream.ts'
import { ReadySockets } from './transport.ts'

/** Makes a network that is not started yet. Nothing is opened before `start`. */
export function createNetwork(options: NetworkOptions): Network {
  return new Libp2pNetwork(options)
}

interface Running {
  readonly node: Libp2p
  readonly own: DeviceId
  readonly handler: NetworkHandler
  readonly peers: Peers
  readonly readySockets: ReadySockets
  readonly stopping: AbortController
  readonly stopPulse: () => void
}

/** The address of the other end, without its peer id. */
function remoteAddress(connection: Connection): SocketAddress | null {
  const [host, port] = connection.remoteAddr.getComponents()
  return socketAddress(String(host?.value ?? ''), Number(port?.value ?? 0))
}

class Libp2pNetwork implements Network {
  readonly #options: NetworkOptions
  readonly #connections: Connections
  readonly #discovery: Discovery
  readonly #reconnector: Reconnector
  readonly #sightings = new Sightings()
  readonly #targets = new Map<DeviceId, PeerTarget>()
  #running: Running | null = null
  #lan: boolean
  #interfaces: readonly LocalInterface[] = []
  #pulses = 0
  #port = 0
  #announced = ''

  constructor(options: NetworkOptions) {
    const { clock, random, log } = options
    this.#options = options
    this.#lan = options.lan
    this.#connections = new Connections(clock)
    this.#discovery = new Discovery({
      clock,
      random,
      log,
      port: () => this.#port,
      found: (device, address) => this.#found(device, address),
    })
    this.#reconnector = new Reconnector({
      clock,
      random,
      dial: (device) => this.#dial(device),
      isConnected: (device) => this.#running?.peers.has(device) ?? false,
      isDialable: (device) => this.#running !== null && this.#addressesOf(device).length > 0,
    })
  }

  async start(handler: NetworkHandler): Promise<void> {
    if (this.#running !== null) throw new Error('The network runs already')
    const { clock } = this.#options
    this.#interfaces = readInterfaces()
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
        isTarget: (device) => this.#targets.has(device),
        mayDial: (address) => this.#permitsText(address),
        connections: () => this.#connections.all(),
      }),
      announce: () => this.#announceable(),
    })
    const peers = this.#createPeers(own, handler)
    this.#running = {
      node,
      own,
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
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === null) return
    this.#running = null
    this.#reconnector.stop()
    this.#discovery.setInterfaces([])
    running.stopping.abort()
    running.stopPulse()
    this.#port = 0
    this.#announced = ''
    await running.node.stop()
    this.#connections.stop()
  }

  setPeers(targets: readonly PeerTarget[]): void {
    const before = new Map(this.#targets)
    this.#targets.clear()
    for (const target of targets) this.#targets.set(target.device, target)
    const pairs: LanPair[] = []
    for (const { device, lan } of targets) if (lan !== null) pairs.push({ device, key: lan.key, side: lan.side })
    this.#discovery.setPairs(pairs)
    this.#sightings.keep(new Set(pairs.map((pair) => pair.device)))
    this.#reconnector.setTargets(targets.map((target) => target.device))
    for (const target of targets) {
      const known = before.get(target.device)
      before.delete(target.device)
      if (known !== undefined && known.addresses.join() !== target.addresses.join())
        this.#reconnector.soon(target.device)
    }
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

  wake(): void {
    this.#lookAtInterfaces()
    for (const device of this.#running?.peers.devices() ?? []) this.#running?.peers.wake(device)
    this.#reconnector.wake()
  }

  // ── Starting ───────────────────────────────────────────────────────────────────────────────

  #listenHosts(): readonly string[] {
    const { confine, listen } = this.#options
    return listenHosts(confine, listen.loopbackOnly, listen.families, this.#interfaces)
  }

  #createPeers(own: DeviceId, handler: NetworkHandler): Peers {
    return new Peers(own, this.#options.clock, {
      up: (device, link) => {
        this.#reconnector.connected(device)
        handler.event({ kind: 'peerUp', device, path: link.path, address: link.address })
      },
      down: (device, durationMs) => {
        this.#reconnector.disconnected(device, durationMs)
        handler.event({ kind: 'peerDown', device })
      },
      writable: (device) => handler.event({ kind: 'writable', device }),
    })
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
    const seen = new Set<string>()
    for (const error of failures) {
      const text = JSON.stringify(error)
      // A machine without IPv6 is no failure, and both families fail alike.
      const ip6Absent = error.kind !== 'portInUse' && ports.length > 0
      if (!ip6Absent && !seen.has(text)) handler.event({ kind: 'listenFailed', error })
      seen.add(text)
    }
    this.#port = ports[0] ?? 0
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
    const remote = remoteAddress(connection)
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
      path: pathOf(remote.host),
      address: formatAddress(remote),
    })
  }

  #pulse(): void {
    const { peers } = this.#running ?? {}
    if (peers === undefined) return
    const idlePulsesMax = networkLimits.strangerIdleMs / networkLimits.pulseMs
    peers.each((device, stream) => {
      stream.pulse()
      if (stream.framelessPulses > idlePulsesMax && !this.#targets.has(device)) stream.end('idleStranger')
    })
    this.#pulses++
    if (this.#pulses % (networkLimits.interfacePollMs / networkLimits.pulseMs) === 0 && this.#lookAtInterfaces()) {
      this.wake()
    }
  }

  // ── Dialling ───────────────────────────────────────────────────────────────────────────────

  /** Where to dial a device, best first: where it was seen on the LAN, then our own subnets, then the rest. */
  #addressesOf(device: DeviceId): readonly SocketAddress[] {
    const target = this.#targets.get(device)
    if (target === undefined) return []
    const told: SocketAddress[] = []
    for (const text of target.addresses.slice(0, protocolLimits.addressesMax)) {
      const address = parseAddress(text)
      if (address.ok) told.push(address.value)
    }
    const near = told.filter((address) => scopeOf(address.host) === 'private')
    const rest = told.filter((address) => scopeOf(address.host) !== 'private')
    const all = [...this.#sightings.of(device, this.#options.clock.nowMs()), ...near, ...rest]
    const unique = new Map(all.map((address) => [formatAddress(address), address]))
    return [...unique.values()].filter((address) => this.#permits(address))
  }

  #permits(address: SocketAddress): boolean {
    return mayDial(this.#options.confine, address, this.#interfaces) && !this.#isOwn(address)
  }

  #isOwn(address: SocketAddress): boolean {
    if (address.port !== this.#port) return false
    return this.#interfaces.some((one) => one.addresses.some((own) => own.host === address.host))
  }

  #permitsText(address: Multiaddr): boolean {
    const parsed = parseAddress(address.toString().replace(/\/p2p\/[^/]+$/, ''))
    return parsed.ok && this.#permits(parsed.value)
  }

  async #dial(device: DeviceId): Promise<void> {
    const running = this.#running
    const peer = peerOf(device)
    if (running === null || peer === null || running.peers.count >= networkLimits.connectionsMax) return
    const dialled = await dialDevice(
      {
        node: running.node,
        readySockets: running.readySockets,
        clock: this.#options.clock,
        permits: (address) => this.#permits(address),
      },
      peer,
      this.#addressesOf(device),
      running.stopping.signal,
    )
    if (!dialled.ok) {
      this.#options.log.debug('net.dialFailed', { why: dialled.error.kind })
    } else if (this.#targets.has(device)) {
      this.#streamOpened(dialled.value.stream, dialled.value.connection)
    } else {
      dialled.value.connection.abort(new Error('Not wanted any more'))
    }
  }

  // ── Interfaces and the LAN ─────────────────────────────────────────────────────────────────

  /** True when an address of this machine came or went. */
  #lookAtInterfaces(): boolean {
    if (this.#running === null) return false
    const interfaces = readInterfaces()
    if (signatureOf(interfaces) === signatureOf(this.#interfaces)) return false
    this.#interfaces = interfaces
    this.#announce()
    this.#applyLan()
    return true
  }

  #announceable(): readonly string[] {
    if (this.#port === 0) return []
    const loopback = this.#options.confine === 'loopback' || this.#options.listen.loopbackOnly
    const hosts = loopback ? this.#listenHosts() : this.#announceableHosts()
    const addresses: string[] = []
    for (const host of hosts) {
      const address = socketAddress(host, this.#port)
      if (address !== null) addresses.push(formatAddress(address))
    }
    return addresses.slice(0, protocolLimits.addressesMax)
  }

  #announceableHosts(): readonly string[] {
    const { confine, listen } = this.#options
    const usable = lanInterfaces(confine, this.#interfaces)
    return announceableHosts(usable).filter((host) => listen.families.includes(host.includes(':') ? 'ip6' : 'ip4'))
  }

  #announce(): void {
    const addresses = this.#announceable()
    if (this.#running === null || addresses.join() === this.#announced) return
    this.#announced = addresses.join()
    this.#running.handler.event({ kind: 'addresses', addresses })
  }

  #applyLan(): void {
    const { confine, listen } = this.#options
    const on = this.#lan && this.#running !== null && !listen.loopbackOnly
    this.#discovery.setInterfaces(on ? lanInterfaces(confine, this.#interfaces) : [])
  }

  #found(device: DeviceId, address: SocketAddress): void {
    if (this.#running === null || !this.#permits(address)) return
    const isNew = this.#sightings.add(device, address, this.#options.clock.nowMs())
    if (!isNew) return
    this.#reconnector.soon(device)
    // Seen while we believe to be connected: if it moved, that stream is dead and should be noticed soon.
    this.#running.peers.wake(device)
  }
}
