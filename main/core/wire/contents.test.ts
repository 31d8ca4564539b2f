import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { concat, utf8 } from '../bytes.ts'
import { conversationIdOf, deviceIdOf, eventIdOf } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { KnownBody, NewContent } from './contents.ts'
import { decodeContent, encodeContent } from './contents.ts'
import { paddedLength } from './padding.ts'

const fill = (length: number, value: number) => new Uint8Array(length).fill(value)
const id = eventIdOf(fill(16, 1))
const conversation = conversationIdOf(fill(32, 2))
const head = eventIdOf(fill(16, 3))

function contentOf(body: KnownBody, change: Partial<NewContent['event']> = {}): NewContent {
  const sequence = body.kind === 'prekeys' ? 0 : 5
  const event = { id, conversation, sequence, timeMs: 1_790_000_000_000, counter: 1, heads: [head], body, ...change }
  return { kind: 'event', event }
}

const bodies: readonly KnownBody[] = [
  {
    kind: 'hello',
    name: 'Anna',
    addresses: ['/ip4/10.0.0.1/tcp/1'],
    descriptor: fill(300, 4),
    services: 0,
    mailboxes: [],
    relays: [],
    mail: null,
  },
  {
    kind: 'hello',
    name: '',
    addresses: [],
    descriptor: fill(0, 0),
    services: 0,
    mailboxes: [],
    relays: [],
    mail: null,
  },
  {
    kind: 'profile',
    name: 'B',
    addresses: [],
    services: 0xffffffff,
    mailboxes: [
      { device: deviceIdOf(fill(32, 8)), addresses: ['/ip4/9.9.9.9/tcp/1', 'x'.repeat(200), 'y', 'z'] },
      { device: deviceIdOf(fill(32, 9)), addresses: [] },
    ],
    relays: [{ device: deviceIdOf(fill(32, 12)), addresses: ['/ip4/9.9.9.9/tcp/2'] }],
    mail: { key: fill(32, 10), signer: fill(32, 11) },
  },
  { kind: 'text', text: 'grüß dich 🐦' },
  { kind: 'receipt', state: 'read', events: Array.from({ length: 256 }, (_, i) => eventIdOf(fill(16, i))) },
  {
    kind: 'profile',
    name: 'A',
    addresses: Array.from({ length: 8 }, () => 'x'.repeat(200)),
    services: 0,
    mailboxes: [],
    relays: [],
    mail: null,
  },
  { kind: 'prekeys', bundles: [fill(1_441, 5), fill(1_408, 6), fill(0, 0), fill(1, 7)] },
]

/** A length-delimited or varint protobuf field, written by hand. */
function field(number: number, value: Uint8Array | number): Uint8Array {
  const varint = (n: number): number[] => (n < 128 ? [n] : [(n % 128) | 128, ...varint(Math.floor(n / 128))])
  return typeof value === 'number'
    ? Uint8Array.of(...varint(number * 8), ...varint(value))
    : concat(Uint8Array.of(...varint(number * 8 + 2), ...varint(value.length)), value)
}
const base = concat(field(1, fill(16, 1)), field(2, fill(32, 2)), field(3, 5), field(4, 9))
const textBody = field(11, field(1, utf8('hi')))
const eventWith = (...fields: Uint8Array[]) => field(1, concat(base, ...fields))
const errorOf = (bytes: Uint8Array) => {
  const decoded = decodeContent(bytes)
  return decoded.ok ? decoded.value : decoded.error
}

describe('contents', () => {
  it('decode to what was encoded, and keep the raw bytes', () => {
    for (const body of bodies) {
      const content = contentOf(body)
      const raw = encodeContent(content)
      expect(decodeContent(raw)).toEqual({ ok: true, value: { ...content, raw } })
    }
  })

  it('of extreme but lawful figures pass', () => {
    const content = contentOf(
      { kind: 'text', text: 'ä'.repeat(16_384) },
      {
        sequence: Number.MAX_SAFE_INTEGER,
        timeMs: protocolLimits.timeMsMax,
        counter: 0xffffffff,
        heads: Array.from({ length: 16 }, () => head),
      },
    )
    const raw = encodeContent(content)
    expect(decodeContent(raw)).toEqual({ ok: true, value: { ...content, raw } })
  })

  it('let a text of 256 bytes stay in the class that makes 512 bytes on the wire', () => {
    expect(paddedLength(encodeContent(contentOf({ kind: 'text', text: 'x'.repeat(256) })).length)).toBe(352)
  })

  it('of an unknown kind are kept, not refused', () => {
    const later = eventWith(field(15, utf8('reaction')))
    expect(errorOf(later)).toMatchObject({
      kind: 'event',
      event: { id, body: { kind: 'unknown', field: 15 } },
      raw: later,
    })
    const laterReceipt = eventWith(field(12, concat(field(1, 2), field(2, fill(16, 1)))))
    expect(errorOf(laterReceipt)).toMatchObject({ event: { body: { kind: 'unknown', field: 12 } } })
    const otherContent = field(2, utf8('membership'))
    expect(errorOf(otherContent)).toEqual({ kind: 'unknown', field: 2, raw: otherContent })
  })

  it('with additions unknown to this version pass, and the additions survive in raw', () => {
    const fixed = Uint8Array.of(((101 * 8 + 1) & 127) | 128, (101 * 8 + 1) >> 7, 1, 2, 3, 4, 5, 6, 7, 8)
    const fixed32 = Uint8Array.of(((102 * 8 + 5) & 127) | 128, (102 * 8 + 5) >> 7, 1, 2, 3, 4)
    const raw = concat(eventWith(textBody, field(100, utf8('new')), fixed, fixed32, field(103, 7)), field(100, 1))
    expect(errorOf(raw)).toMatchObject({ event: { body: { kind: 'text', text: 'hi' } }, raw })
  })

  it('of no kind or of several are refused', () => {
    expect(errorOf(new Uint8Array(0))).toEqual({ kind: 'kindCount', field: 'content', got: 0 })
    expect(errorOf(concat(eventWith(textBody), field(2, 1)))).toEqual({ kind: 'kindCount', field: 'content', got: 2 })
    expect(errorOf(eventWith())).toEqual({ kind: 'kindCount', field: 'body', got: 0 })
    expect(errorOf(eventWith(textBody, field(15, 1)))).toEqual({ kind: 'kindCount', field: 'body', got: 2 })
  })

  it('with wrong ids, numbers or texts are refused by name', () => {
    const ids = (event: Uint8Array, chat: Uint8Array) =>
      field(1, concat(field(1, event), field(2, chat), field(3, 1), textBody))
    expect(errorOf(ids(fill(15, 1), fill(32, 1)))).toEqual({ kind: 'tooShort', field: 'id', got: 15, min: 16 })
    expect(errorOf(ids(fill(17, 1), fill(32, 1)))).toEqual({ kind: 'tooLong', field: 'id', got: 17, max: 16 })
    expect(errorOf(ids(fill(16, 1), fill(31, 1)))).toMatchObject({ kind: 'tooShort', field: 'conversation' })
    expect(errorOf(field(1, concat(field(1, fill(16, 1)), field(2, fill(32, 2)), textBody)))).toEqual({
      kind: 'badValue',
      field: 'sequence',
      got: 0,
    })
    expect(errorOf(eventWith(field(5, 2 ** 32), textBody))).toMatchObject({ kind: 'badValue', field: 'counter' })
    // A time that is no date could not be shown: `new Date` and `Intl` throw for it.
    const ids16 = concat(field(1, fill(16, 1)), field(2, fill(32, 2)), field(3, 5))
    const timed = (timeMs: number) => errorOf(field(1, concat(ids16, field(4, timeMs), textBody)))
    expect(Number.isNaN(new Date(protocolLimits.timeMsMax + 1).getTime())).toBe(true)
    expect(timed(protocolLimits.timeMsMax + 1)).toMatchObject({ kind: 'badValue', field: 'timeMs' })
    expect(timed(protocolLimits.timeMsMax)).toMatchObject({ kind: 'event' })
    expect(errorOf(eventWith(field(6, fill(3, 1)), textBody))).toMatchObject({ kind: 'tooShort', field: 'heads' })
    expect(errorOf(eventWith(field(11, field(1, Uint8Array.of(0xc0, 0x80)))))).toEqual({
      kind: 'badText',
      field: 'body',
    })
    expect(errorOf(eventWith(field(11, new Uint8Array(0))))).toMatchObject({ kind: 'tooShort', field: 'body' })
    const longText = field(11, field(1, fill(protocolLimits.messageTextSizeBytesMax + 1, 97)))
    expect(errorOf(eventWith(longText))).toMatchObject({ kind: 'tooLong', field: 'body' })
    expect(errorOf(eventWith(field(10, field(1, fill(1, 0xff)))))).toEqual({ kind: 'badText', field: 'name' })
    expect(errorOf(eventWith(field(10, field(2, fill(1, 0xff)))))).toEqual({ kind: 'badText', field: 'addresses' })
    expect(errorOf(eventWith(field(13, field(2, fill(0, 0)))))).toMatchObject({ kind: 'tooShort', field: 'addresses' })
    expect(errorOf(eventWith(field(12, field(1, 1))))).toMatchObject({ kind: 'tooShort', field: 'events' })
    expect(errorOf(eventWith(field(12, concat(field(1, 1), field(2, fill(2, 1))))))).toMatchObject({ kind: 'tooShort' })
  })

  it('with prekeys have one to four bundles, each of at most their size, and no place in the history', () => {
    const aside = concat(field(1, fill(16, 1)), field(2, fill(32, 2)), field(4, 9))
    const prekeys = (...sizes: number[]) =>
      field(1, concat(aside, field(14, concat(...sizes.map((size) => field(1, fill(size, 9)))))))
    expect(errorOf(prekeys(1_441, 1, 1, 1))).toMatchObject({ event: { sequence: 0, body: { kind: 'prekeys' } } })
    expect(errorOf(prekeys())).toEqual({ kind: 'tooShort', field: 'bundles', got: 0, min: 1 })
    expect(errorOf(prekeys(1, 1, 1, 1, 1))).toEqual({ kind: 'tooMany', field: 'bundles', max: 4 })
    expect(errorOf(prekeys(1_442))).toEqual({ kind: 'tooLong', field: 'bundles', got: 1_442, max: 1_441 })
    const numbered = eventWith(field(14, field(1, fill(3, 9))))
    expect(errorOf(numbered)).toEqual({ kind: 'badValue', field: 'sequence', got: 5 })
  })

  it('with repeated singular fields or too many of the others are refused', () => {
    expect(errorOf(eventWith(field(3, 6), textBody))).toEqual({ kind: 'tooMany', field: 'sequence', max: 1 })
    expect(errorOf(concat(eventWith(textBody), eventWith(textBody)))).toEqual({
      kind: 'tooMany',
      field: 'event',
      max: 1,
    })
    const heads = Array.from({ length: 17 }, () => field(6, fill(16, 1)))
    expect(errorOf(eventWith(...heads, textBody))).toEqual({ kind: 'tooMany', field: 'heads', max: 16 })
    const many = Array.from({ length: 513 }, () => field(100, 1))
    expect(errorOf(concat(...many))).toEqual({ kind: 'tooMany', field: 'fields', max: 512 })
  })

  it('with a broken shape are refused: varints, tags, wire types, groups, overruns', () => {
    expect(errorOf(Uint8Array.of(0x08, 0x80, 0x00))).toMatchObject({ kind: 'badWireType', field: 'event' })
    expect(errorOf(concat(field(100, 1), Uint8Array.of(0x80)))).toMatchObject({ kind: 'truncated' })
    expect(errorOf(Uint8Array.of(0xa0, 0x06, 0x80, 0x00))).toMatchObject({ kind: 'badVarint' })
    expect(errorOf(Uint8Array.of(0xa0, 0x06, ...fill(11, 0xff)))).toMatchObject({ kind: 'badVarint' })
    // 2^64 - 1 is the last that 64 bits can say; what then fails is that there is no event.
    expect(errorOf(Uint8Array.of(0xa0, 0x06, ...fill(9, 0xff), 0x01))).toMatchObject({ kind: 'kindCount' })
    expect(errorOf(Uint8Array.of(0xa0, 0x06, ...fill(9, 0xff), 0x02))).toMatchObject({ kind: 'badVarint' })
    expect(errorOf(Uint8Array.of(0xa0, 0x06, ...fill(9, 0xff), 0x7f))).toMatchObject({ kind: 'badVarint' })
    expect(errorOf(Uint8Array.of(0x02, 0x00))).toMatchObject({ kind: 'badTag' })
    expect(errorOf(Uint8Array.of(...fill(9, 0xff), 0x01))).toMatchObject({ kind: 'badTag' })
    expect(errorOf(Uint8Array.of(0xa3, 0x06))).toEqual({ kind: 'badWireType', field: '#100', got: 3 })
    expect(errorOf(fill(50_000, 0x13))).toMatchObject({ kind: 'badWireType' })
    expect(errorOf(Uint8Array.of(0x0a, 0x05, 0x00))).toMatchObject({ kind: 'truncated', wanted: 5, left: 1 })
    expect(errorOf(Uint8Array.of(0xa2, 0x06, 0x05))).toMatchObject({ kind: 'truncated', wanted: 5, left: 0 })
    expect(errorOf(Uint8Array.of(0xa0, 0x06))).toMatchObject({ kind: 'truncated' })
    expect(errorOf(Uint8Array.of(0x0a))).toMatchObject({ kind: 'truncated' })
    // A nested message that claims the bytes behind its parent's end.
    expect(errorOf(concat(field(1, Uint8Array.of(0x5a, 0x20)), fill(40, 0)))).toMatchObject({ kind: 'truncated' })
    expect(errorOf(new Uint8Array(protocolLimits.contentSizeBytesMax + 1))).toMatchObject({ kind: 'tooLong' })
  })

  it('cut at any place are refused or still whole', () => {
    for (const body of bodies) {
      const raw = encodeContent(contentOf(body))
      for (let length = 0; length < raw.length; length += raw.length > 2_500 ? 13 : 1) {
        expect(decodeContent(raw.subarray(0, length)).ok).toBe(false)
      }
    }
  })

  it('of a grant or of relays that are none are refused', () => {
    const [key, signer] = [field(1, fill(32, 8)), field(2, fill(32, 9))]
    const profile = (...fields: Uint8Array[]): unknown => {
      return errorOf(eventWith(field(13, concat(field(1, utf8('B')), ...fields))))
    }
    const mail = (...fields: Uint8Array[]): unknown => profile(field(5, concat(...fields)))
    expect(mail(key, signer)).toMatchObject({ kind: 'event', event: { body: { mail: { key: fill(32, 8) } } } })
    expect(profile()).toMatchObject({ kind: 'event', event: { body: { mail: null, relays: [] } } })
    expect(mail(signer)).toEqual({ kind: 'tooShort', field: 'key', got: 0, min: 32 })
    expect(mail(key)).toEqual({ kind: 'tooShort', field: 'signer', got: 0, min: 32 })
    expect(mail(field(1, fill(31, 8)), signer)).toEqual({ kind: 'tooShort', field: 'key', got: 31, min: 32 })
    expect(mail(key, field(2, fill(33, 8)))).toEqual({ kind: 'tooLong', field: 'signer', got: 33, max: 32 })
    expect(profile(field(5, concat(key, signer)), field(5, concat(key, signer)))).toMatchObject({ field: 'mail' })
    const relay = field(6, key)
    expect(profile(relay, relay)).toMatchObject({ kind: 'event' })
    expect(profile(relay, relay, relay)).toEqual({ kind: 'tooMany', field: 'relays', max: 2 })
    expect(profile(field(6, field(1, fill(31, 8))))).toEqual({ kind: 'tooShort', field: 'device', got: 31, min: 32 })
  })

  it('of mailboxes that are none are refused', () => {
    const key = field(1, fill(32, 8))
    const profile = (...mailboxes: Uint8Array[]): unknown => {
      return errorOf(eventWith(field(13, concat(field(1, utf8('B')), ...mailboxes.map((box) => field(4, box))))))
    }
    expect(profile(key, key)).toMatchObject({ kind: 'event' })
    expect(profile(key, key, key)).toEqual({ kind: 'tooMany', field: 'mailboxes', max: 2 })
    expect(profile(field(1, fill(31, 8)))).toEqual({ kind: 'tooShort', field: 'device', got: 31, min: 32 })
    expect(profile(field(1, fill(33, 8)))).toEqual({ kind: 'tooLong', field: 'device', got: 33, max: 32 })
    expect(profile(field(2, utf8('a')))).toEqual({ kind: 'tooShort', field: 'device', got: 0, min: 32 })
    expect(profile(concat(key, field(2, fill(0, 0))))).toEqual({ kind: 'tooShort', field: 'addresses', got: 0, min: 1 })
    expect(profile(concat(key, field(2, Uint8Array.of(0xff))))).toEqual({ kind: 'badText', field: 'addresses' })
    const five = concat(key, ...Array.from({ length: 5 }, () => field(2, utf8('a'))))
    expect(profile(five)).toEqual({ kind: 'tooMany', field: 'addresses', max: 4 })
    expect(errorOf(eventWith(field(13, field(3, 2 ** 32))))).toMatchObject({ kind: 'badValue', field: 'services' })
  })

  it('of random bytes never make the decoder throw', () => {
    const raw = encodeContent(contentOf({ kind: 'text', text: 'hello' }))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(raw.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const changed = raw.slice()
        for (const [at, value] of changes) changed[at] = value
        decodeContent(changed)
      }),
      { seed: 3, numRuns: 3_000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => void decodeContent(noise)),
      { seed: 4, numRuns: 2_000 },
    )
  })

  it('that we may not write are broken invariants', () => {
    const text: KnownBody = { kind: 'text', text: 'x' }
    const box = { device: deviceIdOf(fill(32, 8)), addresses: ['a'] }
    for (const content of [
      contentOf({ kind: 'text', text: '' }),
      contentOf({ kind: 'text', text: 'x'.repeat(protocolLimits.messageTextSizeBytesMax + 1) }),
      contentOf({ kind: 'receipt', state: 'read', events: [] }),
      contentOf({
        kind: 'profile',
        name: 'x'.repeat(129),
        addresses: [],
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      }),
      contentOf({
        kind: 'hello',
        name: '',
        addresses: [''],
        descriptor: fill(0, 0),
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      }),
      contentOf({
        kind: 'hello',
        name: '',
        addresses: [],
        descriptor: fill(2_049, 0),
        services: 0,
        mailboxes: [],
        relays: [],
        mail: null,
      }),
      contentOf({ kind: 'profile', name: '', addresses: [], services: 2 ** 32, mailboxes: [], relays: [], mail: null }),
      contentOf({
        kind: 'profile',
        name: '',
        addresses: [],
        services: 0,
        mailboxes: [box, box, box],
        relays: [],
        mail: null,
      }),
      contentOf({
        kind: 'profile',
        name: '',
        addresses: [],
        services: 0,
        mailboxes: [],
        relays: [box, box, box],
        mail: null,
      }),
      contentOf({
        kind: 'profile',
        name: '',
        addresses: [],
        services: 0,
        mailboxes: [{ ...box, addresses: [''] }],
        relays: [],
        mail: null,
      }),
      contentOf({
        kind: 'profile',
        name: '',
        addresses: [],
        services: 0,
        mailboxes: [{ ...box, addresses: ['a', 'b', 'c', 'd', 'e'] }],
        relays: [],
        mail: null,
      }),
      ...[31, 33].flatMap((length) =>
        [
          { key: fill(length, 1), signer: fill(32, 2) },
          { key: fill(32, 1), signer: fill(length, 2) },
        ].map((mail) =>
          contentOf({ kind: 'profile', name: '', addresses: [], services: 0, mailboxes: [], relays: [], mail }),
        ),
      ),
      contentOf(text, { sequence: 0 }),
      contentOf(text, { timeMs: -1 }),
      contentOf(text, { counter: 2 ** 32 }),
      contentOf(text, { heads: Array.from({ length: 17 }, () => head) }),
      contentOf({ kind: 'prekeys', bundles: [] }),
      contentOf({ kind: 'prekeys', bundles: Array.from({ length: 5 }, () => fill(1, 1)) }),
      contentOf({ kind: 'prekeys', bundles: [fill(1_442, 1)] }),
      contentOf({ kind: 'prekeys', bundles: [fill(1, 1)] }, { sequence: 1 }),
      contentOf({ kind: 'other' } as unknown as KnownBody),
    ]) {
      expect(() => encodeContent(content)).toThrow(InvariantError)
    }
  })
})
