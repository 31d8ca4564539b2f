/** PROTOCOL.md: the sealed envelope, the prologue before it, and "One of several sessions". */
import { Layout, hex, join, refuse, same, u8 } from './bytes.ts'
import type { Side } from './epochs.ts'
import { accept, initiate, readPrologue } from './handshake.ts'
import type { Identity, Person, Prekey } from './identity.ts'
import { primitives, type Take } from './primitives.ts'
import type { Ratchet } from './ratchet.ts'

const unansweredMs = 30 * 24 * 3600 * 1000
const initial = 1
const ordinary = 2

export interface Handshake {
  psk: Uint8Array | null
  nowMs: number
}

export class Session {
  /** The side that this end is: A began the session. */
  readonly me: Side
  readonly h1: Uint8Array
  readonly generation: number
  ratchet: Ratchet
  /** A's, sent before each message until a reply was opened. */
  prologue: Uint8Array | null
  /** SHA-256 of the prologue that B accepted. */
  readonly prologueHash: Uint8Array | null

  private constructor(
    me: Side,
    parts: { h1: Uint8Array; ratchet: Ratchet; generation: number },
    prologue: Uint8Array | null,
    prologueHash: Uint8Array | null,
  ) {
    this.me = me
    this.h1 = parts.h1
    this.ratchet = parts.ratchet
    this.generation = parts.generation
    this.prologue = prologue
    this.prologueHash = prologueHash
  }

  static begin(
    me: Person,
    peer: Identity,
    bundle: Uint8Array,
    how: Handshake & { generation: number; take: Take },
  ): Session {
    const { h1, ratchet, prologue } = initiate(me, peer, bundle, how)
    return new Session('A', { h1, ratchet, generation: how.generation }, prologue, null)
  }

  /** Opens the envelope that begins a session; `accepted` remembers it for as long as the prekey is there. */
  static accept(
    me: Person,
    prekey: Prekey,
    envelope: Uint8Array,
    associatedData: Uint8Array,
    how: Handshake & { device: Uint8Array; accepted: Set<string> },
  ): { session: Session; content: Uint8Array; peer: Identity } {
    const layout = new Layout(envelope, 'envelope')
    if (layout.int(1) !== initial) refuse('kind')
    const prologue = readPrologue(layout)
    const { h1, ratchet, peer, generation, once } = accept(me, prekey, prologue, how)
    const hash = primitives.sha256(prologue.bytes)
    const session = new Session('B', { h1, ratchet, generation }, null, hash)
    const content = session.open(envelope, associatedData, how.nowMs)
    how.accepted.add(once)
    return { session, content, peer }
  }

  id(): string {
    return hex(this.h1.slice(0, 16))
  }

  seal(content: Uint8Array, associatedData: Uint8Array, nowMs: number, take: Take): Uint8Array {
    const ratchet = this.ratchet.copy()
    ratchet.tick(nowMs)
    if (this.prologue !== null && ratchet.clock >= unansweredMs) refuse('unanswered')
    const kind = u8(this.prologue === null ? ordinary : initial)
    const message = ratchet.seal(content, join(kind, this.h1, associatedData), take)
    this.ratchet = ratchet
    return join(kind, this.prologue ?? new Uint8Array(0), message)
  }

  /** Changes nothing when it throws. */
  open(envelope: Uint8Array, associatedData: Uint8Array, nowMs: number): Uint8Array {
    const layout = new Layout(envelope, 'envelope')
    const kind = layout.int(1)
    if (kind !== initial && kind !== ordinary) refuse('kind')
    if (kind === initial) {
      const { bytes } = readPrologue(layout)
      const hash = primitives.sha256(bytes)
      if (this.prologueHash === null || !same(hash, this.prologueHash)) refuse('prologue of another session')
    }
    const ratchet = this.ratchet.copy()
    ratchet.tick(nowMs)
    const content = ratchet.open(layout.take(layout.left()), join(u8(kind), this.h1, associatedData))
    this.ratchet = ratchet
    this.prologue = null
    return content
  }

  /** Whether this end seals under this session rather than under `other`. */
  outranks(other: Session, device: Uint8Array, peer: Uint8Array): boolean {
    if (this.generation !== other.generation) return this.generation > other.generation
    if (this.me === other.me) return false
    const initiator = this.me === 'A' ? device : peer
    const rival = this.me === 'A' ? peer : device
    return Buffer.compare(initiator, rival) < 0
  }
}
