/**
 * The primitives for libp2p's Noise over sodium-native: `noise({ crypto: createNoiseCrypto() })`. Electron's own
 * OpenSSL has no ChaCha20-Poly1305, and the WebAssembly that the library falls back to is several times slower.
 */
import { randomBytes } from 'node:crypto'
import sodium from 'sodium-native'
import { isCanonicalX25519 } from '../../core/crypto/keyType.ts'
import type { NetworkOptions } from '../../net/options.ts'
import { hmacSha256, sha256 } from './sha2.ts'

const keyLength = 32
const tagLength = 16

type NoiseCrypto = NonNullable<NetworkOptions['noiseCrypto']>

/** What the library hands over: bytes, or a list of them (uint8arraylist). */
type Chunk = Parameters<NoiseCrypto['hashSHA256']>[0]

function whole(data: Chunk): Uint8Array {
  return data instanceof Uint8Array ? data : data.subarray()
}

function publicKeyOf(privateKey: Uint8Array): Uint8Array {
  const publicKey = new Uint8Array(keyLength)
  sodium.crypto_scalarmult_base(publicKey, privateKey)
  return publicKey
}

/**
 * Noise's HKDF with three outputs (The Noise Protocol Framework rev 34, section 4.3): temp_key =
 * HMAC(ck, input), then each output the HMAC of the one before and a counter.
 */
function threeKeys(chainingKey: Uint8Array, input: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const temporary = hmacSha256(chainingKey, input)
  const first = hmacSha256(temporary, Uint8Array.of(1))
  const next = new Uint8Array(keyLength + 1)
  next.set(first)
  next[keyLength] = 2
  const second = hmacSha256(temporary, next)
  next.set(second)
  next[keyLength] = 3
  const third = hmacSha256(temporary, next)
  temporary.fill(0)
  next.fill(0)
  return [first, second, third]
}

/** Throws, as the library expects, when the tag does not fit. */
function open(
  ciphertext: Chunk,
  nonce: Uint8Array,
  associatedData: Uint8Array,
  key: Uint8Array,
  destination: Uint8Array | undefined,
): Uint8Array {
  const sealed = whole(ciphertext)
  const length = sealed.length - tagLength
  if (length < 0) throw new Error('Noise message shorter than its tag')
  // The library may lend the buffer to write into; only as much of it as the plaintext needs is used.
  const plaintext =
    destination !== undefined && destination.length >= length ? destination.subarray(0, length) : new Uint8Array(length)
  sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, null, sealed, associatedData, nonce, key)
  return plaintext
}

export function createNoiseCrypto(): NoiseCrypto {
  return {
    hashSHA256: (data) => sha256(whole(data)),
    getHKDF: threeKeys,
    generateX25519KeyPair() {
      const privateKey = new Uint8Array(randomBytes(keyLength))
      return { privateKey, publicKey: publicKeyOf(privateKey) }
    },
    generateX25519KeyPairFromSeed: (seed) => ({ privateKey: seed, publicKey: publicKeyOf(seed) }),
    /** Throws for an all-zero output (RFC 7748 section 6.1), and for a key that is not canonical. */
    generateX25519SharedKey(privateKey, publicKey) {
      const key = whole(publicKey)
      if (!isCanonicalX25519(key)) throw new Error('Not a canonical X25519 key')
      const shared = new Uint8Array(keyLength)
      sodium.crypto_scalarmult(shared, whole(privateKey), key)
      return shared
    },
    chaCha20Poly1305Encrypt(plaintext, nonce, associatedData, key) {
      const message = whole(plaintext)
      const sealed = new Uint8Array(message.length + tagLength)
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(sealed, message, associatedData, null, nonce, key)
      return sealed
    },
    chaCha20Poly1305Decrypt: open,
  }
}
