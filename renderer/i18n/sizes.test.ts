import { expect, it } from 'vitest'
import { sizeWords } from './sizes.ts'

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1_000, '1 kB'],
  [1_480_000, '1.48 MB'],
  [268_435_456, '268 MB'],
  [5e12, '5,000 GB'],
])('%d bytes are %s', (sizeBytes, words) => {
  expect(sizeWords(sizeBytes)).toBe(words)
})
