/** PROTOCOL.md, "Mailboxes": what is said on a stream of `/waxwing/mailbox/1`. */
import { Layout, join, refuse, str16, str32, u16, u32, u8 } from './bytes.ts'

interface Registered {
  use: number
  day: number
  tag: Uint8Array
}

export type Request =
  | { kind: 'register'; tags: Registered[] }
  | { kind: 'deposit'; tag: Uint8Array; item: Uint8Array }
  | { kind: 'collect'; bytesMax: number }
  | { kind: 'remove'; ids: Uint8Array[] }
  | { kind: 'publish'; tag: Uint8Array; lifetimeMs: number; record: Uint8Array }
  | { kind: 'lookup'; tag: Uint8Array }
  | { kind: 'watch' }

interface Item {
  id: Uint8Array
  tag: Uint8Array
  item: Uint8Array
}

export interface Collected {
  more: boolean
  items: Item[]
}

const dayMs = 86_400_000

/** A number of things that stand one behind the other. */
function many<T>(layout: Layout, max: number, one: () => T): T[] {
  const count = layout.int(2)
  return count > max ? refuse('mailbox') : Array.from({ length: count }, one)
}

/** Bytes with their length before them: at least one. */
function sized(layout: Layout, prefix: 2 | 4, max: number): Uint8Array {
  const length = layout.int(prefix)
  return length === 0 || length > max ? refuse('mailbox') : layout.take(length)
}

function upTo(value: number, max: number): number {
  return value > max ? refuse('mailbox') : value
}

const item = (layout: Layout) => sized(layout, 4, 65_608)
const record = (layout: Layout) => sized(layout, 2, 4_680)

function registered(layout: Layout): Registered[] {
  return many(layout, 20_000, () => ({
    use: upTo(layout.int(1), 1),
    day: layout.int(4),
    tag: layout.take(16),
  }))
}

function begun(message: Uint8Array): Layout {
  const layout = new Layout(message, 'mailbox')
  return layout.int(1) === 1 ? layout : refuse('mailbox version')
}

function requestOf(type: number, layout: Layout): Request {
  switch (type) {
    case 1:
      return { kind: 'register', tags: registered(layout) }
    case 2:
      return { kind: 'deposit', tag: layout.take(16), item: item(layout) }
    case 3:
      return { kind: 'collect', bytesMax: layout.int(4) }
    case 4:
      return { kind: 'remove', ids: many(layout, 256, () => layout.take(16)) }
    case 5:
      return {
        kind: 'publish',
        tag: layout.take(16),
        lifetimeMs: upTo(layout.int(4), 31 * dayMs),
        record: record(layout),
      }
    case 6:
      return { kind: 'lookup', tag: layout.take(16) }
    case 7:
      return { kind: 'watch' }
    default:
      return refuse('mailbox type')
  }
}

export function readRequest(message: Uint8Array): Request {
  const layout = begun(message)
  const request = requestOf(layout.int(1), layout)
  layout.end()
  return request
}

function fieldsOf(request: Request): Uint8Array {
  switch (request.kind) {
    case 'register':
      return join(u16(request.tags.length), ...request.tags.map(({ use, day, tag }) => join(u8(use), u32(day), tag)))
    case 'deposit':
      return join(request.tag, str32(request.item))
    case 'collect':
      return u32(request.bytesMax)
    case 'remove':
      return join(u16(request.ids.length), ...request.ids)
    case 'publish':
      return join(request.tag, u32(request.lifetimeMs), str16(request.record))
    case 'lookup':
      return request.tag
    case 'watch':
      return new Uint8Array(0)
  }
}

const types = ['register', 'deposit', 'collect', 'remove', 'publish', 'lookup', 'watch'] as const

export function writeRequest(request: Request): Uint8Array {
  return join(u8(1), u8(types.indexOf(request.kind) + 1), fieldsOf(request))
}

export const statuses = [
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

type Status = (typeof statuses)[number]

/** The status of an answer; what stands behind it is read by `fields`, after "done" alone. */
function readAnswer<T>(message: Uint8Array, fields: (layout: Layout) => T): T | Status {
  upTo(message.length, 271_365)
  const layout = begun(message)
  const status = statuses[layout.int(1)] ?? refuse('mailbox')
  const said = status === 'done' ? fields(layout) : status
  layout.end()
  return said
}

export function readStatus(message: Uint8Array): Status {
  return readAnswer<Status>(message, () => 'done')
}

/** To a collect. */
export function readCollected(message: Uint8Array): Collected | Status {
  return readAnswer(message, (layout) => {
    const more = upTo(layout.int(1), 1) === 1
    const items = many(layout, 256, () => ({ id: layout.take(16), tag: layout.take(16), item: item(layout) }))
    return { more, items }
  })
}

/** To a lookup. */
export function readRecord(message: Uint8Array): Uint8Array | Status {
  return readAnswer(message, record)
}

export function writeStatus(status: Status): Uint8Array {
  return join(u8(1), u8(statuses.indexOf(status)))
}

export function writeCollected({ more, items }: Collected): Uint8Array {
  const written = items.map((one) => join(one.id, one.tag, str32(one.item)))
  return join(writeStatus('done'), u8(more ? 1 : 0), u16(items.length), ...written)
}

export function writeRecord(of: Uint8Array): Uint8Array {
  return join(writeStatus('done'), str16(of))
}
