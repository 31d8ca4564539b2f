/**
 * What two people compare to know that nobody sits between them: a number to read aloud, and a code to scan. Both
 * cover the whole identity descriptors.
 */
import { concat, decode, equalBytes, fromBase64Url, toBase64Url } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { implementationLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err } from '../result.ts'

/** What is compared of each side; a PublicIdentity has both. */
export interface VerifiableKeys {
  /** 32 bytes. */
  readonly rootKey: Uint8Array
  readonly descriptorHash: Uint8Array
}

/** As in libsignal's fingerprint.rs: makes it expensive to search for a similar number. */
const iterations = 5_200
const groupsPerSide = 6
const digitsPerGroup = 5

/**
 * What the digits of one side are taken from, 64 bytes: h = SHA-512(0x0000 || key || id || key), then 5,199 times
 * h = SHA-512(h || key). Exported for libsignal's published vectors.
 */
export function fingerprintHash(crypto: Crypto, key: Uint8Array, id: Uint8Array): Uint8Array {
  let hash = crypto.sha512(concat(Uint8Array.of(0, 0), key, id, key))
  const input = new Uint8Array(hash.length + key.length)
  input.set(key, hash.length)
  for (let i = 1; i < iterations; i++) {
    input.set(hash)
    hash = crypto.sha512(input)
  }
  return hash
}

/** Thirty digits of one side: six groups of five bytes, each as a big-endian number modulo 100,000. */
function digitsOf(hash: Uint8Array): string {
  let digits = ''
  for (let group = 0; group < groupsPerSide; group++) {
    let value = 0
    for (const byte of hash.subarray(group * 5, group * 5 + 5)) value = value * 256 + byte
    digits += String(value % 100_000).padStart(digitsPerGroup, '0')
  }
  return digits
}

/** Sixty digits, the same on both sides. Ten thousand SHA-512: keep the result. */
export function safetyNumber(crypto: Crypto, ours: VerifiableKeys, theirs: VerifiableKeys): string {
  const hashes = [ours, theirs].map((keys) => fingerprintHash(crypto, keys.descriptorHash, keys.rootKey))
  return hashes.map(digitsOf).toSorted().join('')
}

/** The sixty digits in twelve groups of five. */
export function safetyNumberGroups(digits: string): readonly string[] {
  return digits.match(/.{1,5}/g) ?? []
}

const codeStart = 'waxwing-verify:'
const codeVersion = 1

/** The text of the QR code that we show: version, hash of our descriptor, hash of the one pinned for them. */
export function encodeVerificationCode(ours: VerifiableKeys, theirs: VerifiableKeys): string {
  return codeStart + toBase64Url(concat(Uint8Array.of(codeVersion), ours.descriptorHash, theirs.descriptorHash))
}

export type VerificationOutcome =
  | { readonly kind: 'match' }
  /**
   * theirs: the keys that they have are not the ones pinned here. ours: the keys that they have pinned for us are
   * not the ones that we have. Either way somebody may sit between, or one of them is not who was meant.
   */
  | { readonly kind: 'mismatch'; readonly which: 'theirs' | 'ours' | 'both' }
  | {
      readonly kind: 'malformed'
      /** ownCode: the code that this very screen shows for them. */
      readonly reason: 'notACode' | 'tooLong' | 'incomplete' | 'unknownVersion' | 'ownCode'
    }

type Malformed = Extract<VerificationOutcome, { kind: 'malformed' }>['reason']

function decodeCode(text: string): Result<{ mine: Uint8Array; yours: Uint8Array }, Malformed> {
  if (text.length > implementationLimits.verificationCodeLengthMax) return err('tooLong')
  const trimmed = text.trim()
  if (!trimmed.startsWith(codeStart)) return err('notACode')
  const payload = fromBase64Url(trimmed.slice(codeStart.length))
  if (!payload.ok || payload.value.length === 0) return err('incomplete')
  if (payload.value[0] !== codeVersion) return err('unknownVersion')
  const hashes = decode(payload.value.subarray(1), (reader) => ({ mine: reader.bytes(32), yours: reader.bytes(32) }))
  return hashes.ok ? hashes : err('incomplete')
}

/** Judges a code that was scanned from the contact's screen. */
export function compareVerificationCode(
  scanned: string,
  ours: VerifiableKeys,
  theirs: VerifiableKeys,
): VerificationOutcome {
  const code = decodeCode(scanned)
  if (!code.ok) return { kind: 'malformed', reason: code.error }
  const { mine, yours } = code.value
  const theirsFits = equalBytes(mine, theirs.descriptorHash)
  const oursFits = equalBytes(yours, ours.descriptorHash)
  if (theirsFits && oursFits) return { kind: 'match' }
  if (equalBytes(mine, ours.descriptorHash) && equalBytes(yours, theirs.descriptorHash)) {
    return { kind: 'malformed', reason: 'ownCode' }
  }
  if (!theirsFits && !oursFits) return { kind: 'mismatch', which: 'both' }
  return { kind: 'mismatch', which: theirsFits ? 'ours' : 'theirs' }
}
