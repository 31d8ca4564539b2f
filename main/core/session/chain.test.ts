import { describe, expect, it } from 'vitest'
import { toHex, utf8 } from '../bytes.ts'
import { crypto } from '../../../test/support/sessions.ts'
import { stepChain } from './chain.ts'
import { stepRootKey } from './rootKey.ts'

const of = (value: number) => new Uint8Array(32).fill(value)

describe('the derivations of the ratchet', () => {
  it('step a chain by HMAC-SHA-256 with 1 for the message and 2 for the chain', () => {
    const { chain, messageKey } = stepChain(crypto, { chainKey: of(1), headerKey: of(2), n: 7 })
    expect(messageKey).toEqual(crypto.hmacSha256(of(1), Uint8Array.of(1)))
    expect(chain).toEqual({ chainKey: crypto.hmacSha256(of(1), Uint8Array.of(2)), headerKey: of(2), n: 8 })
    expect(toHex(messageKey)).not.toBe(toHex(chain.chainKey))
  })

  it('step the root key by HKDF into three different keys', () => {
    const { rootKey, chainKey, nextHeaderKey } = stepRootKey(crypto, of(1), of(2))
    const whole = crypto.hkdfSha256(of(2), of(1), utf8('waxwing-1 root key'), 96)
    expect(toHex(rootKey) + toHex(chainKey) + toHex(nextHeaderKey)).toBe(toHex(whole))
    expect(new Set([rootKey, chainKey, nextHeaderKey].map(toHex)).size).toBe(3)
  })
})
