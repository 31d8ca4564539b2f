/** The primitives of libp2p's Noise: ours over sodium-native, and those that come with the library. */
import { defaultCrypto, pureJsCrypto } from '@chainsafe/libp2p-noise/crypto'
import { Uint8ArrayList } from 'uint8arraylist'
import { describe, expect, it } from 'vitest'
import { concat } from '../../../main/core/bytes.ts'
import { isCanonicalX25519 } from '../../../main/core/crypto/keyType.ts'
import { createNoiseCrypto } from '../../../main/node/crypto/noise.ts'
import { bytesOfHex, describeVectors, eachWycheproof, expectSame } from '../../vectors/load.ts'

const native = createNoiseCrypto()
const noisePrimitives = [
  { name: 'sodium', noise: native },
  { name: 'noble', noise: pureJsCrypto },
]
const filled = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => (first + i * 7) & 255)
const bytesOf = (data: { subarray(): Uint8Array }) => Uint8Array.from(data.subarray())

type Chunk = Parameters<typeof native.hashSHA256>[0]

/** In two pieces. The list is of our version of the package, which the types of the library's tell apart. */
function inPieces(data: Uint8Array): Chunk {
  const middle = data.length / 2
  return new Uint8ArrayList(data.subarray(0, middle), data.subarray(middle)) as unknown as Chunk
}

describe('native Noise primitives', () => {
  it('hash and derive as the library does', () => {
    for (const length of [0, 1, 32, 64, 300, 5_000]) {
      const data = filled(length, 1)
      const expected = pureJsCrypto.hashSHA256(data)
      expect(native.hashSHA256(data)).toEqual(expected)
      expect(native.hashSHA256(inPieces(data))).toEqual(expected)
      expect(bytesOf(defaultCrypto.hashSHA256(data))).toEqual(expected)
    }
    for (const input of [filled(32, 9), new Uint8Array(0)]) {
      expect(native.getHKDF(filled(32, 1), input)).toEqual(pureJsCrypto.getHKDF(filled(32, 1), input).map(bytesOf))
    }
  })

  it('agree on keys', () => {
    const seed = filled(32, 3)
    expect(native.generateX25519KeyPairFromSeed(seed)).toEqual(pureJsCrypto.generateX25519KeyPairFromSeed(seed))
    const ours = native.generateX25519KeyPair()
    expect(ours.privateKey).not.toEqual(native.generateX25519KeyPair().privateKey)
    for (const noise of [native, pureJsCrypto, defaultCrypto]) {
      const theirs = noise.generateX25519KeyPair()
      const shared = native.generateX25519SharedKey(ours.privateKey, theirs.publicKey)
      expect(shared).toEqual(bytesOf(noise.generateX25519SharedKey(theirs.privateKey, ours.publicKey)))
    }
  })

  it('open what the library seals, also in place, and the other way round', () => {
    const [key, nonce, ad] = [filled(32, 1), filled(12, 2), filled(32, 3)]
    for (const length of [0, 1, 1_199, 1_200, 65_519]) {
      const message = filled(length, 4)
      const sealed = bytesOf(pureJsCrypto.chaCha20Poly1305Encrypt(message, nonce, ad, key))
      expect(bytesOf(native.chaCha20Poly1305Encrypt(inPieces(message), nonce, ad, key))).toEqual(sealed)
      expect(bytesOf(native.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))).toEqual(message)
      // On Electron the library's own choice fails for longer messages outside of the browser process.
      if (length < 1_000) {
        expect(bytesOf(defaultCrypto.chaCha20Poly1305Encrypt(message, nonce, ad, key))).toEqual(sealed)
        expect(bytesOf(defaultCrypto.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))).toEqual(message)
      }
      const place = sealed.slice()
      const opened = native.chaCha20Poly1305Decrypt(place, nonce, ad, key, place.subarray(0, length))
      expect(bytesOf(opened)).toEqual(message)
      sealed[length] = (sealed[length] as number) ^ 1
      expect(() => native.chaCha20Poly1305Decrypt(sealed, nonce, ad, key)).toThrow('could not verify')
    }
    expect(() => native.chaCha20Poly1305Decrypt(new Uint8Array(15), nonce, ad, key)).toThrow('shorter than its tag')
  })
})

describe.each(noisePrimitives)('Noise primitives: $name', ({ name, noise }) => {
  describeVectors('wycheproof/chacha20_poly1305_test.json.gz', () => {
    it('seal the same bytes and open only what fits', () => {
      type Test = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
      const run = eachWycheproof<object, Test>('wycheproof/chacha20_poly1305_test.json.gz', (test) => {
        const [key, nonce, ad] = [bytesOfHex(test.key), bytesOfHex(test.iv), bytesOfHex(test.aad)]
        const [message, sealed] = [bytesOfHex(test.msg), concat(bytesOfHex(test.ct), bytesOfHex(test.tag))]
        const open = () => bytesOf(noise.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))
        const seal = () => bytesOf(noise.chaCha20Poly1305Encrypt(message, nonce, ad, key))
        const label = `tcId ${test.tcId} ${test.comment}`
        if (test.result === 'valid') {
          expectSame(label, open(), message)
          expectSame(label, seal(), sealed)
        } else expect(open).toThrow(/verify|tag|nonce|NPUBBYTES|invalid/i)
      })
      expect(run).toBe(325)
    })
  })

  describeVectors('wycheproof/x25519_test.json.gz', () => {
    it('agree, and refuse the all-zero outputs', () => {
      type Test = { public: string; private: string; shared: string }
      let [refused, other] = [0, 0]
      const run = eachWycheproof<object, Test>('wycheproof/x25519_test.json.gz', (test) => {
        const agree = () => bytesOf(noise.generateX25519SharedKey(bytesOfHex(test.private), bytesOfHex(test.public)))
        const expected = bytesOfHex(test.shared)
        // Ours refuses besides what is another encoding of a key.
        if (name === 'sodium' && !isCanonicalX25519(bytesOfHex(test.public))) {
          other++
          expect(agree).toThrow('Not a canonical X25519 key')
        } else if (expected.every((byte) => byte === 0)) {
          refused++
          expect(agree).toThrow(/status|invalid private or public key/)
        } else expectSame(`tcId ${test.tcId}`, agree(), expected)
      })
      expect(run).toBe(518)
      expect(refused).toBeGreaterThan(12)
      expect(other > 10).toBe(name === 'sodium')
    })
  })

  describeVectors('wycheproof/hkdf_sha256_test.json.gz', () => {
    it('derive what HKDF without info derives', () => {
      type Test = { ikm: string; salt: string; info: string; size: number; okm: string }
      let compared = 0
      eachWycheproof<object, Test>('wycheproof/hkdf_sha256_test.json.gz', (test) => {
        if (test.info !== '' || test.size > 96) return
        const keys = noise.getHKDF(bytesOfHex(test.salt), bytesOfHex(test.ikm)).map(bytesOf)
        expectSame(`tcId ${test.tcId}`, concat(...keys).subarray(0, test.size), bytesOfHex(test.okm))
        compared++
      })
      expect(compared).toBe(31)
    })
  })
})
