/** X25519 and Ed25519 against Wycheproof, RFC 8032 and CCTV. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../../main/core/bytes.ts'
import { deviceIdOf } from '../../../main/core/ids.ts'
import { peerOf } from '../../../main/net/keys.ts'
import { bytesOfHex, describeVectors, eachWycheproof, expectSame, readVectors } from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

/** A vector of CCTV. */
interface Vector {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

describe.each(providers)('$name', (crypto) => {
  describeVectors('wycheproof/x25519_test.json.gz', () => {
    it('agrees, and refuses exactly the all-zero outputs', () => {
      type Test = { public: string; private: string; shared: string }
      let zero = 0
      const run = eachWycheproof<object, Test>('wycheproof/x25519_test.json.gz', (test) => {
        const shared = crypto.x25519(bytesOfHex(test.private), bytesOfHex(test.public))
        const expected = bytesOfHex(test.shared)
        if (expected.every((byte) => byte === 0)) {
          zero++
          expectSame(`tcId ${test.tcId}`, shared, null)
        } else expectSame(`tcId ${test.tcId}`, shared, expected)
      })
      expect(run).toBe(518)
      expect(zero).toBeGreaterThan(20)
    })
  })

  describeVectors('wycheproof/ed25519_test.json.gz', () => {
    it('takes what is valid and nothing else', () => {
      type Group = { publicKey: { pk: string } }
      const run = eachWycheproof<Group, { msg: string; sig: string }>(
        'wycheproof/ed25519_test.json.gz',
        (test, group) => {
          const key = bytesOfHex(group.publicKey.pk)
          const good = crypto.ed25519Verify(bytesOfHex(test.sig), bytesOfHex(test.msg), key)
          expectSame(`tcId ${test.tcId} ${test.comment}`, good, test.result === 'valid')
        },
      )
      expect(run).toBe(151)
    })
  })

  describeVectors('rfc/8032-ed25519.json.gz', () => {
    it('derives, signs and verifies', () => {
      type Vector = { name: string; secretKey: string; publicKey: string; message: string; signature: string }
      for (const vector of readVectors<readonly Vector[]>('rfc/8032-ed25519.json.gz')) {
        const seed = bytesOfHex(vector.secretKey)
        const message = bytesOfHex(vector.message)
        const key = bytesOfHex(vector.publicKey)
        expectSame(vector.name, crypto.ed25519PublicKey(seed), key)
        const signature = crypto.ed25519Sign(seed, message)
        expectSame(vector.name, signature, bytesOfHex(vector.signature))
        expect(crypto.ed25519Verify(signature, message, key)).toBe(true)
        expect(crypto.ed25519Verify(concat(signature, Uint8Array.of(0)), message, key)).toBe(false)
        expect(crypto.ed25519Verify(signature.subarray(0, 63), message, key)).toBe(false)
        expect(crypto.ed25519Verify(signature, message, key.subarray(0, 31))).toBe(false)
        expect(crypto.ed25519Verify(signature, concat(message, Uint8Array.of(0)), key)).toBe(false)
      }
    })
  })

  describeVectors('cctv/ed25519vectors.json.gz', () => {
    it('is strict: no small order, nothing but canonical encodings, no residue of low order', () => {
      const refused = ['low_order_A', 'low_order_R', 'non_canonical_A', 'non_canonical_R', 'low_order_residue']
      const vectors = readVectors<readonly Vector[]>('cctv/ed25519vectors.json.gz')
      let taken = 0
      for (const { number, key, sig, msg, flags } of vectors) {
        const good = crypto.ed25519Verify(bytesOfHex(sig), new TextEncoder().encode(msg), bytesOfHex(key))
        expectSame(`number ${number}: ${flags?.join()}`, good, !refused.some((flag) => flags?.includes(flag)))
        if (good) taken++
      }
      expect(vectors).toHaveLength(914)
      expect(taken).toBe(43)
    })
  })
})

describe('the network', () => {
  describeVectors('cctv/ed25519vectors.json.gz', () => {
    it('knows no device by a key of small order or by an encoding that is not canonical', () => {
      const vectors = readVectors<readonly Vector[]>('cctv/ed25519vectors.json.gz')
      const refused = ['low_order_A', 'non_canonical_A']
      let unsafe = 0
      for (const { number, key, flags } of vectors) {
        const isUnsafe = refused.some((flag) => flags?.includes(flag))
        const peer = peerOf(deviceIdOf(bytesOfHex(key)))
        expectSame(`number ${number}: ${flags?.join()}`, peer === null, isUnsafe)
        if (isUnsafe) unsafe++
      }
      expect(unsafe).toBeGreaterThan(300)
    })
  })
})
