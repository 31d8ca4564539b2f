/**
 * The shape of a protobuf message, checked before the generated code reads it: protons trusts wire
 * types, lets a nested message run over its end, recurses through groups and takes the last of
 * several singular fields.
 */
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'

/** What a known field must look like. `varint` values are at most `max`; `bytes` has at most `max` bytes. */
export type FieldShape =
  | { readonly kind: 'varint'; readonly name: string; readonly max: number }
  | { readonly kind: 'bytes'; readonly name: string; readonly max: number; readonly repeatedMax?: number }
  | { readonly kind: 'message'; readonly name: string; readonly fields: MessageShape; readonly repeatedMax?: number }

export type MessageShape = Readonly<Record<number, FieldShape>>

export type ShapeError =
  | { readonly kind: 'truncated'; readonly wanted: number; readonly left: number }
  | { readonly kind: 'badVarint'; readonly at: number }
  | { readonly kind: 'badTag'; readonly got: number }
  | { readonly kind: 'badWireType'; readonly field: string; readonly got: number }
  | { readonly kind: 'badValue'; readonly field: string; readonly got: number }
  | { readonly kind: 'tooLong'; readonly field: string; readonly got: number; readonly max: number }
  | { readonly kind: 'tooMany'; readonly field: string; readonly max: number }

/** How often each field number, known or not, stands in a message; and the same of its known nested messages, of the last of several. */
export interface FieldCounts {
  readonly counts: ReadonlyMap<number, number>
  readonly messages: ReadonlyMap<number, FieldCounts>
}

const wireVarint = 0
const wireFixed64 = 1
const wireBytes = 2
const wireFixed32 = 5

/** 2^29 - 1, the largest field number of protobuf. */
const fieldNumberMax = 0x1fffffff
const varintBytesMax = 10

interface Cursor {
  readonly bytes: Uint8Array
  at: number
  fieldsLeft: number
}

/** A minimal varint of at most 64 bits; above 2^53 the number is only approximate, which every maximum refuses. */
function readVarint(cursor: Cursor, end: number): Result<number, ShapeError> {
  let value = 0
  let scale = 1
  for (let i = 0; i < varintBytesMax; i++) {
    if (cursor.at >= end) return err({ kind: 'truncated', wanted: 1, left: 0 })
    const byte = cursor.bytes[cursor.at++] as number
    value += (byte & 0x7f) * scale
    if (byte < 0x80) {
      // Of the tenth byte only the lowest bit is within 64.
      const fits = i < varintBytesMax - 1 || byte <= 1
      if (!fits) return err({ kind: 'badVarint', at: cursor.at })
      const minimal = byte !== 0 || i === 0
      return minimal ? ok(value) : err({ kind: 'badVarint', at: cursor.at })
    }
    scale *= 0x80
  }
  return err({ kind: 'badVarint', at: cursor.at })
}

/** Moves behind a value whose field is not known. */
function skipValue(cursor: Cursor, end: number, number: number, wireType: number): ShapeError | null {
  let length = 0
  if (wireType === wireVarint || wireType === wireBytes) {
    const varint = readVarint(cursor, end)
    if (!varint.ok) return varint.error
    if (wireType === wireBytes) length = varint.value
  } else if (wireType === wireFixed64) length = 8
  else if (wireType === wireFixed32) length = 4
  else return { kind: 'badWireType', field: `#${number}`, got: wireType }
  if (length > end - cursor.at) return { kind: 'truncated', wanted: length, left: end - cursor.at }
  cursor.at += length
  return null
}

/** Checks the value of a known field; of a nested message it answers the counts. */
function checkValue(
  cursor: Cursor,
  end: number,
  shape: FieldShape,
  wireType: number,
): Result<FieldCounts | null, ShapeError> {
  const wanted = shape.kind === 'varint' ? wireVarint : wireBytes
  if (wireType !== wanted) return err({ kind: 'badWireType', field: shape.name, got: wireType })
  const varint = readVarint(cursor, end)
  if (!varint.ok) return varint
  const got = varint.value
  if (shape.kind === 'varint') {
    return got > shape.max ? err({ kind: 'badValue', field: shape.name, got }) : ok(null)
  }
  if (got > end - cursor.at) return err({ kind: 'truncated', wanted: got, left: end - cursor.at })
  if (shape.kind === 'message') return checkMessage(cursor, cursor.at + got, shape.fields)
  if (got > shape.max) return err({ kind: 'tooLong', field: shape.name, got, max: shape.max })
  cursor.at += got
  return ok(null)
}

/** Checks and counts the fields from the cursor to `end`. */
function checkMessage(cursor: Cursor, end: number, shapes: MessageShape): Result<FieldCounts, ShapeError> {
  const counts = new Map<number, number>()
  const messages = new Map<number, FieldCounts>()
  while (cursor.at < end) {
    if (cursor.fieldsLeft-- === 0) {
      return err({ kind: 'tooMany', field: 'fields', max: protocolLimits.contentFieldsMax })
    }
    const tag = readVarint(cursor, end)
    if (!tag.ok) return tag
    const number = Math.floor(tag.value / 8)
    const wireType = tag.value % 8
    if (number === 0 || number > fieldNumberMax) return err({ kind: 'badTag', got: tag.value })
    const count = (counts.get(number) ?? 0) + 1
    counts.set(number, count)
    const shape = shapes[number]
    if (shape === undefined) {
      const refused = skipValue(cursor, end, number, wireType)
      if (refused !== null) return err(refused)
      continue
    }
    const max = shape.kind === 'varint' ? 1 : (shape.repeatedMax ?? 1)
    if (count > max) return err({ kind: 'tooMany', field: shape.name, max })
    const value = checkValue(cursor, end, shape, wireType)
    if (!value.ok) return value
    if (value.value !== null) messages.set(number, value.value)
  }
  return ok({ counts, messages })
}

/**
 * Checks all of `bytes` against the shape, nested messages included. Time and memory are bounded by
 * `contentFieldsMax` and the length. Unknown fields pass when they are well formed; groups never do.
 */
export function checkShape(bytes: Uint8Array, shape: MessageShape): Result<FieldCounts, ShapeError> {
  return checkMessage({ bytes, at: 0, fieldsLeft: protocolLimits.contentFieldsMax }, bytes.length, shape)
}
