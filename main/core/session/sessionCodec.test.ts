import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { utf8 } from '../bytes.ts'
import { protocolLimits } from '../limits.ts'
import { bound, crypto, ends, errorOf, joined, seeded, startMs, value } from '../../../test/support/sessions.ts'
import type { Session } from './session.ts'
import { decodeSession, encodeSession, open, seal } from './session.ts'

/** Sessions in every shape that the states can have. */
function shapes(): Session[] {
  const both = joined()
  const { anna, ben } = ends()
  anna.seal('lost')
  ben.open(anna.seal('x'))
  const waiting = ben.session
  anna.open(ben.seal('y'))
  ben.seal('lost')
  anna.open(ben.seal('z'))
  return [both.session, both.a, both.b, waiting, anna.session, ben.session]
}

describe('a stored session', () => {
  it('is read as it was written, in every shape', () => {
    for (const session of shapes()) {
      const stored = encodeSession(session)
      expect(value(decodeSession(stored))).toEqual(session)
      expect(encodeSession(value(decodeSession(stored)))).toEqual(stored)
    }
  })

  it('is refused cut at any place or prolonged', () => {
    for (const session of shapes().slice(2)) {
      const stored = encodeSession(session)
      for (let length = 0; length < stored.length; length++) {
        expect(errorOf(decodeSession(stored.subarray(0, length))).kind).toBe('truncated')
      }
      expect(errorOf(decodeSession(Uint8Array.of(...stored, 0)))).toEqual({ kind: 'trailing', left: 1 })
    }
  })

  it('is refused when newer, of another suite, or beyond the limits', () => {
    const session = joined().b
    const stored = encodeSession(session)
    const changed = (at: number, to: number) => {
      const copy = stored.slice()
      copy[at] = to
      return errorOf(decodeSession(copy))
    }
    expect(changed(0, 1)).toEqual({ kind: 'badVersion', field: 'session', got: 1, wanted: 2 })
    expect(changed(2, 2)).toEqual({ kind: 'badValue', field: 'suite', got: 2 })
    expect(changed(39, 2)).toEqual({ kind: 'badValue', field: 'prologue', got: 2 })
    const key = { n: 1, messageKey: new Uint8Array(32), addedAtMs: 0 }
    const keys = Array.from({ length: protocolLimits.skippedKeysMax + 1 }, () => key)
    const headerKey = new Uint8Array(32)
    const withSkipped = (skipped: Session['ratchet']['skipped']) =>
      errorOf(decodeSession(encodeSession({ ...session, ratchet: { ...session.ratchet, skipped } })))
    expect(withSkipped([{ headerKey, keys }])).toMatchObject({ kind: 'tooLong', field: 'skipped keys' })
    const half = keys.slice(0, 1_001)
    expect(
      withSkipped([
        { headerKey, keys: half },
        { headerKey, keys: half },
      ]),
    ).toMatchObject({ kind: 'tooLong' })
    const chain = { headerKey, keys: [key] }
    expect(withSkipped(Array.from({ length: 7 }, () => chain))).toMatchObject({ kind: 'tooLong', field: 'chains' })
  })

  it('that cannot be sealed with says so', () => {
    const { b } = joined()
    const { ratchet } = b
    const unopened: Session = { ...b, ratchet: { ...ratchet, receive: null, remoteKey: null } }
    const sealWith = (session: Session) => seal(crypto, session, utf8('x'), bound, seeded('x'), startMs)
    expect(errorOf(sealWith(unopened))).toEqual({ kind: 'notReady' })
    const { a } = joined()
    const { send } = a.ratchet
    if (send === null) throw new Error('an initiator can send')
    const ended: Session = { ...a, ratchet: { ...a.ratchet, send: { ...send, n: 0xffffffff } } }
    expect(errorOf(sealWith(ended))).toEqual({ kind: 'exhausted' })
    const torn: Session = { ...a, ratchet: { ...a.ratchet, ownKey: null } }
    expect(() => sealWith(torn)).toThrow(InvariantError)
  })

  it('answers wrong padding, which only a peer of another make can write', () => {
    const { a, b } = joined()
    const unpadded = {
      ...crypto,
      xchachaSeal: (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, data: Uint8Array) =>
        crypto.xchachaSeal(key, nonce, plain.length === 160 ? new Uint8Array(160) : plain, data),
    }
    const { sealed } = value(seal(unpadded, a, utf8('x'), bound, seeded('x'), startMs))
    expect(errorOf(open(crypto, b, sealed, bound, startMs))).toEqual({ kind: 'badPadding' })
  })
})
