import { describe, expect, it } from 'vitest'
import { protocolLimits } from '../limits.ts'
import type { SkippedChain } from './skippedKeys.ts'
import { addSkipped, countSkipped, expireSkipped, noSkippedKeys, removeSkipped, trimSkipped } from './skippedKeys.ts'

const { skippedKeyLifetimeMs, skippedKeysMax, oldReceiveChainsMax } = protocolLimits
const headerKey = (of: number) => new Uint8Array(32).fill(of)
const keysOf = (count: number, addedAtMs = 0, from = 0) =>
  Array.from({ length: count }, (_, i) => ({ n: from + i, messageKey: new Uint8Array(32), addedAtMs }))
const chain = (of: number, keys: SkippedChain['keys']): SkippedChain => ({ headerKey: headerKey(of), keys })
const shape = (skipped: readonly SkippedChain[]) =>
  skipped.map(({ headerKey: [of], keys }) => [of, keys.map(({ n }) => n)])

describe('skipped keys', () => {
  it('expire one by one, and a chain with its last', () => {
    const mixed = [chain(1, keysOf(2)), chain(2, [...keysOf(1), ...keysOf(2, 10, 1)])]
    expect(expireSkipped(mixed, skippedKeyLifetimeMs - 1)).toBe(mixed)
    expect(shape(expireSkipped(mixed, skippedKeyLifetimeMs))).toEqual([[2, [1, 2]]])
    expect(shape(expireSkipped(mixed, skippedKeyLifetimeMs + 9))).toEqual([[2, [1, 2]]])
    expect(expireSkipped(mixed, skippedKeyLifetimeMs + 10)).toEqual([])
    expect(expireSkipped(noSkippedKeys, 1)).toBe(noSkippedKeys)
  })

  it('give way to newer ones, the oldest first, across chains', () => {
    const full = [chain(1, keysOf(3)), chain(2, keysOf(2)), chain(3, keysOf(skippedKeysMax - 2))]
    const trimmed = trimSkipped(full, headerKey(3))
    expect(countSkipped(trimmed)).toBe(skippedKeysMax)
    expect(shape(trimmed).slice(0, 1)).toEqual([[2, [0, 1]]])
    const more = trimSkipped([chain(1, keysOf(2)), chain(2, keysOf(skippedKeysMax - 1))], headerKey(2))
    expect(shape(more)[0]).toEqual([1, [1]])
  })

  it('are kept for five chains before the present one', () => {
    const chains = Array.from({ length: oldReceiveChainsMax + 2 }, (_, i) => chain(i + 1, keysOf(1)))
    const last = headerKey(chains.length)
    expect(shape(trimSkipped(chains, last))[0]).toEqual([2, [0]])
    expect(shape(trimSkipped(chains, headerKey(99)))[0]).toEqual([3, [0]])
    expect(trimSkipped(noSkippedKeys, last)).toBe(noSkippedKeys)
  })

  it('are added behind the newest of their chain and removed by number', () => {
    const one = addSkipped(noSkippedKeys, headerKey(1), keysOf(2))
    const two = addSkipped(one, headerKey(1), keysOf(1, 0, 2))
    expect(shape(two)).toEqual([[1, [0, 1, 2]]])
    expect(addSkipped(two, headerKey(2), [])).toBe(two)
    expect(shape(removeSkipped(two, headerKey(1), 1))).toEqual([[1, [0, 2]]])
    expect(removeSkipped(addSkipped(noSkippedKeys, headerKey(1), keysOf(1)), headerKey(1), 0)).toEqual([])
  })
})
