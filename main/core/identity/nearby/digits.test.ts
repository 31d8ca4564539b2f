import { describe, expect, it } from 'vitest'
import { nobleCrypto } from '../../crypto/noble.ts'
import { isCommitter, nearbyCommitment, nearbyDigits } from './digits.ts'

const filled = (byte: number): Uint8Array => new Uint8Array(32).fill(byte)
const ada = { key: filled(1), name: 'Ada', nonce: filled(3) }
const ben = { key: filled(2), name: 'Ben', nonce: filled(4) }

describe('the digits that two people compare', () => {
  it('are the same from either side, and what PROTOCOL.md says', () => {
    // Computed with another library.
    expect(nearbyDigits(nobleCrypto, ada, ben)).toBe('10855655')
    expect(nearbyDigits(nobleCrypto, ben, ada)).toBe('10855655')
    expect([isCommitter(ada.key, ben.key), isCommitter(ben.key, ada.key)]).toEqual([true, false])
  })

  it('are others for another key, name or nonce on either side', () => {
    const all = [
      nearbyDigits(nobleCrypto, ada, ben),
      nearbyDigits(nobleCrypto, { ...ada, key: filled(0) }, ben),
      nearbyDigits(nobleCrypto, { ...ada, name: 'Ad\u0430' }, ben),
      nearbyDigits(nobleCrypto, { ...ada, nonce: filled(5) }, ben),
      nearbyDigits(nobleCrypto, ada, { ...ben, key: filled(9) }),
      nearbyDigits(nobleCrypto, ada, { ...ben, name: 'Ben ' }),
      nearbyDigits(nobleCrypto, ada, { ...ben, nonce: filled(5) }),
      nearbyDigits(nobleCrypto, { ...ada, name: 'AdaB' }, { ...ben, name: 'en' }),
    ]
    expect(new Set(all).size).toBe(all.length)
    for (const one of all) expect(one).toMatch(/^[0-9]{8}$/)
  })

  it('have a commitment that says for whom the nonce is', () => {
    const commitment = (...parts: readonly [Uint8Array, Uint8Array, Uint8Array]) =>
      Buffer.from(nearbyCommitment(nobleCrypto, ...parts)).toString('hex')
    const first = commitment(ada.key, ben.key, ada.nonce)
    expect(first).toBe('eba192b3ea4400b77112fa9a60c09cdcd3466faaf71aa76bf71152cf50181cac')
    expect(commitment(ben.key, ada.key, ada.nonce)).not.toBe(first)
    expect(commitment(ada.key, filled(9), ada.nonce)).not.toBe(first)
    expect(commitment(ada.key, ben.key, filled(9))).not.toBe(first)
  })
})
