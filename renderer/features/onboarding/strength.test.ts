import { describe, expect, it } from 'vitest'
import { guessBits, strengthOf } from './strength.ts'

describe('the strength of a passphrase', () => {
  it.each([
    ['', 'weak'],
    ['password1', 'weak'],
    ['Passwort123!', 'weak'],
    ['11111111111111111111', 'weak'],
    ['sunshine', 'weak'],
    ['Constantinople7', 'weak'],
    ['violet harbour', 'weak'],
    ['violet harbour lamp', 'fair'],
    ['violet harbour lamp seven', 'good'],
    ['violet harbour lamp seven orchard', 'strong'],
    ['k8#Rm2!vQz9w', 'good'],
    ['k8#Rm2!vQz9w&pL4', 'strong'],
    ['same same same same same same', 'weak'],
  ])('of %j is %s', (passphrase, strength) => {
    expect(strengthOf(passphrase)).toBe(strength)
  })

  it('grows with each word', () => {
    const words = ['violet', 'harbour', 'lamp', 'seven', 'orchard', 'thimble']
    const bits = words.map((_, index) => guessBits(words.slice(0, index + 1).join(' ')))
    expect(bits).toEqual(bits.toSorted((a, b) => a - b))
  })

  it('takes no time for the longest passphrase', () => {
    const startMs = performance.now()
    for (const text of ['a'.repeat(1_024), '1'.repeat(1_024), 'a b '.repeat(256), 'passwordpassword'.repeat(64)])
      strengthOf(text)
    expect(performance.now() - startMs).toBeLessThan(50)
  })
})
