/** ML-KEM-768 (FIPS 203), deterministic: seeds and coins come in as bytes. */
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { assert } from '../assert.ts'

export const mlKem768Sizes = {
  seed: 64,
  coins: 32,
  publicKey: 1184,
  secretKey: 2400,
  cipherText: 1088,
  sharedSecret: 32,
} as const

/** Algorithm 16 (KeyGen_internal) with the seed d || z, 64 bytes. */
export function mlKem768KeyPair(seed: Uint8Array): {
  readonly publicKey: Uint8Array
  readonly secretKey: Uint8Array
} {
  assert(seed.length === mlKem768Sizes.seed, 'ML-KEM seed is 64 bytes')
  return ml_kem768.keygen(seed)
}

const modulus = 3329
/** ByteEncode_12 writes two coefficients into three bytes; the 32-byte seed of the matrix stands behind them. */
const encodedPolynomialsSizeBytes = 1152

/** The encapsulation key check of section 7.2: the length, and every coefficient below the modulus. */
export function mlKem768CheckPublicKey(publicKey: Uint8Array): boolean {
  if (publicKey.length !== mlKem768Sizes.publicKey) return false
  let isReduced = true
  for (let i = 0; i < encodedPolynomialsSizeBytes; i += 3) {
    const [low, middle, high] = [publicKey[i] as number, publicKey[i + 1] as number, publicKey[i + 2] as number]
    if ((low | ((middle & 15) << 8)) >= modulus || ((middle >> 4) | (high << 4)) >= modulus) isReduced = false
  }
  return isReduced
}

/** Algorithm 17 (Encaps_internal) behind the checks of section 7.2: null for a bad length or modulus. */
export function mlKem768Encapsulate(
  publicKey: Uint8Array,
  coins: Uint8Array,
): { readonly cipherText: Uint8Array; readonly sharedSecret: Uint8Array } | null {
  assert(coins.length === mlKem768Sizes.coins, 'ML-KEM coins are 32 bytes')
  if (publicKey.length !== mlKem768Sizes.publicKey) return null
  try {
    return ml_kem768.encapsulate(publicKey, coins)
  } catch {
    // With both lengths right, the library refuses nothing but the modulus.
    return null
  }
}

/**
 * Algorithm 18 (Decaps_internal) behind the checks of section 7.3: null for a ciphertext or key of another
 * length, or a key whose hash does not fit. A wrong ciphertext gives a secret that nobody else has.
 */
export function mlKem768Decapsulate(cipherText: Uint8Array, secretKey: Uint8Array): Uint8Array | null {
  if (cipherText.length !== mlKem768Sizes.cipherText) return null
  if (secretKey.length !== mlKem768Sizes.secretKey) return null
  try {
    return ml_kem768.decapsulate(cipherText, secretKey)
  } catch {
    return null
  }
}
