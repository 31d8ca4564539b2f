/** XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03). */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js'
import { assert } from '../assert.ts'

const keyLength = 32
const nonceLength = 24
/** Poly1305's tag stands behind the ciphertext. */
export const xchachaTagLength = 16

/** The ciphertext with its 16-byte tag. */
export function xchachaSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  assert(key.length === keyLength && nonce.length === nonceLength, 'XChaCha20 key 32, nonce 24 bytes')
  return xchacha20poly1305(key, nonce, associatedData).encrypt(plaintext)
}

/** The plaintext, or null when the tag does not fit. */
export function xchachaOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | null {
  assert(key.length === keyLength && nonce.length === nonceLength, 'XChaCha20 key 32, nonce 24 bytes')
  if (sealed.length < xchachaTagLength) return null
  try {
    return xchacha20poly1305(key, nonce, associatedData).decrypt(sealed)
  } catch {
    // With all lengths right, the library refuses nothing but the tag.
    return null
  }
}
