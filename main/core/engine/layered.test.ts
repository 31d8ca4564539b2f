import { describe, expect, it } from 'vitest'
import { Layered } from './layered.ts'

describe('a layered map', () => {
  it('reads through, and keeps what is written to itself', () => {
    const below = new Layered<string, number>(null)
    below.set('a', 1)
    const upper = below.fork()
    upper.set('a', 2)
    upper.set('b', 3)
    expect([upper.get('a'), upper.get('b'), upper.get('c')]).toEqual([2, 3, undefined])
    expect([below.get('a'), below.get('b')]).toEqual([1, undefined])
    expect(Object.fromEntries(upper.entries())).toEqual({ a: 2, b: 3 })
    below.absorb(upper)
    expect(Object.fromEntries(below.entries())).toEqual({ a: 2, b: 3 })
  })

  it('drops what stands for nothing, but only from the lowest layer', () => {
    const nothing = { empty: true }
    const below = new Layered<string, object>(null)
    const kept = { empty: false }
    below.set('a', kept)
    const middle = below.fork()
    const upper = middle.fork()
    upper.set('a', nothing)
    middle.absorb(upper, nothing)
    expect(middle.get('a')).toBe(nothing)
    expect(below.get('a')).toBe(kept)
    below.absorb(middle, nothing)
    expect(below.get('a')).toBeUndefined()
  })

  it('forgets the oldest beyond a number', () => {
    const map = new Layered<number, number>(null)
    for (let i = 0; i < 5; i++) map.set(i, i)
    const again = map.fork()
    again.set(0, 10)
    map.absorb(again)
    map.trim(2)
    expect([...map.entries()]).toEqual([
      [4, 4],
      [0, 10],
    ])
    map.trim(0)
    expect([...map.entries()]).toEqual([])
  })
})
