import { describe, expect, it } from 'vitest'
import { isCanonicalX25519 } from './keyType.ts'

/** A little-endian number of 32 bytes: its first byte, the thirty after it, its last. */
const number = (first: number, between: number, last: number) =>
  Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? first : at === 31 ? last : between))

describe('an X25519 key', () => {
  it('is canonical below 2^255 - 19', () => {
    for (const key of [number(0, 0, 0), number(9, 0, 0), number(0xff, 0xff, 0x7e), number(0xec, 0xff, 0x7f)]) {
      expect(isCanonicalX25519(key)).toBe(true)
    }
    const nearly = number(0xff, 0xff, 0x7f)
    nearly[17] = 0xfe
    expect(isCanonicalX25519(nearly)).toBe(true)
  })

  it('is not from there on, nor with its top bit set', () => {
    for (const key of [number(0xed, 0xff, 0x7f), number(0xff, 0xff, 0x7f), number(9, 0, 0x80), number(0, 0, 0xff)]) {
      expect(isCanonicalX25519(key)).toBe(false)
    }
  })

  it('has 32 bytes', () => {
    expect(isCanonicalX25519(new Uint8Array(31))).toBe(false)
    expect(isCanonicalX25519(new Uint8Array(33))).toBe(false)
  })
})
