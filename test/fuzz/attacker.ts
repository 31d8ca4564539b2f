/**
 * One end of a session in the hands of somebody who keeps to nothing: it seals with the session's own keys whatever
 * a tape says, so that what is behind the seals is reached as well.
 */
import { concat } from '../../main/core/bytes.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import type { Entropy } from '../../main/core/entropy.ts'
import type { Block } from '../../main/core/session/block.ts'
import { encodeBlock, noBlock } from '../../main/core/session/block.ts'
import type { Chain } from '../../main/core/session/chain.ts'
import { stepChain } from '../../main/core/session/chain.ts'
import { answerAuthenticator, exchangeHash, nextEpoch, offerAuthenticator } from '../../main/core/session/epoch.ts'
import type { Epochs } from '../../main/core/session/epochs.ts'
import { beginSending, blockFor, prepare } from '../../main/core/session/epochs.ts'
import { sealHeader } from '../../main/core/session/header.ts'
import { sealBody } from '../../main/core/session/messageKey.ts'
import type { Ratchet } from '../../main/core/session/ratchet.ts'
import { stepRootKey } from '../../main/core/session/rootKey.ts'
import type { Session } from '../../main/core/session/session.ts'
import { open } from '../../main/core/session/session.ts'
import { pad } from '../../main/core/wire/padding.ts'
import type { Tape } from './tape.ts'
import { patched } from './tape.ts'
import { lowOrderKeys } from './tokens.ts'

/** Which of what an honest peer does is done otherwise: one bit each, so that zero is honest. */
const deviations = {
  newTurn: 1,
  headerKey: 2,
  ratchetKey: 4,
  previousCount: 8,
  number: 16,
  epoch: 32,
  block: 64,
  padding: 128,
  sealed: 256,
  bound: 512,
  repeat: 1_024,
  fromTurnStart: 2_048,
} as const

const u32Max = 0xffffffff
/** Further ahead no receiver derives. */
const stepsMax = 1_100

type Turning = Ratchet & { readonly send: Chain; readonly ownKey: NonNullable<Ratchet['ownKey']> }

export class Attacker {
  session: Session
  /** The present turn's chain as it began: what was skipped can still be said. */
  #turnStart: Chain | null
  #lastBlock: Block = noBlock
  readonly #crypto: Crypto
  readonly #entropy: Entropy

  constructor(crypto: Crypto, session: Session, entropy: Entropy) {
    this.#crypto = crypto
    this.#entropy = entropy
    this.session = session
    this.#turnStart = session.ratchet.send
  }

  /** Opens what the other side said, as an honest peer does; false if it is not for this session. */
  open(sealed: Uint8Array, associatedData: Uint8Array, nowMs: number): boolean {
    const opened = open(this.#crypto, this.session, sealed, associatedData, nowMs)
    if (opened.ok) this.session = opened.value.session
    return opened.ok
  }

  /** Seals a content as the tape says; null when nothing can be sealed yet. */
  seal(content: Uint8Array, tape: Tape, associatedData: Uint8Array): Uint8Array | null {
    const mask = tape.u16()
    const does = (deviation: keyof typeof deviations): boolean => (mask & deviations[deviation]) !== 0
    const shown = does('ratchetKey') ? this.#otherKey(tape) : null
    const before = this.#turning(does('newTurn'), shown)
    if (before === null) return null
    const chain = does('fromTurnStart') ? (this.#turnStart ?? before.send) : before.send
    const n = does('number') ? tape.number(chain.n, u32Max) : chain.n
    const { epochs, block } = does('block')
      ? this.#crookedBlock(before.epochs, tape)
      : this.#honestBlock(before.epochs, n)
    const { messageKey, after } = this.#stepTo(chain, n)
    const header = sealHeader(this.#crypto, this.#headerKey(before, does('headerKey') ? tape : null), this.#nonce(), {
      ratchetKey: shown ?? before.ownKey.publicKey,
      previousCount: does('previousCount') ? tape.number(before.previousCount, u32Max) : before.previousCount,
      n,
      epoch: does('epoch') ? tape.number(chain.epoch, 0xffff) : chain.epoch,
    })
    const body = concat(block, content)
    const plaintext = does('padding') ? this.#crookedPadding(body, tape) : pad(body)
    const { prologue, transcript } = this.session
    const kind = does('bound') ? tape.below(4) : prologue === null ? 2 : 1
    const bound = concat(Uint8Array.of(kind), transcript, associatedData, header)
    const message = concat(header, sealBody(this.#crypto, messageKey, this.#nonce(), plaintext, bound))
    if (!does('repeat')) {
      const send = does('fromTurnStart') ? before.send : after
      this.session = { ...this.session, ratchet: { ...before, send, epochs } }
    }
    const envelope = concat(Uint8Array.of(prologue === null ? 2 : 1), prologue ?? new Uint8Array(0), message)
    return does('sealed') ? patched(envelope, tape) : envelope
  }

  #nonce(): Uint8Array {
    return this.#entropy.take(24)
  }

  /** The ratchet in the middle of a turn of ours, or at the beginning of a new one. */
  #turning(newTurn: boolean, shown: Uint8Array | null): Turning | null {
    const { ratchet } = this.session
    const { send, ownKey, remoteKey } = ratchet
    if (send !== null && ownKey !== null && !newTurn) return { ...ratchet, send, ownKey }
    if (remoteKey === null) return null
    const secret = this.#entropy.take(32)
    // With a key of low order both sides know the outcome: who takes it is at one with who sent it.
    const isWeak = shown !== null && lowOrderKeys.includes(shown)
    const shared = isWeak ? new Uint8Array(32) : this.#crypto.x25519(secret, remoteKey)
    if (shared === null) return null
    const step = stepRootKey(this.#crypto, ratchet.rootKey, shared)
    const { epochs, epoch, pqChainKey } = beginSending(this.#crypto, ratchet.epochs)
    const chain = { chainKey: step.chainKey, pqChainKey, headerKey: ratchet.nextSendHeaderKey, epoch, n: 0 }
    this.#turnStart = chain
    return {
      ...ratchet,
      rootKey: step.rootKey,
      ownKey: { secret, publicKey: this.#crypto.x25519PublicKey(secret) },
      previousCount: send?.n ?? ratchet.previousCount,
      send: chain,
      nextSendHeaderKey: step.nextHeaderKey,
      epochs,
    }
  }

  /** The key of message `n`: the real one if a receiver could derive it, else any. */
  #stepTo(from: Chain, n: number): { readonly messageKey: Uint8Array; readonly after: Chain } {
    if (n < from.n || n - from.n > stepsMax) return { messageKey: this.#entropy.take(32), after: from }
    let step = stepChain(this.#crypto, from)
    while (step.chain.n <= n) step = stepChain(this.#crypto, step.chain)
    return { messageKey: step.messageKey, after: step.chain }
  }

  #headerKey(ratchet: Turning, tape: Tape | null): Uint8Array {
    if (tape === null) return ratchet.send.headerKey
    return tape.pick([ratchet.nextSendHeaderKey, ratchet.nextReceiveHeaderKey, new Uint8Array(32)])
  }

  #otherKey(tape: Tape): Uint8Array {
    const fresh = this.#crypto.x25519PublicKey(this.#entropy.take(32))
    return tape.pick([fresh, this.session.ratchet.remoteKey ?? fresh, ...lowOrderKeys])
  }

  #crookedPadding(body: Uint8Array, tape: Tape): Uint8Array {
    const padded = pad(body)
    return tape.pick([body, concat(padded, new Uint8Array(64)), padded.fill(0), patched(padded, tape)])
  }

  #honestBlock(before: Epochs, n: number): { readonly epochs: Epochs; readonly block: Uint8Array } {
    const epochs = prepare(this.#crypto, before, n, this.#entropy, this.session.clock.elapsedMs)
    this.#lastBlock = blockFor(epochs, n)
    return { epochs, block: encodeBlock(this.#lastBlock) }
  }

  /** An offer, whether one is due or not, well made but for what the tape spoils. */
  #offer(epochs: Epochs, tape: Tape): { readonly epochs: Epochs; readonly block: Uint8Array } {
    const seed = this.#entropy.take(64)
    const spoilt = tape.below(4)
    const { publicKey } = this.#crypto.mlKem768KeyPair(seed)
    const kemKey = spoilt === 1 ? publicKey.fill(0xff, 0, 3 + tape.u8()) : publicKey
    const authenticator = offerAuthenticator(this.#crypto, epochs.newest, kemKey)
    if (spoilt === 2) authenticator.fill(0)
    const epoch = spoilt === 3 ? tape.number(epochs.newest.number + 1, 0xffff) : epochs.newest.number + 1
    const block: Block = { kind: 'offer', epoch: Math.min(epoch, 0xffff), authenticator, kemKey }
    this.#lastBlock = block
    return { epochs: { ...epochs, exchange: { kind: 'offering', seed, block } }, block: encodeBlock(block) }
  }

  /** An answer to the peer's offer, or to none. */
  #answer(epochs: Epochs, tape: Tape): Uint8Array {
    const { exchange, newest, isInitiator } = epochs
    const seed = this.#entropy.take(64)
    const kemKey = exchange.kind === 'offered' ? exchange.kemKey : this.#crypto.mlKem768KeyPair(seed).publicKey
    const kem = this.#crypto.mlKem768Encapsulate(kemKey, this.#entropy.take(32))
    if (kem === null) return encodeBlock(noBlock)
    const hash = exchangeHash(this.#crypto, kemKey, kem.cipherText)
    const next = nextEpoch(this.#crypto, isInitiator, newest, kem.sharedSecret, hash)
    const authenticator = answerAuthenticator(this.#crypto, next, hash)
    const spoilt = tape.below(4)
    if (spoilt === 1) authenticator.fill(0)
    const cipherText = spoilt === 2 ? kem.cipherText.fill(tape.u8(), 0, 8) : kem.cipherText
    const epoch = spoilt === 3 ? tape.number(next.number, 0xffff) : next.number
    return encodeBlock({ kind: 'answer', epoch: Math.min(epoch, 0xffff), authenticator, cipherText })
  }

  #crookedBlock(epochs: Epochs, tape: Tape): { readonly epochs: Epochs; readonly block: Uint8Array } {
    switch (tape.below(6)) {
      case 0:
        return { epochs, block: encodeBlock(noBlock) }
      case 1:
        return this.#offer(epochs, tape)
      case 2:
        return { epochs, block: this.#answer(epochs, tape) }
      case 3:
        return { epochs, block: encodeBlock(this.#lastBlock) }
      case 4:
        return { epochs, block: patched(encodeBlock(this.#lastBlock), tape) }
      default:
        return { epochs, block: tape.chunk() }
    }
  }
}
