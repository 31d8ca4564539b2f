/** Tables conversation and member. */
import type { AccountId, ConversationId, EventId } from '../../core/ids.ts'
import { parseEventId } from '../../core/ids.ts'
import type { ConversationRow } from '../../core/ports.ts'
import { accountId, conversationId, integer, integerOrNull, key, list, oneOf } from '../columns.ts'
import type { Connection, Row } from '../connection.ts'

const kinds = ['self', 'direct', 'group'] as const

function isEventId(element: unknown): element is EventId {
  return typeof element === 'string' && parseEventId(element).ok
}

function conversationOf(row: Row, members: readonly AccountId[]): ConversationRow {
  return {
    conversation: conversationId(row, 'conversation'),
    kind: oneOf(row, 'kind', kinds),
    members,
    nextSequence: integer(row, 'next_sequence'),
    heads: list(row, 'heads', isEventId),
    clockMs: integer(row, 'clock_ms'),
    clockCounter: integer(row, 'clock_counter'),
    unread: integer(row, 'unread'),
    createdAtMs: integer(row, 'created_at_ms'),
  }
}

function sameMembers(one: readonly AccountId[], other: readonly AccountId[]): boolean {
  return one.length === other.length && one.every((account, position) => account === other[position])
}

export interface ListedConversation {
  readonly row: ConversationRow
  /** The internal number of its newest event. */
  readonly lastId: number | null
}

const putSql = `
  INSERT INTO conversation (conversation, kind, next_sequence, heads, clock_ms, clock_counter, unread, created_at_ms)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (conversation) DO UPDATE SET
    kind = excluded.kind, next_sequence = excluded.next_sequence, heads = excluded.heads,
    clock_ms = excluded.clock_ms, clock_counter = excluded.clock_counter, unread = excluded.unread,
    created_at_ms = excluded.created_at_ms
  RETURNING id`

const listSql = `
  SELECT conversation.*, (
    SELECT event.id FROM event WHERE event.conversation_id = conversation.id
    ORDER BY order_ms DESC, counter DESC, device DESC, sequence DESC, event DESC LIMIT 1
  ) AS last_id
  FROM conversation ORDER BY conversation`

export function conversationQueries(connection: Connection) {
  const put = connection.prepare(putSql)
  const get = connection.prepare('SELECT * FROM conversation WHERE conversation = ?')
  const listed = connection.prepare(listSql)
  const members = connection.prepare('SELECT account FROM member WHERE conversation_id = ? ORDER BY position')
  const allMembers = connection.prepare(
    'SELECT conversation_id, account FROM member ORDER BY conversation_id, position',
  )
  const clearMembers = connection.prepare('DELETE FROM member WHERE conversation_id = ?')
  const addMember = connection.prepare('INSERT INTO member (conversation_id, position, account) VALUES (?, ?, ?)')

  function membersOf(id: number): readonly AccountId[] {
    return members.all([id]).map((row) => accountId(row, 'account'))
  }

  return {
    put(row: ConversationRow): void {
      const stored = put.get([
        key(row.conversation),
        row.kind,
        row.nextSequence,
        JSON.stringify(row.heads),
        row.clockMs,
        row.clockCounter,
        row.unread,
        row.createdAtMs,
      ])
      const id = integer(stored ?? {}, 'id')
      // A conversation is put with every message; its members hardly ever change.
      if (sameMembers(membersOf(id), row.members)) return
      clearMembers.run([id])
      row.members.forEach((account, position) => addMember.run([id, position, key(account)]))
    },
    get(conversation: ConversationId): ConversationRow | null {
      const row = get.get([key(conversation)])
      return row === undefined ? null : conversationOf(row, membersOf(integer(row, 'id')))
    },
    idOf(conversation: ConversationId): number | null {
      const row = get.get([key(conversation)])
      return row === undefined ? null : integer(row, 'id')
    },
    all(): readonly ListedConversation[] {
      const membersById = new Map<number, AccountId[]>()
      for (const row of allMembers.all([])) {
        const id = integer(row, 'conversation_id')
        const known = membersById.get(id)
        if (known === undefined) membersById.set(id, [accountId(row, 'account')])
        else known.push(accountId(row, 'account'))
      }
      return listed.all([]).map((row) => ({
        row: conversationOf(row, membersById.get(integer(row, 'id')) ?? []),
        lastId: integerOrNull(row, 'last_id'),
      }))
    },
  }
}
