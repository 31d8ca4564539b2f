/** Bundles, payloads and first envelopes that were made otherwise: product and twin refuse them alike. */
import { describe, expect, it } from 'vitest'
import { acceptFirst, begin, bundleLifeMs, person, resigned, type Person } from '../support/lockstep.ts'
import { bound, greeting } from '../support/pair.ts'
import { startMs } from '../support/sessions.ts'
import { join, u8 } from './bytes.ts'
import { makePerson } from './identity.ts'
import { Session } from './session.ts'

const zeros = (length: number) => new Uint8Array(length)

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

/** Every place in the fixed fields, and some in the long ones. */
const places = (length: number, step: number) =>
  Array.from({ length }, (_, at) => at).filter((at) => at < 160 || at >= length - 70 || at % step === 0)

describe('a bundle', () => {
  const { one, two, prekey } = greeting('bundle')
  const beginWith = (bundle: Uint8Array, nowMs = startMs, owner = two) =>
    begin(one, owner, { bundle, psk: null }, { seed: 'any', generation: 1, nowMs }).refused
  const signedAgain = (at: number, put: Uint8Array) =>
    resigned(
      prekey.bundle,
      { at, put },
      {
        seed: two.product.rootSeed,
        namespace: 'prekey@waxwing',
        from: 0,
        signatureAt: prekey.bundle.length - 64,
      },
    )

  it('is taken as it is', () => {
    expect(beginWith(prekey.bundle)).toBeNull()
  })

  it('is refused with any bit changed, cut or lengthened', () => {
    for (const at of places(prekey.bundle.length, 97)) {
      expect(beginWith(flipped(prekey.bundle, at))).not.toBeNull()
      expect(beginWith(prekey.bundle.slice(0, at))).not.toBeNull()
    }
    expect(beginWith(join(prekey.bundle, u8(0)))).toBe('bundle')
  })

  it.each<[string, number, Uint8Array, string]>([
    ['version', 0, u8(2), 'bundle version'],
    ['suite', 2, u8(2), 'bundle suite'],
    ['device', 19, zeros(32), 'bundle of another device'],
    ['expiry, beyond a safe integer', 51, u8(255), 'bundle'],
    ['identity key', 60, zeros(32), 'bundle of another identity key'],
    ['kind of key', 92, u8(1), 'bundle'],
    ['signed prekey', 93, zeros(32), 'low order: signed prekey'],
    ['ratchet key', 126, zeros(32), 'low order: ratchet key'],
    ['flag', 158, u8(2), 'bundle'],
    ['flag, without its key', 158, u8(0), 'bundle'],
    ['one-time prekey', 160, zeros(32), 'low order: one-time prekey'],
    ['KEM key', 193, zeros(1184).fill(255), 'bundle: KEM key'],
  ])('is refused with another %s, though its owner signed it', (_what, at, put, kind) => {
    expect(beginWith(signedAgain(at, put))).toBe(kind)
  })

  it('is refused from the moment when it expires, and of anybody else', () => {
    expect(beginWith(prekey.bundle, startMs + bundleLifeMs - 1)).toBeNull()
    expect(beginWith(prekey.bundle, startMs + bundleLifeMs)).toBe('bundle expired')
    expect(beginWith(prekey.bundle, startMs, person('somebody'))).toBe('signature prekey@waxwing')
  })
})

describe('a first envelope', () => {
  const { one, two, prekey, first } = greeting('first envelope')
  const how = { seed: 'any', nowMs: startMs }
  const accepts = (envelope: Uint8Array, from = one, to = two, secrets = prekey) =>
    acceptFirst(to, from, { ...secrets, accepted: new Set() }, envelope, bound, how).refused

  it('is taken as it is', () => {
    expect(accepts(first)).toBeNull()
  })

  it('is refused with any bit changed, or cut', () => {
    const refusals = new Set<string | null>()
    for (const at of places(first.length, 61)) {
      refusals.add(accepts(flipped(first, at)))
      refusals.add(accepts(first.slice(0, at)))
    }
    expect(refusals).toEqual(
      new Set([
        'body',
        'commitment',
        'envelope',
        'header',
        'introduction',
        'kind',
        'prekey',
        'prologue suite',
        'prologue version',
      ]),
    )
  })

  it('is refused with an ephemeral key of low order', () => {
    const envelope = first.slice()
    envelope.set(zeros(32), 1 + 19 + 1)
    expect(accepts(envelope)).toBe('low order: ephemeral key')
  })

  it('is refused under another invite, another bundle, another person or other data', () => {
    expect(accepts(first, one, two, { ...prekey, psk: zeros(32) })).toBe('introduction')
    expect(accepts(first, one, two, greeting('another').prekey)).toBe('prekey')
    expect(accepts(first, one, person('somebody'))).toBe('introduction')
    expect(accepts(first, person('somebody'))).toBe('certificate of another device')
    const { refused } = acceptFirst(two, one, { ...prekey, accepted: new Set() }, first, zeros(3), how)
    expect(refused).toBe('body')
  })

  it('is accepted once', () => {
    const accepted = new Set<string>()
    const twice = { ...how, psk: prekey.psk, device: one.twin.device, accepted }
    Session.accept(two.twin, prekey.twin, first, bound, twice)
    expect(() => Session.accept(two.twin, prekey.twin, first, bound, twice)).toThrow('accepted before')
  })

  /** Whoever writes says this of themselves. */
  function introducedBy(payload: Uint8Array, from: Person = one) {
    const me = { ...one.twin, payload }
    const take = (length: number) => zeros(length).fill(6)
    const session = Session.begin(me, two.twin, prekey.bundle, { psk: prekey.psk, nowMs: startMs, generation: 1, take })
    return accepts(session.seal(zeros(1), bound, startMs, take), from)
  }

  const { payload } = one.twin
  const byRoot = {
    seed: one.product.rootSeed,
    namespace: 'identity-descriptor@waxwing',
    from: 1,
    signatureAt: 68,
  } as const

  it.each<[string, Uint8Array, string]>([
    ['version', flipped(payload, 0), 'payload version'],
    ['length', join(payload, u8(0)), 'payload'],
    ['descriptor version', resigned(payload, { at: 1, put: u8(2) }, byRoot), 'descriptor version'],
    ['kind of key', resigned(payload, { at: 35, put: u8(1) }, byRoot), 'descriptor'],
    ['identity key', flipped(payload, 40), 'signature identity-descriptor@waxwing'],
    ['identity key, of low order', resigned(payload, { at: 36, put: zeros(32) }, byRoot), 'low order: identity key'],
    ['certificate version', flipped(payload, 132), 'certificate version'],
    ['root in the certificate', flipped(payload, 140), 'certificate of another root'],
    ['device in the certificate', flipped(payload, 170), 'certificate of another device'],
    ['time in the certificate', flipped(payload, 206), 'signature device@waxwing'],
    ['signature of the root', flipped(payload, 230), 'signature device@waxwing'],
    ['signature of the device', flipped(payload, 300), 'signature device-root@waxwing'],
  ])('is refused with another %s in its payload', (_what, changed, kind) => {
    expect(introducedBy(payload)).toBeNull()
    expect(introducedBy(changed)).toBe(kind)
  })

  it('is refused of a device that is its own root, and in another’s name', () => {
    const both = makePerson({ ...one.twin.secrets, device: one.twin.secrets.root }, startMs)
    const asRoot = { twin: both, product: { ...one.product, deviceKey: both.device } }
    expect(introducedBy(both.payload, asRoot)).toBe('root is device')
    const carol = person('carol')
    expect(introducedBy(carol.twin.payload, carol)).toBe('header')
  })
})
