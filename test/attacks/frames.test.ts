/** Attacks with frames, before anything in them is believed. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../main/core/bytes.ts'
import { conversationIdOf, envelopeIdOf, eventIdOf } from '../../main/core/ids.ts'
import { protocolLimits } from '../../main/core/limits.ts'
import { noBlock, encodeBlock } from '../../main/core/session/block.ts'
import { splitInitial } from '../../main/core/session/initialMessage.ts'
import type { KnownBody } from '../../main/core/wire/contents.ts'
import { decodeContent, encodeContent } from '../../main/core/wire/contents.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { decodeFrame, encodeFrame } from '../../main/core/wire/frame.ts'
import { envelopeOverheadBytes, pad, paddedLength } from '../../main/core/wire/padding.ts'
import { FrameReader } from '../../main/net/stream/frames.ts'
import type { Machine, Parcel } from './machine.ts'
import { acquainted, connect, epochMs, Machine as Device } from './machine.ts'
import { arrayBytes, heldBytes } from './memory.ts'
import { envelope, protoBytes, protoNumber, Turned, varint } from './turned.ts'

const { frameSizeBytesMax, contentSizeBytesMax, messageTextSizeBytesMax, nameSizeBytesMax } = protocolLimits
const filled = (length: number, fill = 7) => new Uint8Array(length).fill(fill)

/** A length of `field`, and what follows it. */
const claim = (field: number, length: Uint8Array) => concat(varint(field * 8 + 2), length)
const lengths = {
  'two to the 32nd, less one': varint(2 ** 32 - 1),
  negative: concat(filled(9, 0xff), Uint8Array.of(1)),
  // The five bytes are there: it is the length that is written in another way than the one.
  'not minimal': concat(Uint8Array.of(0x85, 0x80, 0), filled(5)),
  endless: filled(40, 0xff),
}

describe('lengths', () => {
  it('case 1: a length of 2^32-1, a negative or a non-minimal varint is refused before anything is allocated', () => {
    const { anna, ben } = acquainted()
    const turned = new Turned(ben, anna)
    const before = anna.shown(ben)
    for (const [name, length] of Object.entries(lengths)) {
      for (const field of [1, 6, 11, 60]) {
        // As the event, as its heads, its text, and as a kind that nobody knows.
        const bytes = field === 1 ? claim(1, length) : protoBytes(1, claim(field, length))
        const decoded = decodeContent(bytes)
        expect(decoded.ok ? name : decoded.error.kind).toMatch(/^(?:truncated|badVarint)$/)
        expect(arrayBytes(bytes, decodeContent)).toBe(0)
        const heard = anna.hear(ben.device, envelope(turned.seal(bytes)))
        expect(heard.refusals).toEqual(['contentMalformed'])
        expect(heard.changes.map(({ kind }) => kind)).toEqual(['putSession', 'putSeen'])
      }
    }
    expect(anna.shown(ben)).toEqual(before)
    // In fixed layouts: two bytes of length before a bundle, and before an introduction.
    const reply = encodeFrame({ kind: 'bundleReply', requestId: filled(16), status: { kind: 'ok', bundle: filled(9) } })
    reply.set([0xff, 0xff], 19)
    expect(decodeFrame(reply)).toMatchObject({ error: { error: { kind: 'tooLong', got: 0xffff } } })
    expect(arrayBytes(reply, decodeFrame)).toBeLessThan(64)
    const initial = concat(Uint8Array.of(1, 2, 0, 1), filled(16), filled(33, 2), filled(1_089, 3), filled(500, 0xff))
    expect(splitInitial(initial)).toMatchObject({ error: { error: { kind: 'tooLong', got: 0xffff } } })
    expect(arrayBytes(initial, splitInitial)).toBeLessThan(1_200)
    // On the stream: no length is longer than a frame, whatever stands there.
    const reader = new FrameReader()
    const stream = filled(4, 0xff)
    expect(arrayBytes(stream, (bytes) => [reader.push(bytes), reader.next()])).toBe(frameSizeBytesMax)
    expect(reader.next()).toEqual({ kind: 'more', begun: true })
  })

  it('case 2: a message one byte over the limit is dropped and counted', () => {
    const { anna, ben } = acquainted()
    const turned = new Turned(ben, anna)
    // A frame: only a broken network adapter could hand it over.
    const before = anna.snapshot()
    const frame = anna.hear(ben.device, concat(Uint8Array.of(1, 1), filled(frameSizeBytesMax - 1)))
    expect(frame).toMatchObject({ changes: [], refusals: ['frameMalformed'], disconnected: true })
    expect(anna.snapshot()).toEqual(before)
    connect(anna, ben)
    anna.take()
    ben.take()
    turned.session = ben.session(anna)

    const text = (sequence: number, length: number) => turned.strange(sequence, 11, protoBytes(1, filled(length, 0x78)))
    const whole = (length: number) => {
      const empty = turned.strange(2, 60, new Uint8Array(0))
      return turned.strange(2, 60, filled(length - empty.length - 4))
    }
    expect(whole(contentSizeBytesMax)).toHaveLength(contentSizeBytesMax)
    const name = turned.strange(0, 13, protoBytes(1, filled(nameSizeBytesMax + 1, 0x78)))
    const addresses = turned.strange(0, 13, concat(...Array.from({ length: 9 }, () => protoBytes(2, filled(4, 0x78)))))
    for (const [content, refused] of [
      [text(1, messageTextSizeBytesMax), null],
      [text(2, messageTextSizeBytesMax + 1), 'contentMalformed'],
      // Nothing so long is sealed by any session: it does not even open.
      [whole(contentSizeBytesMax + 1), 'undecryptable'],
      [whole(contentSizeBytesMax), null],
      [name, 'contentMalformed'],
      [addresses, 'contentMalformed'],
    ] as const) {
      // Sealed by hand: the honest program seals nothing longer than the limit.
      turned.skip()
      const heard = anna.hear(
        ben.device,
        envelope(turned.forge({ padded: pad(concat(encodeBlock(noBlock), content)) })),
      )
      expect(heard.refusals).toEqual(refused === null ? [] : [refused])
      const stored = heard.changes.map(({ kind }) => kind)
      if (refused === 'contentMalformed') expect(stored).toEqual(['putSession', 'putSeen'])
      if (refused === 'undecryptable') expect(stored).toEqual([])
    }
    const rows = anna.disk.inOrder(anna.conversation(ben))
    expect(rows.map((row) => [row.sequence, row.kind])).toEqual([
      [1, 'text'],
      [2, 'unknown'],
    ])
    expect(anna.refusals.filter((refusal) => refusal === 'contentMalformed')).toHaveLength(3)
    // Who speaks lawfully goes on.
    turned.skip()
    expect(anna.hear(ben.device, envelope(turned.seal(turned.text(3)))).refusals).toEqual([])
    expect(anna.shown(ben).at(-1)).toBe('m3')
  })
})

type Decoded = { readonly ok: boolean }

/** One genuine frame of each type, at the moment at which it means something: for whom, from whom, and the bytes. */
function genuine(): readonly { readonly to: Machine; readonly from: Machine; readonly bytes: Uint8Array }[] {
  const found: { to: Machine; from: Machine; bytes: Uint8Array }[] = []
  const note = (to: Machine, { from, bytes }: Parcel) => found.push({ to, from, bytes })
  // The first envelope of a session, and an ordinary one with its acknowledgment.
  const host = new Device(11)
  const guest = new Device(12)
  const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  guest.command<'acceptInvite'>({ kind: 'acceptInvite', link })
  connect(host, guest)
  const [request] = guest.take()
  if (request === undefined) throw new Error('no request')
  host.hear(guest.device, request.bytes)
  const [reply] = host.take()
  if (reply === undefined) throw new Error('no reply')
  const waiting = new Device(12)
  waiting.command<'acceptInvite'>({ kind: 'acceptInvite', link })
  connect(waiting, host)
  const [asked] = waiting.take()
  if (asked?.frame.kind !== 'bundleRequest' || reply.frame.kind !== 'bundleReply') throw new Error('no bundle')
  const answer: Frame = { ...reply.frame, requestId: asked.frame.requestId }
  found.push({ to: waiting, from: host, bytes: encodeFrame(answer) })
  guest.hear(host.device, reply.bytes)
  const [initial] = guest.take()
  if (initial === undefined) throw new Error('no first envelope')
  note(host, initial)

  const { anna, ben } = acquainted()
  ben.say(anna, 'hello')
  const [ordinary] = ben.take()
  if (ordinary === undefined) throw new Error('no envelope')
  note(anna, ordinary)
  anna.say(ben, 'waits for its acknowledgment')
  const [envelopeToBen] = anna.take()
  if (envelopeToBen === undefined) throw new Error('no envelope')
  const ids = envelopeIdOf(ben.crypto.sha256(envelopeToBen.bytes.subarray(2)).slice(0, 16))
  for (const frame of [
    { kind: 'ack', envelopeIds: [ids] },
    { kind: 'reject', envelopeId: ids, reason: 'undecryptable' },
    { kind: 'bundleRequest', requestId: filled(16), purpose: { kind: 'renew' } },
    { kind: 'goodbye', reason: 'closing' },
  ] as const) {
    found.push({ to: anna, from: ben, bytes: encodeFrame(frame) })
  }
  return found
}

describe('frames', () => {
  it('case 4: a valid frame of every type cut at every offset is a typed error and changes nothing', () => {
    const frames = genuine()
    expect(new Set(frames.map(({ bytes }) => bytes[1])).size).toBe(6)
    for (const { to, from, bytes } of frames) {
      const before = to.snapshot()
      const isEnvelope = bytes[1] === 1
      const kinds = new Set<string>()
      for (let length = 0; length < bytes.length; length++) {
        const heard = to.tryHear(from.device, bytes.subarray(0, length))
        expect(heard.changes).toEqual([])
        expect(heard.acked).toEqual([])
        expect(heard.refusals).toHaveLength(1)
        kinds.add(heard.refusals.join())
        if (!isEnvelope || length < 3) {
          expect(decodeFrame(bytes.subarray(0, length))).toMatchObject({ ok: false, error: { kind: 'malformed' } })
          expect(heard.disconnected).toBe(true)
        } else expect(heard.answers).toMatchObject([{ kind: 'reject' }])
      }
      expect(to.snapshot()).toEqual(before)
      const envelopeRefusal = bytes[2] === 1 ? 'initialRefused' : 'undecryptable'
      expect([...kinds].toSorted()).toEqual(isEnvelope ? ['frameMalformed', envelopeRefusal] : ['frameMalformed'])
      // The whole one is as good as ever.
      expect(to.hear(from.device, bytes).refusals).toEqual([])
    }
  })

  it('case 6: a small frame never decodes to more than four times its size', () => {
    const base = { id: eventIdOf(filled(16)), conversation: conversationIdOf(filled(32)), timeMs: epochMs, counter: 0 }
    const id = (n: number) => eventIdOf(Uint8Array.from({ length: 16 }, (_, at) => (n * 31 + at * 7) & 0xff))
    const content = (body: KnownBody, heads = 0) =>
      encodeContent({
        kind: 'event',
        event: {
          ...base,
          sequence: body.kind === 'text' ? 1 : 0,
          heads: Array.from({ length: heads }, (_, n) => id(n)),
          body,
        },
      })
    const texts = { ascii: 'x'.repeat(32_768), euros: '€'.repeat(10_922), emoji: '😀'.repeat(8_192), short: 'x' }
    const addresses = Array.from({ length: 8 }, (_, n) => `${n}`.repeat(200))
    const contents: Record<string, Uint8Array> = {
      receipt: content({ kind: 'receipt', state: 'read', events: Array.from({ length: 256 }, (_, n) => id(n)) }),
      profile: content({
        kind: 'profile',
        name: 'n'.repeat(128),
        addresses,
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      }),
      hello: content({
        kind: 'hello',
        name: 'é'.repeat(64),
        addresses,
        descriptor: filled(2_048),
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      }),
    }
    for (const [name, text] of Object.entries(texts)) contents[name] = content({ kind: 'text', text }, 16)
    contents['additions'] = concat(
      content({ kind: 'text', text: 'x' }),
      ...Array.from({ length: 500 }, (_, n) => protoNumber(200 + n, 0)),
    )
    const frames: Record<string, Uint8Array> = {
      envelope: encodeFrame({ kind: 'envelope', sealed: filled(frameSizeBytesMax - 2) }),
      'one ack': encodeFrame({ kind: 'ack', envelopeIds: [envelopeIdOf(filled(16))] }),
      '64 acks': encodeFrame({
        kind: 'ack',
        envelopeIds: Array.from({ length: 64 }, (_, n) => envelopeIdOf(filled(16, n))),
      }),
      bundle: encodeFrame({
        kind: 'bundleReply',
        requestId: filled(16),
        status: { kind: 'ok', bundle: filled(4_096) },
      }),
      goodbye: encodeFrame({ kind: 'goodbye', reason: 'closing' }),
    }
    const expectModest = (
      name: string,
      bytes: Uint8Array,
      frameBytes: number,
      decode: (bytes: Uint8Array) => Decoded,
    ) => {
      expect([name, decode(bytes).ok]).toEqual([name, true])
      const times = heldBytes(() => decode(bytes)) / frameBytes
      expect(times, `${name}: ${times.toFixed(1)} times its ${frameBytes} bytes`).toBeLessThanOrEqual(4)
      // Of what is copied on the way, every copy counted.
      expect([name, arrayBytes(bytes, decode) <= 4 * frameBytes]).toEqual([name, true])
    }
    for (const [name, bytes] of Object.entries(contents)) {
      expectModest(name, bytes, paddedLength(bytes.length + 1) + envelopeOverheadBytes, decodeContent)
    }
    for (const [name, bytes] of Object.entries(frames)) expectModest(name, bytes, bytes.length, decodeFrame)
  })
})
