/** PROTOCOL.md, "Session (triple ratchet)". Values are replaced, never changed inside, so that a copy is a shallow one. */
import { Layout, join, key, refuse, same, u16, u32, u8 } from './bytes.ts'
import { dh, hkdf, hmac, label } from './derive.ts'
import { type Epochs, other, readBody, type Side } from './epochs.ts'
import { pad, paddedLength, unpad } from './padding.ts'
import { primitives, type Take } from './primitives.ts'

const dayMs = 24 * 3600 * 1000
const lastNumber = 2 ** 32 - 2
const limits = { gap: 1000, skipped: 2000, skippedLifeMs: 14 * dayMs, earlierChains: 5, contentBytes: 60_000 }

export interface Turn {
  ratchetKey: Uint8Array
  headerKey: Uint8Array
  epoch: number
  chain: Uint8Array
  pqChain: Uint8Array
  /** The number of its next message. */
  n: number
}

interface Skipped {
  headerKey: Uint8Array
  n: number
  messageKey: Uint8Array
  at: number
}

export interface Header {
  ratchetKey: Uint8Array
  previous: number
  n: number
  epoch: number
}

/** Where a header was found: in the present turn, in a new one, or in an earlier one of which messages are missing. */
type Found = { header: Header; headerKey: Uint8Array; where: 'present' | 'new' | 'earlier' }

// "Derivations"

function rootStep(dhOutput: Uint8Array, root: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  return hkdf(dhOutput, root, label('root key'), 3)
}

export function chainStep(turn: Turn): { turn: Turn; messageKey: Uint8Array } {
  const ecKey = hmac(turn.chain, u8(1))
  const pqKey = hmac(turn.pqChain, u8(1))
  const stepped = { ...turn, chain: hmac(turn.chain, u8(2)), pqChain: hmac(turn.pqChain, u8(2)), n: turn.n + 1 }
  return { turn: stepped, messageKey: hmac(pqKey, ecKey) }
}

export const bodyKey = (messageKey: Uint8Array) => hmac(messageKey, label('body key'))
export const commitmentOf = (messageKey: Uint8Array) => hmac(messageKey, label('commitment'))

// The sealed header

const none = new Uint8Array(0)

function sealHeader(turn: Turn, previous: number, nonce: Uint8Array): Uint8Array {
  const header = join(key('x25519', turn.ratchetKey), u32(previous), u32(turn.n), u16(turn.epoch))
  return join(nonce, primitives.xchachaSeal(turn.headerKey, nonce, header, none))
}

function openHeader(headerKey: Uint8Array, sealed: Uint8Array): Header | null {
  const header = primitives.xchachaOpen(headerKey, sealed.slice(0, 24), sealed.slice(24), none)
  if (header === null) return null
  const layout = new Layout(header, 'header: key type')
  return { ratchetKey: layout.key('x25519'), previous: layout.int(4), n: layout.int(4), epoch: layout.int(2) }
}

export class Ratchet {
  me: Side
  root: Uint8Array
  epochs: Epochs
  clock = 0
  wall: number

  /** Of our newest ratchet key, until the peer has stepped on it. */
  ratchetSecret: Uint8Array | null = null
  sending: Turn | null = null
  nextSendingHeaderKey: Uint8Array
  /** The messages in our previous turn. */
  previous = 0

  peerRatchetKey: Uint8Array | null = null
  receiving: Turn | null = null
  nextReceivingHeaderKey: Uint8Array
  /** The oldest first. */
  skipped: Skipped[] = []

  constructor(
    me: Side,
    keys: { root: Uint8Array; headerA: Uint8Array; headerB: Uint8Array },
    epochs: Epochs,
    nowMs: number,
  ) {
    this.me = me
    this.root = keys.root
    this.epochs = epochs
    this.wall = nowMs
    this.nextSendingHeaderKey = me === 'A' ? keys.headerA : keys.headerB
    this.nextReceivingHeaderKey = me === 'A' ? keys.headerB : keys.headerA
  }

  copy(): Ratchet {
    return Object.assign(Object.create(Ratchet.prototype) as Ratchet, this, { epochs: this.epochs.copy() })
  }

  /** "They age by a clock of the session that stands still when the wall clock goes back and moves at most a day at once." */
  tick(nowMs: number): void {
    this.clock += Math.min(Math.max(nowMs - this.wall, 0), dayMs)
    this.wall = nowMs
    this.skipped = this.skipped.filter(({ at }) => this.clock - at < limits.skippedLifeMs)
  }

  // "Turns"

  beginSending(secret: Uint8Array): Turn {
    if (this.peerRatchetKey === null) return refuse('nothing to answer')
    const headerKey = this.nextSendingHeaderKey
    const [root, chain, nextHeaderKey] = rootStep(dh(secret, this.peerRatchetKey, 'ratchet key'), this.root)
    this.root = root
    this.nextSendingHeaderKey = nextHeaderKey
    this.ratchetSecret = secret
    const epoch = this.epochs.speakable()
    const pqChain = this.epochs.beginTurn(epoch, this.me)
    this.sending = { ratchetKey: primitives.x25519PublicKey(secret), headerKey, epoch, chain, pqChain, n: 0 }
    return this.sending
  }

  private beginReceiving({ ratchetKey, previous, n, epoch }: Header, headerKey: Uint8Array): Turn {
    if (this.ratchetSecret === null) return refuse('early step')
    const received = this.receiving?.n ?? 0
    if (previous < received || (this.receiving === null && previous > 0)) refuse('length of the previous turn')
    if (!this.epochs.holds(epoch)) refuse('epoch')
    if (previous - received > limits.gap || n > limits.gap) refuse('gap')
    const [root, chain, nextHeaderKey] = rootStep(dh(this.ratchetSecret, ratchetKey, 'ratchet key'), this.root)
    if (this.receiving !== null) this.skipTo(this.receiving, previous)
    this.root = root
    this.nextReceivingHeaderKey = nextHeaderKey
    this.peerRatchetKey = ratchetKey
    this.ratchetSecret = null
    this.previous = this.sending?.n ?? 0
    this.sending = null
    this.dropEarlierTurns()
    return { ratchetKey, headerKey, epoch, chain, pqChain: this.epochs.beginTurn(epoch, other(this.me)), n: 0 }
  }

  private skipTo(turn: Turn, n: number): Turn {
    const keys: Skipped[] = []
    let now = turn
    while (now.n < n) {
      const { turn: stepped, messageKey } = chainStep(now)
      keys.push({ headerKey: turn.headerKey, n: now.n, messageKey, at: this.clock })
      now = stepped
    }
    this.skipped = [...this.skipped, ...keys].slice(-limits.skipped)
    return now
  }

  /** The header keys of turns of which messages are missing, the oldest first. */
  private missing(): Uint8Array[] {
    const keys = this.skipped.map(({ headerKey }) => headerKey)
    return keys.filter((headerKey, i) => i === 0 || keys[i - 1] !== headerKey)
  }

  private dropEarlierTurns(): void {
    const kept = this.missing().slice(-limits.earlierChains)
    this.skipped = this.skipped.filter(({ headerKey }) => kept.includes(headerKey))
  }

  // "Sealing". The caller drew nothing before.

  seal(content: Uint8Array, prefix: Uint8Array, take: Take): Uint8Array {
    if (content.length > limits.contentBytes) refuse('content too long')
    const turn = this.sending ?? this.beginSending(take(32))
    if (turn.n > lastNumber) refuse('turn is full')
    const block = this.epochs.blockToSeal(turn.n, this.clock, take)
    const sealedHeader = sealHeader(turn, this.previous, take(24))
    const { turn: stepped, messageKey } = chainStep(turn)
    this.sending = stepped
    const commitment = commitmentOf(messageKey)
    const nonce = take(24)
    const associatedData = join(prefix, sealedHeader, commitment)
    const body = primitives.xchachaSeal(bodyKey(messageKey), nonce, pad(join(block, content)), associatedData)
    return join(sealedHeader, commitment, nonce, body)
  }

  // "Opening". Whoever calls throws the copy away that a refusal leaves half changed.

  open(message: Uint8Array, prefix: Uint8Array): Uint8Array {
    const layout = new Layout(message, 'envelope')
    const sealedHeader = layout.take(24 + 59)
    const commitment = layout.take(32)
    const nonce = layout.take(24)
    const sealed = layout.take(layout.left())
    const padded = sealed.length - 16
    if (padded < 160 || padded > 61_472 || paddedLength(padded - 1) !== padded) refuse('envelope')

    const messageKey = this.messageKeyFor(this.findHeader(sealedHeader))
    if (!same(commitment, commitmentOf(messageKey))) refuse('commitment')
    const associatedData = join(prefix, sealedHeader, commitment)
    const body = primitives.xchachaOpen(bodyKey(messageKey), nonce, sealed, associatedData) ?? refuse('body')
    const { block, content } = readBody(unpad(body))
    if (content.length > limits.contentBytes) refuse('content too long')
    if (block !== null) this.epochs.takeBlock(block, this.clock)
    return content
  }

  private findHeader(sealed: Uint8Array): Found {
    const candidates: { headerKey: Uint8Array; where: Found['where'] }[] = []
    if (this.receiving !== null) candidates.push({ headerKey: this.receiving.headerKey, where: 'present' })
    candidates.push({ headerKey: this.nextReceivingHeaderKey, where: 'new' })
    for (const headerKey of this.missing()) candidates.push({ headerKey, where: 'earlier' })
    for (const candidate of candidates) {
      const header = openHeader(candidate.headerKey, sealed)
      if (header !== null) return { ...candidate, header }
    }
    return refuse('header')
  }

  private messageKeyFor({ header, headerKey, where }: Found): Uint8Array {
    if (header.n > lastNumber) refuse('number')
    if (where === 'earlier') return this.takeSkipped(headerKey, header.n)
    const now = this.receiving
    if (where === 'present' && now !== null) {
      if (!same(header.ratchetKey, now.ratchetKey) || header.epoch !== now.epoch) refuse('header of another turn')
      if (header.n < now.n) return this.takeSkipped(headerKey, header.n)
      return this.receive(now, header.n)
    }
    return this.receive(this.beginReceiving(header, headerKey), header.n)
  }

  private receive(turn: Turn, n: number): Uint8Array {
    if (n - turn.n > limits.gap) refuse('gap')
    const { turn: stepped, messageKey } = chainStep(this.skipTo(turn, n))
    this.receiving = stepped
    return messageKey
  }

  private takeSkipped(headerKey: Uint8Array, n: number): Uint8Array {
    const found = this.skipped.find((key) => same(key.headerKey, headerKey) && key.n === n)
    if (found === undefined) return refuse('used before')
    this.skipped = this.skipped.filter((key) => key !== found)
    return found.messageKey
  }
}
