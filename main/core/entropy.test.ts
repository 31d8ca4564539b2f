import { describe, expect, it } from 'vitest'
import { InvariantError } from './assert.ts'
import { entropyOf } from './entropy.ts'

describe('entropyOf', () => {
  it('hands every byte out once, in order', () => {
    const entropy = entropyOf(Uint8Array.of(1, 2, 3, 4, 5))
    expect([...entropy.take(2)]).toEqual([1, 2])
    expect([...entropy.take(0)]).toEqual([])
    expect([...entropy.take(3)]).toEqual([3, 4, 5])
  })

  it('throws rather than repeat or shorten', () => {
    const entropy = entropyOf(new Uint8Array(4))
    entropy.take(3)
    expect(() => entropy.take(2)).toThrow(InvariantError)
    expect(() => entropy.take(-1)).toThrow(InvariantError)
    expect(() => entropy.take(Number.NaN)).toThrow(InvariantError)
    expect(entropy.take(1)).toHaveLength(1)
  })

  it('gives copies, so that wiping one leaves the source alone', () => {
    const source = Uint8Array.of(9, 9)
    entropyOf(source).take(2).fill(0)
    expect([...source]).toEqual([9, 9])
  })
})
