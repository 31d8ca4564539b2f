import { describe, expect, it } from 'vitest'
import { concat, decode } from '../bytes.ts'
import { encodeX25519, readX25519 } from './suite.ts'

const read = (bytes: Uint8Array) => decode(bytes, (reader) => readX25519(reader, 'key'))
const refused = (got: number) => ({ ok: false, error: { kind: 'badValue', field: 'key', got } })

describe('a key in a layout', () => {
  it('is read as it was written', () => {
    const key = new Uint8Array(32).fill(9)
    expect(encodeX25519(key)).toEqual(concat(Uint8Array.of(2), key))
    expect(read(encodeX25519(key))).toEqual({ ok: true, value: key })
  })

  it('is refused under the type of another kind', () => {
    for (const type of [0, 1, 3, 255]) {
      expect(read(concat(Uint8Array.of(type), new Uint8Array(32)))).toEqual(refused(type))
    }
  })

  it('is refused when another encoding stands for the same key', () => {
    expect(read(encodeX25519(new Uint8Array(32).fill(0xff)))).toEqual(refused(0xff))
    const prime = new Uint8Array(32).fill(0xff)
    prime[0] = 0xed
    prime[31] = 0x7f
    expect(read(encodeX25519(prime))).toEqual(refused(0x7f))
    prime[0] = 0xec
    expect(read(encodeX25519(prime)).ok).toBe(true)
  })
})
