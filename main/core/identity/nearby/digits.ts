/**
 * The digits that two people nearby compare. Who commits cannot choose its nonce by the other's, and who answers
 * must choose before it sees the first's: whoever sits between two people has one guess in a hundred million.
 */
import { ByteWriter, compareBytes, concat, utf8 } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'

/** One end of the channel: the key that it has proved for this sitting, and the name that it sent. */
export interface NearbyEnd {
  /** 32 bytes. */
  readonly key: Uint8Array
  readonly name: string
  /** 32 bytes. */
  readonly nonce: Uint8Array
}

export const nearbyNonceSizeBytes = 32

/** Eight: 26 bits, more than three guesses could ever do anything about, and two groups of four to read aloud. */
const digits = 8
const digitsBytes = 6

const commitmentLabel = utf8('waxwing/1/nearby-commitment')
const digitsLabel = utf8('waxwing/1/nearby-digits')

/** Whether this side is the one that commits, and later makes the invite: the one with the smaller key. */
export function isCommitter(ours: Uint8Array, theirs: Uint8Array): boolean {
  return compareBytes(ours, theirs) < 0
}

/** What is sent of a nonce before the other's is known. */
export function nearbyCommitment(
  crypto: Crypto,
  committer: Uint8Array,
  other: Uint8Array,
  nonce: Uint8Array,
): Uint8Array {
  return crypto.sha256(concat(commitmentLabel, committer, other, nonce))
}

/** The digits, the same on both sides whoever calls itself `ours`. */
export function nearbyDigits(crypto: Crypto, ours: NearbyEnd, theirs: NearbyEnd): string {
  const [first, second] = isCommitter(ours.key, theirs.key) ? [ours, theirs] : [theirs, ours]
  const info = new ByteWriter()
    .bytes(digitsLabel)
    .bytes(first.key)
    .bytes(second.key)
    .text(first.name)
    .text(second.name)
    .done()
  const output = crypto.hkdfSha256(concat(first.nonce, second.nonce), new Uint8Array(0), info, digitsBytes)
  let value = 0
  for (const byte of output) value = value * 256 + byte
  return String(value % 10 ** digits).padStart(digits, '0')
}
