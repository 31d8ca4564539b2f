import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { ByteWriter, concat, utf8 } from '../bytes.ts'
import { protocolLimits } from '../limits.ts'
import {
  bound,
  crypto,
  ends,
  errorOf,
  joined,
  seeded,
  startMs,
  untilOffer,
  value,
} from '../../../test/support/sessions.ts'
import { blockSizeBytesMax, encodeBlock, noBlock } from './block.ts'
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
  return [both.session, both.a, both.b, waiting, anna.session, ben.session, ...Object.values(exchanging())]
}

/** Both sides of one post-quantum exchange, from the offer to the first turns in its epoch. */
function exchanging() {
  const both = ends()
  const { anna, ben } = both
  const offer = untilOffer(both)
  const offering = anna.session
  ben.open(offer)
  const offered = ben.session
  const answer = ben.seal('x')
  const answering = ben.session
  anna.open(answer)
  const answered = anna.session
  ben.open(anna.seal('x'))
  const confirmed = ben.session
  anna.open(ben.seal('x'))
  return { offering, offered, answering, answered, confirmed, over: anna.session }
}

/** Behind the exchange stand the turns and the time of the epochs, and then nothing. */
const behindExchangeBytes = 4 + 8

/** A stored session with these bytes for its exchange. */
function withExchange(session: Session, bytes: Uint8Array): Uint8Array {
  const { ratchet } = session
  const idle = { ...ratchet.epochs, exchange: { kind: 'idle' } as const }
  const stored = encodeSession({ ...session, ratchet: { ...ratchet, epochs: idle } })
  const at = stored.length - behindExchangeBytes - 1
  return concat(stored.subarray(0, at), bytes, stored.subarray(at + 1))
}

describe('a stored session', () => {
  it('is read as it was written, in every shape', () => {
    for (const session of shapes()) {
      const stored = encodeSession(session)
      expect(value(decodeSession(stored))).toEqual(session)
      expect(encodeSession(value(decodeSession(stored)))).toEqual(stored)
    }
  })

  it('has every shape of an exchange, with and without the epoch before', () => {
    const held = Object.entries(exchanging()).map(([name, { ratchet }]) => {
      const { exchange, newest, previous } = ratchet.epochs
      return [name, exchange.kind, newest.number, previous?.number ?? null]
    })
    expect(held).toEqual([
      ['offering', 'offering', 0, null],
      ['offered', 'offered', 0, null],
      ['answering', 'answering', 1, 0],
      ['answered', 'idle', 1, 0],
      ['confirmed', 'idle', 1, null],
      ['over', 'idle', 1, null],
    ])
  })

  it('goes on after it was stored at every step of an exchange', () => {
    const both = ends()
    const { anna, ben } = both
    const restored = (session: Session) => value(decodeSession(encodeSession(session)))
    const offer = untilOffer(both)
    anna.session = restored(anna.session)
    ben.open(offer)
    for (let turn = 0; turn < 4; turn++) {
      for (const [from, to] of [
        [ben, anna],
        [anna, ben],
      ] as const) {
        from.session = restored(from.session)
        const sealed = from.seal(`turn ${turn}`)
        to.session = restored(to.session)
        expect(to.open(sealed)).toBe(`turn ${turn}`)
      }
    }
    expect(anna.session.ratchet.receive?.epoch).toBe(1)
    expect(ben.session.ratchet.receive?.epoch).toBe(1)
  })

  it('is refused cut at any place or prolonged', () => {
    for (const session of shapes()) {
      const stored = encodeSession(session)
      const kinds = new Set<string>()
      for (let length = 0; length < stored.length; length++) {
        kinds.add(errorOf(decodeSession(stored.subarray(0, length))).kind)
      }
      expect([...kinds]).toEqual(['truncated'])
      expect(errorOf(decodeSession(Uint8Array.of(...stored, 0)))).toEqual({ kind: 'trailing', left: 1 })
    }
  })

  it('is refused with an exchange of a kind that is not known, or an optional part that is neither', () => {
    const { answering } = exchanging()
    for (const kind of [4, 255]) {
      const stored = withExchange(answering, Uint8Array.of(kind))
      expect(errorOf(decodeSession(stored))).toEqual({ kind: 'badValue', field: 'exchange', got: kind })
    }
    const stored = withExchange(answering, Uint8Array.of(0))
    const previousAt = stored.length - behindExchangeBytes - 1 - (2 + 2 * 32) - 1
    const initiatorAt = previousAt - (2 + 4 * 32) - 1
    for (const [at, field] of [
      [previousAt, 'previous'],
      [initiatorAt, 'initiator'],
    ] as const) {
      const copy = stored.slice()
      copy[at] = 2
      expect(errorOf(decodeSession(copy))).toEqual({ kind: 'badValue', field, got: 2 })
    }
  })

  it('is refused with a block that is none, is not its own, or is not whole', () => {
    const { offering, answering } = exchanging()
    const blockOf = ({ ratchet: { epochs } }: Session) => {
      if (epochs.exchange.kind !== 'offering' && epochs.exchange.kind !== 'answering') throw new Error('no block')
      return encodeBlock(epochs.exchange.block)
    }
    const [offer, answer] = [blockOf(offering), blockOf(answering)]
    const refusal = (kind: 'offering' | 'answering', block: Uint8Array) => {
      const front = kind === 'offering' ? concat(Uint8Array.of(1), new Uint8Array(64)) : Uint8Array.of(3)
      const exchange = new ByteWriter().bytes(front).prefixed(block).done()
      const decoded = decodeSession(withExchange(answering, exchange))
      return decoded.ok ? null : decoded.error
    }
    expect(refusal('offering', offer)).toBeNull()
    expect(refusal('answering', answer)).toBeNull()
    const otherKind = (field: string) => ({ kind: 'badText', field })
    expect(refusal('offering', answer)).toEqual(otherKind('offer'))
    expect(refusal('answering', offer)).toEqual(otherKind('answer'))
    for (const kind of ['offering', 'answering'] as const) {
      expect(refusal(kind, encodeBlock(noBlock))).toEqual(otherKind(kind === 'offering' ? 'offer' : 'answer'))
      expect(refusal(kind, Uint8Array.of(3))).toEqual({ kind: 'badValue', field: 'block', got: 3 })
      expect(refusal(kind, new Uint8Array(0))).toEqual({ kind: 'truncated', wanted: 1, left: 0 })
    }
    expect(refusal('answering', concat(answer, Uint8Array.of(0)))).toEqual({ kind: 'trailing', left: 1 })
    expect(refusal('answering', answer.subarray(0, -1))).toMatchObject({ kind: 'truncated', left: 1_087 })
    // The longest block there is: one byte more is refused before anything is read.
    expect(refusal('offering', concat(offer, Uint8Array.of(0)))).toEqual({
      kind: 'tooLong',
      field: 'block',
      got: blockSizeBytesMax + 1,
      max: blockSizeBytesMax,
    })
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
