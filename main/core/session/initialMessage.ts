/**
 * The two kinds of sealed envelope. An initial one carries the prologue, from which the responder
 * makes the session, before its message; the initiator repeats it until the first reply, so that
 * any message that arrives first opens the session. PROTOCOL.md, "Handshake".
 */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode, toHex } from '../bytes.ts'
import { keyTypes } from '../crypto/keyType.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { PrekeyId } from '../ids.ts'
import { idBytes, prekeyIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { paddedLength } from '../wire/padding.ts'
import type { LayoutError } from './suite.ts'
import {
  checkSuite,
  encodeX25519,
  kemCipherTextSizeBytes,
  keySizeBytes,
  nonceSizeBytes,
  readTyped,
  readX25519,
  suiteId,
  tagSizeBytes,
} from './suite.ts'

export const envelopeKinds = { initial: 1, ordinary: 2 } as const
export type EnvelopeKind = keyof typeof envelopeKinds

const prologueVersion = 2
const versionAndSuiteBytes = 3
const prekeyIdSizeBytes = 16
/** Version, suite, prekey id, ephemeral key, ciphertext; then the introduction's length. */
const fixedSizeBytes = versionAndSuiteBytes + prekeyIdSizeBytes + (1 + keySizeBytes) + (1 + kemCipherTextSizeBytes)
const generationSizeBytes = 4
const sealedIntroductionSizeBytesMax =
  nonceSizeBytes + paddedLength(generationSizeBytes + protocolLimits.identityPayloadSizeBytesMax) + tagSizeBytes

export const prologueSizeBytesMax = fixedSizeBytes + 2 + sealedIntroductionSizeBytesMax

export interface Prologue {
  readonly prekeyId: PrekeyId
  readonly ephemeralKey: Uint8Array
  readonly cipherText: Uint8Array
  readonly sealedIntroduction: Uint8Array
}

export interface InitialMessage {
  readonly prologue: Prologue
  /** The prologue as it came, and the ratchet's message behind it: views. */
  readonly prologueBytes: Uint8Array
  readonly message: Uint8Array
}

export function encodePrologue(prologue: Prologue): Uint8Array {
  return new ByteWriter()
    .u8(prologueVersion)
    .u16(suiteId)
    .bytes(idBytes(prologue.prekeyId))
    .bytes(encodeX25519(prologue.ephemeralKey))
    .u8(keyTypes.mlKem768)
    .bytes(prologue.cipherText)
    .prefixed(prologue.sealedIntroduction)
    .done()
}

function decodePrologue(bytes: Uint8Array): Result<Prologue, DecodeError> {
  return decode(bytes, (reader) => {
    reader.bytes(versionAndSuiteBytes)
    return {
      prekeyId: prekeyIdOf(reader.bytes(prekeyIdSizeBytes)),
      ephemeralKey: readX25519(reader, 'ephemeralKey'),
      cipherText: readTyped(reader, 'cipherText', keyTypes.mlKem768, kemCipherTextSizeBytes),
      sealedIntroduction: reader.prefixed('sealedIntroduction', sealedIntroductionSizeBytesMax),
    }
  })
}

/** Tells the two kinds apart by the first byte; null is neither. */
export function classifyEnvelope(sealed: Uint8Array): EnvelopeKind | null {
  if (sealed[0] === envelopeKinds.initial) return 'initial'
  return sealed[0] === envelopeKinds.ordinary ? 'ordinary' : null
}

/** Splits an initial envelope of our version and suite. */
export function splitInitial(sealed: Uint8Array): Result<InitialMessage, LayoutError> {
  if (classifyEnvelope(sealed) !== 'initial') {
    return err({ kind: 'malformed', error: { kind: 'badValue', field: 'envelope kind', got: sealed[0] ?? -1 } })
  }
  const rest = sealed.subarray(1)
  const refused = checkSuite(rest, prologueVersion)
  if (refused !== null) return err(refused)
  // A length that is cut off counts as zero here; the layout then refuses what is missing.
  const introductionLength = ((rest[fixedSizeBytes] ?? 0) << 8) | (rest[fixedSizeBytes + 1] ?? 0)
  const end = fixedSizeBytes + 2 + introductionLength
  const prologueBytes = rest.subarray(0, end)
  const prologue = decodePrologue(prologueBytes)
  if (!prologue.ok) return err({ kind: 'malformed', error: prologue.error })
  return ok({ prologue: prologue.value, prologueBytes, message: rest.subarray(end) })
}

/** Which of our prekeys an initial envelope names, so that its secrets can be loaded. */
export function peekInitial(sealed: Uint8Array): Result<{ readonly prekeyId: PrekeyId }, LayoutError> {
  const split = splitInitial(sealed)
  return split.ok ? ok({ prekeyId: split.value.prologue.prekeyId }) : split
}

/**
 * What an initial envelope is remembered by, as 64 hexadecimal digits: the hash of its ephemeral key
 * and ciphertext. Two sessions from the same pair would share secrets, so it is accepted only once.
 */
export function initialMessageHash(crypto: Crypto, sealed: Uint8Array): Result<string, LayoutError> {
  const split = splitInitial(sealed)
  if (!split.ok) return split
  const { ephemeralKey, cipherText } = split.value.prologue
  return ok(toHex(crypto.sha256(concat(ephemeralKey, cipherText))))
}
