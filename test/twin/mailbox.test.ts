/** The messages of `/waxwing/mailbox/1`, by our own vectors, through the twin. */
import { expect, it } from 'vitest'
import type { ErrorLike } from '../support/refusals.ts'
import { bytes, named, vector } from '../support/vectorFiles.ts'
import type { Bytes } from '../support/vectorFiles.ts'
import { hex, Refusal } from './bytes.ts'
import {
  readCollected,
  readRecord,
  readRequest,
  readStatus,
  writeCollected,
  writeRecord,
  writeRequest,
  writeStatus,
} from './mailbox.ts'
import type { Collected, Request } from './mailbox.ts'

/** The twin's word for what the product says of a layout. */
function wordFor({ cause }: ErrorLike): string {
  const { kind, field } = cause as ErrorLike & { field?: string }
  if (kind === 'badVersion') return 'mailbox version'
  return field === 'request' ? 'mailbox type' : 'mailbox'
}

const hexed = (x: unknown) => (x instanceof Uint8Array ? hex(x) : x)
/** With bytes as vectors write them. */
const plain = (fields: object) =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, hexed(value)]))

/** A request as vectors say it. */
function said(request: Request): object {
  switch (request.kind) {
    case 'register':
      return {
        kind: 'register',
        tags: request.tags.map(({ use, day, tag }) => ({ use: ['item', 'record'][use], day, tag: hex(tag) })),
      }
    case 'collect':
      return { kind: 'collect', sizeBytesMax: request.bytesMax }
    case 'remove':
      return { kind: 'remove', ids: request.ids.map(hex) }
    default:
      return plain(request)
  }
}

it.each(named('mailboxRequest'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ request: Bytes }>(name)
  const request = bytes(input.request)
  if (wanted.error !== undefined) {
    expect(() => readRequest(request)).toThrow(new Refusal(wordFor(wanted.error)))
    return
  }
  const read = readRequest(request)
  expect(said(read)).toEqual(wanted)
  expect(hex(writeRequest(read))).toBe(hex(request))
})

type To = 'collect' | 'lookup' | 'other'

const readers = { collect: readCollected, lookup: readRecord, other: readStatus } as const

function valueOf(read: Collected | Uint8Array): unknown {
  if (read instanceof Uint8Array) return hex(read)
  const items = read.items.map(({ id, tag, item }) => ({ id: hex(id), tag: hex(tag), bytes: hex(item) }))
  return { more: read.more, items }
}

it.each(named('mailboxAnswer'))('%s', (name) => {
  const { input, expect: wanted } = vector<{ to: To; answer: Bytes }>(name)
  const answer = bytes(input.answer)
  if (wanted.error !== undefined) {
    expect(() => readers[input.to](answer)).toThrow(new Refusal(wordFor(wanted.error)))
    return
  }
  const read = readers[input.to](answer)
  if (typeof read === 'string') {
    expect({ status: read, value: read === 'done' ? true : null }).toEqual(wanted)
    expect(hex(writeStatus(read))).toBe(hex(answer))
    return
  }
  expect({ status: 'done', value: valueOf(read) }).toEqual(wanted)
  expect(hex(read instanceof Uint8Array ? writeRecord(read) : writeCollected(read))).toBe(hex(answer))
})
