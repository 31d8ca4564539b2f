import { describe, expect, it } from 'vitest'
import { concat } from '../bytes.ts'
import { crypto as sodium } from '../../../test/support/sessions.ts'
import { nobleCrypto } from './noble.ts'

const modulus = 3_329
const { publicKey } = nobleCrypto.mlKem768KeyPair(new Uint8Array(64).fill(3))

/** The key with one of its 768 coefficients replaced: two stand in three bytes. */
function withCoefficient(at: number, value: number): Uint8Array {
  const key = publicKey.slice()
  const first = Math.floor(at / 2) * 3
  const middle = key[first + 1] as number
  if (at % 2 === 0) {
    key[first] = value & 0xff
    key[first + 1] = (middle & 0xf0) | (value >> 8)
  } else {
    key[first + 1] = (middle & 0x0f) | ((value & 0x0f) << 4)
    key[first + 2] = value >> 4
  }
  return key
}

describe.each([nobleCrypto, sodium])('the check of a KEM key of $name', (crypto) => {
  it('takes coefficients below the modulus and none from it on, wherever they stand', () => {
    expect(crypto.mlKem768CheckPublicKey(publicKey)).toBe(true)
    for (const at of [0, 1, 2, 255, 256, 511, 766, 767]) {
      expect(crypto.mlKem768CheckPublicKey(withCoefficient(at, modulus - 1))).toBe(true)
      for (const value of [modulus, modulus + 1, 4_095]) {
        expect(crypto.mlKem768CheckPublicKey(withCoefficient(at, value))).toBe(false)
        expect(crypto.mlKem768Encapsulate(withCoefficient(at, value), new Uint8Array(32))).toBeNull()
      }
    }
  })

  it('refuses other lengths', () => {
    for (const key of [publicKey.subarray(1), concat(publicKey, Uint8Array.of(0)), new Uint8Array(0)]) {
      expect(crypto.mlKem768CheckPublicKey(key)).toBe(false)
      expect(crypto.mlKem768Encapsulate(key, new Uint8Array(32))).toBeNull()
    }
  })
})
