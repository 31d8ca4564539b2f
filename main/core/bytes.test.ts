import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  ByteWriter,
  compareBytes,
  concat,
  decode,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
  toHex,
  utf8,
} from './bytes.ts'
import type { Result } from './result.ts'

const bytes = fc.uint8Array({ maxLength: 200 })

function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

describe('texts of bytes', () => {
  it('agrees with the platform on hex and both base64 alphabets, and reads them back', () => {
    fc.assert(
      fc.property(bytes, (data) => {
        const buffer = Buffer.from(data)
        expect(toHex(data)).toBe(buffer.toString('hex'))
        expect(toBase64(data)).toBe(buffer.toString('base64'))
        expect(toBase64Url(data)).toBe(buffer.toString('base64url'))
        expect(value(fromHex(toHex(data)))).toEqual(data)
        expect(value(fromBase64(toBase64(data)))).toEqual(data)
        expect(value(fromBase64Url(toBase64Url(data)))).toEqual(data)
      }),
    )
  })

  it.each(['A', 'AB', 'AAB=', 'A===', 'AA=A', 'AA==AA==', 'AA AA', '-_-_'])('refuses the base64 text %j', (text) => {
    expect(fromBase64(text)).toEqual({ ok: false, error: { kind: 'badText', field: 'base64' } })
  })

  it.each(['A', 'AB', 'AA==', '+/+/'])('refuses the base64url text %j', (text) => {
    expect(fromBase64Url(text).ok).toBe(false)
  })

  it.each(['0', '0g', 'zz'])('refuses the hex text %j', (text) => {
    expect(fromHex(text).ok).toBe(false)
  })
})

describe('UTF-8', () => {
  it('agrees with TextEncoder and a fatal TextDecoder on any string', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(toHex(utf8(text))).toBe(Buffer.from(new TextEncoder().encode(text)).toString('hex'))
      }),
    )
  })

  it('accepts exactly the byte strings that a fatal TextDecoder accepts', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
    const hard = fc.array(
      fc.constantFrom(0x41, 0x80, 0xbf, 0xc0, 0xc2, 0xdf, 0xe0, 0xed, 0x9f, 0xa0, 0xef, 0xf0, 0x8f, 0x90, 0xf4, 0xf5),
      {
        maxLength: 6,
      },
    )
    fc.assert(
      fc.property(fc.oneof(hard, fc.array(fc.nat(255), { maxLength: 8 })), (list) => {
        const data = Uint8Array.from(list)
        let wanted: string | null
        try {
          wanted = decoder.decode(data)
        } catch {
          wanted = null
        }
        const got = fromUtf8(data, 'text')
        expect(got.ok ? got.value : null).toBe(wanted)
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['two bytes where one does', [0xc1, 0xbf]],
    ['three bytes where two do', [0xe0, 0x9f, 0xbf]],
    ['four bytes where three do', [0xf0, 0x8f, 0xbf, 0xbf]],
    ['half a pair', [0xed, 0xa0, 0x80]],
    ['beyond the last character', [0xf4, 0x90, 0x80, 0x80]],
    ['the end of a character alone', [0x80]],
    ['a character cut short', [0xe2, 0x82]],
  ])('refuses %s', (_, list) => {
    const data = concat(utf8('a'), Uint8Array.from(list), utf8('b'))
    expect(fromUtf8(data, 'text')).toEqual({ ok: false, error: { kind: 'badText', field: 'text' } })
  })
})

describe('long texts', () => {
  it('come out as they went in, wherever their characters fall', () => {
    for (const lead of [0, 1, 1_020, 1_021, 1_022, 1_023, 1_024, 1_025, 2_047, 2_048, 5_000]) {
      for (const character of ['x', 'é', '€', '😀', '\u{10ffff}']) {
        const text = 'a'.repeat(lead) + character.repeat(3)
        expect(value(fromUtf8(utf8(text), 'text'))).toBe(text)
      }
      const data = new Uint8Array(lead).fill(0xa5)
      expect(toHex(data)).toBe('a5'.repeat(lead))
    }
  })
})

describe('comparison', () => {
  it('sees a difference in any one bit, and in length', () => {
    const one = Uint8Array.from({ length: 32 }, (_, i) => i)
    expect(equalBytes(one, one.slice())).toBe(true)
    for (let bit = 0; bit < 256; bit++) {
      const other = one.slice()
      other[bit >> 3] = (other[bit >> 3] as number) ^ (1 << (bit & 7))
      expect(equalBytes(one, other)).toBe(false)
    }
    for (let length = 0; length < one.length; length++) {
      expect(equalBytes(one, one.subarray(0, length))).toBe(false)
      expect(equalBytes(one.subarray(0, length), one)).toBe(false)
    }
  })

  it('finds equality and order', () => {
    fc.assert(
      fc.property(bytes, bytes, (a, b) => {
        expect(equalBytes(a, b)).toBe(Buffer.compare(a, b) === 0)
        expect(Math.sign(compareBytes(a, b))).toBe(Buffer.compare(a, b))
      }),
    )
  })
})

describe('layouts', () => {
  const layout = new ByteWriter()
    .u8(1)
    .u16(0x0203)
    .u32(0x04050607)
    .u64(2 ** 40)
    .text('né')
    .prefixed32(Uint8Array.of(9))
    .done()

  it('writes big-endian and reads back what it wrote', () => {
    expect(toHex(layout)).toBe('01020304050607000001000000000000036ec3a90000000109')
    const read = decode(layout, (r) => [r.u8(), r.u16(), r.u32(), r.u64('n'), r.text('t', 3), r.prefixed32('b', 1)])
    expect(value(read)).toEqual([1, 0x0203, 0x04050607, 2 ** 40, 'né', Uint8Array.of(9)])
  })

  it('is truncated at every cut, and trailing with a byte more', () => {
    const whole = (data: Uint8Array) =>
      decode(data, (r) => [r.u8(), r.u16(), r.u32(), r.u64('n'), r.text('t', 3), r.prefixed32('b', 1)])
    for (let cut = 0; cut < layout.length; cut++) {
      const got = whole(layout.subarray(0, cut))
      expect(got.ok ? 'ok' : got.error.kind).toBe('truncated')
    }
    expect(whole(concat(layout, Uint8Array.of(0)))).toEqual({ ok: false, error: { kind: 'trailing', left: 1 } })
  })

  it('checks a length before it reads', () => {
    const long = decode(Uint8Array.of(0xff, 0xff, 0xff, 0xff), (r) => r.prefixed32('frame', 100))
    expect(long).toEqual({ ok: false, error: { kind: 'tooLong', field: 'frame', got: 0xffffffff, max: 100 } })
  })

  it('refuses another version and numbers above 2^53-1', () => {
    expect(decode(Uint8Array.of(2), (r) => r.version('thing', 1))).toEqual({
      ok: false,
      error: { kind: 'badVersion', field: 'thing', got: 2, wanted: 1 },
    })
    expect(decode(new Uint8Array(8).fill(0xff), (r) => r.u64('n')).ok).toBe(false)
  })

  it('lets a programming error through', () => {
    expect(() =>
      decode(new Uint8Array(0), () => {
        throw new TypeError('bug')
      }),
    ).toThrow(TypeError)
  })
})
