/** What each statement costs: which ones walk a whole table, and that the hot ones walk an index. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseKey, makeDirectory, opened } from '../../../test/conformance/sqlcipher.ts'
import type { Database } from '../database.ts'
import { createDatabase } from '../database.ts'

let database: Database
let directory: string
beforeAll(() => {
  directory = makeDirectory()
  database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
})
afterAll(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

function plan(sql: string): readonly string[] {
  const parameters = sql.match(/\?/g)?.map(() => 0) ?? []
  return database.connection
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all(parameters)
    .map((row) => String(row['detail']))
}

/** The plan of the one prepared statement that contains every fragment. */
function planOf(...fragments: readonly string[]): readonly string[] {
  const found = database.connection.prepared.filter((sql) => fragments.every((fragment) => sql.includes(fragment)))
  const own = found.filter((sql) => !sql.startsWith('EXPLAIN'))
  if (own.length !== 1) throw new Error(`${own.length} statements contain ${fragments.join(' and ')}`)
  return plan(own[0] ?? '')
}

describe('plans', () => {
  it('only what is read whole at start, listed, or pruned walks a table', () => {
    const statements = database.connection.prepared.filter((sql) => !/^(?:EXPLAIN|BEGIN|COMMIT)/.test(sql))
    expect(statements.length).toBeGreaterThan(40)
    const scans = statements.flatMap((sql) => plan(sql).filter((detail) => detail.startsWith('SCAN')))
    expect(scans.sort()).toEqual([
      'SCAN contact USING INDEX sqlite_autoindex_contact_1',
      'SCAN conversation USING INDEX sqlite_autoindex_conversation_1',
      'SCAN device USING INDEX sqlite_autoindex_device_1',
      'SCAN invite USING INDEX sqlite_autoindex_invite_1',
      'SCAN mail_slot',
      'SCAN mailbox_use',
      'SCAN member',
      'SCAN outbox USING COVERING INDEX sqlite_autoindex_outbox_1',
      'SCAN seen USING COVERING INDEX seen_by_age',
      'SCAN setting',
    ])
  })

  it('nothing is sorted', () => {
    const statements = database.connection.prepared.filter((sql) => !/^(?:EXPLAIN|BEGIN|COMMIT)/.test(sql))
    const sorted = statements.filter((sql) => plan(sql).some((detail) => detail.includes('TEMP B-TREE')))
    expect(sorted).toEqual([])
  })

  it('nothing is planned anew when its bound of rows is bound', () => {
    const statements = database.connection.prepared.filter((sql) => sql.includes('LIMIT ?'))
    expect(statements.length).toBeGreaterThan(5)
    expect(statements.filter((sql) => /LIMIT \?(?! \+ 0)/.test(sql))).toEqual([])
  })

  it('a page of messages is a walk along the index of the order', () => {
    const conversation = 'SEARCH conversation USING INTEGER PRIMARY KEY (rowid=?)'
    expect(planOf('event.conversation_id = ? ORDER BY', 'LIMIT ?')).toEqual([
      conversation,
      'SEARCH event USING INDEX event_by_order (conversation_id=?)',
    ])
    expect(planOf('event.event) < (?, ?, ?, ?, ?)')).toEqual([
      conversation,
      expect.stringMatching(/^SEARCH event USING INDEX event_by_order \(conversation_id=\? AND \(order_ms,counter/),
    ])
    expect(planOf('(event.order_ms, event.counter) < (?, ?)')).toEqual([
      conversation,
      expect.stringMatching(
        /^SEARCH event USING INDEX event_by_order \(conversation_id=\? AND \(order_ms,counter\)<\(\?,\?\)\)/,
      ),
    ])
  })

  it('unread events, gaps, client ids and the newest of each conversation have their index', () => {
    expect(planOf('event.unread = 1').join()).toContain('USING INDEX event_unread (conversation_id=? AND (order_ms')
    expect(planOf('AS previous FROM event')).toEqual([
      'SEARCH event USING COVERING INDEX event_by_sequence (conversation_id=? AND device=? AND sequence<?)',
    ])
    expect(planOf('event.client_id = ?').join()).toContain(
      'USING INDEX event_by_client_id (conversation_id=? AND client_id=?)',
    )
    expect(planOf('AS last_id').join()).toContain(
      'SEARCH event USING COVERING INDEX event_by_order (conversation_id=?)',
    )
  })
  it('what mailboxes are asked has its index, and no item is read to learn its size', () => {
    expect(planOf('FROM mailbox_tag WHERE tag = ?', 'kept_for')).toEqual([
      'SEARCH mailbox_tag USING PRIMARY KEY (tag=?)',
    ])
    expect(planOf('size_bytes FROM mailbox_use')).toEqual(['SEARCH mailbox_use USING PRIMARY KEY (what=? AND of=?)'])
    expect(planOf('SELECT 1 FROM mailbox_item')).toEqual([
      'SEARCH mailbox_item USING COVERING INDEX sqlite_autoindex_mailbox_item_1 (owner=? AND item=?)',
    ])
    for (const fragment of ['length(bytes)', 'SELECT item, tag, bytes']) {
      expect(planOf('FROM mailbox_item', fragment)).toEqual([
        'SEARCH mailbox_item USING INDEX mailbox_item_by_owner (owner=?)',
      ])
    }
    expect(planOf('FROM mailbox_tag WHERE owner = ? AND day')).toEqual([
      expect.stringContaining('INDEX mailbox_tag_by_owner (owner=? AND day<?)'),
    ])
  })
})
