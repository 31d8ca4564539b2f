/** HKDF over SHA-256 (RFC 5869). */
import { hkdf } from '@noble/hashes/hkdf.js'
import { sha256 } from '@noble/hashes/sha2.js'
import { assert } from '../assert.ts'

/** RFC 5869 section 2.3: L is at most 255 times the length of the hash. */
export const hkdfSha256LengthBytesMax = 255 * 32

/** Extract, then expand. An empty salt stands for 32 zero bytes (section 2.2). */
export function hkdfSha256(
  keyMaterial: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  assert(lengthBytes >= 1 && lengthBytes <= hkdfSha256LengthBytesMax, 'HKDF output out of range')
  return hkdf(sha256, keyMaterial, salt, info, lengthBytes)
}
