import { expect, it } from 'vitest'
import { placeOf } from './crash.ts'

it('names the place of a mistake without its message or folders', () => {
  const thrown = new RangeError('a secret\nof two lines')
  expect(placeOf(thrown)).toMatch(/^(?:\S+ )*crash\.test\.ts:\d+$/)
  thrown.stack =
    'RangeError: a secret\n    at Publisher.tell (file:///home/anna/app/out/chunks/log-1.js:7:12)\n    at x'
  expect(placeOf(thrown)).toBe('Publisher.tell log-1.js:7')
  thrown.stack = 'RangeError: a secret\n    at /home/anna/app/out/main.js:9:1'
  expect(placeOf(thrown)).toBe('main.js:9')
  expect(placeOf('a secret')).toBe('unknown')
  expect(placeOf(Object.assign(new Error('x'), { stack: '' }))).toBe('unknown')
})
