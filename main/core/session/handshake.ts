/**
 * How a session begins: PQXDH rev 3 in shape, with the invite's secret as a pre-shared key and the
 * initiator's identity sealed. PROTOCOL.md, "Handshake". The same handshake serves online and offline.
 */
import { assert } from '../assert.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Entropy } from '../entropy.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { PrekeyBundle } from './bundle.ts'
import type { BundleSecrets } from './bundleSecrets.ts'
import type { InitialMessage } from './initialMessage.ts'
import { encodePrologue, splitInitial } from './initialMessage.ts'
import type { FirstStage } from './keySchedule.ts'
import { firstStage, openIntroduction, sealIntroduction, secondStage } from './keySchedule.ts'
import { initiatorRatchet, responderRatchet } from './ratchet.ts'
import type { OpenError, Session } from './session.ts'
import { newSession, open } from './session.ts'
import type { LayoutError } from './suite.ts'
import { keySizeBytes, nonceSizeBytes, zeroKey } from './suite.ts'

/** The pre-shared key of a handshake without an invite: a renewal between contacts. */
export const noPsk: Uint8Array = zeroKey

/** A public key of the other side that cannot be used: of low order, or not reduced (ML-KEM). */
export type BadKey = {
  readonly kind: 'badKey'
  readonly key: 'identityKey' | 'signedPrekey' | 'oneTimePrekey' | 'ratchetKey' | 'kemKey' | 'ephemeralKey'
}

export type InitiateError = BadKey

/** `Reason` is what `verifyIdentity` answers. */
export type AcceptError<Reason> =
  | BadKey
  | LayoutError
  /** The secrets given are not those of the prekey that the message names. */
  | { readonly kind: 'wrongPrekey' }
  /** Other keys, another invite secret, another descriptor, or changed on the way. */
  | { readonly kind: 'undecryptable' }
  | { readonly kind: 'identityRefused'; readonly reason: Reason }
  /** The handshake held, but the message behind it does not open. */
  | { readonly kind: 'badFirstMessage'; readonly error: OpenError }

export interface Initiation {
  readonly crypto: Crypto
  readonly entropy: Entropy
  readonly nowMs: number
  readonly local: {
    /** The account's X25519 identity secret. */
    readonly identitySecret: Uint8Array
    /** Signed descriptor and certificate of the initiator, at most `identityPayloadSizeBytesMax`. */
    readonly identityPayload: Uint8Array
  }
  readonly bundle: PrekeyBundle
  /** The responder's descriptor, as the responder itself gives it to `accept`. */
  readonly remoteDescriptor: Uint8Array
  /** 32 bytes: the invite's secret, or `noPsk`. */
  readonly psk: Uint8Array
  /** From 1: one more than that of any session with this device that is known here. */
  readonly generation: number
}

/**
 * Begins a session with the owner of a bundle. Takes 120 bytes of entropy. `seal` puts the prologue
 * before every message until the first reply; it is given here only for inspection.
 */
export function initiate(
  from: Initiation,
): Result<{ readonly session: Session; readonly prologue: Uint8Array }, InitiateError> {
  const { crypto, entropy, bundle, local, psk } = from
  assert(psk.length === keySizeBytes, 'psk of another length')
  const { identityPayload } = local
  assert(identityPayload.length <= protocolLimits.identityPayloadSizeBytesMax, 'identity payload too large')
  const ephemeralSecret = entropy.take(keySizeBytes)
  const coins = entropy.take(keySizeBytes)
  const kem = crypto.mlKem768Encapsulate(bundle.kemKey, coins)
  crypto.wipe(coins)
  if (kem === null) return err({ kind: 'badKey', key: 'kemKey' })

  const identityPrekey = crypto.x25519(local.identitySecret, bundle.signedPrekey)
  const ephemeralIdentity = crypto.x25519(ephemeralSecret, bundle.identityKey)
  const ephemeralPrekey = crypto.x25519(ephemeralSecret, bundle.signedPrekey)
  if (identityPrekey === null || ephemeralPrekey === null) return err({ kind: 'badKey', key: 'signedPrekey' })
  if (ephemeralIdentity === null) return err({ kind: 'badKey', key: 'identityKey' })
  const ephemeralOneTime = bundle.oneTimePrekey === null ? null : crypto.x25519(ephemeralSecret, bundle.oneTimePrekey)
  if (bundle.oneTimePrekey !== null && ephemeralOneTime === null) return err({ kind: 'badKey', key: 'oneTimePrekey' })

  const ephemeralKey = crypto.x25519PublicKey(ephemeralSecret)
  const first = firstStage(
    crypto,
    {
      responderDescriptor: from.remoteDescriptor,
      bundleHash: crypto.sha256(bundle.bytes),
      ephemeralKey,
      cipherText: kem.cipherText,
    },
    { psk, ephemeralIdentity, ephemeralPrekey, ephemeralOneTime, kem: kem.sharedSecret },
  )
  const introduction = { generation: from.generation, identityPayload }
  const sealedIntroduction = sealIntroduction(crypto, first, entropy.take(nonceSizeBytes), introduction)
  const second = secondStage(crypto, first, sealedIntroduction, introduction, identityPrekey)
  const ratchet = initiatorRatchet(crypto, second.keys, bundle.ratchetKey, entropy.take(keySizeBytes))
  if (ratchet === null) return err({ kind: 'badKey', key: 'ratchetKey' })
  const { prekeyId } = bundle
  const prologue = encodePrologue({ prekeyId, ephemeralKey, cipherText: kem.cipherText, sealedIntroduction })
  crypto.wipe(
    ephemeralSecret,
    identityPrekey,
    ephemeralIdentity,
    ephemeralPrekey,
    kem.sharedSecret,
    first.identityKey,
    first.chainKey,
  )
  if (ephemeralOneTime !== null) crypto.wipe(ephemeralOneTime)
  const { sessionId: id, transcript } = second
  const made = { id, transcript, generation: from.generation, prologue, prologueHash: null, ratchet }
  return ok({ session: newSession(made, from.nowMs), prologue })
}

export interface Acceptance<Reason> {
  readonly crypto: Crypto
  readonly nowMs: number
  /** Of the prekey that `peekInitial` names. */
  readonly secrets: BundleSecrets
  readonly local: {
    readonly identitySecret: Uint8Array
    /** The same bytes that the initiator has as `remoteDescriptor`. */
    readonly descriptor: Uint8Array
  }
  /** The whole initial envelope, and the associated data under which it was sealed. */
  readonly message: Uint8Array
  readonly associatedData: Uint8Array
  readonly psk: Uint8Array
  /** Checks who the initiator says it is, fully, and gives its X25519 identity key; it is proven right after. */
  readonly verifyIdentity: (payload: Uint8Array) => Result<{ readonly identityKey: Uint8Array }, Reason>
}

/** The first stage from the responder's secrets. */
function answerFirstStage(
  from: Pick<Acceptance<unknown>, 'crypto' | 'secrets' | 'local' | 'psk'>,
  { prologue }: InitialMessage,
): FirstStage | null {
  const { crypto, secrets, local, psk } = from
  const { ephemeralKey, cipherText } = prologue
  const { secretKey } = crypto.mlKem768KeyPair(secrets.kemSeed)
  const kem = crypto.mlKem768Decapsulate(cipherText, secretKey)
  crypto.wipe(secretKey)
  const ephemeralIdentity = crypto.x25519(local.identitySecret, ephemeralKey)
  const ephemeralPrekey = crypto.x25519(secrets.signedPrekeySecret, ephemeralKey)
  const ephemeralOneTime = secrets.oneTimeSecret === null ? null : crypto.x25519(secrets.oneTimeSecret, ephemeralKey)
  assert(kem !== null, 'the layout gives a ciphertext one length')
  const oneTimeRefused = secrets.oneTimeSecret !== null && ephemeralOneTime === null
  if (ephemeralIdentity === null || ephemeralPrekey === null || oneTimeRefused) return null
  const { bundleHash } = secrets
  const opening = { responderDescriptor: local.descriptor, bundleHash, ephemeralKey, cipherText }
  const first = firstStage(crypto, opening, { psk, ephemeralIdentity, ephemeralPrekey, ephemeralOneTime, kem })
  crypto.wipe(ephemeralIdentity, ephemeralPrekey, kem)
  if (ephemeralOneTime !== null) crypto.wipe(ephemeralOneTime)
  return first
}

/**
 * Makes the responder's session from any initial envelope and opens the message in it. The engine must
 * have seen that `initialMessageHash` was never accepted before, stores session, hash and what the
 * plaintext causes in one commit, and there erases a one-time bundle's secrets.
 */
export function accept<Reason>(
  from: Acceptance<Reason>,
): Result<
  { readonly session: Session; readonly identityPayload: Uint8Array; readonly plaintext: Uint8Array },
  AcceptError<Reason>
> {
  const { crypto, secrets, nowMs } = from
  assert(from.psk.length === keySizeBytes, 'psk of another length')
  const split = splitInitial(from.message)
  if (!split.ok) return split
  const { prologue, prologueBytes } = split.value
  if (prologue.prekeyId !== secrets.prekeyId) return err({ kind: 'wrongPrekey' })

  const first = answerFirstStage(from, split.value)
  if (first === null) return err({ kind: 'badKey', key: 'ephemeralKey' })
  const introduction = openIntroduction(crypto, first, prologue.sealedIntroduction)
  if (introduction === null) return err({ kind: 'undecryptable' })
  const { identityPayload, generation } = introduction
  const identity = from.verifyIdentity(identityPayload)
  if (!identity.ok) return err({ kind: 'identityRefused', reason: identity.error })
  const identityPrekey = crypto.x25519(secrets.signedPrekeySecret, identity.value.identityKey)
  if (identityPrekey === null) return err({ kind: 'badKey', key: 'identityKey' })

  const second = secondStage(crypto, first, prologue.sealedIntroduction, introduction, identityPrekey)
  crypto.wipe(identityPrekey, first.identityKey, first.chainKey)
  const ownKey = { secret: secrets.ratchetSecret, publicKey: crypto.x25519PublicKey(secrets.ratchetSecret) }
  const ratchet = responderRatchet(crypto, second.keys, ownKey)
  const { sessionId: id, transcript } = second
  const prologueHash = crypto.sha256(prologueBytes)
  const session = newSession({ id, transcript, generation, prologue: null, prologueHash, ratchet }, nowMs)
  const opened = open(crypto, session, from.message, from.associatedData, nowMs)
  if (!opened.ok) return err({ kind: 'badFirstMessage', error: opened.error })
  return ok({ ...opened.value, identityPayload })
}
