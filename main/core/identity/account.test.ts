import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { concat, equalBytes, toHex } from '../bytes.ts'
import { nobleCrypto as crypto } from '../crypto/noble.ts'
import {
  createIdentity,
  decodeIdentitySecrets,
  encodeIdentityPayload,
  encodeIdentitySecrets,
  identityPayloadLength,
  identityRandomBytes,
  verifyIdentityPayload,
  wipeIdentity,
} from './account.ts'
import { certificateLength, signCertificate, verifyCertificate } from './certificate.ts'
import {
  descriptorHash,
  descriptorLength,
  encodeDescriptor,
  signDescriptor,
  signedDescriptorLength,
  verifyDescriptor,
} from './descriptor.ts'

const random = (seed: number) => Uint8Array.from({ length: identityRandomBytes }, (_, i) => (seed * 31 + i * 7) & 255)
const createdAtMs = 1_767_225_600_000
const anna = createIdentity(crypto, random(1), createdAtMs)
const boris = createIdentity(crypto, random(2), createdAtMs)

describe('account', () => {
  it('derives everything from the secrets, the same each time', () => {
    expect(createIdentity(crypto, random(1), createdAtMs)).toEqual(anna)
    expect(anna.account).toBe(toHex(anna.rootKey))
    expect(anna.device).toBe(toHex(anna.deviceKey))
    expect(anna.account).not.toBe(boris.account)
    expect(anna.rootKey).toEqual(crypto.ed25519PublicKey(anna.rootSeed))
    expect(anna.identityKey).toEqual(crypto.x25519PublicKey(anna.identitySecret))
  })

  it('keeps its secrets through the store', () => {
    const stored = encodeIdentitySecrets(anna)
    expect(decodeIdentitySecrets(crypto, stored)).toEqual({ ok: true, value: anna })
    expect(decodeIdentitySecrets(crypto, concat(stored, Uint8Array.of(0)))).toEqual({
      ok: false,
      error: { kind: 'trailing', left: 1 },
    })
    stored[0] = 2
    expect(decodeIdentitySecrets(crypto, stored)).toEqual({
      ok: false,
      error: { kind: 'badVersion', field: 'identity secrets', got: 2, wanted: 1 },
    })
  })

  it('does not share memory with the random bytes, and wipes', () => {
    const bytes = random(3)
    const identity = createIdentity(crypto, bytes, createdAtMs)
    bytes.fill(0)
    expect(identity.rootSeed).toEqual(random(3).slice(0, 32))
    wipeIdentity(crypto, identity)
    expect(concat(identity.rootSeed, identity.identitySecret, identity.deviceSeed)).toEqual(new Uint8Array(96))
  })

  it('proves itself in a payload', () => {
    const payload = encodeIdentityPayload(anna)
    expect(payload.length).toBe(identityPayloadLength)
    const verified = verifyIdentityPayload(crypto, payload, anna.deviceKey)
    const { rootSeed: _root, identitySecret: _identity, deviceSeed: _device, ...publicParts } = anna
    expect(verified).toEqual({ ok: true, value: publicParts })
  })

  it('refuses the payload of another device, or of mixed accounts', () => {
    expect(verifyIdentityPayload(crypto, encodeIdentityPayload(anna), boris.deviceKey)).toEqual({
      ok: false,
      error: { kind: 'certificate', cause: { kind: 'otherDevice' } },
    })
    const mixed = encodeIdentityPayload({ descriptor: anna.descriptor, certificate: boris.certificate })
    expect(verifyIdentityPayload(crypto, mixed, boris.deviceKey)).toEqual({
      ok: false,
      error: { kind: 'certificate', cause: { kind: 'otherAccount' } },
    })
  })

  it('refuses any payload with one bit flipped', () => {
    const payload = encodeIdentityPayload(anna)
    fc.assert(
      fc.property(fc.nat(payload.length - 1), fc.nat(7), (at, bit) => {
        const flipped = payload.slice()
        flipped[at] = (flipped[at] as number) ^ (1 << bit)
        return !verifyIdentityPayload(crypto, flipped, anna.deviceKey).ok
      }),
      { seed: 1, numRuns: 100 },
    )
  })

  it('is total over what strangers send', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        (bytes) => !verifyIdentityPayload(crypto, bytes, anna.deviceKey).ok,
      ),
      { seed: 2, numRuns: 300 },
    )
  })
})

describe('descriptor', () => {
  it('has the fixed layout', () => {
    const bytes = encodeDescriptor(anna)
    expect(bytes).toEqual(concat(Uint8Array.of(1, 1), anna.rootKey, Uint8Array.of(2), anna.identityKey))
    expect(bytes.length).toBe(descriptorLength)
    expect(anna.descriptor.length).toBe(signedDescriptorLength)
    expect(anna.descriptorHash).toEqual(crypto.sha256(bytes))
    expect(descriptorHash(crypto, anna)).toEqual(anna.descriptorHash)
  })

  it('refuses a cut, a wrong key type, and another signature', () => {
    const cut = verifyDescriptor(crypto, anna.descriptor.subarray(0, 130))
    expect(cut).toEqual({ ok: false, error: { kind: 'malformed', cause: { kind: 'truncated', wanted: 64, left: 63 } } })
    const swapped = anna.descriptor.slice()
    swapped[34] = 1
    expect(verifyDescriptor(crypto, swapped)).toEqual({
      ok: false,
      error: { kind: 'malformed', cause: { kind: 'badValue', field: 'identity key', got: 1 } },
    })
    const foreign = concat(encodeDescriptor(anna), boris.descriptor.subarray(descriptorLength))
    expect(verifyDescriptor(crypto, foreign)).toEqual({ ok: false, error: { kind: 'badSignature' } })
  })

  it('refuses an identity key of low order although it is signed', () => {
    const weak = signDescriptor(crypto, anna.rootSeed, { rootKey: anna.rootKey, identityKey: new Uint8Array(32) })
    expect(verifyDescriptor(crypto, weak)).toEqual({ ok: false, error: { kind: 'weakKey' } })
    // Nor one that is written in another way, though it stands for a key.
    const identityKey = Uint8Array.from(anna.identityKey, (byte, at) => (at === 31 ? byte | 0x80 : byte))
    const other = signDescriptor(crypto, anna.rootSeed, { rootKey: anna.rootKey, identityKey })
    const cause = { kind: 'badValue', field: 'identity key', got: identityKey[31] }
    expect(verifyDescriptor(crypto, other)).toEqual({ ok: false, error: { kind: 'malformed', cause } })
  })
})

describe('certificate', () => {
  const keys = { rootKey: anna.rootKey, deviceKey: anna.deviceKey }

  it('holds both ways', () => {
    expect(anna.certificate.length).toBe(certificateLength)
    expect(verifyCertificate(crypto, anna.certificate, keys)).toEqual({ ok: true, value: { ...keys, createdAtMs } })
  })

  it('needs the device to claim the root, and the root the device', () => {
    const body = anna.certificate.subarray(0, 75)
    const root = anna.certificate.subarray(75, 139)
    const device = anna.certificate.subarray(139)
    // Each signature in the other's place: the namespaces differ.
    expect(verifyCertificate(crypto, concat(body, device, root), keys)).toEqual({
      ok: false,
      error: { kind: 'badRootSignature' },
    })
    // Somebody who claims another's device for their own root cannot make the device's half.
    const claim = signCertificate(
      crypto,
      { rootSeed: boris.rootSeed, deviceSeed: boris.deviceSeed },
      { rootKey: boris.rootKey, deviceKey: anna.deviceKey, createdAtMs },
    )
    const expected = { rootKey: boris.rootKey, deviceKey: anna.deviceKey }
    expect(verifyCertificate(crypto, claim, expected)).toEqual({ ok: false, error: { kind: 'badDeviceSignature' } })
  })

  it('refuses one key for both purposes', () => {
    const both = { rootKey: anna.rootKey, deviceKey: anna.rootKey }
    const seeds = { rootSeed: anna.rootSeed, deviceSeed: anna.rootSeed }
    const certificate = signCertificate(crypto, seeds, { ...both, createdAtMs })
    expect(verifyCertificate(crypto, certificate, both)).toEqual({ ok: false, error: { kind: 'sameKey' } })
    expect(equalBytes(certificate, anna.certificate)).toBe(false)
  })
})
