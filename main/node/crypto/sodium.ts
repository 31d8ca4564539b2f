/**
 * The primitives over sodium-native (libsodium, N-API, prebuilt), with SHA-2 and ML-KEM beside this file.
 * Kept equal to core/crypto/noble.ts by test/conformance/vectors. `sodium_malloc` is not used: it fails
 * in Electron.
 */
import sodium from 'sodium-native'
import { assert } from '../../core/assert.ts'
import { mlKem768CheckPublicKey } from '../../core/crypto/mlkem768.ts'
import type { Crypto } from '../../core/crypto/provider.ts'
import { xchachaTagLength } from '../../core/crypto/xchacha.ts'
import { mlKem768Decapsulate, mlKem768Encapsulate, mlKem768KeyPair } from './mlkem768.ts'
import { hkdfSha256, hmacSha256, sha256, sha512 } from './sha2.ts'

function x25519PublicKey(secret: Uint8Array): Uint8Array {
  assert(secret.length === 32, 'X25519 secret is 32 bytes')
  const publicKey = new Uint8Array(32)
  sodium.crypto_scalarmult_base(publicKey, secret)
  return publicKey
}

function x25519(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | null {
  assert(secret.length === 32, 'X25519 secret is 32 bytes')
  assert(publicKey.length === 32, 'X25519 public key is 32 bytes')
  const shared = new Uint8Array(32)
  try {
    sodium.crypto_scalarmult(shared, secret, publicKey)
    return shared
  } catch {
    // With all lengths right, libsodium refuses nothing but the all-zero output.
    return null
  }
}

/** libsodium's secret key: the seed with the public key behind it. */
function expandSeed(seed: Uint8Array): { publicKey: Uint8Array; secretKey: Uint8Array } {
  assert(seed.length === 32, 'Ed25519 seed is 32 bytes')
  const publicKey = new Uint8Array(32)
  const secretKey = new Uint8Array(64)
  sodium.crypto_sign_seed_keypair(publicKey, secretKey, seed)
  return { publicKey, secretKey }
}

function ed25519PublicKey(seed: Uint8Array): Uint8Array {
  const { publicKey, secretKey } = expandSeed(seed)
  sodium.sodium_memzero(secretKey)
  return publicKey
}

function ed25519Sign(seed: Uint8Array, message: Uint8Array): Uint8Array {
  const { secretKey } = expandSeed(seed)
  const signature = new Uint8Array(64)
  sodium.crypto_sign_detached(signature, message, secretKey)
  sodium.sodium_memzero(secretKey)
  return signature
}

function ed25519Verify(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  // The binding takes longer signatures and throws for other keys.
  if (signature.length !== 64 || publicKey.length !== 32) return false
  return sodium.crypto_sign_verify_detached(signature, message, publicKey)
}

function xchachaSeal(
  key: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  assert(key.length === 32 && nonce.length === 24, 'XChaCha20 key 32, nonce 24 bytes')
  const sealed = new Uint8Array(plaintext.length + xchachaTagLength)
  sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(sealed, plaintext, associatedData, null, nonce, key)
  return sealed
}

function xchachaOpen(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array | null {
  assert(key.length === 32 && nonce.length === 24, 'XChaCha20 key 32, nonce 24 bytes')
  if (sealed.length < xchachaTagLength) return null
  const plaintext = new Uint8Array(sealed.length - xchachaTagLength)
  try {
    sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(plaintext, null, sealed, associatedData, nonce, key)
    return plaintext
  } catch {
    // With all lengths right, libsodium refuses nothing but the tag.
    return null
  }
}

function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  memoryKiB: number,
  passes: number,
  lengthBytes: number,
): Uint8Array {
  assert(salt.length === 16, 'Argon2id salt is 16 bytes')
  assert(lengthBytes >= 16, 'Argon2id output is at least 16 bytes')
  const output = new Uint8Array(lengthBytes)
  const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13
  sodium.crypto_pwhash(output, password, salt, passes, memoryKiB * 1024, algorithm)
  return output
}

/** The provider for Node 20 and Electron 33; loading this file loads the native library and the WebAssembly one. */
export function createSodiumCrypto(): Crypto {
  return {
    name: 'sodium',
    sha256,
    sha512,
    hmacSha256,
    hkdfSha256,
    x25519PublicKey,
    x25519,
    ed25519PublicKey,
    ed25519Sign,
    ed25519Verify,
    xchachaSeal,
    xchachaOpen,
    mlKem768KeyPair,
    mlKem768CheckPublicKey,
    mlKem768Encapsulate,
    mlKem768Decapsulate,
    argon2id,
    wipe(...secrets) {
      for (const secret of secrets) sodium.sodium_memzero(secret)
    },
  }
}
