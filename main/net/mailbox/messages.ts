/**
 * What is said on a stream of `/waxwing/mailbox/1`: one request and its answer, each a u32 length and so many bytes.
 * PROTOCOL.md, "Mailboxes". Total and bounded: what does not decode is nobody's word.
 */
import { ByteWriter, decode } from '../../core/bytes.ts'
import type { ByteReader, DecodeError } from '../../core/bytes.ts'
import { mailboxLimits, visitLimits } from '../../core/limits.ts'
import type { MailboxItem, MailboxTag } from '../../core/ports.ts'
import { err } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'

export const mailboxProtocol = '/waxwing/mailbox/1'

/** Of tags and ids. */
export const nameBytes = 16

const version = 1

export type Request =
  | { readonly kind: 'register'; readonly tags: readonly MailboxTag[] }
  | { readonly kind: 'deposit'; readonly tag: Uint8Array; readonly item: Uint8Array }
  | { readonly kind: 'collect'; readonly sizeBytesMax: number }
  | { readonly kind: 'remove'; readonly ids: readonly Uint8Array[] }
  | { readonly kind: 'publish'; readonly tag: Uint8Array; readonly record: Uint8Array; readonly lifetimeMs: number }
  | { readonly kind: 'lookup'; readonly tag: Uint8Array }
  | { readonly kind: 'watch' }

const requestTypes = { register: 1, deposit: 2, collect: 3, remove: 4, publish: 5, lookup: 6, watch: 7 } as const
const uses = ['item', 'record'] as const

/** In the order of their numbers. `waiting` is said on a watch alone, `nothing` to a lookup. */
const statuses = [
  'done',
  'unknownTag',
  'full',
  'tooLarge',
  'busy',
  'refused',
  'malformed',
  'nothing',
  'waiting',
] as const

export type Status = (typeof statuses)[number]

/** The answers after which a stranger's connection ends: guesses and nonsense cost a handshake each. */
export const lastWords: ReadonlySet<Status> = new Set(['unknownTag', 'tooLarge', 'refused', 'malformed'])

export interface Answer<T> {
  readonly status: Status
  /** Null unless `status` is `done`. */
  readonly value: T | null
}

export interface Collected {
  readonly items: readonly MailboxItem[]
  readonly more: boolean
}

/** Bytes of an item in an answer, beside the item's own. */
const itemOverheadBytes = 2 * nameBytes + 4
const tagBytes = 1 + 4 + nameBytes

/** The most that a request may have: of a stranger, and of a contact, who may register. */
export const strangerRequestBytesMax = 2 + nameBytes + 4 + mailboxLimits.itemSizeBytesMax
export const requestBytesMax = Math.max(strangerRequestBytesMax, 2 + 2 + mailboxLimits.tagsPerOwnerMax * tagBytes)
/** The most that an answer may have. */
export const answerBytesMax =
  2 + 1 + 2 + visitLimits.mailboxCollectBytesMax + visitLimits.mailboxCollectItemsMax * itemOverheadBytes

/** The bytes with their length before them. */
export function withLength32(message: Uint8Array): Uint8Array {
  return new ByteWriter().prefixed32(message).done()
}

// ── Requests ─────────────────────────────────────────────────────────────────────────────────

function writeBody(writer: ByteWriter, request: Request): void {
  switch (request.kind) {
    case 'register':
      writer.u16(request.tags.length)
      for (const { tag, day, use } of request.tags) writer.u8(uses.indexOf(use)).u32(day).bytes(tag)
      return
    case 'deposit':
      return void writer.bytes(request.tag).prefixed32(request.item)
    case 'collect':
      return void writer.u32(request.sizeBytesMax)
    case 'remove':
      writer.u16(request.ids.length)
      for (const id of request.ids) writer.bytes(id)
      return
    case 'publish':
      return void writer.bytes(request.tag).u32(request.lifetimeMs).prefixed(request.record)
    case 'lookup':
      return void writer.bytes(request.tag)
    case 'watch':
  }
}

/** The caller has bounded its values. */
export function encodeRequest(request: Request): Uint8Array {
  const writer = new ByteWriter().u8(version).u8(requestTypes[request.kind])
  writeBody(writer, request)
  return writer.done()
}

function count(reader: ByteReader, field: string, max: number): number {
  const got = reader.u16()
  if (got > max) reader.refuse({ kind: 'tooLong', field, got, max })
  return got
}

function nonEmpty(reader: ByteReader, field: string, bytes: Uint8Array): Uint8Array {
  return bytes.length > 0 ? bytes : reader.refuse({ kind: 'tooShort', field, got: 0, min: 1 })
}

function readTags(reader: ByteReader): readonly MailboxTag[] {
  const length = count(reader, 'tags', mailboxLimits.tagsPerOwnerMax)
  // Before anything is made of it.
  const wanted = length * tagBytes
  if (wanted > reader.left) reader.refuse({ kind: 'truncated', wanted, left: reader.left })
  return Array.from({ length }, () => {
    const got = reader.u8()
    const use = uses[got] ?? reader.refuse({ kind: 'badValue', field: 'use', got })
    return { use, day: reader.u32(), tag: reader.bytes(nameBytes) }
  })
}

function readIds(reader: ByteReader): readonly Uint8Array[] {
  const length = count(reader, 'ids', visitLimits.mailboxCollectItemsMax)
  return Array.from({ length }, () => reader.bytes(nameBytes))
}

function readPublish(reader: ByteReader): Request {
  const tag = reader.bytes(nameBytes)
  const got = reader.u32()
  const max = mailboxLimits.recordLifetimeMsMax
  if (got > max) reader.refuse({ kind: 'tooLong', field: 'lifetimeMs', got, max })
  const record = nonEmpty(reader, 'record', reader.prefixed('record', mailboxLimits.recordSizeBytesMax))
  return { kind: 'publish', tag, lifetimeMs: got, record }
}

/** A request, read whole. */
export function decodeRequest(bytes: Uint8Array): Result<Request, DecodeError> {
  return decode<Request>(bytes, (reader) => {
    reader.version('mailbox', version)
    const type = reader.u8()
    switch (type) {
      case requestTypes.register:
        return { kind: 'register', tags: readTags(reader) }
      case requestTypes.deposit: {
        const tag = reader.bytes(nameBytes)
        const item = reader.prefixed32('item', mailboxLimits.itemSizeBytesMax)
        return { kind: 'deposit', tag, item: nonEmpty(reader, 'item', item) }
      }
      case requestTypes.collect:
        return { kind: 'collect', sizeBytesMax: reader.u32() }
      case requestTypes.remove:
        return { kind: 'remove', ids: readIds(reader) }
      case requestTypes.publish:
        return readPublish(reader)
      case requestTypes.lookup:
        return { kind: 'lookup', tag: reader.bytes(nameBytes) }
      case requestTypes.watch:
        return { kind: 'watch' }
      default:
        return reader.refuse({ kind: 'badValue', field: 'request', got: type })
    }
  })
}

// ── Answers ──────────────────────────────────────────────────────────────────────────────────

function answering(status: Status): ByteWriter {
  return new ByteWriter().u8(version).u8(statuses.indexOf(status))
}

/** An answer that says no more than how it went. */
export function encodeStatus(status: Status): Uint8Array {
  return answering(status).done()
}

/** The answer to a collect. */
export function encodeCollected({ items, more }: Collected): Uint8Array {
  const writer = answering('done')
    .u8(more ? 1 : 0)
    .u16(items.length)
  for (const { id, tag, bytes } of items) writer.bytes(id).bytes(tag).prefixed32(bytes)
  return writer.done()
}

/** The answer to a lookup. */
export function encodeRecord(record: Uint8Array): Uint8Array {
  return answering('done').prefixed(record).done()
}

function decodeAnswer<T>(bytes: Uint8Array, layout: (reader: ByteReader) => T): Result<Answer<T>, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('mailbox', version)
    const got = reader.u8()
    const status = statuses[got] ?? reader.refuse({ kind: 'badValue', field: 'status', got })
    return { status, value: status === 'done' ? layout(reader) : null }
  })
}

/** An answer that carries nothing beside its status. */
export function decodeStatus(bytes: Uint8Array): Result<Answer<true>, DecodeError> {
  return decodeAnswer(bytes, () => true)
}

function readItem(reader: ByteReader): MailboxItem {
  const [id, tag] = [reader.bytes(nameBytes), reader.bytes(nameBytes)]
  return { id, tag, bytes: nonEmpty(reader, 'item', reader.prefixed32('item', mailboxLimits.itemSizeBytesMax)) }
}

/** The answer to a collect, read whole. */
export function decodeCollected(bytes: Uint8Array): Result<Answer<Collected>, DecodeError> {
  const max = answerBytesMax
  if (bytes.length > max) return err({ kind: 'tooLong', field: 'answer', got: bytes.length, max })
  return decodeAnswer(bytes, (reader) => {
    const got = reader.u8()
    if (got > 1) reader.refuse({ kind: 'badValue', field: 'more', got })
    const length = count(reader, 'items', visitLimits.mailboxCollectItemsMax)
    return { more: got === 1, items: Array.from({ length }, () => readItem(reader)) }
  })
}

/** The answer to a lookup, read whole. */
export function decodeRecord(bytes: Uint8Array): Result<Answer<Uint8Array>, DecodeError> {
  return decodeAnswer(bytes, (reader) =>
    nonEmpty(reader, 'record', reader.prefixed('record', mailboxLimits.recordSizeBytesMax)),
  )
}
