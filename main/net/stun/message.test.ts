import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, fromHex, toHex } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { bindingAnswer, readBindingRequest } from './message.ts'

function bytes(...hex: readonly string[]): Uint8Array {
  const read = fromHex(hex.join('').replaceAll(' ', ''))
  if (!read.ok) throw new Error('Not hexadecimal')
  return read.value
}

const cookie = '2112a442'
/** The transaction of the samples in RFC 5769. */
const transaction = 'b7e7a701bc34d686fa87dfae'

/** RFC 5769 section 2.1: a request of ICE. */
const iceRequest = bytes(
  `00010058${cookie}${transaction}`,
  '80220010 5354554e207465737420636c69656e74',
  '00240004 6e0001ff',
  '80290008 932ff9b151263b36',
  '00060009 6576746a3a68367659202020',
  '00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2',
  '80280004 e57a3bcf',
)
/** The same, without what only ICE understands. */
const request = bytes(
  `0001001c${cookie}${transaction}`,
  '80220010 5354554e207465737420636c69656e74',
  '80280004 00000000',
)

describe('a Binding request', () => {
  it('is read with the attributes that may be passed over', () => {
    expect(readBindingRequest(request)).toEqual({ ok: true, value: { transaction: bytes(transaction) } })
    expect(readBindingRequest(bytes(`00010000${cookie}${transaction}`)).ok).toBe(true)
    const padded = bytes(`00010008${cookie}${transaction}`, '80220001 61ffffff')
    expect(readBindingRequest(padded).ok).toBe(true)
  })

  it('of ICE (RFC 5769 section 2.1) is not understood', () => {
    expect(readBindingRequest(iceRequest)).toEqual({ ok: false, error: { kind: 'unknownAttribute', got: 0x24 } })
  })

  it.each([
    ['a response', '0101', { kind: 'badValue', field: 'type', got: 0x101 }],
    ['an indication', '0011', { kind: 'badValue', field: 'type', got: 0x11 }],
    ['DTLS', '16fe', { kind: 'badValue', field: 'type', got: 0x16fe }],
  ])('is not %s', (_, type, error) => {
    expect(readBindingRequest(concat(bytes(type), request.subarray(2)))).toEqual({ ok: false, error })
  })

  it.each([
    ['its cookie', `00010000${'2112a443'}${transaction}`, { kind: 'badValue', field: 'cookie', got: 0x2112a443 }],
    ['a length too small', `00010000${cookie}${transaction}80220000`, { kind: 'badValue', field: 'length', got: 0 }],
    ['a length too great', `00010004${cookie}${transaction}`, { kind: 'badValue', field: 'length', got: 4 }],
    ['a cut attribute', `00010004${cookie}${transaction}80220004`, { kind: 'truncated', wanted: 4, left: 0 }],
    ['cut padding', `00010005${cookie}${transaction}8022000161`, { kind: 'truncated', wanted: 3, left: 0 }],
    ['a cut header', `00010000${cookie}`, { kind: 'truncated', wanted: 12, left: 0 }],
  ])('is refused for %s', (_, hex, error) => {
    expect(readBindingRequest(bytes(hex))).toEqual({ ok: false, error })
  })

  it('is refused for its size before anything is read', () => {
    const max = networkLimits.stunRequestSizeBytesMax
    const error = { kind: 'tooLong', field: 'request', got: max + 1, max }
    expect(readBindingRequest(new Uint8Array(max + 1))).toEqual({ ok: false, error })
  })

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(request.length), (noise, cut) => {
        for (const datagram of [noise, concat(request.subarray(0, cut), noise)]) {
          const read = readBindingRequest(datagram)
          if (read.ok) expect(read.value.transaction).toEqual(datagram.slice(8, 20))
          else expect(read.error.kind).toMatch(/^(badValue|tooLong|truncated|unknownAttribute)$/)
        }
      }),
      { seed: 4, numRuns: 500 },
    )
  })
})

describe('the answer', () => {
  const asked = { transaction: bytes(transaction) }

  it('carries an IPv4 address as in RFC 5769 section 2.2', () => {
    const answer = bindingAnswer(asked, '192.0.2.1', 32_853) ?? new Uint8Array()
    expect(toHex(answer)).toBe(`0101000c${cookie}${transaction}002000080001a147e112a643`)
  })

  it('carries an IPv6 address as in RFC 5769 section 2.3', () => {
    const answer = bindingAnswer(asked, '2001:db8:1234:5678:11:2233:4455:6677', 32_853) ?? new Uint8Array()
    const attribute = '002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9'
    expect(toHex(answer)).toBe(`01010018${cookie}${transaction}${attribute}`)
  })

  it('is none for what is no address', () => {
    expect(bindingAnswer(asked, 'relay.example', 1)).toBeNull()
  })
})
