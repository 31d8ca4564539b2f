import { expect, it } from 'vitest'
import { sizeWords } from './sizes.ts'

it.each([
  [0, '0 byte'],
  [999, '999 byte'],
  [1_000, '0.977 kB'],
  [1_024, '1 kB'],
  [1_480_000, '1.41 MB'],
  [268_435_456, '256 MB'],
  [1_048_575, '1 MB'],
  [2 ** 30, '1 GB'],
  [100 * 2 ** 30, '100 GB'],
  [5_000 * 2 ** 30, '5,000 GB'],
])('%d bytes are %s', (sizeBytes, words) => {
  expect(sizeWords(sizeBytes)).toBe(words.replace(' ', '\u00a0'))
})
