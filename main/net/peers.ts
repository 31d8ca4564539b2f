/**
 * Who is connected, over which streams, and which of them is used. Two devices that dial each other at
 * the same moment have two connections for a while; both sides must then send on the same one. A connection through
 * a relay gives way to any other, and never takes the place of one that lives.
 */
import { networkLimits } from '../core/limits.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Clock, PathKind, SendOutcome } from '../core/ports.ts'
import type { PeerStream } from './stream/peerStream.ts'

/** What is asked of a stream here. */
export type LinkStream = Pick<PeerStream, 'send' | 'end' | 'pulse' | 'wake' | 'framelessPulses' | 'roundTripMs'>

/** A stream and what is needed to choose between two. */
export interface Link {
  readonly stream: LinkStream
  readonly dialledBy: 'us' | 'them'
  readonly openedAtMs: number
  readonly path: PathKind
  readonly address: string
}

export interface PeersHandler {
  up(device: DeviceId, link: Link): void
  /** `link` was the last one. */
  down(device: DeviceId, durationMs: number, link: Link): void
  /** It stays up, and is reached by another path or through another relay. */
  moved(device: DeviceId, link: Link): void
  writable(device: DeviceId): void
}

interface Peer {
  readonly upAtMs: number
  /** Newest last. */
  links: readonly Link[]
  used: Link
  /** The engine was told `full` and waits for `writable`. */
  refused: boolean
}

/** A dialled connection before one that was arranged through a relay, and that before one through a relay. */
function rankOf({ path }: Link): number {
  return path === 'relay' ? 0 : path === 'webrtc' ? 1 : 2
}

/**
 * Which of two links with a device both sides use: the one of the better sort; of two dials that crossed, the one
 * that the device with the smaller id made; otherwise the newer, since who dials anew has lost the old one.
 */
export function preferred(own: DeviceId, remote: DeviceId, older: Link, newer: Link): Link {
  // Nothing finer: a router may let one side see an address of the LAN where the other sees one of the internet.
  if (rankOf(older) !== rankOf(newer)) return rankOf(older) < rankOf(newer) ? newer : older
  const crossed =
    older.dialledBy !== newer.dialledBy && Math.abs(newer.openedAtMs - older.openedAtMs) < networkLimits.crossedDialsMs
  if (!crossed) return newer
  const winner = own < remote ? 'us' : 'them'
  return older.dialledBy === winner ? older : newer
}

export class Peers {
  readonly #own: DeviceId
  readonly #clock: Clock
  readonly #handler: PeersHandler
  readonly #peers = new Map<DeviceId, Peer>()

  constructor(own: DeviceId, clock: Clock, handler: PeersHandler) {
    this.#own = own
    this.#clock = clock
    this.#handler = handler
  }

  has(device: DeviceId): boolean {
    return this.#peers.has(device)
  }

  get count(): number {
    return this.#peers.size
  }

  /** How the device is reached now; null when it is not. */
  pathOf(device: DeviceId): PathKind | null {
    return this.#peers.get(device)?.used.path ?? null
  }

  /** The stream on which the device's frames go now. */
  streamOf(device: DeviceId): LinkStream | null {
    return this.#peers.get(device)?.used.stream ?? null
  }

  /** How long the device takes to answer, if that is known; see PeerStream. */
  roundTripMs(device: DeviceId): number | null {
    return this.#peers.get(device)?.used.stream.roundTripMs() ?? null
  }

  devices(): readonly DeviceId[] {
    return [...this.#peers.keys()]
  }

  /** Takes up a new link and decides which one is used from now on. */
  add(device: DeviceId, link: Link): void {
    const peer = this.#peers.get(device)
    if (peer === undefined) {
      this.#peers.set(device, { upAtMs: this.#clock.nowMs(), links: [link], used: link, refused: false })
      this.#handler.up(device, link)
      return
    }
    const used = preferred(this.#own, device, peer.used, link)
    const replaced = used === link ? peer.used : link
    peer.links = [...peer.links, link]
    this.#use(device, peer, used)
    // Who came by a worse way knew of nothing better: if ours is dead, the new one is needed at once.
    const isSpare = replaced === link && rankOf(link) < rankOf(used)
    if (isSpare) used.stream.wake()
    // What was under way on the other may still arrive. Who dialled it closes it; should they not, we do.
    const linger = isSpare ? networkLimits.relayedLingerMs : networkLimits.replacedStreamLingerMs
    this.#clock.after(replaced.dialledBy === 'us' ? linger : 3 * linger, () => {
      if (this.#peers.get(device)?.used !== replaced) replaced.stream.end('replaced')
    })
    const surplus = peer.links.find((one) => one !== peer.used)
    if (peer.links.length > networkLimits.connectionsPerDeviceMax) surplus?.stream.end('replaced')
  }

  /** Forgets a link whose stream has ended. */
  remove(device: DeviceId, stream: LinkStream): void {
    const peer = this.#peers.get(device)
    if (peer === undefined) return
    peer.links = peer.links.filter((link) => link.stream !== stream)
    const newest = peer.links.at(-1)
    if (newest === undefined) {
      this.#peers.delete(device)
      this.#handler.down(device, this.#clock.nowMs() - peer.upAtMs, peer.used)
    } else if (peer.used.stream === stream) {
      this.#use(device, peer, newest)
    }
  }

  send(device: DeviceId, frame: Uint8Array): SendOutcome {
    const peer = this.#peers.get(device)
    if (peer === undefined) return 'notConnected'
    const outcome = peer.used.stream.send(frame)
    if (outcome === 'full') peer.refused = true
    return outcome
  }

  /** A stream has room again. */
  writable(device: DeviceId, stream: LinkStream): void {
    const peer = this.#peers.get(device)
    if (peer === undefined || peer.used.stream !== stream || !peer.refused) return
    peer.refused = false
    this.#handler.writable(device)
  }

  disconnect(device: DeviceId): void {
    for (const link of this.#peers.get(device)?.links ?? []) link.stream.end('closedHere')
  }

  /** Has every stream of the device prove soon that it lives. */
  wake(device: DeviceId): void {
    for (const link of this.#peers.get(device)?.links ?? []) link.stream.wake()
  }

  each(call: (device: DeviceId, stream: LinkStream) => void): void {
    for (const [device, peer] of this.#peers) for (const link of peer.links) call(device, link.stream)
  }

  #use(device: DeviceId, peer: Peer, link: Link): void {
    if (peer.used === link) return
    const before = peer.used
    peer.used = link
    const otherRelay = link.path === 'relay' && link.address !== before.address
    if (link.path !== before.path || otherRelay) this.#handler.moved(device, link)
    if (!peer.refused) return
    peer.refused = false
    this.#handler.writable(device)
  }
}
