/**
 * What two accounts say to each other inside the seal (PROTOCOL.md, "Contents"), as our own closed
 * union over the generated protobuf. Nothing is acted on before all of it has been checked.
 */
import { assert, unreachable } from '../assert.ts'
import type { ConversationId, EventId } from '../ids.ts'
import { conversationIdOf, eventIdOf, idBytes } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { Event } from './content/content.ts'
import { Content as ContentCodec } from './content/content.ts'
import type { FieldCounts, MessageShape } from './fields.ts'
import { checkShape } from './fields.ts'
import type { Reach } from './reach.ts'
import { reachFields, reachShapes, readReach } from './reach.ts'
import type { ContentError } from './values.ts'
import { bounded, exactly, textBytes, texts, u32Max } from './values.ts'

export type { Reach } from './reach.ts'
export type { ContentError } from './values.ts'

/** What an event says, of the kinds that this version knows. Texts are as the sender wrote them: sanitise before showing. */
export type KnownBody =
  | ({
      readonly kind: 'hello'
      readonly name: string
      /** The sender's signed identity descriptor, or empty. */
      readonly descriptor: Uint8Array
    } & Reach)
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'receipt'; readonly state: 'read'; readonly events: readonly EventId[] }
  | ({ readonly kind: 'profile'; readonly name: string } & Reach)
  /** Bundles of the sender's device, not looked into yet: its stash with the receiver, in place of the one before. */
  | { readonly kind: 'prekeys'; readonly bundles: readonly Uint8Array[] }

/** Of a later version: store the content's raw bytes, show "needs a newer version". */
export interface UnknownBody {
  readonly kind: 'unknown'
  readonly field: number
}

/**
 * One event of a conversation. `sequence` counts from 1 per sender's device and conversation what is
 * part of its history; receipts, hellos, profiles and prekeys are not, and carry 0.
 */
export interface ContentEvent<Body = KnownBody | UnknownBody> {
  readonly id: EventId
  readonly conversation: ConversationId
  readonly sequence: number
  readonly timeMs: number
  readonly counter: number
  readonly heads: readonly EventId[]
  readonly body: Body
}

/** A decoded content. `raw` is all of it as it came, so that fields unknown here survive. */
export type Content =
  | { readonly kind: 'event'; readonly event: ContentEvent; readonly raw: Uint8Array }
  | { readonly kind: 'unknown'; readonly field: number; readonly raw: Uint8Array }

/** A content to be sent. */
export interface NewContent {
  readonly kind: 'event'
  readonly event: ContentEvent<KnownBody>
}

const limits = protocolLimits
const eventIdBytes = 16
const conversationIdBytes = 32
const { name, addresses, services, mailboxes, relays, mail } = reachShapes

const eventShape: MessageShape = {
  1: { kind: 'bytes', name: 'id', max: eventIdBytes },
  2: { kind: 'bytes', name: 'conversation', max: conversationIdBytes },
  3: { kind: 'varint', name: 'sequence', max: Number.MAX_SAFE_INTEGER },
  4: { kind: 'varint', name: 'timeMs', max: limits.timeMsMax },
  5: { kind: 'varint', name: 'counter', max: u32Max },
  6: { kind: 'bytes', name: 'heads', max: eventIdBytes, repeatedMax: limits.eventHeadsMax },
  10: {
    kind: 'message',
    name: 'hello',
    fields: {
      1: name,
      2: addresses,
      3: { kind: 'bytes', name: 'descriptor', max: limits.identityPayloadSizeBytesMax },
      4: services,
      5: mailboxes,
      6: mail,
      7: relays,
    },
  },
  11: {
    kind: 'message',
    name: 'text',
    fields: { 1: { kind: 'bytes', name: 'body', max: limits.messageTextSizeBytesMax } },
  },
  12: {
    kind: 'message',
    name: 'receipt',
    fields: {
      1: { kind: 'varint', name: 'state', max: u32Max },
      2: { kind: 'bytes', name: 'events', max: eventIdBytes, repeatedMax: limits.receiptEventsMax },
    },
  },
  13: {
    kind: 'message',
    name: 'profile',
    fields: { 1: name, 2: addresses, 3: services, 4: mailboxes, 5: mail, 6: relays },
  },
  14: {
    kind: 'message',
    name: 'prekeys',
    fields: {
      1: { kind: 'bytes', name: 'bundles', max: limits.bundleSizeBytesMax, repeatedMax: limits.stashBundlesMax },
    },
  },
}
const eventField = 1
const contentShape: MessageShape = { [eventField]: { kind: 'message', name: 'event', fields: eventShape } }

/** Field numbers of Content and of Event at which a kind may stand; later ones are additions. */
const contentKinds = { from: 1, to: 99 }
const bodyKinds = { from: 10, to: 99 }

const receiptStateRead = 1

function eventIds(field: string, list: readonly Uint8Array[]): Result<readonly EventId[], ContentError> {
  const ids: EventId[] = []
  for (const bytes of list) {
    const refused = exactly(field, bytes, eventIdBytes)
    if (refused !== null) return err(refused)
    ids.push(eventIdOf(bytes))
  }
  return ok(ids)
}

function bodyOf(event: Event, field: number): Result<KnownBody | UnknownBody, ContentError> {
  if (event.hello !== undefined) {
    const { descriptor } = event.hello
    const hello = readReach(event.hello)
    return hello.ok ? ok({ kind: 'hello', ...hello.value, descriptor }) : hello
  }
  if (event.text !== undefined) {
    const text = texts('body', [event.text.body])
    return text.ok ? ok({ kind: 'text', text: text.value.join('') }) : text
  }
  if (event.receipt !== undefined) {
    if (event.receipt.state !== receiptStateRead) return ok({ kind: 'unknown', field })
    if (event.receipt.events.length === 0) return err({ kind: 'tooShort', field: 'events', got: 0, min: 1 })
    const events = eventIds('events', event.receipt.events)
    return events.ok ? ok({ kind: 'receipt', state: 'read', events: events.value }) : events
  }
  if (event.profile !== undefined) {
    const profile = readReach(event.profile)
    return profile.ok ? ok({ kind: 'profile', ...profile.value }) : profile
  }
  if (event.prekeys !== undefined) {
    const { bundles } = event.prekeys
    return bundles.length === 0
      ? err({ kind: 'tooShort', field: 'bundles', got: 0, min: 1 })
      : ok({ kind: 'prekeys', bundles })
  }
  return ok({ kind: 'unknown', field })
}

function eventOf(event: Event, bodyField: number): Result<ContentEvent, ContentError> {
  const refused =
    exactly('id', event.id, eventIdBytes) ?? exactly('conversation', event.conversation, conversationIdBytes)
  if (refused !== null) return err(refused)
  const heads = eventIds('heads', event.heads)
  if (!heads.ok) return heads
  const body = bodyOf(event, bodyField)
  if (!body.ok) return body
  const { kind } = body.value
  const misnumbered = event.sequence === 0 ? kind === 'text' : kind === 'prekeys'
  if (misnumbered) return err({ kind: 'badValue', field: 'sequence', got: event.sequence })
  return ok({
    id: eventIdOf(event.id),
    conversation: conversationIdOf(event.conversation),
    sequence: event.sequence,
    timeMs: event.timeMs,
    counter: event.counter,
    heads: heads.value,
    body: body.value,
  })
}

/** The one field number of the range that is present. */
function onlyKind(
  field: string,
  message: FieldCounts,
  range: { readonly from: number; readonly to: number },
): Result<number, ContentError> {
  const found = [...message.counts.keys()].filter((number) => number >= range.from && number <= range.to)
  const [only] = found
  if (only === undefined || found.length > 1) return err({ kind: 'kindCount', field, got: found.length })
  return ok(only)
}

/**
 * Decodes the plaintext of one envelope: total, at most `contentSizeBytesMax`, every id, text, number
 * and count checked. `raw` is the input itself, not a copy.
 */
export function decodeContent(bytes: Uint8Array): Result<Content, ContentError> {
  const max = limits.contentSizeBytesMax
  if (bytes.length > max) return err({ kind: 'tooLong', field: 'content', got: bytes.length, max })
  const shape = checkShape(bytes, contentShape)
  if (!shape.ok) return shape
  const kind = onlyKind('content', shape.value, contentKinds)
  if (!kind.ok) return kind
  const eventCounts = shape.value.messages.get(eventField)
  if (eventCounts === undefined) return ok({ kind: 'unknown', field: kind.value, raw: bytes })
  const bodyField = onlyKind('body', eventCounts, bodyKinds)
  if (!bodyField.ok) return bodyField
  const decoded = ContentCodec.decode(bytes).event
  assert(decoded !== undefined, 'generated code disagrees with the shape')
  const event = eventOf(decoded, bodyField.value)
  return event.ok ? ok({ kind: 'event', event: event.value, raw: bytes }) : event
}

function bodyFields(body: KnownBody): Partial<Event> {
  switch (body.kind) {
    case 'hello': {
      bounded('descriptor', body.descriptor.length, 0, limits.identityPayloadSizeBytesMax)
      return { hello: { descriptor: body.descriptor, ...reachFields(body) } }
    }
    case 'text':
      return { text: { body: textBytes('text', body.text, 1, limits.messageTextSizeBytesMax) } }
    case 'receipt':
      bounded('receipt', body.events.length, 1, limits.receiptEventsMax)
      return { receipt: { state: receiptStateRead, events: body.events.map(idBytes) } }
    case 'profile':
      return { profile: reachFields(body) }
    case 'prekeys':
      bounded('prekeys', body.bundles.length, 1, limits.stashBundlesMax)
      for (const bundle of body.bundles) bounded('bundle', bundle.length, 0, limits.bundleSizeBytesMax)
      return { prekeys: { bundles: [...body.bundles] } }
    default:
      return unreachable(body)
  }
}

/**
 * The plaintext of a content of ours. Values out of bounds are broken invariants: check what the user
 * typed before. Others' contents are passed on as their `raw`, never encoded anew.
 */
export function encodeContent(content: NewContent): Uint8Array {
  const { event } = content
  bounded('heads', event.heads.length, 0, limits.eventHeadsMax)
  const { kind } = event.body
  const sequenceMax = kind === 'prekeys' ? 0 : Number.MAX_SAFE_INTEGER
  bounded('sequence', event.sequence, kind === 'text' ? 1 : 0, sequenceMax)
  bounded('timeMs', event.timeMs, 0, limits.timeMsMax)
  bounded('counter', event.counter, 0, u32Max)
  const bytes = ContentCodec.encode({
    event: {
      id: idBytes(event.id),
      conversation: idBytes(event.conversation),
      sequence: event.sequence,
      timeMs: event.timeMs,
      counter: event.counter,
      heads: event.heads.map(idBytes),
      ...bodyFields(event.body),
    },
  })
  bounded('content', bytes.length, 1, limits.contentSizeBytesMax)
  return bytes
}
