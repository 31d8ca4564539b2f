/**
 * The triple ratchet: the EC double ratchet with header encryption (Double Ratchet rev 4, section 4) and
 * post-quantum epochs beside it (section 6). Values are immutable: whatever fails leaves the ratchet that
 * was given as it was.
 *
 * A new ratchet key is made when the first message of a turn is sealed, not when the peer's is opened
 * (rev 4, "Deferring new ratchet key generation"): opening takes no entropy, a key lives for a shorter
 * time, and the old secret is gone as soon as it has been used.
 */
import { assert } from '../assert.ts'
import type { DecodeError } from '../bytes.ts'
import { concat, equalBytes } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Entropy } from '../entropy.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { isPaddedLength, pad, paddedLength, unpad } from '../wire/padding.ts'
import { blockSizeBytesMax, encodeBlock, splitBlock } from './block.ts'
import type { Chain } from './chain.ts'
import { stepChain } from './chain.ts'
import type { EpochError, Epochs } from './epochs.ts'
import { beginReceiving, beginSending, blockFor, holdsEpoch, newEpochs, prepare, takeBlock } from './epochs.ts'
import type { Header } from './header.ts'
import { openHeader, sealedHeaderSizeBytes, sealHeader } from './header.ts'
import type { BodyError } from './messageKey.ts'
import { bodyOverheadBytes, openBody, sealBody } from './messageKey.ts'
import { stepRootKey } from './rootKey.ts'
import type { SkippedKey, SkippedKeys } from './skippedKeys.ts'
import { addSkipped, expireSkipped, findSkipped, noSkippedKeys, removeSkipped, trimSkipped } from './skippedKeys.ts'
import type { KeyPair } from './suite.ts'
import { keySizeBytes, nonceSizeBytes } from './suite.ts'

export interface Ratchet {
  readonly rootKey: Uint8Array
  /** Null from the opening of a turn's first message until the sealing of the next one's. */
  readonly ownKey: KeyPair | null
  /** Null until the first message has been opened. */
  readonly remoteKey: Uint8Array | null
  /** Null whenever sealing must take a new ratchet step first. */
  readonly send: Chain | null
  readonly previousCount: number
  readonly nextSendHeaderKey: Uint8Array
  readonly receive: Chain | null
  readonly nextReceiveHeaderKey: Uint8Array
  readonly skipped: SkippedKeys
  readonly epochs: Epochs
}

/** What the handshake agrees on. `headerKey` is the initiator's first, `nextHeaderKey` the responder's. */
export interface RatchetKeys {
  readonly rootKey: Uint8Array
  readonly headerKey: Uint8Array
  readonly nextHeaderKey: Uint8Array
  /** Epoch 0 is derived from this and the handshake's transcript. */
  readonly epochSeed: Uint8Array
  readonly transcript: Uint8Array
}

export type RatchetError =
  | { readonly kind: 'malformed'; readonly error: DecodeError }
  /** No header key of this session fits: of another session, or no longer known. */
  | { readonly kind: 'noHeaderKey' }
  /** The header is the peer's own, but cannot be lawful. */
  | { readonly kind: 'badHeader' }
  /** The message's key was used already, or has been given up. */
  | { readonly kind: 'noMessageKey'; readonly n: number }
  | { readonly kind: 'gapTooLarge'; readonly got: number; readonly max: number }
  /** A low-order ratchet key: the Diffie-Hellman output would be zero. */
  | { readonly kind: 'badRatchetKey' }
  | { readonly kind: 'badPadding' }
  | { readonly kind: 'tooLong'; readonly field: 'content'; readonly got: number; readonly max: number }
  | BodyError
  | EpochError

/** Sealed header, commitment, nonce, tag. */
export const ratchetOverheadBytes = sealedHeaderSizeBytes + bodyOverheadBytes

/** The largest body: a block and a content, padded. */
const paddedSizeBytesMax = paddedLength(blockSizeBytesMax + protocolLimits.contentSizeBytesMax)

/** RatchetInitAliceHE. Null if the responder's ratchet key is of low order. */
export function initiatorRatchet(
  crypto: Crypto,
  keys: RatchetKeys,
  remoteKey: Uint8Array,
  secret: Uint8Array,
): Ratchet | null {
  const shared = crypto.x25519(secret, remoteKey)
  if (shared === null) return null
  const step = stepRootKey(crypto, keys.rootKey, shared)
  crypto.wipe(shared)
  const turn = beginSending(crypto, newEpochs(crypto, true, keys.epochSeed, keys.transcript))
  const { epoch, pqChainKey, epochs } = turn
  return {
    rootKey: step.rootKey,
    ownKey: { secret, publicKey: crypto.x25519PublicKey(secret) },
    remoteKey,
    send: { chainKey: step.chainKey, pqChainKey, headerKey: keys.headerKey, epoch, n: 0 },
    previousCount: 0,
    nextSendHeaderKey: step.nextHeaderKey,
    receive: null,
    nextReceiveHeaderKey: keys.nextHeaderKey,
    skipped: noSkippedKeys,
    epochs,
  }
}

/** RatchetInitBobHE. */
export function responderRatchet(crypto: Crypto, keys: RatchetKeys, ownKey: KeyPair): Ratchet {
  return {
    rootKey: keys.rootKey,
    ownKey,
    remoteKey: null,
    send: null,
    previousCount: 0,
    nextSendHeaderKey: keys.nextHeaderKey,
    receive: null,
    nextReceiveHeaderKey: keys.headerKey,
    skipped: noSkippedKeys,
    epochs: newEpochs(crypto, false, keys.epochSeed, keys.transcript),
  }
}

/** Whether anything can be sealed yet: the responder's first message must have been opened. */
export function canSeal(ratchet: Ratchet): boolean {
  return ratchet.send !== null || (ratchet.remoteKey !== null && ratchet.receive !== null)
}

type Sending = Ratchet & { readonly ownKey: KeyPair; readonly send: Chain }

/** The ratchet with a sending chain: the present one, or that of a new ratchet key. */
function sending(crypto: Crypto, ratchet: Ratchet, entropy: Entropy): Sending {
  const { ownKey, send, remoteKey } = ratchet
  if (send !== null) {
    assert(ownKey !== null, 'a sending chain without its ratchet key')
    return { ...ratchet, ownKey, send }
  }
  assert(remoteKey !== null && ratchet.receive !== null, 'nothing can be sealed before the first message is opened')
  const secret = entropy.take(keySizeBytes)
  const shared = crypto.x25519(secret, remoteKey)
  assert(shared !== null, 'a low-order ratchet key got into the state')
  const step = stepRootKey(crypto, ratchet.rootKey, shared)
  crypto.wipe(shared)
  const { epoch, pqChainKey, epochs } = beginSending(crypto, ratchet.epochs)
  return {
    ...ratchet,
    rootKey: step.rootKey,
    ownKey: { secret, publicKey: crypto.x25519PublicKey(secret) },
    send: { chainKey: step.chainKey, pqChainKey, headerKey: ratchet.nextSendHeaderKey, epoch, n: 0 },
    nextSendHeaderKey: step.nextHeaderKey,
    epochs,
  }
}

/**
 * RatchetEncryptHE with KDF_HYBRID: the message and the ratchet behind it, which must be stored before the
 * message leaves. Takes 48 bytes of entropy, 32 more for the first message of a turn, and then 32 more to
 * answer the peer's post-quantum key, or 64 to offer one. `clockMs` is the session's own clock.
 */
export function sealMessage(
  crypto: Crypto,
  before: Ratchet,
  content: Uint8Array,
  associatedData: Uint8Array,
  entropy: Entropy,
  clockMs: number,
): { readonly ratchet: Ratchet; readonly message: Uint8Array } {
  const ratchet = sending(crypto, before, entropy)
  const { ownKey, send, previousCount } = ratchet
  const { n, epoch } = send
  const epochs = prepare(crypto, ratchet.epochs, n, entropy, clockMs)
  const plaintext = pad(concat(encodeBlock(blockFor(epochs, n)), content))
  const headerNonce = entropy.take(nonceSizeBytes)
  const header = sealHeader(crypto, send.headerKey, headerNonce, {
    ratchetKey: ownKey.publicKey,
    previousCount,
    n,
    epoch,
  })
  const { chain, messageKey } = stepChain(crypto, send)
  const nonce = entropy.take(nonceSizeBytes)
  const body = sealBody(crypto, messageKey, nonce, plaintext, concat(associatedData, header))
  crypto.wipe(messageKey)
  const skipped = expireSkipped(ratchet.skipped, clockMs)
  return { ratchet: { ...ratchet, send: chain, epochs, skipped }, message: concat(header, body) }
}

/** A message key, and the ratchet as it will stand once the key has opened the message. */
interface Candidate {
  readonly ratchet: Ratchet
  readonly messageKey: Uint8Array
}

/** Moves a chain up to message `n`, keeping the keys on the way. The gap is checked before anything is derived. */
function skipTo(
  crypto: Crypto,
  from: Chain,
  n: number,
  clockMs: number,
): Result<{ readonly chain: Chain; readonly keys: readonly SkippedKey[] }, RatchetError> {
  const got = n - from.n
  if (got > protocolLimits.skipMax) return err({ kind: 'gapTooLarge', got, max: protocolLimits.skipMax })
  const keys: SkippedKey[] = []
  let chain = from
  while (chain.n < n) {
    const step = stepChain(crypto, chain)
    keys.push({ n: chain.n, messageKey: step.messageKey, addedAtMs: clockMs })
    chain = step.chain
  }
  return ok({ chain, keys })
}

/** The key of a message of the present receiving chain, or of one on which the ratchet has just stepped. */
function inChain(
  crypto: Crypto,
  ratchet: Ratchet,
  receive: Chain,
  n: number,
  clockMs: number,
): Result<Candidate, RatchetError> {
  const skip = skipTo(crypto, receive, n, clockMs)
  if (!skip.ok) return skip
  const { chain, messageKey } = stepChain(crypto, skip.value.chain)
  const skipped = addSkipped(ratchet.skipped, receive.headerKey, skip.value.keys)
  return ok({ ratchet: { ...ratchet, receive: chain, skipped }, messageKey })
}

function fromSkipped(ratchet: Ratchet, headerKey: Uint8Array, n: number): Result<Candidate, RatchetError> {
  const messageKey = findSkipped(ratchet.skipped, headerKey, n)
  if (messageKey === null) return err({ kind: 'noMessageKey', n })
  return ok({ ratchet: { ...ratchet, skipped: removeSkipped(ratchet.skipped, headerKey, n) }, messageKey })
}

/** DHRatchetHE, its receiving half. Never derives from a receiving chain that is not set ("none-ck"). */
function inNextChain(
  crypto: Crypto,
  ratchet: Ratchet,
  header: Header,
  clockMs: number,
): Result<Candidate, RatchetError> {
  const { ownKey, receive, send } = ratchet
  // Without a key of ours that the peer has seen, it cannot have stepped.
  if (ownKey === null) return err({ kind: 'badHeader' })
  const gap = header.previousCount - (receive?.n ?? 0)
  if (gap < 0 || (receive === null && gap > 0)) return err({ kind: 'badHeader' })
  if (!holdsEpoch(ratchet.epochs, header.epoch)) {
    return err({ kind: 'unknownEpoch', got: header.epoch, newest: ratchet.epochs.newest.number })
  }
  if (header.n > protocolLimits.skipMax) {
    return err({ kind: 'gapTooLarge', got: header.n, max: protocolLimits.skipMax })
  }
  let { skipped } = ratchet
  if (receive !== null) {
    const rest = skipTo(crypto, receive, header.previousCount, clockMs)
    if (!rest.ok) return rest
    skipped = addSkipped(skipped, receive.headerKey, rest.value.keys)
  }
  const shared = crypto.x25519(ownKey.secret, header.ratchetKey)
  if (shared === null) return err({ kind: 'badRatchetKey' })
  const { epoch, pqChainKey, epochs } = beginReceiving(crypto, ratchet.epochs, header.epoch)
  const step = stepRootKey(crypto, ratchet.rootKey, shared)
  crypto.wipe(shared)
  const stepped: Ratchet = {
    ...ratchet,
    rootKey: step.rootKey,
    ownKey: null,
    remoteKey: header.ratchetKey,
    send: null,
    previousCount: send?.n ?? 0,
    nextReceiveHeaderKey: step.nextHeaderKey,
    skipped,
    epochs,
  }
  const { chainKey } = step
  const chain: Chain = { chainKey, pqChainKey, headerKey: ratchet.nextReceiveHeaderKey, epoch, n: 0 }
  return inChain(crypto, stepped, chain, header.n, clockMs)
}

/** TrySkippedMessageKeysHE, DecryptHeader, and what follows from the key that fits. */
function candidateFor(
  crypto: Crypto,
  ratchet: Ratchet,
  sealedHeader: Uint8Array,
  clockMs: number,
): Result<Candidate, RatchetError> {
  const { receive, remoteKey } = ratchet
  const lawful = (opened: Result<Header, DecodeError>, use: (header: Header) => Result<Candidate, RatchetError>) => {
    if (!opened.ok) return err({ kind: 'malformed', error: opened.error } as const)
    return opened.value.n < protocolLimits.turnMessagesMax ? use(opened.value) : err({ kind: 'badHeader' } as const)
  }

  const present = receive === null ? null : openHeader(crypto, receive.headerKey, sealedHeader)
  if (receive !== null && present !== null) {
    return lawful(present, (header) => {
      if (remoteKey === null || !equalBytes(header.ratchetKey, remoteKey)) return err({ kind: 'badHeader' })
      if (header.epoch !== receive.epoch) return err({ kind: 'badHeader' })
      if (header.n < receive.n) return fromSkipped(ratchet, receive.headerKey, header.n)
      return inChain(crypto, ratchet, receive, header.n, clockMs)
    })
  }
  const next = openHeader(crypto, ratchet.nextReceiveHeaderKey, sealedHeader)
  if (next !== null) return lawful(next, (header) => inNextChain(crypto, ratchet, header, clockMs))
  for (const { headerKey } of ratchet.skipped) {
    const old = openHeader(crypto, headerKey, sealedHeader)
    if (old !== null) return lawful(old, (header) => fromSkipped(ratchet, headerKey, header.n))
  }
  return err({ kind: 'noHeaderKey' })
}

/**
 * RatchetDecryptHE: the content and the ratchet behind it, to be stored together. Takes no entropy.
 * `clockMs` is the session's own clock, by which skipped keys age.
 */
export function openMessage(
  crypto: Crypto,
  before: Ratchet,
  message: Uint8Array,
  associatedData: Uint8Array,
  clockMs: number,
): Result<{ readonly ratchet: Ratchet; readonly content: Uint8Array }, RatchetError> {
  if (message.length < ratchetOverheadBytes) {
    const error: DecodeError = { kind: 'truncated', wanted: ratchetOverheadBytes, left: message.length }
    return err({ kind: 'malformed', error })
  }
  const paddedBytes = message.length - ratchetOverheadBytes
  if (!isPaddedLength(paddedBytes) || paddedBytes > paddedSizeBytesMax) {
    return err({ kind: 'malformed', error: { kind: 'badValue', field: 'message length', got: message.length } })
  }
  const ratchet: Ratchet = { ...before, skipped: expireSkipped(before.skipped, clockMs) }
  const header = message.subarray(0, sealedHeaderSizeBytes)
  const candidate = candidateFor(crypto, ratchet, header, clockMs)
  if (!candidate.ok) return candidate
  const after = candidate.value.ratchet
  const sealedBody = message.subarray(sealedHeaderSizeBytes)
  const body = openBody(crypto, candidate.value.messageKey, sealedBody, concat(associatedData, header))
  if (!body.ok) return body
  const plaintext = unpad(body.value)
  if (!plaintext.ok) return plaintext
  const split = splitBlock(plaintext.value)
  if (!split.ok) return err({ kind: 'badBlock', error: split.error })
  const { block, content } = split.value
  const max = protocolLimits.contentSizeBytesMax
  if (content.length > max) return err({ kind: 'tooLong', field: 'content', got: content.length, max })
  const epochs = takeBlock(crypto, after.epochs, block, clockMs)
  if (!epochs.ok) return epochs
  const { receive } = after
  assert(receive !== null, 'a message was opened without a receiving chain')
  const skipped = trimSkipped(after.skipped, receive.headerKey)
  return ok({ ratchet: { ...after, skipped, epochs: epochs.value }, content })
}
