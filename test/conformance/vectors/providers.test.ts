/** The native provider and the reference give the same bytes for anything. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nobleCrypto } from '../../../main/core/crypto/noble.ts'
import { createSodiumCrypto } from '../../../main/node/crypto/sodium.ts'

const sodium = createSodiumCrypto()
const key = fc.uint8Array({ minLength: 32, maxLength: 32 })
const nonce = fc.uint8Array({ minLength: 24, maxLength: 24 })
const data = fc.uint8Array({ maxLength: 700 })

/** Runs with a fixed seed, so that a failure can be repeated. */
function holds<Values extends unknown[]>(numRuns: number, property: fc.IProperty<Values>): void {
  fc.assert(property, { seed: 7, numRuns })
}

describe('both providers', () => {
  it('hash and derive alike', () => {
    holds(
      200,
      fc.property(data, data, data, fc.integer({ min: 1, max: 200 }), (a, b, c, length) => {
        expect(sodium.sha256(a)).toEqual(nobleCrypto.sha256(a))
        expect(sodium.sha512(a)).toEqual(nobleCrypto.sha512(a))
        expect(sodium.hmacSha256(a, b)).toEqual(nobleCrypto.hmacSha256(a, b))
        expect(sodium.hkdfSha256(a, b, c, length)).toEqual(nobleCrypto.hkdfSha256(a, b, c, length))
      }),
    )
  })

  it('agree, sign and seal alike', () => {
    holds(
      30,
      fc.property(key, key, nonce, data, data, (one, other, iv, plaintext, associatedData) => {
        const publicKey = sodium.x25519PublicKey(other)
        expect(publicKey).toEqual(nobleCrypto.x25519PublicKey(other))
        expect(sodium.x25519(one, publicKey)).toEqual(nobleCrypto.x25519(one, publicKey))
        expect(sodium.ed25519PublicKey(one)).toEqual(nobleCrypto.ed25519PublicKey(one))
        expect(sodium.ed25519Sign(one, plaintext)).toEqual(nobleCrypto.ed25519Sign(one, plaintext))
        const sealed = sodium.xchachaSeal(one, iv, plaintext, associatedData)
        expect(sealed).toEqual(nobleCrypto.xchachaSeal(one, iv, plaintext, associatedData))
        expect(sodium.xchachaOpen(one, iv, sealed, associatedData)).toEqual(plaintext)
        sealed[0] = (sealed[0] as number) ^ 1
        expect(sodium.xchachaOpen(one, iv, sealed, associatedData)).toBeNull()
      }),
    )
  })

  it('exchange secrets by ML-KEM alike, with a ciphertext that was altered too', () => {
    const seed = fc.uint8Array({ minLength: 64, maxLength: 64 })
    holds(
      20,
      fc.property(seed, key, fc.nat({ max: 1_087 }), (d, coins, at) => {
        const pair = sodium.mlKem768KeyPair(d)
        expect(pair).toEqual(nobleCrypto.mlKem768KeyPair(d))
        const made = sodium.mlKem768Encapsulate(pair.publicKey, coins)
        expect(made).toEqual(nobleCrypto.mlKem768Encapsulate(pair.publicKey, coins))
        const { cipherText, sharedSecret } = made as NonNullable<typeof made>
        expect(sodium.mlKem768Decapsulate(cipherText, pair.secretKey)).toEqual(sharedSecret)
        cipherText[at] = (cipherText[at] as number) ^ 1
        const rejected = sodium.mlKem768Decapsulate(cipherText, pair.secretKey)
        expect(rejected).not.toEqual(sharedSecret)
        expect(rejected).toEqual(nobleCrypto.mlKem768Decapsulate(cipherText, pair.secretKey))
      }),
    )
  })

  it('stretch passphrases alike', () => {
    const salt = new Uint8Array(16).fill(5)
    for (const [memoryKiB, passes, length] of [
      [8, 1, 16],
      [64, 3, 32],
      [1_024, 2, 64],
    ] as const) {
      const password = new TextEncoder().encode(`passphrase ${memoryKiB}`)
      const derived = sodium.argon2id(password, salt, memoryKiB, passes, length)
      expect(derived).toEqual(nobleCrypto.argon2id(password, salt, memoryKiB, passes, length))
      expect(derived).toHaveLength(length)
    }
    expect(sodium.argon2id(new Uint8Array(0), salt, 8, 1, 32)).toEqual(
      nobleCrypto.argon2id(new Uint8Array(0), salt, 8, 1, 32),
    )
  })

  it.each([nobleCrypto, sodium])('$name returns memory of its own, and wipes', (crypto) => {
    const digest = crypto.sha512(new Uint8Array(3))
    expect(digest.constructor).toBe(Uint8Array)
    expect(digest.buffer.byteLength).toBe(64)
    const secrets = [new Uint8Array(32).fill(1), new Uint8Array(0), new Uint8Array(5).fill(2)]
    crypto.wipe(...secrets)
    for (const secret of secrets) expect(secret.every((byte) => byte === 0)).toBe(true)
  })

  it.each([nobleCrypto, sodium])('$name takes keys of wrong lengths for a bug of the caller', (crypto) => {
    const short = new Uint8Array(31)
    expect(() => crypto.x25519PublicKey(short)).toThrow('32 bytes')
    expect(() => crypto.x25519(short, new Uint8Array(32))).toThrow('32 bytes')
    expect(() => crypto.x25519(new Uint8Array(32), short)).toThrow('32 bytes')
    expect(() => crypto.ed25519PublicKey(short)).toThrow('32 bytes')
    expect(() => crypto.ed25519Sign(short, short)).toThrow('32 bytes')
    expect(() => crypto.xchachaSeal(short, new Uint8Array(24), short, short)).toThrow('nonce 24')
    expect(() => crypto.mlKem768Encapsulate(new Uint8Array(1184), short)).toThrow('32 bytes')
    expect(() => crypto.argon2id(short, short, 8, 1, 32)).toThrow('16 bytes')
    expect(() => crypto.argon2id(short, new Uint8Array(16), 8, 1, 8)).toThrow('16 bytes')
    expect(() => crypto.hkdfSha256(short, short, short, 0)).toThrow('out of range')
    expect(crypto.mlKem768Encapsulate(new Uint8Array(1183), new Uint8Array(32))).toBeNull()
    expect(crypto.mlKem768Decapsulate(new Uint8Array(1087), new Uint8Array(2400))).toBeNull()
    expect(crypto.mlKem768Decapsulate(new Uint8Array(1088), new Uint8Array(2399))).toBeNull()
  })
})
