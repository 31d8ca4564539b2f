import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkLimits } from '../../core/limits.ts'
import { readAnswer, statusOf } from './hop.ts'

const granted = [0x08, 2, 0x28, 100]
const max = networkLimits.reservationAnswerBytesMax

function framed(body: readonly number[]): Uint8Array {
  return Uint8Array.of(body.length, ...body)
}

describe('the answer of a relay', () => {
  it('grants a place', () => {
    expect(readAnswer(framed(granted))).toEqual({ kind: 'done', result: { ok: true, value: undefined } })
  })

  it('grants one whatever else it says, of its addresses too', () => {
    // A reservation with an end in the year 292277026596, an address, and unknown fields of each kind.
    const reservation = [0x1a, 14, 0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f, 0x12, 5, 4, 9, 9, 9, 9]
    const others = [0x78, 1, 0x79, 1, 2, 3, 4, 5, 6, 7, 8, 0x7d, 1, 2, 3, 4, 0x7a, 1, 0]
    expect(statusOf(Uint8Array.from([...reservation, ...others, ...granted]))).toBe(100)
  })

  it('refuses, with its reason', () => {
    expect(readAnswer(framed([0x08, 2, 0x28, 0xc8, 0x01]))).toEqual({
      kind: 'done',
      result: { ok: false, error: { kind: 'refused', status: 200 } },
    })
  })

  it.each([
    ['no status', [0x08, 2]],
    ['another type', [0x08, 0, 0x28, 100]],
    ['no type', [0x28, 100]],
    ['a field that ends beyond the message', [...granted, 0x1a, 50]],
    ['half a key', [...granted, 0x80]],
    ['a group', [...granted, 0x1b]],
    ['a number that never ends', [...granted, 0x08, ...Array<number>(12).fill(0x80)]],
    ['nothing', []],
  ])('is malformed: %s', (_, body) => {
    expect(readAnswer(framed(body))).toEqual({
      kind: 'done',
      result: { ok: false, error: { kind: 'answerMalformed' } },
    })
  })

  it('is refused by its length before it has come', () => {
    expect(readAnswer(Uint8Array.of(0x81, 0x20))).toEqual({
      kind: 'done',
      result: { ok: false, error: { kind: 'answerTooLong', got: max + 1, max } },
    })
    expect(readAnswer(new Uint8Array(7).fill(0x80))).toMatchObject({ result: { error: { kind: 'answerMalformed' } } })
  })

  it('is waited for until it is whole', () => {
    const whole = framed(granted)
    for (let length = 0; length < whole.length; length++) {
      expect(readAnswer(whole.subarray(0, length))).toEqual({ kind: 'more' })
    }
  })

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const read = readAnswer(bytes)
        expect(
          read.kind === 'more' || (read.result.ok && statusOf(bytes.subarray(1)) !== null) || !read.result.ok,
        ).toBe(true)
      }),
      { seed: 7, numRuns: 2_000 },
    )
  })
})
