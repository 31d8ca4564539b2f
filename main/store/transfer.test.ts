import { describe, expect, it } from 'vitest'
import { storeLimits } from '../core/limits.ts'
import { buffersOf } from './transfer.ts'

const large = storeLimits.transferSizeBytesMin

describe('what is handed over', () => {
  it('is large arrays that own their memory, once each', () => {
    const own = new Uint8Array(large)
    const small = new Uint8Array(large - 1)
    const view = new Uint8Array(large * 2).subarray(0, large)
    const value = { a: [{ own, small, view, none: null, text: 'x', n: 1 }], b: own }
    expect(buffersOf(value)).toEqual([own.buffer])
    expect(buffersOf(undefined)).toEqual([])
  })
})
