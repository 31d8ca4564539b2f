/** X25519 (RFC 7748 section 5). */
import { x25519 as curve } from '@noble/curves/ed25519.js'
import { assert } from '../assert.ts'

/** The public key of a 32-byte secret; the secret is clamped as it is used (section 5). */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  assert(secret.length === 32, 'X25519 secret is 32 bytes')
  return curve.getPublicKey(secret)
}

/**
 * The shared secret, 32 bytes, or null when it is all zero (section 6.1: the public key had a low order).
 * The top bit of the public key is masked and unreduced values are taken (section 5).
 */
export function x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  assert(secret.length === 32, 'X25519 secret is 32 bytes')
  assert(publicKey.length === 32, 'X25519 public key is 32 bytes')
  try {
    return curve.getSharedSecret(secret, publicKey)
  } catch {
    // With both lengths right, the library refuses nothing but the all-zero output.
    return null
  }
}
