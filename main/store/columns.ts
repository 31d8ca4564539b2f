/** Reads typed columns from rows, and turns ids into the blobs that they are stored as. */
import type { Result } from '../core/result.ts'
import type { DeviceId, IdError } from '../core/ids.ts'
import {
  parseAccountId,
  parseConversationId,
  parseDeviceId,
  parseEnvelopeId,
  parseEventId,
  parseInviteId,
  parsePrekeyId,
  parseSessionId,
} from '../core/ids.ts'
import type { Row } from './connection.ts'
import { DamagedRow } from './errors.ts'

function damaged(column: string): never {
  throw new DamagedRow(`column ${column}`)
}

export function integer(row: Row, column: string): number {
  const value = row[column]
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : damaged(column)
}

export function integerOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : integer(row, column)
}

export function text(row: Row, column: string): string {
  const value = row[column]
  return typeof value === 'string' ? value : damaged(column)
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column)
}

export function flag(row: Row, column: string): boolean {
  return integer(row, column) !== 0
}

/** The bytes, with memory of their own: a view into the library's pool would drag the pool along. */
export function blob(row: Row, column: string): Uint8Array {
  const value = row[column]
  return value instanceof Uint8Array ? new Uint8Array(value) : damaged(column)
}

export function blobOrNull(row: Row, column: string): Uint8Array | null {
  return row[column] === null ? null : blob(row, column)
}

export function oneOf<const T extends string>(row: Row, column: string, allowed: readonly T[]): T {
  const value = text(row, column)
  return allowed.find((candidate) => candidate === value) ?? damaged(column)
}

export function oneOfOrNull<const T extends string>(row: Row, column: string, allowed: readonly T[]): T | null {
  return row[column] === null ? null : oneOf(row, column, allowed)
}

/** A JSON array whose every element passes. */
export function list<T>(row: Row, column: string, passes: (element: unknown) => element is T): readonly T[] {
  let value: unknown
  try {
    value = JSON.parse(text(row, column))
  } catch {
    return damaged(column)
  }
  return Array.isArray(value) && value.every(passes) ? value : damaged(column)
}

function idReader<Id extends string>(parse: (hex: string) => Result<Id, IdError>) {
  return (row: Row, column: string): Id => {
    const value = row[column]
    if (!(value instanceof Uint8Array)) return damaged(column)
    const id = parse(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex'))
    return id.ok ? id.value : damaged(column)
  }
}

function orNull<Id>(read: (row: Row, column: string) => Id) {
  return (row: Row, column: string): Id | null => (row[column] === null ? null : read(row, column))
}

/** A device's id inside JSON. */
export function isDeviceText(element: unknown): element is DeviceId {
  return typeof element === 'string' && parseDeviceId(element).ok
}

export const accountId = idReader(parseAccountId)
export const conversationId = idReader(parseConversationId)
export const deviceId = idReader(parseDeviceId)
export const envelopeId = idReader(parseEnvelopeId)
export const eventId = idReader(parseEventId)
export const inviteId = idReader(parseInviteId)
export const prekeyId = idReader(parsePrekeyId)
export const sessionId = idReader(parseSessionId)
export const accountIdOrNull = orNull(accountId)
export const deviceIdOrNull = orNull(deviceId)
export const envelopeIdOrNull = orNull(envelopeId)
export const eventIdOrNull = orNull(eventId)
export const inviteIdOrNull = orNull(inviteId)
export const sessionIdOrNull = orNull(sessionId)

/** The blob that an id is stored as. */
export function key(id: string): Uint8Array {
  return Buffer.from(id, 'hex')
}

export function keyOrNull(id: string | null): Uint8Array | null {
  return id === null ? null : key(id)
}
