/**
 * SHA-2, HMAC and HKDF: libsodium for short inputs, the runtime's OpenSSL or BoringSSL for long ones, whichever
 * is faster. HMAC and HKDF are built on the hash because `createHmac` and `hkdfSync` cost several times as much
 * in set-up. Everything is synchronous, so that one scratch buffer serves all; it is wiped after each use.
 */
import { hash } from 'node:crypto'
import sodium from 'sodium-native'
import { assert } from '../../core/assert.ts'
import { hkdfSha256LengthBytesMax } from '../../core/crypto/hkdf.ts'

const blockLength = 64
const digestLength = 32
/** Up to here libsodium's hash is faster than a call into OpenSSL (measured on Node 20). */
const shortLengthMax = 256

function sha256Into(digest: Uint8Array, data: Uint8Array): void {
  if (data.length <= shortLengthMax) sodium.crypto_hash_sha256(digest, data)
  else digest.set(hash('sha256', data, 'buffer'))
}

/** FIPS 180-4. 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  const digest = new Uint8Array(digestLength)
  sha256Into(digest, data)
  return digest
}

/** FIPS 180-4. 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
  // Copied into a plain Uint8Array, because `slice` of a Buffer shares its memory.
  return Uint8Array.from(hash('sha512', data, 'buffer'))
}

const shortInner = new Uint8Array(shortLengthMax)
const outer = new Uint8Array(blockLength + digestLength)

/** RFC 2104: H(K XOR opad, H(K XOR ipad, text)). */
function hmacInto(tag: Uint8Array, key: Uint8Array, data: Uint8Array): void {
  const blockKey = key.length > blockLength ? sha256(key) : key
  const length = blockLength + data.length
  const inner = length <= shortLengthMax ? shortInner.subarray(0, length) : new Uint8Array(length)
  inner.fill(0x36, 0, blockLength)
  outer.fill(0x5c, 0, blockLength)
  for (let i = 0; i < blockKey.length; i++) {
    inner[i] = (blockKey[i] as number) ^ 0x36
    outer[i] = (blockKey[i] as number) ^ 0x5c
  }
  inner.set(data, blockLength)
  sha256Into(tag, inner)
  outer.set(tag, blockLength)
  sha256Into(tag, outer)
  inner.fill(0)
  outer.fill(0)
}

/** 32 bytes; a key of any length. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Uint8Array {
  const tag = new Uint8Array(digestLength)
  hmacInto(tag, key, data)
  return tag
}

/** RFC 5869: extract (section 2.2), then expand (section 2.3). */
export function hkdfSha256(
  keyMaterial: Uint8Array,
  salt: Uint8Array,
  info: Uint8Array,
  lengthBytes: number,
): Uint8Array {
  assert(lengthBytes >= 1 && lengthBytes <= hkdfSha256LengthBytesMax, 'HKDF output out of range')
  const pseudoRandomKey = hmacSha256(salt, keyMaterial)
  const blocks = Math.ceil(lengthBytes / digestLength)
  const output = new Uint8Array(blocks * digestLength)
  // T(i) = HMAC(PRK, T(i-1) | info | i): the input of every block but the first begins with the one before.
  const input = new Uint8Array(digestLength + info.length + 1)
  input.set(info, digestLength)
  for (let block = 1; block <= blocks; block++) {
    input[input.length - 1] = block
    const place = output.subarray((block - 1) * digestLength, block * digestLength)
    hmacInto(place, pseudoRandomKey, block === 1 ? input.subarray(digestLength) : input)
    input.set(place)
  }
  pseudoRandomKey.fill(0)
  input.fill(0, 0, digestLength)
  return lengthBytes === output.length ? output : trimmed(output, lengthBytes)
}

/** The first bytes in memory of their own; the rest, key material that nobody asked for, is wiped. */
function trimmed(output: Uint8Array, lengthBytes: number): Uint8Array {
  const wanted = output.slice(0, lengthBytes)
  output.fill(0)
  return wanted
}
