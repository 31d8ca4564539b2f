import { expect, it } from 'vitest'
import { createRandom } from './random.ts'

it('gives fresh bytes of their own, across the ends of its pool and beyond its size', () => {
  const random = createRandom()
  const seen = new Set<string>()
  for (let i = 0; i < 5_000; i++) {
    const bytes = random.bytes(32)
    expect(bytes).toHaveLength(32)
    seen.add(Buffer.from(bytes).toString('hex'))
    // Whoever wipes what it got must not touch what others get.
    bytes.fill(0)
  }
  expect(seen.size).toBe(5_000)
  expect(seen.has('00'.repeat(32))).toBe(false)
  expect(random.bytes(100_000).some((byte) => byte !== 0)).toBe(true)
  expect(random.bytes(0)).toHaveLength(0)
})
