/** Vectors of contents: protobuf of every kind, of later versions, and of no lawful shape. */
import { concat, toHex, utf8 } from '../../../main/core/bytes.ts'
import { conversationIdOf, eventIdOf } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import type { KnownBody } from '../../../main/core/wire/contents.ts'
import { encodeContent } from '../../../main/core/wire/contents.ts'
import type { Author, Draft } from './author.ts'
import { anna, bytesFor, startMs } from './people.ts'

const id = bytesFor('event id', 16)
const place = bytesFor('conversation', 32)
const heads = [1, 2].map((at) => eventIdOf(bytesFor(`head ${at}`, 16)))

function contentOf(body: KnownBody, sequence: number): Uint8Array {
  const common = { id: eventIdOf(id), conversation: conversationIdOf(place), timeMs: startMs, counter: 3 }
  return encodeContent({ kind: 'event', event: { ...common, sequence, heads: sequence === 0 ? [] : heads, body } })
}

function varint(value: number): number[] {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return [...bytes, left]
}

/** A field of protobuf: a number, or bytes. */
function field(number: number, value: number | Uint8Array): Uint8Array {
  const wireType = typeof value === 'number' ? 0 : 2
  const tag = Uint8Array.from(varint(number * 8 + wireType))
  if (typeof value === 'number') return concat(tag, Uint8Array.from(varint(value)))
  return concat(tag, Uint8Array.from(varint(value.length)), value)
}

const text = field(11, field(1, utf8('hello')))
const named = concat(field(1, id), field(2, place), field(3, 5))
const eventOf = (...parts: readonly Uint8Array[]): Uint8Array => field(1, concat(named, ...parts))

function contents(): Draft[] {
  const addresses = ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001']
  const of = (name: string, describes: string, content: Uint8Array, canonical?: false): Draft => ({
    name: `wire/content-${name}`,
    describes,
    scenario: 'content',
    input: { content, canonical },
  })
  return [
    of(
      'hello',
      'The first event of each side, with its signed descriptor.',
      contentOf(
        {
          kind: 'hello',
          name: 'Anna Müller',
          addresses,
          descriptor: anna.identity.descriptor,
          services: 0,
          mailboxes: [],
          relays: [],
          mail: null,
        },
        0,
      ),
    ),
    of(
      'hello-of-nothing',
      'A hello without a name, addresses or descriptor.',
      contentOf(
        {
          kind: 'hello',
          name: '',
          addresses: [],
          descriptor: new Uint8Array(0),
          services: 0,
          mailboxes: [],
          relays: [],
          mail: null,
        },
        0,
      ),
    ),
    of('text', 'A text with its place and two heads.', contentOf({ kind: 'text', text: 'Grüße 🐦' }, 20_000)),
    of('receipt', 'Two events were read.', contentOf({ kind: 'receipt', state: 'read', events: heads }, 0)),
    of(
      'profile-with-mailboxes',
      'What the device does for contacts, and the two mailboxes at which it can be left something, with what, and a relay that keeps its records as well.',
      contentOf(
        {
          kind: 'profile',
          name: 'Anna',
          addresses: [],
          services: 3,
          mailboxes: [
            { device: anna.identity.device, addresses },
            { device: anna.identity.device, addresses: [] },
          ],
          relays: [{ device: anna.identity.device, addresses: addresses.slice(0, 1) }],
          mail: { key: bytesFor('slot key', 32), signer: bytesFor('signer key', 32) },
        },
        0,
      ),
    ),
    of(
      'profile',
      'Another name and another address.',
      contentOf(
        {
          kind: 'profile',
          name: 'Anna',
          addresses: addresses.slice(0, 1),
          services: 0,
          mailboxes: [],
          relays: [],
          mail: null,
        },
        0,
      ),
    ),
    of(
      'prekeys',
      'A stash of two bundles, which are not looked into here.',
      contentOf({ kind: 'prekeys', bundles: [bytesFor('bundle', 64), bytesFor('another bundle', 64)] }, 0),
    ),
    of(
      'with-additions',
      'Fields from 100 on are kept and not understood.',
      concat(eventOf(text, field(100, utf8('later'))), field(101, 7)),
      false,
    ),
    of('of-an-unknown-kind', 'A content of kind 9 is kept whole.', field(9, utf8('of a later version')), false),
    of(
      'of-an-unknown-event',
      'An event whose body is field 99 is kept whole.',
      eventOf(field(99, utf8('of a later version'))),
      false,
    ),
    of(
      'receipt-of-an-unknown-state',
      'A receipt in state 2 is kept whole.',
      eventOf(field(12, concat(field(1, 2), field(2, id)))),
      false,
    ),
  ]
}

function refusals(): Draft[] {
  const tooMany = (name: string, max: number) => ({ kind: 'tooMany', field: name, max })
  const tooShort = (name: string, got: number, min: number) => ({ kind: 'tooShort', field: name, got, min })
  const event = (fields: Uint8Array) => field(1, fields)
  const unnumbered = (body: Uint8Array) => event(concat(field(1, id), field(2, place), body))
  const list: readonly (readonly [string, string, Uint8Array | object, object])[] = [
    [
      'over-its-limit',
      'The content has 60,001 bytes.',
      { repeat: 'a0', count: 60_001 },
      { kind: 'tooLong', field: 'content', got: 60_001, max: 60_000 },
    ],
    ['of-nothing', 'There is no kind.', new Uint8Array(0), { kind: 'kindCount', field: 'content', got: 0 }],
    [
      'of-two-kinds',
      'There are two kinds.',
      concat(eventOf(text), field(2, 1)),
      { kind: 'kindCount', field: 'content', got: 2 },
    ],
    ['without-a-body', 'The event has no body.', eventOf(), { kind: 'kindCount', field: 'body', got: 0 }],
    [
      'of-two-bodies',
      'The event has a text and a kind that is not known.',
      eventOf(text, field(15, 1)),
      { kind: 'kindCount', field: 'body', got: 2 },
    ],
    ['with-two-events', 'The one event stands twice.', concat(eventOf(text), eventOf(text)), tooMany('event', 1)],
    [
      'with-two-sequences',
      'A field that stands once stands twice.',
      eventOf(field(3, 6), text),
      tooMany('sequence', 1),
    ],
    [
      'with-17-heads',
      'There are more heads than sixteen.',
      eventOf(...Array.from({ length: 17 }, () => field(6, id)), text),
      tooMany('heads', 16),
    ],
    ['with-513-fields', 'There are more fields than 512.', { repeat: 'a00601', count: 513 }, tooMany('fields', 512)],
    [
      'with-short-event-id',
      'The 16 random bytes are 15.',
      event(concat(field(1, id.slice(1)), field(2, place), field(3, 5), text)),
      tooShort('id', 15, 16),
    ],
    [
      'with-short-conversation',
      'The conversation has 31 bytes.',
      event(concat(field(1, id), field(2, place.slice(1)), field(3, 5), text)),
      tooShort('conversation', 31, 32),
    ],
    ['with-short-head', 'A head has 3 bytes.', eventOf(field(6, id.slice(13)), text), tooShort('heads', 3, 16)],
    [
      'text-without-sequence',
      'A text is number 0.',
      event(concat(field(1, id), field(2, place), text)),
      { kind: 'badValue', field: 'sequence', got: 0 },
    ],
    [
      'at-no-date',
      'The time is later than any date.',
      eventOf(field(4, protocolLimits.timeMsMax + 1), text),
      { kind: 'badValue', field: 'timeMs', got: protocolLimits.timeMsMax + 1 },
    ],
    [
      'with-counter-of-33-bits',
      'The counter has more than 32 bits.',
      eventOf(field(5, 2 ** 32), text),
      { kind: 'badValue', field: 'counter', got: 2 ** 32 },
    ],
    [
      'text-that-is-none',
      'The text is no UTF-8.',
      eventOf(field(11, field(1, Uint8Array.of(0xc0, 0x80)))),
      { kind: 'badText', field: 'body' },
    ],
    ['text-of-nothing', 'The text is empty.', eventOf(field(11, new Uint8Array(0))), tooShort('body', 0, 1)],
    [
      'name-over-its-limit',
      'The name has 129 bytes.',
      eventOf(field(13, field(1, new Uint8Array(129).fill(97)))),
      { kind: 'tooLong', field: 'name', got: 129, max: 128 },
    ],
    ['receipt-of-nothing', 'The receipt names no event.', eventOf(field(12, field(1, 1))), tooShort('events', 0, 1)],
    ['prekeys-of-nothing', 'There is no bundle.', unnumbered(field(14, new Uint8Array(0))), tooShort('bundles', 0, 1)],
    [
      'prekeys-with-sequence',
      'Prekeys are numbered.',
      eventOf(field(14, field(1, id))),
      { kind: 'badValue', field: 'sequence', got: 5 },
    ],
    [
      'prekeys-of-five-bundles',
      'There are more bundles than four.',
      unnumbered(field(14, concat(...[1, 2, 3, 4, 5].map(() => field(1, id))))),
      tooMany('bundles', 4),
    ],
    [
      'bundle-over-its-limit',
      'A bundle has 1,442 bytes.',
      [
        toHex(
          field(
            1,
            concat(
              field(1, id),
              field(2, place),
              Uint8Array.of(0x72, 0xa5, 0x0b, 0x0a, 0xa2, 0x0b),
              new Uint8Array(1_442),
            ),
          ),
        ).slice(0, -2_884),
        { repeat: '00', count: 1_442 },
      ],
      { kind: 'tooLong', field: 'bundles', got: 1_442, max: 1_441 },
    ],
    [
      'with-long-varint',
      'A number is written with more bytes than it needs.',
      Uint8Array.of(0xa0, 0x06, 0x80, 0x00),
      { kind: 'badVarint', at: 4 },
    ],
    [
      'with-varint-of-eleven-bytes',
      'A number has more than ten bytes.',
      concat(Uint8Array.of(0xa0, 0x06), new Uint8Array(11).fill(0xff)),
      { kind: 'badVarint', at: 12 },
    ],
    ['with-field-0', 'There is no field 0.', Uint8Array.of(0x02, 0x00), { kind: 'badTag', got: 2 }],
    [
      'with-a-group',
      'Groups are never lawful.',
      Uint8Array.of(0xa3, 0x06),
      { kind: 'badWireType', field: '#100', got: 3 },
    ],
    [
      'with-another-wire-type',
      'The event is a number.',
      Uint8Array.of(0x08, 0x01),
      { kind: 'badWireType', field: 'event', got: 0 },
    ],
    [
      'cut',
      'The event ends before its length.',
      eventOf(text).slice(0, -1),
      { kind: 'truncated', wanted: 63, left: 62 },
    ],
    [
      'that-runs-over-its-parent',
      'A text claims bytes behind the end of its event.',
      concat(field(1, Uint8Array.of(0x5a, 0x20)), new Uint8Array(40)),
      { kind: 'truncated', wanted: 32, left: 0 },
    ],
  ]
  return list.map(([name, describes, content, error]) => ({
    name: `wire/refuses-content-${name}`,
    describes,
    scenario: 'content',
    input: { content },
    error,
  }))
}

export function makeContents(author: Author): void {
  author.add('Contents', [...contents(), ...refusals()])
}
