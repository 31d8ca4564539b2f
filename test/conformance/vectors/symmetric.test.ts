/** XChaCha20-Poly1305, HKDF and HMAC against Wycheproof. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../../main/core/bytes.ts'
import { bytesOfHex, describeVectors, eachWycheproof, expectSame } from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

describe.each(providers)('$name', (crypto) => {
  describeVectors('wycheproof/xchacha20_poly1305_test.json.gz', () => {
    it('seals the same bytes and opens only what fits', () => {
      type Test = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
      const file = 'wycheproof/xchacha20_poly1305_test.json.gz'
      const run = eachWycheproof<object, Test>(file, (test) => {
        const [key, nonce, associatedData] = [bytesOfHex(test.key), bytesOfHex(test.iv), bytesOfHex(test.aad)]
        const sealed = concat(bytesOfHex(test.ct), bytesOfHex(test.tag))
        const plaintext = bytesOfHex(test.msg)
        const label = `tcId ${test.tcId} ${test.comment}`
        if (nonce.length !== 24) {
          // The nonce is ours to choose: another length is a bug of the caller's.
          expectSame(label, test.result, 'invalid')
          expect(() => crypto.xchachaOpen(key, nonce, sealed, associatedData)).toThrow('nonce 24')
          expect(() => crypto.xchachaSeal(key, nonce, plaintext, associatedData)).toThrow('nonce 24')
          return
        }
        const valid = test.result === 'valid'
        expectSame(label, crypto.xchachaOpen(key, nonce, sealed, associatedData), valid ? plaintext : null)
        if (valid) expectSame(label, crypto.xchachaSeal(key, nonce, plaintext, associatedData), sealed)
        expectSame(label, crypto.xchachaOpen(key, nonce, sealed.subarray(0, 15), associatedData), null)
      })
      expect(run).toBe(315)
    })
  })

  describeVectors('wycheproof/hkdf_sha256_test.json.gz', () => {
    it('derives', () => {
      type Test = { ikm: string; salt: string; info: string; size: number; okm: string }
      const run = eachWycheproof<object, Test>('wycheproof/hkdf_sha256_test.json.gz', (test) => {
        const derive = () =>
          crypto.hkdfSha256(bytesOfHex(test.ikm), bytesOfHex(test.salt), bytesOfHex(test.info), test.size)
        if (test.result === 'valid') expectSame(`tcId ${test.tcId}`, derive(), bytesOfHex(test.okm))
        else expect(derive).toThrow('out of range')
      })
      expect(run).toBe(86)
    })
  })

  describeVectors('wycheproof/hmac_sha256_test.json.gz', () => {
    it('authenticates', () => {
      type Test = { key: string; msg: string; tag: string }
      const run = eachWycheproof<{ tagSize: number }, Test>('wycheproof/hmac_sha256_test.json.gz', (test, group) => {
        const tag = crypto.hmacSha256(bytesOfHex(test.key), bytesOfHex(test.msg)).slice(0, group.tagSize / 8)
        const same = Buffer.from(tag).equals(bytesOfHex(test.tag))
        expectSame(`tcId ${test.tcId}`, same, test.result === 'valid')
      })
      expect(run).toBe(174)
    })
  })
})
