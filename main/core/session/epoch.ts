/**
 * One post-quantum epoch: the secrets that follow from one ML-KEM exchange and all before it.
 * PROTOCOL.md, "Post-quantum epochs"; in shape the ML-KEM Braid (rev 1) with whole keys and ciphertexts.
 */
import { ByteWriter, concat } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { keySizeBytes, label, zeroKey } from './suite.ts'

const epochLabel = label('pq epoch')
const offerLabel = label('pq key')
const answerLabel = label('pq ciphertext')

const turnChainConstant = Uint8Array.of(3)
const directionConstant = Uint8Array.of(4)

/** Who begins the turns in a direction holds its key; it moves on with every turn. */
export interface Directions {
  readonly number: number
  readonly sendKey: Uint8Array
  readonly receiveKey: Uint8Array
}

export interface Epoch extends Directions {
  /** What the next epoch is derived from, beside its own secret. */
  readonly rootKey: Uint8Array
  /** Authenticates the exchange of the next epoch: no message key leads to it. */
  readonly authenticatorKey: Uint8Array
}

function derive(
  crypto: Crypto,
  isInitiator: boolean,
  number: number,
  secret: Uint8Array,
  rootKey: Uint8Array,
  transcript: Uint8Array,
): Epoch {
  const info = new ByteWriter().bytes(epochLabel).u16(number).bytes(transcript).done()
  const output = crypto.hkdfSha256(secret, rootKey, info, 4 * keySizeBytes)
  const part = (at: number): Uint8Array => output.slice(at * keySizeBytes, (at + 1) * keySizeBytes)
  const [fromInitiator, fromResponder] = [part(2), part(3)]
  const epoch = {
    number,
    rootKey: part(0),
    authenticatorKey: part(1),
    sendKey: isInitiator ? fromInitiator : fromResponder,
    receiveKey: isInitiator ? fromResponder : fromInitiator,
  }
  crypto.wipe(output)
  return epoch
}

/** Epoch 0, out of the handshake. `seed` is the last part of its key schedule's output. */
export function firstEpoch(crypto: Crypto, isInitiator: boolean, seed: Uint8Array, transcript: Uint8Array): Epoch {
  return derive(crypto, isInitiator, 0, seed, zeroKey, transcript)
}

/** What was exchanged for an epoch: bound into its keys and into the answer's authenticator. */
export function exchangeHash(crypto: Crypto, kemKey: Uint8Array, cipherText: Uint8Array): Uint8Array {
  return crypto.sha256(concat(kemKey, cipherText))
}

/** The epoch after `before`, from the secret of its exchange. */
export function nextEpoch(
  crypto: Crypto,
  isInitiator: boolean,
  before: Epoch,
  secret: Uint8Array,
  exchange: Uint8Array,
): Epoch {
  return derive(crypto, isInitiator, before.number + 1, secret, before.rootKey, exchange)
}

function authenticator(crypto: Crypto, epoch: Epoch, purpose: Uint8Array, number: number, data: Uint8Array) {
  const message = new ByteWriter().bytes(purpose).u16(number).bytes(data).done()
  return crypto.hmacSha256(epoch.authenticatorKey, message)
}

/** 32 bytes over the key that is offered for the epoch after `before`. */
export function offerAuthenticator(crypto: Crypto, before: Epoch, kemKey: Uint8Array): Uint8Array {
  return authenticator(crypto, before, offerLabel, before.number + 1, kemKey)
}

/** 32 bytes over the exchange that made `epoch`: that they fit confirms its secret. */
export function answerAuthenticator(crypto: Crypto, epoch: Epoch, exchange: Uint8Array): Uint8Array {
  return authenticator(crypto, epoch, answerLabel, epoch.number, exchange)
}

/** The post-quantum chain key of a new turn in one direction, and the direction's key behind it. */
export function beginTurn(
  crypto: Crypto,
  directionKey: Uint8Array,
): { readonly pqChainKey: Uint8Array; readonly directionKey: Uint8Array } {
  return {
    pqChainKey: crypto.hmacSha256(directionKey, turnChainConstant),
    directionKey: crypto.hmacSha256(directionKey, directionConstant),
  }
}
