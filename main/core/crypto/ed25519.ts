/** Pure Ed25519 (RFC 8032 section 5.1) with the strictest verification that has a name. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { sha512 } from '@noble/hashes/sha2.js'
import { assert } from '../assert.ts'
import { concat } from '../bytes.ts'

const { Point } = ed25519
/** The order of the base point (section 5.1). */
const L = Point.Fn.ORDER

/** The public key of a 32-byte seed. */
export function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  assert(seed.length === 32, 'Ed25519 seed is 32 bytes')
  return ed25519.getPublicKey(seed)
}

/** 64 bytes, deterministic. */
export function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  assert(seed.length === 32, 'Ed25519 seed is 32 bytes')
  return ed25519.sign(message, seed)
}

function littleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number)
  return value
}

/** Decodes a canonical point (section 5.1.3) that is not of small order; null for anything else. */
function decodePoint(bytes: Uint8Array): InstanceType<typeof Point> | null {
  try {
    const point = Point.fromBytes(bytes, false)
    return point.isSmallOrder() ? null : point
  } catch {
    return null
  }
}

/**
 * Section 5.1.7 without the cofactor: [S]B = R + [k]A. Refused besides: wrong lengths, S not below L,
 * encodings that are not canonical, and a key or an R of small order. The library's own `verify` checks the
 * equation times eight, so that it accepts signatures which OpenSSH and libsodium do not; hence this one.
 */
export function ed25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  if (signature.length !== 64 || publicKey.length !== 32) return false
  const r = signature.subarray(0, 32)
  const S = littleEndian(signature.subarray(32))
  if (S >= L) return false
  const A = decodePoint(publicKey)
  const R = decodePoint(r)
  if (A === null || R === null) return false
  const k = littleEndian(sha512(concat(r, publicKey, message))) % L
  return Point.BASE.multiplyUnsafe(S).subtract(A.multiplyUnsafe(k)).equals(R)
}
