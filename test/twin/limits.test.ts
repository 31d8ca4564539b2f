/** "Limits" and "Padding", where the random conversations seldom come: both stop at the same place. */
import { describe, expect, it } from 'vitest'
import type { End } from '../support/lockstep.ts'
import { bound, pair, refusal, say, sealed } from '../support/pair.ts'
import { startMs } from '../support/sessions.ts'
import { paddedLength } from './padding.ts'

const dayMs = 24 * 3_600_000

const many = (from: End, count: number) => Array.from({ length: count }, () => sealed(from))
const opened = (to: End, envelopes: Uint8Array[], nowMs = startMs) =>
  envelopes.map((envelope) => refusal(to, envelope, nowMs))

/** A has had a turn of `missing` lost messages and one that came, and B has answered. */
function turnWithLoss(a: End, b: End, missing: number): Uint8Array[] {
  const lost = many(a, missing)
  say(a, b)
  say(b, a)
  return lost
}

describe('missing messages', () => {
  it('spans a gap of 1,000 in a turn, and no more', () => {
    const { a, b } = pair('gap')
    const lost = many(a, 1_001)
    const next = sealed(a)
    expect(refusal(b, next)).toBe('gap')
    expect(opened(b, lost.slice(0, 1))).toEqual([null])
    expect(refusal(b, next)).toBeNull()
    expect(new Set(opened(b, lost.slice(1, 20)))).toEqual(new Set([null]))
  })

  it('spans a gap of 1,000 at the end of a turn, and no more', () => {
    const { a, b } = pair('end of a turn')
    say(b, a)
    say(a, b)
    const lost = many(a, 1_001)
    say(b, a)
    const next = sealed(a)
    expect(refusal(b, next)).toBe('gap')
    expect(opened(b, lost.slice(500, 501))).toEqual([null])
    expect(refusal(b, next)).toBeNull()
    expect(opened(b, lost.slice(0, 1))).toEqual([null])
  })

  it('keeps 2,000 keys, the newest', () => {
    const { a, b } = pair('keys')
    const turns = [turnWithLoss(a, b, 900), turnWithLoss(a, b, 900), turnWithLoss(a, b, 300)]
    const [first, , third] = turns as [Uint8Array[], Uint8Array[], Uint8Array[]]
    expect(opened(b, [first[99], first[100], third[0]] as Uint8Array[])).toEqual(['used before', null, null])
  })

  it('tries 5 earlier turns of which messages are missing', () => {
    const { a, b } = pair('turns')
    const lost = Array.from({ length: 7 }, () => turnWithLoss(a, b, 2).slice(0, 1)).flat()
    // The last of the 7 is the present turn.
    expect(opened(b, lost)).toEqual(['header', null, null, null, null, null, null])
  })

  it('gives keys up after 14 days of the session, which no jump of the clock makes pass', () => {
    const { a, b } = pair('14 days')
    const [late, later] = many(a, 2) as [Uint8Array, Uint8Array]
    say(a, b, startMs)
    let nowMs = startMs + 300 * dayMs
    for (let day = 1; day < 14; day++, nowMs += dayMs) say(a, b, nowMs)
    say(a, b, nowMs - 5 * dayMs)
    expect(refusal(b, late, nowMs - 5 * dayMs)).toBeNull()
    // The clock counts from where it was set back to.
    say(a, b, nowMs - 4 * dayMs)
    expect(refusal(b, later, nowMs - 4 * dayMs)).toBe('used before')
  })
})

describe('a session', () => {
  it('seals for 30 days without an answer', () => {
    const { a, b } = pair('30 days')
    const reply = sealed(b)
    let nowMs = startMs
    for (let day = 1; day < 30; day++) {
      nowMs += 3 * dayMs
      sealed(a, 'word', nowMs)
    }
    const before = a.snapshot()
    expect(a.seal(new Uint8Array(1), bound, nowMs + dayMs).refused).toBe('unanswered')
    expect(a.snapshot()).toBe(before)
    expect(refusal(a, reply, nowMs + dayMs)).toBeNull()
    expect(sealed(a, 'word', nowMs + 2 * dayMs)[0]).toBe(2)
  })

  it.each([0, 158, 159, 30_000, 60_000])('seals %i bytes, with an offer and without', (length) => {
    const { a, b } = pair(`length ${length}`)
    for (let day = 1; day <= 7; day++) say(b, a, startMs + day * dayMs)
    const [first, fifth] = [0, 1, 2, 3, 4]
      .map(() => sealed(a, new Uint8Array(length), startMs + 8 * dayMs))
      .filter((_, i) => i % 4 === 0)
    expect(first?.length).toBe(1 + 83 + 32 + 24 + 16 + paddedLength(1 + 2 + 32 + 1_185 + length))
    expect(fifth?.length).toBe(1 + 83 + 32 + 24 + 16 + paddedLength(1 + length))
    expect(opened(b, [first, fifth] as Uint8Array[], startMs + 8 * dayMs)).toEqual([null, null])
  })

  it('seals no content of more than 60,000 bytes', () => {
    const { a } = pair('content')
    expect(a.seal(new Uint8Array(60_001), bound, startMs).refused).toBe('content too long')
  })
})
