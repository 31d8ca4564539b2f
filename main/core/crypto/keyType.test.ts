import { describe, expect, it } from 'vitest'
import { isCanonicalX25519 } from './keyType.ts'

/** 2^255 - 19 and what differs from it by a little, little-endian. */
function near(last: number, top = 0x7f, between = 0xff): Uint8Array {
  const bytes = new Uint8Array(32).fill(between)
  bytes[0] = last
  bytes[31] = top
  return bytes
}

describe('an X25519 key', () => {
  it('is canonical below 2^255 - 19, in 32 bytes', () => {
    expect(isCanonicalX25519(new Uint8Array(32))).toBe(true)
    expect(isCanonicalX25519(near(0xec))).toBe(true)
    expect(isCanonicalX25519(near(0xed))).toBe(false)
    expect(isCanonicalX25519(near(0xff))).toBe(false)
    expect(isCanonicalX25519(near(0xff, 0x7f, 0xfe))).toBe(true)
    expect(isCanonicalX25519(near(0xff, 0x7e))).toBe(true)
    expect(isCanonicalX25519(near(0, 0x80, 0))).toBe(false)
    expect(isCanonicalX25519(new Uint8Array(31))).toBe(false)
    expect(isCanonicalX25519(new Uint8Array(33))).toBe(false)
  })
})
