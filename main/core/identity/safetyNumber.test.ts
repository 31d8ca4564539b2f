import { describe, expect, it } from 'vitest'
import { toBase64Url } from '../bytes.ts'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import { compareVerificationCode, encodeVerificationCode, safetyNumber, safetyNumberGroups } from './safetyNumber.ts'

const keysOf = (fill: number) => ({
  rootKey: new Uint8Array(32).fill(fill),
  descriptorHash: new Uint8Array(32).fill(fill + 100),
})
const anna = keysOf(1)
const boris = keysOf(2)
const mallory = keysOf(3)

describe('safety number', () => {
  it('is the same on both sides, and another for any other key', () => {
    const number = safetyNumber(crypto, anna, boris)
    expect(number).toMatch(/^\d{60}$/)
    expect(safetyNumber(crypto, boris, anna)).toBe(number)
    expect(safetyNumber(crypto, anna, mallory)).not.toBe(number)
    expect(safetyNumber(crypto, anna, { ...boris, rootKey: mallory.rootKey })).not.toBe(number)
    expect(safetyNumber(crypto, anna, { ...boris, descriptorHash: mallory.descriptorHash })).not.toBe(number)
    expect(safetyNumberGroups(number).map((group) => group.length)).toEqual(Array.from({ length: 12 }, () => 5))
    expect(safetyNumberGroups(number).join('')).toBe(number)
    expect(safetyNumberGroups('')).toEqual([])
  })
})

describe('verification code', () => {
  const shownByBoris = encodeVerificationCode(boris, anna)

  it('matches what the other side shows', () => {
    expect(compareVerificationCode(` ${shownByBoris}\n`, anna, boris)).toEqual({ kind: 'match' })
  })

  it('says which side is not as pinned', () => {
    const mismatch = (which: string) => ({ kind: 'mismatch', which })
    expect(compareVerificationCode(shownByBoris, anna, mallory)).toEqual(mismatch('theirs'))
    expect(compareVerificationCode(encodeVerificationCode(boris, mallory), anna, boris)).toEqual(mismatch('ours'))
    expect(compareVerificationCode(encodeVerificationCode(mallory, mallory), anna, boris)).toEqual(mismatch('both'))
  })

  it('knows its own code, and what is none', () => {
    const malformed = (reason: string) => ({ kind: 'malformed', reason })
    const judge = (text: string) => compareVerificationCode(text, anna, boris)
    expect(judge(encodeVerificationCode(anna, boris))).toEqual(malformed('ownCode'))
    expect(judge('https://example.org')).toEqual(malformed('notACode'))
    expect(judge(shownByBoris.slice(0, -2))).toEqual(malformed('incomplete'))
    expect(judge('waxwing-verify:')).toEqual(malformed('incomplete'))
    expect(judge('waxwing-verify:A')).toEqual(malformed('incomplete'))
    expect(judge(`${shownByBoris}AAAA`)).toEqual(malformed('incomplete'))
    expect(judge(`waxwing-verify:${toBase64Url(new Uint8Array(65).fill(2))}`)).toEqual(malformed('unknownVersion'))
    expect(judge('x'.repeat(257))).toEqual(malformed('tooLong'))
  })
})
