/** Table event: what was said, in the order in which it is shown. */
import type { ConversationId, EventId } from '../../core/ids.ts'
import type { EventRow, MessageCursor } from '../../core/ports.ts'
import {
  accountId,
  blob,
  conversationId,
  deviceId,
  eventId,
  flag,
  integer,
  key,
  oneOf,
  textOrNull,
} from '../columns.ts'
import { limitedTo } from '../connection.ts'
import type { Connection, Parameter, Row } from '../connection.ts'
import { StoreBug } from '../errors.ts'

const kinds = ['text', 'unknown'] as const

/** The order of a conversation. One index holds it, so a page is a walk along that index. */
const descending = 'event.order_ms DESC, event.counter DESC, event.device DESC, event.sequence DESC, event.event DESC'
const ascending = 'event.order_ms, event.counter, event.device, event.sequence, event.event'
const place = `(${ascending})`

const columns = `
  SELECT event.*, conversation.conversation FROM event
  JOIN conversation ON conversation.id = event.conversation_id`

const putSql = `
  INSERT INTO event (event, conversation_id, account, device, sequence, time_ms, order_ms, counter, kind, text,
    content, client_id, stored_at_ms, unread)
  SELECT ?, id, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? FROM conversation WHERE conversation = ?
  ON CONFLICT (event) DO UPDATE SET
    conversation_id = excluded.conversation_id, account = excluded.account, device = excluded.device,
    sequence = excluded.sequence, time_ms = excluded.time_ms, order_ms = excluded.order_ms,
    counter = excluded.counter, kind = excluded.kind, text = excluded.text, content = excluded.content,
    client_id = excluded.client_id, stored_at_ms = excluded.stored_at_ms, unread = excluded.unread`

export function eventOf(row: Row): EventRow {
  return {
    event: eventId(row, 'event'),
    conversation: conversationId(row, 'conversation'),
    account: accountId(row, 'account'),
    device: deviceId(row, 'device'),
    sequence: integer(row, 'sequence'),
    timeMs: integer(row, 'time_ms'),
    orderMs: integer(row, 'order_ms'),
    counter: integer(row, 'counter'),
    kind: oneOf(row, 'kind', kinds),
    text: textOrNull(row, 'text'),
    content: blob(row, 'content'),
    clientId: textOrNull(row, 'client_id'),
    storedAtMs: integer(row, 'stored_at_ms'),
    unread: flag(row, 'unread'),
  }
}

function placeOf(row: Row): readonly Parameter[] {
  const { orderMs, counter, device, sequence, event } = eventOf(row)
  return [orderMs, counter, key(device), sequence, key(event)]
}

function writes(connection: Connection) {
  const put = connection.prepare(putSql)
  const markRead = connection.prepare('UPDATE event SET unread = 0 WHERE event = ?')
  return {
    put(row: EventRow): void {
      const changed = put.run([
        key(row.event),
        key(row.account),
        key(row.device),
        row.sequence,
        row.timeMs,
        row.orderMs,
        row.counter,
        row.kind,
        row.text,
        row.content,
        row.clientId,
        row.storedAtMs,
        row.unread ? 1 : 0,
        key(row.conversation),
      ])
      if (changed !== 1) throw new StoreBug('an event in a conversation that does not exist')
    },
    markRead(event: EventId): void {
      markRead.run([key(event)])
    },
  }
}

export function eventQueries(connection: Connection) {
  const byEvent = connection.prepare(`${columns} WHERE event.event = ?`)
  const byId = connection.prepare(`${columns} WHERE event.id = ?`)
  const byClientId = connection.prepare(`${columns} WHERE conversation.conversation = ? AND event.client_id = ?`)
  const newest = connection.prepare(`${columns} WHERE event.conversation_id = ? ORDER BY ${descending} ${limitedTo}`)
  const beforePlace = connection.prepare(`
    ${columns} WHERE event.conversation_id = ? AND ${place} < (?, ?, ?, ?, ?) ORDER BY ${descending} ${limitedTo}`)
  const beforeTime = connection.prepare(`
    ${columns} WHERE event.conversation_id = ? AND (event.order_ms, event.counter) < (?, ?)
    ORDER BY ${descending} ${limitedTo}`)
  const unreadUpTo = connection.prepare(`
    ${columns} WHERE event.conversation_id = ? AND event.unread = 1 AND ${place} <= (?, ?, ?, ?, ?)
    ORDER BY ${ascending} ${limitedTo}`)

  function inConversation(event: EventId, conversation: ConversationId): Row | null {
    const row = byEvent.get([key(event)])
    return row !== undefined && conversationId(row, 'conversation') === conversation ? row : null
  }

  return {
    ...writes(connection),
    get: (event: EventId): Row | null => byEvent.get([key(event)]) ?? null,
    byId: (id: number): Row | null => byId.get([id]) ?? null,
    byClientId: (conversation: ConversationId, clientId: string): readonly EventRow[] =>
      byClientId.all([key(conversation), clientId]).map(eventOf),
    /** Newest first. A cursor whose event is not (or no longer) there begins at its place in time. */
    page(conversation: ConversationId, id: number, before: MessageCursor | null, limit: number): readonly Row[] {
      if (before === null) return newest.all([id, limit])
      const row = inConversation(before.event, conversation)
      if (row === null) return beforeTime.all([id, before.orderMs, before.counter, limit])
      return beforePlace.all([id, ...placeOf(row), limit])
    },
    /** Oldest first, up to and with `event`; nothing when it is not of this conversation. */
    unreadUpTo(conversation: ConversationId, event: EventId, limit: number): readonly EventRow[] {
      const row = inConversation(event, conversation)
      if (row === null) return []
      return unreadUpTo.all([integer(row, 'conversation_id'), ...placeOf(row), limit]).map(eventOf)
    },
  }
}
