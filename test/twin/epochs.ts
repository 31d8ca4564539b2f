/** PROTOCOL.md, "Post-quantum epochs". Values are replaced, never changed inside, so that a copy is a shallow one. */
import { Layout, join, key, refuse, same, u16, u8 } from './bytes.ts'
import { hkdf, hmac, label } from './derive.ts'
import { primitives, type Take } from './primitives.ts'

/** A is the initiator of the session. */
export type Side = 'A' | 'B'
export const other = (side: Side): Side => (side === 'A' ? 'B' : 'A')

const fourDaysMs = 4 * 24 * 3600 * 1000
const lastEpoch = 65_535

interface Epoch {
  k: number
  root: Uint8Array
  authenticatorKey: Uint8Array
  direction: Record<Side, Uint8Array>
}

function derive(k: number, secret: Uint8Array, rootBefore: Uint8Array, exchange: Uint8Array): Epoch {
  const info = join(label('pq epoch'), u16(k), exchange)
  const [root, authenticatorKey, A, B] = hkdf(secret, rootBefore, info, 4)
  return { k, root, authenticatorKey, direction: { A, B } }
}

const offererOf = (k: number): Side => (k % 2 === 1 ? 'A' : 'B')
const exchangeOf = (kemKey: Uint8Array, ct: Uint8Array) => primitives.sha256(join(kemKey, ct))

const keyAuthenticator = (epochBefore: Epoch, k: number, kemKey: Uint8Array) =>
  hmac(epochBefore.authenticatorKey, join(label('pq key'), u16(k), kemKey))
const cipherTextAuthenticator = (epoch: Epoch, exchange: Uint8Array) =>
  hmac(epoch.authenticatorKey, join(label('pq ciphertext'), u16(epoch.k), exchange))

/** A block as read out of a body. */
interface Block {
  type: 'offer' | 'answer'
  k: number
  authenticator: Uint8Array
  value: Uint8Array
}

const noBlock = u8(0)

export function readBody(body: Uint8Array): { block: Block | null; content: Uint8Array } {
  const layout = new Layout(body, 'block')
  const type = layout.int(1)
  if (type > 2) refuse('block')
  let block: Block | null = null
  if (type === 1) block = { type: 'offer', k: layout.int(2), authenticator: layout.take(32), value: layout.key('kem') }
  if (type === 2)
    block = { type: 'answer', k: layout.int(2), authenticator: layout.take(32), value: layout.key('kemCipherText') }
  return { block, content: layout.take(layout.left()) }
}

export class Epochs {
  me: Side
  newest: Epoch
  /** The one before, while the peer may still begin turns in it. */
  before: Pick<Epoch, 'k' | 'direction'> | null = null
  /** Our offer, while it stands. */
  offer: { kemSeed: Uint8Array; kemKey: Uint8Array; block: Uint8Array } | null = null
  /** The KEM key of the peer's offer, while it waits for our answer. */
  waiting: Uint8Array | null = null
  /** Our answer, while it stands. */
  answer: Uint8Array | null = null
  /** Turns begun, and the session's clock, since the newest epoch was derived. */
  turns = 0
  derivedAt: number

  constructor(me: Side, seed: Uint8Array, h1: Uint8Array, clock: number) {
    this.me = me
    this.newest = derive(0, seed, new Uint8Array(32), h1)
    this.derivedAt = clock
  }

  copy(): Epochs {
    return Object.assign(Object.create(Epochs.prototype) as Epochs, this)
  }

  holds(k: number): boolean {
    return k === this.newest.k || k === this.before?.k
  }

  /** The newest epoch that we may speak in: one that we answered only once the peer has spoken in it. */
  speakable(): number {
    return this.before !== null && offererOf(this.newest.k) !== this.me ? this.before.k : this.newest.k
  }

  /** Gives the post-quantum chain of the turn. */
  beginTurn(k: number, speaker: Side): Uint8Array {
    if (speaker !== this.me && k === this.newest.k) {
      this.before = null
      this.answer = null
    }
    const epoch = k === this.newest.k ? this.newest : this.before
    if (epoch === null) return refuse('epoch')
    const directionKey = epoch.direction[speaker]
    const direction = { ...epoch.direction, [speaker]: hmac(directionKey, u8(4)) }
    if (epoch === this.newest) this.newest = { ...this.newest, direction }
    else this.before = { k, direction }
    this.turns++
    return hmac(directionKey, u8(3))
  }

  private advance(secret: Uint8Array, exchange: Uint8Array, clock: number): void {
    const { k, direction, root } = this.newest
    this.before = { k, direction }
    this.newest = derive(k + 1, secret, root, exchange)
    this.turns = 0
    this.derivedAt = clock
  }

  // Sealing

  /** The block that message n of a turn carries. */
  blockToSeal(n: number, clock: number, take: Take): Uint8Array {
    if (n > 3 && n % 16 !== 0) return noBlock
    if (this.waiting !== null) this.giveAnswer(this.waiting, take(32), clock)
    else if (this.offerIsDue(clock)) this.makeOffer(take(64))
    return this.offer?.block ?? this.answer ?? noBlock
  }

  private offerIsDue(clock: number): boolean {
    const k = this.newest.k + 1
    if (offererOf(k) !== this.me || k > lastEpoch || this.offer !== null || this.before !== null) return false
    return this.turns >= 14 || clock - this.derivedAt >= fourDaysMs
  }

  private makeOffer(kemSeed: Uint8Array): void {
    const k = this.newest.k + 1
    const kemKey = primitives.mlKem768KeyPair(kemSeed).publicKey
    const block = join(u8(1), u16(k), keyAuthenticator(this.newest, k, kemKey), key('kem', kemKey))
    this.offer = { kemSeed, kemKey, block }
  }

  private giveAnswer(kemKey: Uint8Array, coins: Uint8Array, clock: number): void {
    const { cipherText, sharedSecret } = primitives.mlKem768Encapsulate(kemKey, coins) ?? refuse('offer: KEM key')
    const exchange = exchangeOf(kemKey, cipherText)
    this.advance(sharedSecret, exchange, clock)
    const authenticator = cipherTextAuthenticator(this.newest, exchange)
    this.answer = join(u8(2), u16(this.newest.k), authenticator, key('kemCipherText', cipherText))
    this.waiting = null
  }

  // Opening

  takeBlock({ type, k, authenticator, value }: Block, clock: number): void {
    if (k <= this.newest.k) return
    if (k > this.newest.k + 1) refuse('block out of turn')
    if (type === 'offer') this.takeOffer(k, authenticator, value)
    else this.takeAnswer(authenticator, value, clock)
  }

  private takeOffer(k: number, authenticator: Uint8Array, kemKey: Uint8Array): void {
    if (this.waiting !== null) return
    if (offererOf(k) === this.me || this.before !== null) refuse('block out of turn')
    if (!same(authenticator, keyAuthenticator(this.newest, k, kemKey))) refuse('offer: authenticator')
    if (primitives.mlKem768Encapsulate(kemKey, new Uint8Array(32)) === null) refuse('offer: KEM key')
    this.waiting = kemKey
  }

  private takeAnswer(authenticator: Uint8Array, cipherText: Uint8Array, clock: number): void {
    if (this.offer === null) return refuse('block out of turn')
    const { secretKey } = primitives.mlKem768KeyPair(this.offer.kemSeed)
    const secret = primitives.mlKem768Decapsulate(cipherText, secretKey) ?? refuse('block')
    const exchange = exchangeOf(this.offer.kemKey, cipherText)
    this.advance(secret, exchange, clock)
    if (!same(authenticator, cipherTextAuthenticator(this.newest, exchange))) refuse('answer: authenticator')
    this.offer = null
  }
}
