import { describe, expect, it } from 'vitest'
import { encodeContent } from '../wire/contents.ts'
import { conversationIdOf, eventIdOf } from '../ids.ts'
import { fromUtf8, utf8 } from '../bytes.ts'
import { durationsMs, protocolLimits } from '../limits.ts'
import { encodeFrame } from '../wire/frame.ts'
import { envelopeOverheadBytes } from '../wire/padding.ts'
import { bound, crypto, ends, errorOf, hourMs, joined, seeded, startMs, value } from '../../../test/support/sessions.ts'
import type { Session } from './session.ts'
import { classifyEnvelope, decodeSession, encodeSession, needsRenewal, open, outranks, seal } from './session.ts'
import { prologueSizeBytesMax } from './initialMessage.ts'

describe('a session', () => {
  it('carries the first message, and then messages both ways', () => {
    const { accepted, anna, ben, a, b } = ends()
    expect(fromUtf8(accepted.plaintext, 'text')).toEqual({ ok: true, value: 'hello' })
    expect(a.id).toBe(b.id)
    expect(a.id).toMatch(/^[0-9a-f]{32}$/)
    for (let turn = 0; turn < 4; turn++) {
      for (let i = 0; i < 3; i++) expect(ben.open(anna.seal(`a${turn}.${i}`))).toBe(`a${turn}.${i}`)
      for (let i = 0; i < 3; i++) expect(anna.open(ben.seal(`b${turn}.${i}`))).toBe(`b${turn}.${i}`)
    }
  })

  it('puts a text of 256 bytes into 512 bytes on the wire', () => {
    const { anna, ben } = ends()
    anna.open(ben.seal('reply'))
    const id = (length: number) => new Uint8Array(length).fill(0xff)
    const content = encodeContent({
      kind: 'event',
      event: {
        id: eventIdOf(id(16)),
        conversation: conversationIdOf(id(32)),
        sequence: 20_000,
        timeMs: startMs,
        counter: 3,
        heads: [eventIdOf(id(16))],
        body: { kind: 'text', text: 'x'.repeat(256) },
      },
    })
    const sealed = value(seal(crypto, anna.session, content, bound, anna.entropy, startMs)).sealed
    const frame = encodeFrame({ kind: 'envelope', sealed })
    // Two more bytes are the length prefix on the stream.
    expect(frame.length + 2).toBe(512)
    expect(frame.length - 352).toBe(envelopeOverheadBytes)
  })

  it('fits its largest message into a frame even when it carries the largest prologue', () => {
    const { session } = joined()
    const largest = new Uint8Array(protocolLimits.contentSizeBytesMax)
    const withPrologue = { ...session, prologue: new Uint8Array(prologueSizeBytesMax) }
    const sealed = value(seal(crypto, withPrologue, largest, bound, seeded('x'), startMs)).sealed
    expect(encodeFrame({ kind: 'envelope', sealed }).length).toBeLessThanOrEqual(protocolLimits.frameSizeBytesMax)
    const longer = new Uint8Array(largest.length + 1)
    expect(errorOf(seal(crypto, session, longer, bound, seeded('x'), startMs))).toEqual({
      kind: 'tooLong',
      field: 'content',
      got: longer.length,
      max: largest.length,
    })
  })

  it('is the same after it was stored', () => {
    const { anna, ben } = ends()
    for (const end of [anna, ben]) {
      const stored = encodeSession(end.session)
      expect(value(decodeSession(stored))).toEqual(end.session)
    }
  })

  it('counts what is unanswered and asks for a renewal', () => {
    const { anna, ben } = ends()
    expect(anna.session.sentUnanswered).toBe(1)
    expect(needsRenewal(anna.session, startMs + 7 * durationsMs.day - 1)).toBe(false)
    expect(needsRenewal(anna.session, startMs + 7 * durationsMs.day)).toBe(true)
    anna.open(ben.seal('x', startMs + hourMs), startMs + hourMs)
    expect(anna.session).toMatchObject({
      sentUnanswered: 0,
      unansweredSinceMs: null,
      lastReceivedAtMs: startMs + hourMs,
    })
    expect(needsRenewal(anna.session, startMs + 70 * durationsMs.day)).toBe(false)
    for (let i = 0; i < 999; i++) anna.seal('x', startMs + i)
    expect(anna.session.unansweredSinceMs).toBe(startMs)
    expect(needsRenewal(anna.session, startMs)).toBe(false)
    anna.seal('x')
    expect(needsRenewal(anna.session, startMs)).toBe(true)
  })

  it('repeats the prologue until the first reply has been opened', () => {
    const { first, anna, ben } = ends()
    expect(classifyEnvelope(first.sealed)).toBe('initial')
    const second = anna.seal('second')
    expect(classifyEnvelope(second)).toBe('initial')
    expect(ben.open(second)).toBe('second')
    anna.open(ben.seal('reply'))
    expect(classifyEnvelope(anna.seal('third'))).toBe('ordinary')
    expect(classifyEnvelope(ben.seal('fourth'))).toBe('ordinary')
    expect(classifyEnvelope(Uint8Array.of(3))).toBeNull()
    expect(classifyEnvelope(utf8(''))).toBeNull()
  })

  it('is bound to the associated data and to its transcript', () => {
    const { b, anna } = ends()
    const sealed = anna.seal('x')
    expect(errorOf(open(crypto, b, sealed, utf8('b-to-a'), startMs))).toEqual({ kind: 'badTag' })
    const elsewhere = { ...b, transcript: new Uint8Array(32) }
    expect(errorOf(open(crypto, elsewhere, sealed, bound, startMs))).toEqual({ kind: 'badTag' })
    expect(open(crypto, b, sealed, bound, startMs).ok).toBe(true)
  })
})

describe('of several sessions', () => {
  const of = (generation: number, isInitiator: boolean): Session => {
    const { a, b } = joined()
    return { ...(isInitiator ? a : b), generation }
  }

  it('the highest generation ranks first, whoever began it', () => {
    for (const isSmaller of [true, false]) {
      for (const [mine, theirs] of [
        [true, false],
        [false, true],
      ] as const) {
        expect(outranks(of(2, mine), of(1, theirs), isSmaller)).toBe(true)
        expect(outranks(of(1, mine), of(2, theirs), isSmaller)).toBe(false)
      }
    }
  })

  it('both sides choose the one of the smaller device when both began at once', () => {
    // Seen from the smaller device, its own; seen from the other, the peer's: the same session.
    expect(outranks(of(1, true), of(1, false), true)).toBe(true)
    expect(outranks(of(1, false), of(1, true), true)).toBe(false)
    expect(outranks(of(1, true), of(1, false), false)).toBe(false)
    expect(outranks(of(1, false), of(1, true), false)).toBe(true)
  })

  it('neither of two that one side began, having forgotten the first, outranks the other', () => {
    for (const isSmaller of [true, false]) {
      for (const isInitiator of [true, false]) {
        expect(outranks(of(1, isInitiator), of(1, isInitiator), isSmaller)).toBe(false)
      }
    }
  })

  it('one whose prologue is not answered for 30 days of its clock is not sealed under', () => {
    const { first, anna, ben } = ends()
    const at = (days: number) => startMs + days * durationsMs.day
    for (let day = 1; day < 30; day++) anna.seal('x', at(day))
    const maxMs = 30 * durationsMs.day
    expect(errorOf(seal(crypto, anna.session, utf8('x'), bound, anna.entropy, at(30)))).toEqual({
      kind: 'stale',
      ageMs: maxMs,
      maxMs,
    })
    // A wall clock that is years off is not thirty days of waiting; and an answer ends the waiting.
    expect(seal(crypto, first.session, utf8('x'), bound, seeded('y'), at(4_000)).ok).toBe(true)
    anna.open(ben.seal('reply', at(30)), at(30))
    expect(seal(crypto, anna.session, utf8('x'), bound, anna.entropy, at(31)).ok).toBe(true)
  })
})
