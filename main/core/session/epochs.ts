/**
 * The post-quantum ratchet beside that of the elliptic curve: who offers a key for the next epoch and
 * when, who answers, and which epoch a turn may use. PROTOCOL.md, "Post-quantum epochs". Immutable.
 */
import { assert } from '../assert.ts'
import type { DecodeError } from '../bytes.ts'
import { equalBytes } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Entropy } from '../entropy.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { Answer, Block, Offer } from './block.ts'
import { noBlock } from './block.ts'
import { kemSeedSizeBytes } from './bundleSecrets.ts'
import type { Directions, Epoch } from './epoch.ts'
import { answerAuthenticator, beginTurn, exchangeHash, firstEpoch, nextEpoch, offerAuthenticator } from './epoch.ts'
import { keySizeBytes } from './suite.ts'

/** Our half of the exchange that is under way, or the peer's that waits for our next message. */
export type Exchange =
  | { readonly kind: 'idle' }
  /** Our key is offered until its answer comes; the seed is d || z of FIPS 203. */
  | { readonly kind: 'offering'; readonly seed: Uint8Array; readonly block: Offer }
  /** The peer's key came; it is answered when something is sealed. */
  | { readonly kind: 'offered'; readonly kemKey: Uint8Array }
  /** The answer is repeated until the peer begins a turn in the epoch that it made. */
  | { readonly kind: 'answering'; readonly block: Answer }

export interface Epochs {
  readonly isInitiator: boolean
  readonly newest: Epoch
  /** The epoch before the newest one, for as long as the peer may still begin turns in it. */
  readonly previous: Directions | null
  readonly exchange: Exchange
  /** Turns of either side, and the session's clock, since the newest epoch was derived. */
  readonly turns: number
  readonly sinceMs: number
}

export type EpochError =
  /** A turn in an epoch that is not known here any more, or not yet. */
  | { readonly kind: 'unknownEpoch'; readonly got: number; readonly newest: number }
  /** Half an exchange that this side did not ask for. */
  | { readonly kind: 'unexpectedBlock'; readonly got: number; readonly newest: number }
  /** The key or ciphertext was not made by who holds the epoch before. */
  | { readonly kind: 'badAuthenticator'; readonly epoch: number }
  /** A KEM key that is not one. */
  | { readonly kind: 'badKemKey'; readonly epoch: number }
  | { readonly kind: 'badBlock'; readonly error: DecodeError }

const idle: Exchange = { kind: 'idle' }

export function newEpochs(crypto: Crypto, isInitiator: boolean, seed: Uint8Array, transcript: Uint8Array): Epochs {
  const newest = firstEpoch(crypto, isInitiator, seed, transcript)
  return { isInitiator, newest, previous: null, exchange: idle, turns: 0, sinceMs: 0 }
}

/** The initiator offers the odd epochs, the responder the even ones: each side's fresh key comes in by turns. */
function offers(epochs: Epochs, number: number): boolean {
  return (number % 2 === 1) === epochs.isInitiator
}

/** The newest epoch that the peer is known to have: it answered, or it has begun a turn in it. */
function speakable({ newest, previous, exchange }: Epochs): Epoch | Directions {
  return previous !== null && exchange.kind === 'answering' ? previous : newest
}

/** Whether a turn of the peer's may be in this epoch. */
export function holdsEpoch({ newest, previous }: Epochs, epoch: number): boolean {
  return epoch === newest.number || epoch === previous?.number
}

function isOfferDue(epochs: Epochs, clockMs: number): boolean {
  const { newest, previous, exchange, turns, sinceMs } = epochs
  if (exchange.kind !== 'idle' || previous !== null || newest.number >= protocolLimits.pqEpochMax) return false
  if (!offers(epochs, newest.number + 1)) return false
  return turns >= protocolLimits.pqOfferAfterTurns || clockMs - sinceMs >= protocolLimits.pqOfferAfterMs
}

function offer(crypto: Crypto, epochs: Epochs, entropy: Entropy): Epochs {
  const seed = entropy.take(kemSeedSizeBytes)
  const kemKey = crypto.mlKem768KeyPair(seed).publicKey
  const authenticator = offerAuthenticator(crypto, epochs.newest, kemKey)
  const block: Offer = { kind: 'offer', epoch: epochs.newest.number + 1, authenticator, kemKey }
  return { ...epochs, exchange: { kind: 'offering', seed, block } }
}

/** The epochs after a further one was derived. */
function advanced(epochs: Epochs, newest: Epoch, exchange: Exchange, clockMs: number): Epochs {
  const { number, sendKey, receiveKey } = epochs.newest
  return { ...epochs, newest, previous: { number, sendKey, receiveKey }, exchange, turns: 0, sinceMs: clockMs }
}

function answer(crypto: Crypto, epochs: Epochs, kemKey: Uint8Array, entropy: Entropy, clockMs: number): Epochs {
  const coins = entropy.take(keySizeBytes)
  const kem = crypto.mlKem768Encapsulate(kemKey, coins)
  assert(kem !== null, 'a KEM key that fails its check got into the state')
  const { cipherText, sharedSecret } = kem
  const exchange = exchangeHash(crypto, kemKey, cipherText)
  const newest = nextEpoch(crypto, epochs.isInitiator, epochs.newest, sharedSecret, exchange)
  crypto.wipe(coins, sharedSecret)
  const authenticator = answerAuthenticator(crypto, newest, exchange)
  const block: Answer = { kind: 'answer', epoch: newest.number, authenticator, cipherText }
  return advanced(epochs, newest, { kind: 'answering', block }, clockMs)
}

/**
 * What is due before message `n` of a turn is sealed: the peer's key is answered (32 bytes of entropy),
 * or ours offered (64).
 */
export function prepare(crypto: Crypto, epochs: Epochs, n: number, entropy: Entropy, clockMs: number): Epochs {
  if (!carriesBlock(n)) return epochs
  if (epochs.exchange.kind === 'offered') return answer(crypto, epochs, epochs.exchange.kemKey, entropy, clockMs)
  return isOfferDue(epochs, clockMs) ? offer(crypto, epochs, entropy) : epochs
}

function carriesBlock(n: number): boolean {
  return n < protocolLimits.pqBlockFirstMessages || n % protocolLimits.pqBlockEveryMessages === 0
}

/** What message `n` of a turn carries. */
export function blockFor(epochs: Epochs, n: number): Block {
  const { exchange } = epochs
  const isUnderWay = exchange.kind === 'offering' || exchange.kind === 'answering'
  return isUnderWay && carriesBlock(n) ? exchange.block : noBlock
}

export interface Turn {
  readonly epochs: Epochs
  readonly epoch: number
  readonly pqChainKey: Uint8Array
}

/** Begins a turn of ours, in the newest epoch that the peer is known to have. */
export function beginSending(crypto: Crypto, before: Epochs): Turn {
  const epochs = { ...before, turns: before.turns + 1 }
  const { newest } = epochs
  const used = speakable(epochs)
  const { pqChainKey, directionKey: sendKey } = beginTurn(crypto, used.sendKey)
  const moved = used === newest ? { newest: { ...newest, sendKey } } : { previous: { ...used, sendKey } }
  return { epochs: { ...epochs, ...moved }, epoch: used.number, pqChainKey }
}

/** Begins a turn of the peer's in the epoch that its header names, which must be one that is held. */
export function beginReceiving(crypto: Crypto, before: Epochs, epoch: number): Turn {
  const epochs = { ...before, turns: before.turns + 1 }
  const { newest, previous } = epochs
  if (epoch === newest.number) {
    const { pqChainKey, directionKey: receiveKey } = beginTurn(crypto, newest.receiveKey)
    // The peer has come over: it will begin no turn in the epoch before, and has our answer if we gave one.
    const exchange = epochs.exchange.kind === 'answering' ? idle : epochs.exchange
    return { epochs: { ...epochs, newest: { ...newest, receiveKey }, previous: null, exchange }, epoch, pqChainKey }
  }
  assert(previous !== null && epoch === previous.number, 'a turn in an epoch that is not held')
  const { pqChainKey, directionKey: receiveKey } = beginTurn(crypto, previous.receiveKey)
  return { epochs: { ...epochs, previous: { ...previous, receiveKey } }, epoch, pqChainKey }
}

function takeOffer(crypto: Crypto, epochs: Epochs, block: Offer): Result<Epochs, EpochError> {
  const { exchange, newest } = epochs
  const { epoch, kemKey } = block
  // The first one counts: an honest peer repeats the same.
  if (exchange.kind === 'offered') return ok(epochs)
  if (exchange.kind !== 'idle' || epochs.previous !== null || offers(epochs, epoch)) {
    return err({ kind: 'unexpectedBlock', got: epoch, newest: newest.number })
  }
  if (!equalBytes(offerAuthenticator(crypto, newest, kemKey), block.authenticator)) {
    return err({ kind: 'badAuthenticator', epoch })
  }
  if (!crypto.mlKem768CheckPublicKey(kemKey)) return err({ kind: 'badKemKey', epoch })
  return ok({ ...epochs, exchange: { kind: 'offered', kemKey } })
}

function takeAnswer(crypto: Crypto, epochs: Epochs, block: Answer, clockMs: number): Result<Epochs, EpochError> {
  const { exchange, newest } = epochs
  const { epoch, cipherText } = block
  if (exchange.kind !== 'offering') {
    return err({ kind: 'unexpectedBlock', got: epoch, newest: newest.number })
  }
  const { secretKey } = crypto.mlKem768KeyPair(exchange.seed)
  const secret = crypto.mlKem768Decapsulate(cipherText, secretKey)
  assert(secret !== null, 'the layout gives a ciphertext one length')
  const hash = exchangeHash(crypto, exchange.block.kemKey, cipherText)
  const next = nextEpoch(crypto, epochs.isInitiator, newest, secret, hash)
  crypto.wipe(secretKey, secret)
  // A ciphertext that was altered gives another secret (implicit rejection): then this cannot fit.
  if (!equalBytes(answerAuthenticator(crypto, next, hash), block.authenticator)) {
    return err({ kind: 'badAuthenticator', epoch })
  }
  return ok(advanced(epochs, next, idle, clockMs))
}

/**
 * Takes the block of a message that has opened. One of an epoch that is agreed already is a repetition,
 * or late, and changes nothing.
 */
export function takeBlock(crypto: Crypto, epochs: Epochs, block: Block, clockMs: number): Result<Epochs, EpochError> {
  if (block.kind === 'none' || block.epoch <= epochs.newest.number) return ok(epochs)
  if (block.epoch !== epochs.newest.number + 1) {
    return err({ kind: 'unexpectedBlock', got: block.epoch, newest: epochs.newest.number })
  }
  return block.kind === 'offer' ? takeOffer(crypto, epochs, block) : takeAnswer(crypto, epochs, block, clockMs)
}
