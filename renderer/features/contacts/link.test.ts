import { describe, expect, it } from 'vitest'
import { invitesIn } from './link.ts'

describe('an invite link', () => {
  it.each([
    ['waxwing:1:abc', 'waxwing:1:abc'],
    ['  waxwing:1:abc\n', 'waxwing:1:abc'],
    ['Hi, use this: waxwing:1:abc and tell me', 'waxwing:1:abc'],
    ['<waxwing:1:abc>', 'waxwing:1:abc'],
    ['WAXWING:1:abc', 'WAXWING:1:abc'],
    ['Hi\nwaxwing:1:abc\n\nSee you on Saturday', 'waxwing:1:abc'],
  ])('is found in %j', (text, link) => {
    expect(invitesIn(text)).toEqual([link])
  })

  it('that was broken into lines is put together again, as a second guess', () => {
    expect(invitesIn('> waxwing:1:abc\n> def-_\r\n> ghi\n\nAnna')).toEqual(['waxwing:1:abc', 'waxwing:1:abcdef-_ghi'])
    expect(invitesIn('waxwing:1:abc\nAnna')).toEqual(['waxwing:1:abc', 'waxwing:1:abcAnna'])
  })

  it.each([[''], ['   '], ['https://example.org'], ['waxwing'], ['wax wing:1'], [`waxwing:${'a'.repeat(5_000)}`]])(
    'is not found in %j',
    (text) => {
      expect(invitesIn(text)).toEqual([])
    },
  )

  it('is looked for in linear time', () => {
    const startMs = performance.now()
    for (const text of [
      'waxwing:'.repeat(100_000),
      `waxwing:a${'\na'.repeat(100_000)} x`,
      `waxwing:a${'\n> '.repeat(50_000)}`,
    ])
      invitesIn(text)
    expect(performance.now() - startMs).toBeLessThan(200)
  })
})
