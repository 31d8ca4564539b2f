/** Signatures that a check of another kind would take. The vectors of others hold more; these need no file. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../bytes.ts'
import { crypto as sodium } from '../../../test/support/sessions.ts'
import { nobleCrypto } from './noble.ts'

const { Point } = ed25519
const order = Point.Fn.ORDER
const seed = new Uint8Array(32).fill(7)
const publicKey = ed25519.getPublicKey(seed)
const message = utf8('what is signed')
/** A point of order eight. */
const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n))
}

function challenge(r: Uint8Array, key: Uint8Array): bigint {
  const digest = sodium.sha512(concat(r, key, message))
  return digest.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n) % order
}

/** The signature with this R and the S that a holder of the scalar would give for it. */
function signedWith(r: Uint8Array, nonce: bigint, key: Uint8Array, scalar: bigint): Uint8Array {
  return concat(r, littleEndian((nonce + challenge(r, key) * scalar) % order))
}

const { scalar } = ed25519.utils.getExtendedPublicKey(seed)
const nonce = 123_456_789n
const commitment = Point.BASE.multiply(nonce)

describe.each([nobleCrypto, sodium])('the signature check of $name', (crypto) => {
  const takes = (signature: Uint8Array, key: Uint8Array = publicKey) => crypto.ed25519Verify(signature, message, key)

  it('takes what is signed', () => {
    expect(takes(crypto.ed25519Sign(seed, message))).toBe(true)
    expect(takes(signedWith(commitment.toBytes(), nonce, publicKey, scalar))).toBe(true)
  })

  it('refuses a residue of small order, which the equation times eight would hide', () => {
    const inR = signedWith(commitment.add(torsion).toBytes(), nonce, publicKey, scalar)
    expect(ed25519.verify(inR, message, publicKey, { zip215: true })).toBe(true)
    expect(takes(inR)).toBe(false)
    const mixedKey = Point.fromBytes(publicKey).add(torsion).toBytes()
    const inKey = signedWith(commitment.toBytes(), nonce, mixedKey, scalar)
    expect(challenge(commitment.toBytes(), mixedKey) % 8n).not.toBe(0n)
    expect(ed25519.verify(inKey, message, Uint8Array.from(mixedKey), { zip215: true })).toBe(true)
    expect(takes(inKey, mixedKey)).toBe(false)
  })

  it('refuses a second signature made out of the first: S is below the order', () => {
    const signature = crypto.ed25519Sign(seed, message)
    const S = signature.subarray(32).reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n)
    expect(takes(concat(signature.subarray(0, 32), littleEndian(S + order)))).toBe(false)
  })

  it('refuses a key of small order, under which one signature fits every text, and such an R', () => {
    const forAnything = concat(commitment.toBytes(), littleEndian(nonce))
    expect(takes(forAnything, Point.ZERO.toBytes())).toBe(false)
    const withoutNonce = signedWith(Point.ZERO.toBytes(), 0n, publicKey, scalar)
    expect(ed25519.verify(withoutNonce, message, publicKey, { zip215: true })).toBe(true)
    expect(takes(withoutNonce)).toBe(false)
  })

  it('refuses other lengths', () => {
    const signature = crypto.ed25519Sign(seed, message)
    expect(takes(signature.subarray(0, 63))).toBe(false)
    expect(takes(concat(signature, Uint8Array.of(0)))).toBe(false)
    expect(takes(signature, publicKey.subarray(0, 31))).toBe(false)
  })
})
