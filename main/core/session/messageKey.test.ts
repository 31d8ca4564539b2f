import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { crypto, errorOf, value } from '../../../test/support/sessions.ts'
import { openBody, sealBody } from './messageKey.ts'

const messageKey = new Uint8Array(32).fill(1)
const nonce = new Uint8Array(24).fill(2)
const data = utf8('associated')
const plaintext = utf8('a text')
const bodyKey = crypto.hmacSha256(messageKey, utf8('waxwing-1 body key'))
const commitment = crypto.hmacSha256(messageKey, utf8('waxwing-1 commitment'))

describe('what a message key seals', () => {
  it('is commitment, nonce and ciphertext as PROTOCOL.md writes them, the commitment in the associated data', () => {
    const sealed = crypto.xchachaSeal(bodyKey, nonce, plaintext, concat(data, commitment))
    expect(toHex(sealBody(crypto, messageKey, nonce, plaintext, data))).toBe(toHex(concat(commitment, nonce, sealed)))
    expect(value(openBody(crypto, messageKey, concat(commitment, nonce, sealed), data))).toEqual(plaintext)
    const unbound = crypto.xchachaSeal(bodyKey, nonce, plaintext, data)
    expect(errorOf(openBody(crypto, messageKey, concat(commitment, nonce, unbound), data))).toEqual({ kind: 'badTag' })
  })

  it('opens under no key that it does not commit to, and with no key in clear', () => {
    const body = sealBody(crypto, messageKey, nonce, plaintext, data)
    expect(toHex(body)).not.toContain(toHex(bodyKey))
    expect(toHex(body)).not.toContain(toHex(messageKey))
    for (let at = 0; at < 32; at++) {
      const changed = body.slice()
      changed[at] = (changed[at] as number) ^ 0x80
      expect(errorOf(openBody(crypto, messageKey, changed, data))).toEqual({ kind: 'badCommitment' })
    }
    // The rest is right for this key: only the commitment is that of another.
    const other = new Uint8Array(32).fill(3)
    const mixed = concat(crypto.hmacSha256(other, utf8('waxwing-1 commitment')), body.subarray(32))
    expect(errorOf(openBody(crypto, messageKey, mixed, data))).toEqual({ kind: 'badCommitment' })
    expect(errorOf(openBody(crypto, other, mixed, data))).toEqual({ kind: 'badTag' })
  })

  it('leaves no body key behind, and the message key as it was', () => {
    const keys: Uint8Array[] = []
    const watching: Crypto = {
      ...crypto,
      xchachaSeal: (key, ...rest) => {
        keys.push(key)
        return crypto.xchachaSeal(key, ...rest)
      },
      xchachaOpen: (key, ...rest) => {
        keys.push(key)
        return crypto.xchachaOpen(key, ...rest)
      },
    }
    const body = sealBody(watching, messageKey, nonce, plaintext, data)
    value(openBody(watching, messageKey, body, data))
    errorOf(openBody(watching, messageKey, body, utf8('other data')))
    expect(keys).toEqual(Array.from({ length: 3 }, () => new Uint8Array(32)))
    expect(messageKey).toEqual(new Uint8Array(32).fill(1))
  })
})
