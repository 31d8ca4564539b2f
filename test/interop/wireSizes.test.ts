/** What a watcher of the wire can measure: sizes of whole frames, with their length before them. */
import { describe, expect, it } from 'vitest'
import { encodeContent } from '../../main/core/wire/contents.ts'
import type { KnownBody } from '../../main/core/wire/contents.ts'
import { conversationIdOf, eventIdOf, prekeyIdOf } from '../../main/core/ids.ts'
import { seal } from '../../main/core/session/session.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { paddedLength } from '../../main/core/wire/padding.ts'
import { withLength } from '../../main/net/stream/frames.ts'
import { bound, crypto, ends, startMs, value } from '../support/sessions.ts'

const { anna, ben } = ends()
anna.open(ben.seal('reply'))

/** Bytes on the stream of one content between two who have answered each other; figures as large as in a long life. */
function sizeOf(body: KnownBody): number {
  const id = (length: number) => new Uint8Array(length).fill(0xff)
  const content = encodeContent({
    kind: 'event',
    event: {
      id: eventIdOf(id(16)),
      conversation: conversationIdOf(id(32)),
      sequence: body.kind === 'text' ? 20_000 : 0,
      timeMs: startMs,
      counter: 3,
      heads: body.kind === 'text' ? [eventIdOf(id(16))] : [],
      body,
    },
  })
  const { sealed } = value(seal(crypto, anna.session, content, bound, anna.entropy, startMs))
  return frameSize({ kind: 'envelope', sealed })
}

function frameSize(frame: Frame): number {
  return withLength(encodeFrame(frame)).length
}

const text = (length: number): number => sizeOf({ kind: 'text', text: 'x'.repeat(length) })

describe('sizes on the wire (cases 20 and 62)', () => {
  it('are 512 bytes for a text of 256', () => {
    expect(text(256)).toBe(512)
  })

  it('are few, whole multiples of 64, and say of a text no more than its class', () => {
    const sizes = new Set<number>()
    for (let length = 1; length <= 4_096; length += 3) {
      const size = text(length)
      expect(size % 64).toBe(0)
      // At most an eighth, or 64 bytes, above what is needed; the shortest texts share one size.
      const needed = length + 112 + 160
      expect(size - needed).toBeLessThanOrEqual(Math.max(80, needed / 8))
      sizes.add(size)
    }
    expect(sizes.size).toBeLessThanOrEqual(32)
    expect(text(1)).toBe(text(32))
  })

  it('of receipts, acknowledgments, refusals and requests are those of short texts', () => {
    const shortest = text(1)
    const id16 = new Uint8Array(16).fill(7)
    const [event, envelopeId] = [eventIdOf(id16), prekeyIdOf(id16) as never]
    expect(sizeOf({ kind: 'receipt', state: 'read', events: [event] })).toBe(shortest)
    expect(frameSize({ kind: 'ack', envelopeIds: [envelopeId] })).toBe(shortest)
    expect(frameSize({ kind: 'reject', envelopeId, reason: 'busy' })).toBe(shortest)
    expect(frameSize({ kind: 'bundleRequest', requestId: id16, purpose: { kind: 'renew' } })).toBe(shortest)
    expect(frameSize({ kind: 'bundleReply', requestId: id16, status: { kind: 'used' } })).toBe(shortest)
    expect(frameSize({ kind: 'goodbye', reason: 'closing' })).toBe(shortest)
  })

  it('are those of the documented classes in every turn, post-quantum exchanges included', () => {
    const both = ends()
    const sizes = new Set<number>()
    for (let turn = 0; turn < 64; turn++) {
      const [from, to] = turn % 2 === 0 ? [both.ben, both.anna] : [both.anna, both.ben]
      for (const length of [1, 256, 1_000 + turn * 31]) {
        const sealed = from.seal('x'.repeat(length))
        to.open(sealed)
        if (turn > 1) sizes.add(frameSize({ kind: 'envelope', sealed }))
      }
    }
    expect(both.anna.session.ratchet.epochs.newest.number).toBeGreaterThanOrEqual(3)
    const classes = new Set(Array.from({ length: 60_000 }, (_, length) => paddedLength(length) + 160))
    for (const size of sizes) expect(classes).toContain(size)
    // Kind, epoch, authenticator, key type and key, beside the one byte that says that there is no block.
    const offerBytes = 1_219
    expect(Math.min(...sizes)).toBe(320)
    expect(sizes).toContain(paddedLength(257 + offerBytes) + 160)
  })
})
