import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import {
  bundleOf,
  crypto,
  errorOf,
  hourMs,
  ownerOf,
  party,
  seeded,
  sign,
  startMs,
  value,
} from '../../../test/support/sessions.ts'
import { createBundle, openBundle } from './bundle.ts'
import { decodeBundleSecrets, encodeBundleSecrets } from './bundleSecrets.ts'

const ben = party('ben')
const mallory = party('mallory')

describe('a prekey bundle', () => {
  it('opens to what was made, each key once and for one purpose', () => {
    for (const oneTime of [true, false]) {
      const { bundle, prekeyId, secrets } = bundleOf(party('ben'), oneTime)
      const opened = value(openBundle(bundle, ownerOf(ben), startMs))
      expect(opened).toMatchObject({
        prekeyId,
        device: ben.device,
        expiresAtMs: startMs + hourMs,
        identityKey: ben.identityKey,
      })
      expect(opened.bytes).toEqual(bundle)
      expect(opened.signedPrekey).toEqual(crypto.x25519PublicKey(secrets.signedPrekeySecret))
      expect(opened.ratchetKey).toEqual(crypto.x25519PublicKey(secrets.ratchetSecret))
      expect(opened.kemKey).toEqual(crypto.mlKem768KeyPair(secrets.kemSeed).publicKey)
      expect(opened.oneTimePrekey === null).toBe(!oneTime)
      expect(secrets.oneTimeSecret === null).toBe(!oneTime)
      expect(secrets.bundleHash).toEqual(crypto.sha256(bundle))
      expect(bundle).toHaveLength(oneTime ? 1_441 : 1_408)
      const keys = [opened.identityKey, opened.signedPrekey, opened.ratchetKey, opened.oneTimePrekey ?? 'none']
      expect(new Set(keys.map(String)).size).toBe(4)
    }
  })

  it('shares no key with another bundle of the same device', () => {
    const maker = party('ben')
    const made = [bundleOf(maker), bundleOf(maker)]
    const secrets = made.flatMap(({ secrets: { signedPrekeySecret, ratchetSecret, oneTimeSecret, kemSeed } }) =>
      [signedPrekeySecret, ratchetSecret, oneTimeSecret ?? 'none', kemSeed].map(String),
    )
    const keys = made.flatMap(({ bundle }) => {
      const { signedPrekey, ratchetKey, oneTimePrekey, kemKey } = value(openBundle(bundle, ownerOf(ben), startMs))
      return [signedPrekey, ratchetKey, oneTimePrekey, kemKey].map(String)
    })
    expect(new Set(secrets).size).toBe(8)
    expect(new Set(keys).size).toBe(8)
    expect(made[0]?.prekeyId).not.toBe(made[1]?.prekeyId)
  })

  it('is refused with any byte changed, or cut', () => {
    const { bundle } = bundleOf(party('ben'))
    for (let at = 0; at < bundle.length; at += 1) {
      const changed = bundle.slice()
      changed[at] = (changed[at] as number) ^ 1
      expect(errorOf(openBundle(changed, ownerOf(ben), startMs)).kind).toMatch(
        /^(?:malformed|unknown\w+|badSignature)$/,
      )
    }
    for (let length = 0; length < bundle.length; length++) {
      expect(errorOf(openBundle(bundle.subarray(0, length), ownerOf(ben), startMs)).kind).toBe('malformed')
    }
  })

  it('says whether it is for one use with 0 or 1 and nothing else', () => {
    const { bundle } = bundleOf(party('ben'))
    const changed = bundle.slice()
    changed[158] = 2
    expect(errorOf(openBundle(changed, ownerOf(ben), startMs))).toEqual({
      kind: 'malformed',
      error: { kind: 'badValue', field: 'oneTime', got: 2 },
    })
  })

  it('of another version or suite is named as such', () => {
    const { bundle } = bundleOf(party('ben'))
    for (const version of [0, 2, 255]) {
      const changed = bundle.slice()
      changed[0] = version
      expect(errorOf(openBundle(changed, ownerOf(ben), startMs))).toEqual({
        kind: 'unknownVersion',
        got: version,
        known: 1,
      })
    }
    for (const suite of [0, 2, 0xffff]) {
      const changed = bundle.slice(0, 700)
      changed[1] = suite >> 8
      changed[2] = suite & 0xff
      expect(errorOf(openBundle(changed, ownerOf(ben), startMs))).toEqual({
        kind: 'unknownSuite',
        got: suite,
        known: 1,
      })
    }
  })

  it('of somebody else is refused: republished, of another device, under another identity', () => {
    const { bundle } = bundleOf(party('ben'))
    expect(errorOf(openBundle(bundle, { ...ownerOf(ben), verify: ownerOf(mallory).verify }, startMs))).toEqual({
      kind: 'badSignature',
    })
    expect(errorOf(openBundle(bundle, { ...ownerOf(ben), device: mallory.device }, startMs))).toEqual({
      kind: 'wrongDevice',
    })
    expect(errorOf(openBundle(bundle, { ...ownerOf(ben), identityKey: mallory.identityKey }, startMs))).toEqual({
      kind: 'wrongIdentityKey',
    })
    // Mallory signs Ben's keys as her own: the signature is hers, the identity key is not.
    const republished = bundle.slice()
    republished.set(sign(mallory)(republished.subarray(0, -64)), republished.length - 64)
    expect(errorOf(openBundle(republished, { ...ownerOf(mallory), device: ben.device }, startMs))).toEqual({
      kind: 'wrongIdentityKey',
    })
  })

  it('is refused with one key for two purposes, or a key that is not canonical', () => {
    const keyAt = { identityKey: 60, signedPrekey: 93, ratchetKey: 126, oneTimePrekey: 160 }
    const { bundle } = bundleOf(party('ben'))
    const signedWith = (edit: (bytes: Uint8Array) => void) => {
      const edited = bundle.slice()
      edit(edited)
      edited.set(sign(ben)(edited.subarray(0, -64)), edited.length - 64)
      return errorOf(openBundle(edited, ownerOf(ben), startMs))
    }
    for (const [from, to] of [
      [keyAt.signedPrekey, keyAt.ratchetKey],
      [keyAt.identityKey, keyAt.signedPrekey],
      [keyAt.ratchetKey, keyAt.oneTimePrekey],
    ] as const) {
      expect(signedWith((bytes) => bytes.copyWithin(to, from, from + 32))).toEqual({ kind: 'repeatedKey' })
    }
    for (const at of Object.values(keyAt)) {
      expect(signedWith((bytes) => bytes.fill(0xff, at, at + 32))).toMatchObject({ kind: 'malformed' })
    }
  })

  it('expires', () => {
    const { bundle } = bundleOf(party('ben'))
    const expiresAtMs = startMs + hourMs
    expect(openBundle(bundle, ownerOf(ben), expiresAtMs - 1).ok).toBe(true)
    expect(errorOf(openBundle(bundle, ownerOf(ben), expiresAtMs))).toEqual({
      kind: 'expired',
      expiresAtMs,
      nowMs: expiresAtMs,
    })
  })

  it('has secrets that can be stored', () => {
    for (const oneTime of [true, false]) {
      const { secrets } = bundleOf(party('ben'), oneTime)
      const stored = encodeBundleSecrets(secrets)
      expect(decodeBundleSecrets(stored)).toEqual({ ok: true, value: secrets })
      for (let length = 0; length < stored.length; length++) {
        expect(decodeBundleSecrets(stored.subarray(0, length)).ok).toBe(false)
      }
      const changed = (at: number, to: number) => {
        const copy = stored.slice()
        copy[at] = to
        return decodeBundleSecrets(copy)
      }
      expect(changed(0, 2)).toMatchObject({ ok: false, error: { kind: 'badVersion' } })
      expect(changed(2, 2)).toMatchObject({ ok: false, error: { kind: 'badValue', field: 'suite' } })
      expect(changed(stored.length - (oneTime ? 33 : 1), 2)).toMatchObject({ ok: false, error: { kind: 'badValue' } })
    }
  })

  it('is not made with a signature of another length', () => {
    const wanted = {
      device: ben.device,
      identityKey: ben.identityKey,
      expiresAtMs: 1,
      oneTime: true,
      sign: () => new Uint8Array(63),
    }
    expect(() => createBundle(crypto, seeded('x'), wanted)).toThrow(InvariantError)
  })
})
