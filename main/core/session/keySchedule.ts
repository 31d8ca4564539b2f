/**
 * The handshake's derivations, the same on both sides: PROTOCOL.md, "Handshake". The shape is that of
 * PQXDH rev 3; the identity of the initiator is sealed under a first stage that does not need it,
 * and only then mixed in, so that whoever holds the envelope does not learn who wrote it.
 */
import { ByteWriter, concat, decode } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { keyTypes } from '../crypto/keyType.ts'
import type { SessionId } from '../ids.ts'
import { sessionIdOf } from '../ids.ts'
import { pad, unpad } from '../wire/padding.ts'
import type { RatchetKeys } from './ratchet.ts'
import { encodeX25519, keySizeBytes, label, nonceSizeBytes, suiteId, zeroKey } from './suite.ts'

const handshakeLabel = label('handshake')
const identityLabel = label('identity')
const transcriptLabel = label('transcript')
const sessionLabel = label('session')

const sessionIdSizeBytes = 16

/** What is public before the initiator is known: its hash binds all that follows. */
export interface Opening {
  readonly responderDescriptor: Uint8Array
  readonly bundleHash: Uint8Array
  readonly ephemeralKey: Uint8Array
  readonly cipherText: Uint8Array
}

/** DH2, DH3 and DH4 of PQXDH, the KEM's secret, and the invite's secret (or zeros). */
export interface OpeningSecrets {
  readonly psk: Uint8Array
  readonly ephemeralIdentity: Uint8Array
  readonly ephemeralPrekey: Uint8Array
  readonly ephemeralOneTime: Uint8Array | null
  readonly kem: Uint8Array
}

export interface FirstStage {
  readonly hash: Uint8Array
  readonly chainKey: Uint8Array
  readonly identityKey: Uint8Array
}

export interface SecondStage {
  readonly transcript: Uint8Array
  readonly sessionId: SessionId
  readonly keys: RatchetKeys
}

/** What the initiator says of itself under the first stage: which of its sessions this is, and who it is. */
export interface Introduction {
  /** One more than that of any session between the two devices that the initiator knows, from 1. */
  readonly generation: number
  readonly identityPayload: Uint8Array
}

/** From the ephemeral key, the responder's keys, the KEM and the invite: all but the initiator's identity. */
export function firstStage(crypto: Crypto, opening: Opening, secrets: OpeningSecrets): FirstStage {
  const hash = crypto.sha256(
    new ByteWriter()
      .prefixed(handshakeLabel)
      .u16(suiteId)
      .prefixed32(opening.responderDescriptor)
      .bytes(opening.bundleHash)
      .bytes(encodeX25519(opening.ephemeralKey))
      .u8(keyTypes.mlKem768)
      .bytes(opening.cipherText)
      .done(),
  )
  // Every part has a fixed length, and the hashed bundle says whether the one-time part is there.
  const material = concat(
    secrets.psk,
    secrets.ephemeralIdentity,
    secrets.ephemeralPrekey,
    secrets.ephemeralOneTime ?? new Uint8Array(0),
    secrets.kem,
  )
  const output = crypto.hkdfSha256(material, zeroKey, concat(identityLabel, hash), 2 * keySizeBytes)
  const stage = { hash, chainKey: output.slice(0, keySizeBytes), identityKey: output.slice(keySizeBytes) }
  crypto.wipe(material, output)
  return stage
}

/** The transcript's and the seal's form of an introduction. */
function encodeIntroduction(introduction: Introduction): Uint8Array {
  return new ByteWriter().u32(introduction.generation).bytes(introduction.identityPayload).done()
}

/** nonce || sealed, padded introduction. */
export function sealIntroduction(
  crypto: Crypto,
  stage: FirstStage,
  nonce: Uint8Array,
  introduction: Introduction,
): Uint8Array {
  const padded = pad(encodeIntroduction(introduction))
  return concat(nonce, crypto.xchachaSeal(stage.identityKey, nonce, padded, stage.hash))
}

/** Null if any part of the first stage differs between the two sides, or nothing of this layout is inside. */
export function openIntroduction(crypto: Crypto, stage: FirstStage, sealed: Uint8Array): Introduction | null {
  const nonce = sealed.subarray(0, nonceSizeBytes)
  if (nonce.length < nonceSizeBytes) return null
  const padded = crypto.xchachaOpen(stage.identityKey, nonce, sealed.subarray(nonceSizeBytes), stage.hash)
  if (padded === null) return null
  const plain = unpad(padded)
  if (!plain.ok) return null
  const introduction = decode(plain.value, (reader) => ({
    generation: reader.u32(),
    identityPayload: reader.bytes(reader.left),
  }))
  return introduction.ok ? introduction.value : null
}

/** Mixes in DH1, which only the owner of the initiator's identity key can know, and the whole transcript. */
export function secondStage(
  crypto: Crypto,
  stage: FirstStage,
  sealedIntroduction: Uint8Array,
  introduction: Introduction,
  identityPrekey: Uint8Array,
): SecondStage {
  const transcript = crypto.sha256(
    new ByteWriter()
      .prefixed(transcriptLabel)
      .bytes(stage.hash)
      .bytes(crypto.sha256(sealedIntroduction))
      .prefixed32(encodeIntroduction(introduction))
      .done(),
  )
  const output = crypto.hkdfSha256(identityPrekey, stage.chainKey, concat(sessionLabel, transcript), 4 * keySizeBytes)
  const part = (at: number): Uint8Array => output.slice(at * keySizeBytes, (at + 1) * keySizeBytes)
  const keys = { rootKey: part(0), headerKey: part(1), nextHeaderKey: part(2), epochSeed: part(3), transcript }
  crypto.wipe(output)
  return { transcript, sessionId: sessionIdOf(transcript.subarray(0, sessionIdSizeBytes)), keys }
}
