/** What the screen reads: events with their delivery and with the gap before them. */
import type { ConversationId, DeviceId, EventId } from '../../core/ids.ts'
import type { ConversationRecord, EventRow, MessageCursor, MessageRecord, ProgressRow } from '../../core/ports.ts'
import { integer, integerOrNull } from '../columns.ts'
import type { Connection, Row } from '../connection.ts'
import type { Queries } from './queries.ts'
import { eventOf } from './events.ts'

/** The highest sequence number below `sequence` that has been stored; 0 when none has. */
function storedBelow(progress: ProgressRow | null, sequence: number): number {
  if (progress === null) return 0
  const { contiguous, above } = progress
  if (contiguous.sequence >= sequence) return sequence - 1
  let low = 0
  let high = above.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((above[middle]?.sequence ?? 0) < sequence) low = middle + 1
    else high = middle
  }
  return Math.max(contiguous.sequence, above[low - 1]?.sequence ?? 0)
}

type Tables = Pick<Queries, 'conversations' | 'events' | 'deliveries' | 'progress'>

export function messageQueries(connection: Connection, tables: Tables) {
  const previous = connection.prepare(`
    SELECT max(sequence) AS previous FROM event WHERE conversation_id = ? AND device = ? AND sequence < ?`)

  /** Events of later kinds and dropped marks leave no trace in one of the two places: look at both. */
  function missingBefore(id: number, event: EventRow, progress: ProgressRow | null, deviceKey: Uint8Array): number {
    const row = previous.get([id, deviceKey, event.sequence])
    const stored = row === undefined ? 0 : (integerOrNull(row, 'previous') ?? 0)
    return Math.max(0, event.sequence - 1 - Math.max(stored, storedBelow(progress, event.sequence)))
  }

  /** Reads each sender's progress once for as many rows as are given. */
  function recordsOf(rows: readonly Row[]): readonly MessageRecord[] {
    const known = new Map<string, ProgressRow | null>()
    const progressOf = (conversation: ConversationId, device: DeviceId): ProgressRow | null => {
      const name = conversation + device
      const found = known.get(name)
      if (found !== undefined) return found
      const read = tables.progress.get(conversation, device)
      known.set(name, read)
      return read
    }
    return rows.map((row) => {
      const event = eventOf(row)
      if (event.clientId !== null) {
        return { row: event, delivery: tables.deliveries.least(integer(row, 'id')), missingBefore: 0 }
      }
      const progress = progressOf(event.conversation, event.device)
      const id = integer(row, 'conversation_id')
      const missing = missingBefore(id, event, progress, row['device'] as Uint8Array)
      return { row: event, delivery: null, missingBefore: missing }
    })
  }

  return {
    /** Newest first. */
    page(conversation: ConversationId, before: MessageCursor | null, limit: number): readonly MessageRecord[] {
      const id = tables.conversations.idOf(conversation)
      return id === null ? [] : recordsOf(tables.events.page(conversation, id, before, limit))
    },
    byId(events: readonly EventId[]): readonly MessageRecord[] {
      return recordsOf(events.map((event) => tables.events.get(event)).filter((row) => row !== null))
    },
    conversations(): readonly ConversationRecord[] {
      return tables.conversations.all().map(({ row, lastId }) => {
        const last = lastId === null ? null : tables.events.byId(lastId)
        return { row, last: last === null ? null : (recordsOf([last])[0] ?? null) }
      })
    },
  }
}
