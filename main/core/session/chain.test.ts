import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../bytes.ts'
import { crypto } from '../../../test/support/sessions.ts'
import { stepChain } from './chain.ts'
import { stepRootKey } from './rootKey.ts'

const of = (value: number) => new Uint8Array(32).fill(value)

describe('the derivations of the ratchet', () => {
  it('step both chains by HMAC-SHA-256, 1 for the message and 2 for the chain, and join the message keys', () => {
    const before = { chainKey: of(1), pqChainKey: of(3), headerKey: of(2), epoch: 5, n: 7 }
    const { chain, messageKey } = stepChain(crypto, before)
    const hmac = (key: Uint8Array, constant: number) => crypto.hmacSha256(key, Uint8Array.of(constant))
    expect(messageKey).toEqual(crypto.hmacSha256(hmac(of(3), 1), hmac(of(1), 1)))
    expect(chain).toEqual({
      chainKey: hmac(of(1), 2),
      pqChainKey: hmac(of(3), 2),
      headerKey: of(2),
      epoch: 5,
      n: 8,
    })
    expect(before.chainKey).toEqual(of(1))
  })

  it('step the root key by HKDF into three different keys', () => {
    const { rootKey, chainKey, nextHeaderKey } = stepRootKey(crypto, of(1), of(2))
    const whole = crypto.hkdfSha256(of(2), of(1), utf8('waxwing-1 root key'), 96)
    expect(toHex(rootKey) + toHex(chainKey) + toHex(nextHeaderKey)).toBe(toHex(whole))
    expect(new Set([rootKey, chainKey, nextHeaderKey].map(toHex)).size).toBe(3)
  })
})
