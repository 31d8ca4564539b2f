/** Tables outbox, seen and progress: what keeps delivery exactly once and in order. */
import type { ConversationId, DeviceId, EnvelopeId } from '../../core/ids.ts'
import type { OutboxRow, ProgressMark, ProgressRow, Resident } from '../../core/ports.ts'
import { limitedTo } from '../connection.ts'
import type { Connection, Row } from '../connection.ts'
import { blob, blobOrNull, conversationId, deviceId, envelopeId, envelopeIdOrNull, eventIdOrNull } from '../columns.ts'
import { integer, isDeviceText, key, keyOrNull, list, sessionIdOrNull } from '../columns.ts'
import { StoreBug } from '../errors.ts'

function sealedOf(row: Row): OutboxRow['sealed'] {
  const envelope = envelopeIdOrNull(row, 'envelope')
  const session = sessionIdOrNull(row, 'session')
  const bytes = blobOrNull(row, 'sealed')
  return envelope !== null && session !== null && bytes !== null ? { envelope, session, bytes } : null
}

function isHeld(element: unknown): element is OutboxRow['held'][number] {
  if (typeof element !== 'object' || element === null || !('mailbox' in element) || !('atMs' in element)) return false
  return isDeviceText(element.mailbox) && Number.isSafeInteger(element.atMs)
}

function outboxOf(row: Row): OutboxRow {
  return {
    device: deviceId(row, 'device'),
    order: integer(row, 'position'),
    event: eventIdOrNull(row, 'event'),
    content: blob(row, 'content'),
    sealed: sealedOf(row),
    held: list(row, 'held', isHeld),
    createdAtMs: integer(row, 'created_at_ms'),
  }
}

export function outboxQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO outbox (device, position, event, content, envelope, session, sealed, held, created_at_ms)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (device, position) DO UPDATE SET
      event = excluded.event, content = excluded.content, envelope = excluded.envelope,
      session = excluded.session, sealed = excluded.sealed, held = excluded.held, created_at_ms = excluded.created_at_ms`)
  const remove = connection.prepare('DELETE FROM outbox WHERE device = ? AND position = ?')
  const after = connection.prepare(`
    SELECT * FROM outbox WHERE device = ? AND position > ? ORDER BY position ${limitedTo}`)
  const byEnvelope = connection.prepare('SELECT * FROM outbox WHERE device = ? AND envelope = ? ORDER BY position')
  const summary = connection.prepare(
    'SELECT device, count(*) AS rows, max(position) AS position_max FROM outbox GROUP BY device ORDER BY device',
  )
  return {
    put(row: OutboxRow): void {
      put.run([
        key(row.device),
        row.order,
        keyOrNull(row.event),
        row.content,
        keyOrNull(row.sealed?.envelope ?? null),
        keyOrNull(row.sealed?.session ?? null),
        row.sealed?.bytes ?? null,
        JSON.stringify(row.held),
        row.createdAtMs,
      ])
    },
    remove(device: DeviceId, order: number): void {
      remove.run([key(device), order])
    },
    after: (device: DeviceId, order: number, limit: number): readonly OutboxRow[] =>
      after.all([key(device), order, limit]).map(outboxOf),
    byEnvelope: (device: DeviceId, envelope: EnvelopeId): readonly OutboxRow[] =>
      byEnvelope.all([key(device), key(envelope)]).map(outboxOf),
    summary: (): Resident['outbox'] =>
      summary.all([]).map((row) => ({
        device: deviceId(row, 'device'),
        rows: integer(row, 'rows'),
        orderMax: integer(row, 'position_max'),
      })),
  }
}

/** Envelopes that were taken, so that a repeated one is acknowledged again and not shown again. */
export function seenQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO seen (device, envelope, at_ms) VALUES (?, ?, ?)
    ON CONFLICT (device, envelope) DO UPDATE SET at_ms = excluded.at_ms`)
  const has = connection.prepare('SELECT 1 FROM seen WHERE device = ? AND envelope = ?')
  const crowded = connection.prepare(
    'SELECT device, count(*) AS rows FROM seen INDEXED BY seen_by_age GROUP BY device HAVING count(*) > ?',
  )
  const oldest = connection.prepare(`SELECT envelope FROM seen WHERE device = ? ORDER BY at_ms, envelope ${limitedTo}`)
  const remove = connection.prepare('DELETE FROM seen WHERE device = ? AND envelope = ?')
  return {
    put(device: DeviceId, envelope: EnvelopeId, atMs: number): void {
      put.run([key(device), key(envelope), atMs])
    },
    has: (device: DeviceId, envelope: EnvelopeId): boolean => has.get([key(device), key(envelope)]) !== undefined,
    prune(perDeviceMax: number): void {
      for (const row of crowded.all([perDeviceMax])) {
        const device = key(deviceId(row, 'device'))
        for (const old of oldest.all([device, integer(row, 'rows') - perDeviceMax])) {
          remove.run([device, key(envelopeId(old, 'envelope'))])
        }
      }
    },
  }
}

/** A mark as it stands in the JSON of `above`: sequence, order in milliseconds, counter. */
type StoredMark = readonly [number, number, number]

function isStoredMark(element: unknown): element is StoredMark {
  return Array.isArray(element) && element.length === 3 && element.every((part) => Number.isSafeInteger(part))
}

function markOf([sequence, orderMs, counter]: StoredMark): ProgressMark {
  return { sequence, orderMs, counter }
}

function progressOf(row: Row): ProgressRow {
  return {
    conversation: conversationId(row, 'conversation'),
    device: deviceId(row, 'device'),
    contiguous: {
      sequence: integer(row, 'contiguous'),
      orderMs: integer(row, 'contiguous_order_ms'),
      counter: integer(row, 'contiguous_counter'),
    },
    above: list(row, 'above', isStoredMark).map(markOf),
  }
}

export function progressQueries(connection: Connection) {
  const put = connection.prepare(`
    INSERT INTO progress (conversation_id, device, contiguous, contiguous_order_ms, contiguous_counter, above)
    SELECT id, ?, ?, ?, ?, ? FROM conversation WHERE conversation = ?
    ON CONFLICT (conversation_id, device) DO UPDATE SET
      contiguous = excluded.contiguous, contiguous_order_ms = excluded.contiguous_order_ms,
      contiguous_counter = excluded.contiguous_counter, above = excluded.above`)
  const get = connection.prepare(`
    SELECT conversation.conversation, progress.* FROM conversation
    JOIN progress ON progress.conversation_id = conversation.id
    WHERE conversation.conversation = ? AND progress.device = ?`)
  return {
    put(row: ProgressRow): void {
      const above = JSON.stringify(row.above.map((mark) => [mark.sequence, mark.orderMs, mark.counter]))
      const { sequence, orderMs, counter } = row.contiguous
      const changed = put.run([key(row.device), sequence, orderMs, counter, above, key(row.conversation)])
      if (changed !== 1) throw new StoreBug('progress in a conversation that does not exist')
    },
    get(conversation: ConversationId, device: DeviceId): ProgressRow | null {
      const row = get.get([key(conversation), key(device)])
      return row === undefined ? null : progressOf(row)
    },
  }
}
