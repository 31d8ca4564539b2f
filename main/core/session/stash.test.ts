import { describe, expect, it } from 'vitest'
import { bundleOf, errorOf, ownerOf, party, startMs, value } from '../../../test/support/sessions.ts'
import { openStash } from './stash.ts'

const ben = party('ben')
const mallory = party('mallory')
const made = [true, true, true, false].map((oneTime) => bundleOf(ben, oneTime).bundle)

describe('a stash', () => {
  it('opens to its bundles in their order, and says which of them is the last resort', () => {
    const opened = value(openStash(made, ownerOf(ben)))
    expect(opened.map(({ bytes }) => bytes)).toEqual(made)
    expect(opened.map(({ lastResort }) => lastResort)).toEqual([false, false, false, true])
    expect(opened.every(({ expiresAtMs }) => expiresAtMs > startMs)).toBe(true)
  })

  it('is refused whole for one bundle that is bad, wherever it stands', () => {
    const another = bundleOf(mallory).bundle
    for (let at = 0; at < made.length; at++) {
      const replaced = (bundle: Uint8Array) => made.map((good, place) => (place === at ? bundle : good))
      const good = made[at] as Uint8Array
      const flipped = good.slice()
      flipped[good.length - 1] = (flipped[good.length - 1] as number) ^ 1
      expect(errorOf(openStash(replaced(flipped), ownerOf(ben)))).toEqual({ kind: 'badSignature' })
      expect(errorOf(openStash(replaced(another), ownerOf(ben)))).toEqual({ kind: 'badSignature' })
      expect(errorOf(openStash(replaced(good.subarray(0, 700)), ownerOf(ben))).kind).toBe('malformed')
      expect(errorOf(openStash(replaced(new Uint8Array(0)), ownerOf(ben))).kind).toBe('malformed')
      const repeated = made[(at + 1) % made.length] as Uint8Array
      expect(errorOf(openStash(replaced(repeated), ownerOf(ben)))).toEqual({ kind: 'repeated' })
    }
  })

  it('of another device, or under another identity key, is refused', () => {
    expect(errorOf(openStash(made, { ...ownerOf(ben), device: mallory.device }))).toEqual({ kind: 'wrongDevice' })
    const owner = { ...ownerOf(ben), identityKey: mallory.identityKey }
    expect(errorOf(openStash(made, owner))).toEqual({ kind: 'wrongIdentityKey' })
  })
})
