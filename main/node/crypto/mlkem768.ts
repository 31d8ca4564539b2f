/**
 * ML-KEM-768 (FIPS 203) over libsodium's own WebAssembly build, about five times as fast as noble's; the native
 * binding has no KEM. Kept equal to core/crypto/mlkem768.ts by test/conformance/vectors.
 */
import { randomBytes } from 'node:crypto'
import libsodium from 'libsodium'
import { assert } from '../../core/assert.ts'
import { equalBytes } from '../../core/bytes.ts'
import { mlKem768Sizes as sizes } from '../../core/crypto/mlkem768.ts'

/** A secret key is dk || ek || H(ek) || z (FIPS 203, algorithm 16). */
const embeddedKeyAt = 1_152
const hashAt = embeddedKeyAt + sizes.publicKey
const hashLength = 32

// Takes some 10 ms, once: whoever imports this file waits for it.
const sodium = await libsodium({ getRandomValue: () => randomBytes(4).readUInt32LE() })
assert(sodium._sodium_init() >= 0, 'libsodium does not start')

// Everything is synchronous, so that one place in the module's memory serves all; it is wiped after each use.
const scratchLength = Object.values(sizes).reduce<number>((sum, size) => sum + size, hashLength)
const seedAt = sodium._malloc(scratchLength)
assert(seedAt !== 0, 'libsodium has no memory')
const coinsAt = seedAt + sizes.seed
const publicKeyAt = coinsAt + sizes.coins
const secretKeyAt = publicKeyAt + sizes.publicKey
const cipherTextAt = secretKeyAt + sizes.secretKey
const sharedSecretAt = cipherTextAt + sizes.cipherText
const digestAt = sharedSecretAt + sizes.sharedSecret

function put(bytes: Uint8Array, at: number): void {
  sodium.HEAPU8.set(bytes, at)
}

function take(at: number, length: number): Uint8Array {
  return sodium.HEAPU8.slice(at, at + length)
}

function wipe(): void {
  sodium.HEAPU8.fill(0, seedAt, seedAt + scratchLength)
}

/** Algorithm 16 (KeyGen_internal) with the seed d || z, 64 bytes. */
export function mlKem768KeyPair(seed: Uint8Array): {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
} {
  assert(seed.length === sizes.seed, 'ML-KEM seed is 64 bytes')
  put(seed, seedAt)
  const code = sodium._crypto_kem_mlkem768_seed_keypair(publicKeyAt, secretKeyAt, seedAt)
  const pair = { publicKey: take(publicKeyAt, sizes.publicKey), secretKey: take(secretKeyAt, sizes.secretKey) }
  wipe()
  assert(code === 0, 'ML-KEM refuses a seed')
  return pair
}

/** Algorithm 17 (Encaps_internal) behind the checks of section 7.2: null for a bad length or modulus. */
export function mlKem768Encapsulate(
  publicKey: Uint8Array,
  coins: Uint8Array,
): { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array } | null {
  assert(coins.length === sizes.coins, 'ML-KEM coins are 32 bytes')
  if (publicKey.length !== sizes.publicKey) return null
  put(publicKey, publicKeyAt)
  put(coins, coinsAt)
  // With both lengths right, the library refuses nothing but the modulus.
  const code = sodium._crypto_kem_mlkem768_enc_deterministic(cipherTextAt, sharedSecretAt, publicKeyAt, coinsAt)
  const [cipherText, sharedSecret] = [take(cipherTextAt, sizes.cipherText), take(sharedSecretAt, sizes.sharedSecret)]
  wipe()
  return code === 0 ? { cipherText, sharedSecret } : null
}

/** Section 7.3: whether the public key inside the secret one is that of its hash, which the library does not check. */
function hashFits(): boolean {
  sodium._crypto_hash_sha3256(digestAt, secretKeyAt + embeddedKeyAt, sizes.publicKey, 0)
  return equalBytes(take(digestAt, hashLength), take(secretKeyAt + hashAt, hashLength))
}

/**
 * Algorithm 18 (Decaps_internal) behind the checks of section 7.3: null for a ciphertext or key of another
 * length, or a key whose hash does not fit. A wrong ciphertext gives a secret that nobody else has.
 */
export function mlKem768Decapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array | null {
  if (cipherText.length !== sizes.cipherText || secretKey.length !== sizes.secretKey) return null
  put(cipherText, cipherTextAt)
  put(secretKey, secretKeyAt)
  const done = hashFits() && sodium._crypto_kem_mlkem768_dec(sharedSecretAt, cipherTextAt, secretKeyAt) === 0
  const sharedSecret = done ? take(sharedSecretAt, sizes.sharedSecret) : null
  wipe()
  return sharedSecret
}
