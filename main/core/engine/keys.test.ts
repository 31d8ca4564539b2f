import { describe, expect, it } from 'vitest'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import { createIdentity } from '../identity/account.ts'
import { inviteIdOf } from '../ids.ts'
import { bundleProof, envelopeIdFor, lanKey, sealContext } from './keys.ts'

const identity = (fill: number) =>
  createIdentity(
    crypto,
    Uint8Array.from({ length: 96 }, (_, at) => fill + at),
    1_800_000_000_000,
  )
const [one, other, third] = [identity(1), identity(2), identity(3)]

describe('derived keys', () => {
  it('of a pair are the same on both sides, and nobody else’s', () => {
    const key = lanKey(crypto, one, other)
    expect(key).toHaveLength(32)
    expect(lanKey(crypto, other, one)).toEqual(key)
    expect(lanKey(crypto, one, third)).not.toEqual(key)
    expect(lanKey(crypto, one, { ...other, identityKey: new Uint8Array(32) })).toBeNull()
  })

  it('prove an invite for one pair of devices only', () => {
    const secret = new Uint8Array(32).fill(5)
    const invite = inviteIdOf(new Uint8Array(16).fill(6))
    const proof = bundleProof(crypto, secret, invite, one.device, other.device)
    expect(proof).toHaveLength(32)
    const others = [
      bundleProof(crypto, new Uint8Array(32), invite, one.device, other.device),
      bundleProof(crypto, secret, inviteIdOf(new Uint8Array(16)), one.device, other.device),
      bundleProof(crypto, secret, invite, third.device, other.device),
      bundleProof(crypto, secret, invite, one.device, third.device),
      bundleProof(crypto, secret, invite, other.device, one.device),
    ]
    for (const wrong of others) expect(wrong).not.toEqual(proof)
  })

  it('bind a seal to its direction, and name an envelope by its bytes', () => {
    expect(sealContext(one.device, other.device)).not.toEqual(sealContext(other.device, one.device))
    const bytes = Uint8Array.of(1, 2, 3)
    expect(envelopeIdFor(crypto, bytes)).toMatch(/^[0-9a-f]{32}$/)
    expect(envelopeIdFor(crypto, bytes)).not.toBe(envelopeIdFor(crypto, Uint8Array.of(1, 2, 4)))
  })
})
