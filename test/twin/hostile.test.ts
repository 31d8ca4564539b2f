/** What a peer with all keys may try: product and twin refuse it for the same reason and stay as they were. */
import { describe, expect, it } from 'vitest'
import { bound, pair, refusal, say, sealed, talked } from '../support/pair.ts'
import { startMs } from '../support/sessions.ts'
import { join, key, text, u16, u8 } from './bytes.ts'
import { hmac, label } from './derive.ts'
import { forge, type Forgery } from './forge.ts'
import { pad } from './padding.ts'
import { primitives } from './primitives.ts'
import type { Ratchet } from './ratchet.ts'

const zeros = (length: number) => new Uint8Array(length)
const otherKey = primitives.x25519PublicKey(zeros(32).fill(3))
const kemKey = primitives.mlKem768KeyPair(zeros(64).fill(4)).publicKey

/** A block with whatever is given. */
const offer = (k: number, authenticator: Uint8Array, value = kemKey) =>
  join(u8(1), u16(k), authenticator, key('kem', value))
const answer = (k: number, authenticator: Uint8Array, value = zeros(1088)) =>
  join(u8(2), u16(k), authenticator, key('kemCipherText', value))

/** The authenticator of an offer as who knows the newest epoch makes it. */
const rightly = ({ epochs }: Ratchet, k: number, value = kemKey) =>
  hmac(epochs.newest.authenticatorKey, join(label('pq key'), u16(k), value))

describe('in the present turn', () => {
  it.each<[string, Forgery, string]>([
    ['another ratchet key', { header: { ratchetKey: otherKey } }, 'header of another turn'],
    ['another epoch', { header: { epoch: 1 } }, 'header of another turn'],
    ['a key of another kind', { keyType: 'ed25519' }, 'header: key type'],
    ['a number over the gap', { header: { n: 1_002 } }, 'gap'],
    ['the number of another message', { header: { n: 1_001 } }, 'commitment'],
    ['the number of a message that was opened', { header: { n: 0 } }, 'used before'],
    ['a body without a block', { padded: pad(zeros(0)) }, 'block'],
    ['a block of no kind', { block: u8(3) }, 'block'],
    ['an offer that is cut off', { padded: pad(offer(1, zeros(32)).slice(0, -1)) }, 'block'],
    ['an answer with a key of another kind', { block: join(u8(2), u16(1), zeros(32), u8(2), zeros(1088)) }, 'block'],
    ['padding without its mark', { padded: zeros(160) }, 'padding'],
    ['padding of another class', { padded: join(text('x'), u8(0x80), zeros(222)) }, 'padding'],
    ['padding with something in it', { padded: join(zeros(2), u8(0x80), zeros(156), u8(1)) }, 'padding'],
    ['an unpadded body of the right length', { padded: zeros(160).fill(1) }, 'padding'],
    ['a body of no class', { padded: zeros(159) }, 'envelope'],
  ])('refuses %s', (_what, forgery, kind) => {
    const { a, b } = pair('present')
    expect(refusal(b, forge(a.twin, bound, forgery))).toBe(kind)
    say(a, b)
  })
})

describe('at the beginning of a turn', () => {
  it.each<[string, Forgery, string]>([
    ['a shorter previous turn', { header: { previous: 0 } }, 'length of the previous turn'],
    ['a gap before it', { header: { previous: 1_003 } }, 'gap'],
    ['a gap in it', { header: { n: 1_001 } }, 'gap'],
    ['a ratchet key of low order', { header: { ratchetKey: zeros(32) } }, 'low order: ratchet key'],
    ['an epoch to come', { header: { epoch: 1 } }, 'epoch'],
    ['an epoch to come behind a gap', { header: { n: 1_001, epoch: 1, ratchetKey: zeros(32) } }, 'epoch'],
    ['a gap on a key of low order', { header: { n: 1_001, ratchetKey: zeros(32) } }, 'gap'],
    ['an epoch to come on a key of low order', { header: { epoch: 1, ratchetKey: zeros(32) } }, 'epoch'],
    ['another ratchet key', { header: { ratchetKey: otherKey } }, 'commitment'],
  ])('refuses %s', (_what, forgery, kind) => {
    const { last, next } = talked('beginning', 3)
    say(last, next)
    say(next, last)
    expect(refusal(next, forge(last.twin, bound, forgery))).toBe(kind)
    say(last, next)
  })

  it('refuses a first turn that says there was one before', () => {
    const { a, b } = pair('first')
    expect(refusal(a, forge(b.twin, bound, { header: { previous: 1 } }))).toBe('length of the previous turn')
    say(b, a)
  })

  it('refuses a step on a key that it has not answered', () => {
    const { a, b } = pair('early')
    const state = (ratchet: Ratchet) => {
      ratchet.sending = null
    }
    expect(refusal(b, forge(a.twin, bound, { state }))).toBe('early step')
    say(b, a)
    say(a, b)
  })

  it('refuses the epoch before once the peer has come over', () => {
    const { last, next } = talked('come over', 20)
    expect(last.twin.ratchet.epochs.newest.k).toBe(1)
    expect(last.twin.ratchet.epochs.before).toBeNull()
    expect(refusal(last, forge(next.twin, bound, { header: { epoch: 0 } }))).toBe('epoch')
    say(next, last)
  })
})

describe('in an exchange', () => {
  it.each<[string, (from: Ratchet) => Uint8Array, string]>([
    ['an offer that nobody of the epoch made', () => offer(1, zeros(32)), 'offer: authenticator'],
    ['an offer for a later epoch', (from) => offer(2, rightly(from, 2)), 'block out of turn'],
    ['an answer that nobody asked for', () => answer(1, zeros(32)), 'block out of turn'],
    [
      'an unreduced KEM key',
      (from) => offer(1, rightly(from, 1, zeros(1184).fill(255)), zeros(1184).fill(255)),
      'offer: KEM key',
    ],
  ])('refuses %s', (_what, block, kind) => {
    const { a, b } = pair('offer')
    expect(refusal(b, forge(a.twin, bound, { block: block(a.twin.ratchet) }))).toBe(kind)
    say(a, b)
  })

  it('refuses an offer of the side that is to answer', () => {
    const { a, b } = pair('other side')
    const block = offer(1, rightly(b.twin.ratchet, 1))
    expect(refusal(a, forge(b.twin, bound, { block }))).toBe('block out of turn')
  })

  it('refuses an altered answer and takes the true one', () => {
    const { last, next } = talked('answer', 15)
    expect(last.twin.ratchet.epochs.offer).not.toBeNull()
    const envelope = sealed(next)
    const [given, before] = [next.twin.ratchet.epochs.answer ?? zeros(0), next.twin.ratchet.epochs.before?.k]
    expect(before).toBe(0)
    for (const at of [3, 34, 36, 1_123]) {
      const block = given.slice()
      block[at] = (block[at] ?? 0) ^ 1
      expect(refusal(last, forge(next.twin, bound, { block }))).toBe('answer: authenticator')
    }
    const later = answer(2, zeros(32))
    expect(refusal(last, forge(next.twin, bound, { block: later }))).toBe('block out of turn')
    expect(refusal(last, envelope)).toBeNull()
    expect(last.twin.ratchet.epochs.newest.k).toBe(1)
  })

  it('speaks in the epoch before for as long as its answer does not come', () => {
    const { last, next } = talked('lost answer', 15)
    const lost = [0, 1, 2, 3].map(() => sealed(next))
    expect(next.twin.ratchet.epochs.newest.k).toBe(1)
    say(next, last)
    say(last, next)
    const again = sealed(next)
    expect(next.twin.ratchet.sending?.epoch).toBe(0)
    expect(last.twin.ratchet.epochs.newest.k).toBe(0)
    expect(refusal(last, again)).toBeNull()
    expect(last.twin.ratchet.epochs.newest.k).toBe(1)
    for (const envelope of lost) expect(refusal(last, envelope)).toBeNull()
    say(last, next)
    expect(next.twin.ratchet.receiving?.epoch).toBe(1)
    say(next, last)
  })

  it('lets a block of an agreed epoch be, whatever it says, and a second offer while one waits', () => {
    const { last, next } = talked('again', 20)
    expect(refusal(last, forge(next.twin, bound, { block: answer(1, zeros(32)) }))).toBeNull()
    const waiting = talked('waiting', 15)
    expect(waiting.next.twin.ratchet.epochs.waiting).not.toBeNull()
    const block = offer(1, zeros(32))
    expect(refusal(waiting.next, forge(waiting.last.twin, bound, { block }), startMs)).toBeNull()
    expect(waiting.next.twin.ratchet.epochs.waiting).not.toEqual(kemKey)
  })
})
