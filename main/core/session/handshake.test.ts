import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { concat, utf8 } from '../bytes.ts'
import { prekeyIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import { err, ok } from '../result.ts'
import type { Begun } from '../../../test/support/sessions.ts'
import {
  acceptance,
  begun,
  bound,
  bundleOf,
  crypto,
  End,
  errorOf,
  joined,
  party,
  startMs,
  value,
} from '../../../test/support/sessions.ts'
import type { PrekeyBundle } from './bundle.ts'
import { accept, initiate, noPsk } from './handshake.ts'
import { initialMessageHash, open, peekInitial, seal } from './session.ts'

const lowOrder = new Uint8Array(32)

function withMessage(from: Begun, message: Uint8Array) {
  return accept({ ...acceptance(from), message })
}

function changed(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = bytes.slice()
  copy[at] = (copy[at] as number) ^ bit
  return copy
}

function initiateWith(from: Begun, change: Partial<PrekeyBundle>) {
  return initiate({
    crypto,
    entropy: from.anna.entropy,
    nowMs: startMs,
    local: { identitySecret: from.anna.identitySecret, identityPayload: from.anna.descriptor },
    bundle: { ...from.bundle, ...change },
    remoteDescriptor: from.ben.descriptor,
    psk: from.psk,
    generation: 1,
  })
}

describe('the handshake', () => {
  it('agrees with and without one-time prekey, with and without invite secret', () => {
    for (const oneTime of [true, false]) {
      for (const psk of [noPsk, new Uint8Array(32).fill(9)]) {
        const from = begun({ oneTime, psk })
        const accepted = value(accept(acceptance(from)))
        expect(accepted.identityPayload).toEqual(from.anna.descriptor)
        expect(accepted.plaintext).toEqual(utf8('hello'))
        expect(accepted.session.id).toBe(from.session.id)
      }
    }
  })

  it('opens with whichever message arrives first, and then takes the others', () => {
    const from = begun()
    const anna = new End(from.first.session, from.anna.entropy)
    const second = anna.seal('second')
    const third = anna.seal('third')
    const accepted = value(accept({ ...acceptance(from), message: third }))
    expect(accepted.plaintext).toEqual(utf8('third'))
    const ben = new End(accepted.session, from.ben.entropy)
    expect(ben.open(from.first.sealed)).toBe('hello')
    expect(ben.open(second)).toBe('second')
    expect(ben.refuses(third)).toMatchObject({ kind: 'noMessageKey' })
    expect(anna.open(ben.seal('reply'))).toBe('reply')
  })

  it('names its prekey and is remembered by its keys, whichever message carries them', () => {
    const from = begun()
    const anna = new End(from.first.session, from.anna.entropy)
    const second = anna.seal('second')
    expect(peekInitial(second)).toEqual({ ok: true, value: { prekeyId: from.made.prekeyId } })
    const hash = value(initialMessageHash(crypto, from.first.sealed))
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(initialMessageHash(crypto, second)).toEqual(ok(hash))
    expect(value(initialMessageHash(crypto, begun({ label: '2' }).first.sealed))).not.toBe(hash)
    for (const at of [30, 100]) {
      expect(value(initialMessageHash(crypto, changed(second, at)))).not.toBe(hash)
    }
    expect(initialMessageHash(crypto, changed(second, 10))).toEqual(ok(hash))
    expect(peekInitial(utf8('\u0002x')).ok).toBe(false)
    expect(initialMessageHash(crypto, new Uint8Array(0)).ok).toBe(false)
  })

  it("says the initiator's name to nobody but the responder", () => {
    const { first, anna } = begun()
    const text = String.fromCharCode(...first.sealed)
    expect(text).not.toContain(String.fromCharCode(...anna.identityKey))
    expect(text).not.toContain(anna.name)
  })

  it('fails, without a word about why, when the two sides differ in anything', () => {
    const from = begun()
    const right = acceptance(from)
    const other = party('other')
    const { secrets } = from.made
    const otherSecret = new Uint8Array(32).fill(77)
    for (const wrong of [
      { psk: noPsk },
      { local: { ...right.local, identitySecret: other.identitySecret } },
      { local: { ...right.local, descriptor: other.descriptor } },
      { secrets: { ...secrets, signedPrekeySecret: otherSecret } },
      { secrets: { ...secrets, oneTimeSecret: otherSecret } },
      { secrets: { ...secrets, oneTimeSecret: null } },
      { secrets: { ...secrets, kemSeed: new Uint8Array(64) } },
      { secrets: { ...secrets, bundleHash: otherSecret } },
    ]) {
      expect(errorOf(accept({ ...right, ...wrong }))).toEqual({ kind: 'undecryptable' })
    }
    for (const wrong of [{ secrets: { ...secrets, ratchetSecret: otherSecret } }, { associatedData: utf8('other') }]) {
      expect(errorOf(accept({ ...right, ...wrong }))).toMatchObject({ kind: 'badFirstMessage' })
    }
    const { prekeyId } = bundleOf(other)
    expect(errorOf(accept({ ...right, secrets: { ...secrets, prekeyId } }))).toEqual({ kind: 'wrongPrekey' })
    expect(prekeyId).not.toBe(prekeyIdOf(new Uint8Array(16)))
  })

  it('refuses an initiator that does not hold the identity key it names', () => {
    const from = begun()
    const victim = party('victim')
    const claim = { ...acceptance(from), verifyIdentity: () => ok({ identityKey: victim.identityKey }) }
    expect(errorOf(accept(claim))).toMatchObject({ kind: 'badFirstMessage', error: { kind: 'noHeaderKey' } })
    const refused = { ...acceptance(from), verifyIdentity: () => err('stranger' as const) }
    expect(errorOf(accept(refused))).toEqual({ kind: 'identityRefused', reason: 'stranger' })
    const low = { ...acceptance(from), verifyIdentity: () => ok({ identityKey: lowOrder }) }
    expect(errorOf(accept(low))).toEqual({ kind: 'badKey', key: 'identityKey' })
  })

  it('refuses every initial envelope with a byte changed', () => {
    const from = begun()
    const { sealed } = from.first
    const kinds = new Set<string>()
    // Within the ciphertext of the KEM and the sealed identity one byte is like the next.
    for (let at = 0; at < sealed.length; at += at > 60 && at < 1_400 ? 11 : 1) {
      kinds.add(errorOf(withMessage(from, changed(sealed, at, 1 << (at % 8)))).kind)
    }
    expect([...kinds].toSorted()).toEqual([
      'badFirstMessage',
      'malformed',
      'undecryptable',
      'unknownSuite',
      'unknownVersion',
      'wrongPrekey',
    ])
    expect(withMessage(from, sealed).ok).toBe(true)
  })

  it('refuses every initial envelope cut short', () => {
    const from = begun()
    const { sealed } = from.first
    const step = (length: number) => (length > 1 + from.prologue.length ? 7 : 1)
    for (let length = 0; length < sealed.length; length += step(length)) {
      const cut = sealed.subarray(0, length)
      const error = errorOf(withMessage(from, cut))
      expect(error.kind).toBe(length < 1 + from.prologue.length ? 'malformed' : 'badFirstMessage')
    }
  })

  it("is closed to a responder's session under another prologue, and to an initiator's altogether", () => {
    const both = joined()
    const other = begun({ label: '2' })
    expect(errorOf(open(crypto, both.b, other.first.sealed, bound, startMs))).toEqual({ kind: 'otherHandshake' })
    for (const at of [20, 60, 200, 1_200]) {
      expect(errorOf(open(crypto, both.b, changed(both.first.sealed, at), bound, startMs)).kind).toMatch(
        /^(?:otherHandshake|malformed)$/,
      )
    }
    expect(errorOf(open(crypto, both.a, both.first.sealed, bound, startMs))).toEqual({ kind: 'otherHandshake' })
    const newer = both.first.sealed.slice()
    newer[3] = 2
    expect(errorOf(open(crypto, both.b, newer, bound, startMs))).toEqual({ kind: 'unknownSuite', got: 2, known: 1 })
    expect(errorOf(open(crypto, both.b, Uint8Array.of(9), bound, startMs))).toEqual({ kind: 'unknownKind', got: 9 })
    expect(errorOf(open(crypto, both.b, new Uint8Array(0), bound, startMs))).toEqual({ kind: 'unknownKind', got: -1 })
  })

  it('lets the prologue be neither taken off nor put on', () => {
    const both = joined()
    const anna = new End(both.a, both.anna.entropy)
    const second = anna.seal('second')
    const bare = concat(Uint8Array.of(2), second.subarray(1 + both.prologue.length))
    expect(errorOf(open(crypto, both.b, bare, bound, startMs))).toEqual({ kind: 'badTag' })
    const ben = new End(both.b, both.ben.entropy)
    anna.open(ben.seal('reply'))
    const ordinary = anna.seal('ordinary')
    const dressed = concat(Uint8Array.of(1), both.prologue, ordinary.subarray(1))
    expect(ben.refuses(dressed)).toEqual({ kind: 'badTag' })
    expect(ben.open(ordinary)).toBe('ordinary')
  })

  it('refuses unusable keys in a bundle and in a message', () => {
    const from = begun()
    for (const key of ['identityKey', 'signedPrekey', 'oneTimePrekey', 'ratchetKey'] as const) {
      expect(errorOf(initiateWith(from, { [key]: lowOrder }))).toEqual({ kind: 'badKey', key })
    }
    // A coefficient of 4095 is not reduced modulo 3329.
    const kemKey = from.bundle.kemKey.slice()
    kemKey.fill(0xff, 0, 3)
    expect(errorOf(initiateWith(from, { kemKey }))).toEqual({ kind: 'badKey', key: 'kemKey' })
    const message = from.first.sealed.slice()
    message.fill(0, 1 + 3 + 16 + 1, 1 + 3 + 16 + 1 + 32)
    expect(errorOf(withMessage(from, message))).toEqual({ kind: 'badKey', key: 'ephemeralKey' })
    const several = begun({ oneTime: false })
    const low = several.first.sealed.slice()
    low.fill(0, 21, 53)
    expect(errorOf(withMessage(several, low))).toEqual({ kind: 'badKey', key: 'ephemeralKey' })
  })

  it('gives two sessions from the same bundle different keys and ids', () => {
    const from = begun({ oneTime: false })
    const again = value(initiateWith(from, {}))
    expect(again.session.id).not.toBe(from.session.id)
    const sealed = value(seal(crypto, again.session, utf8('x'), bound, from.anna.entropy, startMs)).sealed
    const first = value(accept(acceptance(from)))
    expect(errorOf(open(crypto, first.session, sealed, bound, startMs))).toEqual({ kind: 'otherHandshake' })
    expect(value(accept({ ...acceptance(from), message: sealed })).session.id).toBe(again.session.id)
  })

  it('replayed to the same secrets makes the same session: hence the hash that is remembered', () => {
    const from = begun()
    expect(value(accept(acceptance(from)))).toEqual(value(accept(acceptance(from))))
  })

  it('treats wrong lengths of our own as broken invariants', () => {
    const from = begun()
    const local = {
      identitySecret: from.anna.identitySecret,
      identityPayload: new Uint8Array(protocolLimits.identityPayloadSizeBytesMax + 1),
    }
    const base = {
      crypto,
      entropy: from.anna.entropy,
      nowMs: startMs,
      bundle: from.bundle,
      remoteDescriptor: from.ben.descriptor,
      generation: 1,
    }
    expect(() => initiate({ ...base, local, psk: from.psk })).toThrow(InvariantError)
    expect(() => accept({ ...acceptance(from), psk: new Uint8Array(31) })).toThrow(InvariantError)
  })
})
