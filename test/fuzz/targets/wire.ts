/** What is read before anybody is authenticated, and what stands inside a seal. */
import {
  concat,
  equalBytes,
  fromBase64,
  fromBase64Url,
  fromHex,
  fromUtf8,
  toBase64,
  toBase64Url,
} from '../../../main/core/bytes.ts'
import { toHex, utf8 } from '../../../main/core/bytes.ts'
import { sanitizeName, sanitizeText } from '../../../main/core/identity/names.ts'
import { looksLike } from '../../../main/core/identity/skeleton.ts'
import { nameSlug } from '../../../main/core/identity/slug.ts'
import { conversationIdOf, envelopeIdOf, eventIdOf, inviteIdOf } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import type { Content, KnownBody } from '../../../main/core/wire/contents.ts'
import { decodeContent, encodeContent } from '../../../main/core/wire/contents.ts'
import type { MessageShape } from '../../../main/core/wire/fields.ts'
import { checkShape } from '../../../main/core/wire/fields.ts'
import type { Frame } from '../../../main/core/wire/frame.ts'
import { decodeFrame, encodeFrame } from '../../../main/core/wire/frame.ts'
import { pad, unpad } from '../../../main/core/wire/padding.ts'
import { Chance } from '../../sim/schedule.ts'
import { countFields, field, varintField } from '../protobuf.ts'
import type { Target } from '../target.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'
import { textTokens, words } from '../tokens.ts'

const frameSizeBytesMax = protocolLimits.frameSizeBytesMax + 64

function bytesOf(length: number, fill = length): Uint8Array {
  return new Chance(fill).bytes(length)
}

function frameSeeds(): readonly Uint8Array[] {
  const requestId = bytesOf(16)
  const frames: readonly Frame[] = [
    { kind: 'envelope', sealed: Uint8Array.of(2, ...bytesOf(331)) },
    { kind: 'ack', envelopeIds: [envelopeIdOf(bytesOf(16))] },
    { kind: 'ack', envelopeIds: Array.from({ length: 64 }, (_, i) => envelopeIdOf(bytesOf(16, i))) },
    { kind: 'reject', envelopeId: envelopeIdOf(bytesOf(16)), reason: 'undecryptable' },
    { kind: 'bundleRequest', requestId, purpose: { kind: 'renew' } },
    {
      kind: 'bundleRequest',
      requestId,
      purpose: { kind: 'invite', inviteId: inviteIdOf(bytesOf(16, 3)), proof: bytesOf(32) },
    },
    { kind: 'bundleReply', requestId, status: { kind: 'ok', bundle: bytesOf(300) } },
    { kind: 'bundleReply', requestId, status: { kind: 'withdrawn' } },
    { kind: 'goodbye', reason: 'closing' },
  ]
  return frames.map(encodeFrame)
}

const frame: Target = {
  name: 'frame',
  what: 'decodeFrame; canonical: what decodes encodes to the same bytes',
  inputSizeBytesMax: frameSizeBytesMax,
  weight: 1,
  tokens: [],
  seeds: frameSeeds,
  run(input, clock) {
    const decoded = clock.time(() => decodeFrame(input))
    if (!decoded.ok) {
      const { error } = decoded
      return [error.kind === 'malformed' ? `malformed ${error.error.kind}` : error.kind]
    }
    mustBeSameBytes(encodeFrame(decoded.value), input, 'a frame has two encodings')
    return [decoded.value.kind]
  },
}

const bodies: readonly KnownBody[] = [
  { kind: 'text', text: 'Hello, hello' },
  { kind: 'text', text: 'e\u0301\u202e \u{1f468}\u200d\u{1f469}' },
  {
    kind: 'hello',
    name: 'Ada',
    addresses: ['/ip4/192.168.0.7/tcp/4001', '/ip6/::1/tcp/9'],
    descriptor: bytesOf(20),
    services: 0,
    mailboxes: [],
    relays: [],
    mail: null,
  },
  { kind: 'receipt', state: 'read', events: [1, 2, 3].map((fill) => eventIdOf(bytesOf(16, fill))) },
  { kind: 'profile', name: '', addresses: [], services: 0, mailboxes: [], relays: [], mail: null },
  { kind: 'prekeys', bundles: [bytesOf(40), bytesOf(8)] },
]

function contentSeeds(): readonly Uint8Array[] {
  const known = bodies.map((body, at) =>
    encodeContent({
      kind: 'event',
      event: {
        id: eventIdOf(bytesOf(16, at)),
        conversation: conversationIdOf(bytesOf(32, at)),
        sequence: body.kind === 'prekeys' ? 0 : at + 1,
        timeMs: 1_800_000_000_000,
        counter: at,
        heads: at === 1 ? [eventIdOf(bytesOf(16, 9))] : [],
        body,
      },
    }),
  )
  const laterBody = field(
    1,
    concat(field(1, bytesOf(16)), field(2, bytesOf(32)), varintField(3, 7), field(50, utf8('x'))),
  )
  return [...known, laterBody, field(2, utf8('of a later version')), concat(known[0] ?? laterBody, varintField(100, 5))]
}

/** What was understood, said again: it must be understood as the same. */
function saidAgain(content: Content): void {
  if (content.kind !== 'event') return
  const { body } = content.event
  if (body.kind === 'unknown') return
  const again = decodeContent(encodeContent({ kind: 'event', event: { ...content.event, body } }))
  must(again.ok && again.value.kind === 'event', 'what was understood does not decode when it is said again')
  mustEqual(again.value.event, content.event, 'what was understood is said in other words')
}

const content: Target = {
  name: 'content',
  what: 'decodeContent; not canonical (additions survive in `raw`): what is known means the same when encoded again',
  inputSizeBytesMax: protocolLimits.contentSizeBytesMax + 64,
  weight: 3,
  tokens: [
    ...textTokens,
    field(1, new Uint8Array(0)),
    varintField(3, 1),
    field(12, new Uint8Array(4)),
    field(99, utf8('x')),
  ],
  seeds: contentSeeds,
  run(input, clock) {
    const decoded = clock.time(() => decodeContent(input))
    if (!decoded.ok) {
      const { error } = decoded
      // Fields that are not known are named by their number, of which there are many.
      return [`${error.kind} ${'field' in error ? error.field.replace(/[0-9]+/, '') : ''}`]
    }
    must(decoded.value.raw === input, 'a content is kept in other bytes')
    if (decoded.value.kind === 'unknown') return ['unknown']
    saidAgain(decoded.value)
    return [decoded.value.event.body.kind]
  },
}

const testShape: MessageShape = {
  1: { kind: 'varint', name: 'number', max: 1_000 },
  2: { kind: 'bytes', name: 'some', max: 8, repeatedMax: 3 },
  3: {
    kind: 'message',
    name: 'nested',
    fields: {
      1: { kind: 'bytes', name: 'text', max: 100 },
      2: {
        kind: 'message',
        name: 'deeper',
        fields: { 1: { kind: 'varint', name: 'last', max: Number.MAX_SAFE_INTEGER } },
      },
    },
  },
}

const fields: Target = {
  name: 'fields',
  what: 'checkShape; it counts the fields that another reader counts, and no more than there may be',
  inputSizeBytesMax: 4_096,
  weight: 1,
  tokens: [],
  seeds: () => [
    concat(varintField(1, 999), field(2, utf8('a')), field(2, utf8('b'))),
    field(3, concat(field(1, utf8('x')), field(2, varintField(1, 2 ** 53 - 1)))),
    concat(
      varintField(9, 1),
      Uint8Array.of(0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x55, 1, 2, 3, 4),
      field(1_000, utf8('later')),
    ),
  ],
  run(input, clock) {
    const checked = clock.time(() => checkShape(input, testShape))
    if (!checked.ok) return [checked.error.kind]
    mustEqual(checked.value.counts, countFields(input), 'fields are counted otherwise than by another reader')
    let count = 0
    for (const often of checked.value.counts.values()) count += often
    must(count <= input.length && count <= protocolLimits.contentFieldsMax, 'more fields than there can be')
    return [`fields ${Math.min(count, 8)}`, ...[...checked.value.messages.keys()].map((number) => `message ${number}`)]
  },
}

const padding: Target = {
  name: 'padding',
  what: 'unpad; canonical: what is unpadded pads to the same bytes',
  inputSizeBytesMax: frameSizeBytesMax,
  weight: 1,
  tokens: [Uint8Array.of(0x80), Uint8Array.of(0x80, 0, 0, 0), new Uint8Array(64)],
  seeds: () => [0, 1, 159, 160, 1_000].map((length) => pad(bytesOf(length))),
  run(input, clock) {
    const plain = clock.time(() => unpad(input))
    if (!plain.ok) return [plain.error.kind]
    mustBeSameBytes(pad(plain.value), input, 'one content has two paddings')
    return [`class ${input.length < 2_048 ? input.length : 'large'}`]
  },
}

/** Node's own reading of the same text, where it knows the format. */
function agreesWithNode(input: Uint8Array): readonly string[] {
  const text = fromUtf8(input, 'text')
  let theirs: string | null = null
  try {
    theirs = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(input)
  } catch {
    theirs = null
  }
  mustEqual(text.ok ? text.value : null, theirs, 'UTF-8 is read otherwise than by the platform')
  if (!text.ok) return ['not UTF-8']
  mustBeSameBytes(utf8(text.value), input, 'UTF-8 is written otherwise than it was read')
  const happened = ['UTF-8']
  for (const [name, decode, encode] of [
    ['hex', fromHex, toHex],
    ['base64', fromBase64, toBase64],
    ['base64url', fromBase64Url, toBase64Url],
  ] as const) {
    const bytes = decode(text.value)
    if (!bytes.ok) continue
    happened.push(name)
    const said = name === 'hex' ? text.value.toLowerCase() : text.value
    mustEqual(encode(bytes.value), said, `${name} is written otherwise than it was read`)
    must(
      equalBytes(bytes.value, new Uint8Array(Buffer.from(text.value, name))),
      `${name} is read otherwise than by Node`,
    )
  }
  return happened
}

const text: Target = {
  name: 'text',
  what: 'fromUtf8, fromHex, fromBase64, fromBase64Url against the platform’s own; canonical (hex but for its case)',
  inputSizeBytesMax: 512,
  weight: 1,
  tokens: [...textTokens, ...words('=', '==', 'AA', 'ff', '-', '_', '+', '/')],
  seeds: () => words('Hello', 'naïve \u{1f98a}', 'deadbeef', 'aGVsbG8=', 'aGVsbG8', '____', ''),
  run: (input, clock) => clock.time(() => agreesWithNode(input)),
}

/** Beyond what a message may have, so that the cut is tried too. */
const namedSizeBytesMax = protocolLimits.messageTextSizeBytesMax + 256

const names: Target = {
  name: 'names',
  what: 'sanitizeText, sanitizeName, looksLike, nameSlug; what they give is within its limit, and stays as it is when given in again',
  inputSizeBytesMax: namedSizeBytesMax,
  weight: 3,
  tokens: textTokens,
  seeds: () => [
    ...words(
      'Ada Lovelace',
      'a\u0300\u0316b \u202e\u2066c\u2069',
      '\u{1f468}\u200d\u{1f469} \u0644\u200c\u0645',
      'one\r\ntwo\u2028',
    ),
    utf8(`a${'\u0315\u0300'.repeat(40)}`),
    utf8('\u1100\u1161\u11a8 \u0958 \u{1d15e}'),
  ],
  run(input, clock) {
    const said = fromUtf8(input, 'text')
    if (!said.ok) return [said.error.kind]
    const shown = clock.time(() => sanitizeText(said.value))
    must(utf8(shown).length <= protocolLimits.messageTextSizeBytesMax, 'a text is longer than its limit')
    mustEqual(sanitizeText(shown), shown, 'a text that was made safe changes when it is made safe again')
    const name = clock.time(() => sanitizeName(said.value))
    must(utf8(name).length <= protocolLimits.nameSizeBytesMax, 'a name is longer than its limit')
    mustEqual(sanitizeName(name), name, 'a name that was made safe changes when it is made safe again')
    mustEqual(looksLike(name, 'Ada'), looksLike('Ada', name), 'one name looks like another that does not look like it')
    must(/^[a-z0-9-]{1,32}$/.test(nameSlug(name)), 'a name makes a file name that is none')
    return [shown === said.value ? 'as said' : 'changed', name === '' ? 'no name' : 'name']
  },
}

export const wireTargets: readonly Target[] = [frame, content, fields, padding, text, names]
