import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../../../test/conformance/rows.ts'
import { databaseKey, makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import type { Connection, Parameter } from '../connection.ts'
import { connect } from '../connection.ts'
import { firstLight } from './0010-first-light.ts'
import { stash } from './0020-stash.ts'
import { reach } from './0030-reach.ts'
import { upgrade } from './migrate.ts'

let directory: string
let connection: Connection
beforeEach(() => {
  directory = makeDirectory()
  connection = connect(join(directory, 'store.db'), databaseKey)
  upgrade(connection, 0, [firstLight, stash])
})
afterEach(() => {
  connection.close()
  rmSync(directory, { recursive: true })
})

const [id16, other16, id32, other32] = [bytesOf(16, 1), bytesOf(16, 2), bytesOf(32, 1), bytesOf(32, 2)]
const bytes = bytesOf(9, 1)

function run(sql: string, ...parameters: Parameter[]): void {
  connection.prepare(sql).run(parameters)
}
function migrate(): void {
  expect(upgrade(connection, 20, [firstLight, stash, reach])).toBe(30)
}

describe('schema 30', () => {
  it('keeps every delivery, with its state moved past `held`', () => {
    run(
      "INSERT INTO conversation (id, conversation, kind, next_sequence, heads, clock_ms, clock_counter, unread, created_at_ms) VALUES (1, ?, 'direct', 1, '[]', 0, 0, 0, 0)",
      id32,
    )
    run(
      "INSERT INTO event (id, event, conversation_id, account, device, sequence, time_ms, order_ms, counter, kind, content, stored_at_ms, unread) VALUES (1, ?, 1, ?, ?, 1, 0, 0, 0, 'text', ?, 0, 0)",
      id16,
      id32,
      id32,
      bytes,
    )
    for (const state of [0, 1, 2, 3]) run('INSERT INTO delivery VALUES (1, ?, ?, 7)', bytesOf(32, 10 + state), state)
    migrate()
    const rows = connection.prepare('SELECT state, at_ms, via, mailbox FROM delivery ORDER BY state').all([])
    expect(rows).toEqual([0, 1, 3, 4].map((state) => ({ state, at_ms: 7, via: null, mailbox: null })))
    expect(() => run('UPDATE delivery SET state = 5')).toThrow('CHECK constraint failed')
    run('DELETE FROM event')
    expect(connection.prepare('SELECT 1 FROM delivery').all([])).toEqual([])
  })

  it('gives known devices no services, and what waits no mailbox', () => {
    run('INSERT INTO device VALUES (?, ?, ?, ?, 5)', id32, other32, bytes, '[]')
    run('INSERT INTO outbox VALUES (?, 1, NULL, ?, NULL, NULL, NULL, 7)', id32, bytes)
    migrate()
    const device = connection.prepare('SELECT services, mailboxes, service_use FROM device').all([])
    expect(device).toEqual([{ services: 0, mailboxes: '[]', service_use: 'auto' }])
    expect(connection.prepare('SELECT held FROM outbox').all([])).toEqual([{ held: '[]' }])
  })

  it('has strict tables for a mailbox, an item once per owner', () => {
    migrate()
    const item = 'INSERT INTO mailbox_item (owner, item, tag, bytes, age_ms) VALUES (?, ?, ?, ?, 0)'
    run(item, id32, id16, other16, bytes)
    run(item, other32, id16, other16, bytes)
    expect(() => run(item, id32, id16, id16, bytes)).toThrow('UNIQUE constraint failed')
    expect(() => run(item, id32, other16, id32, bytes)).toThrow('CHECK constraint failed')
    expect(() => run("INSERT INTO mailbox_tag VALUES (?, ?, 1, 'other')", id16, id32)).toThrow(
      'CHECK constraint failed',
    )
    run("INSERT INTO mailbox_tag VALUES (?, ?, 1, 'item')", id16, id32)
    expect(() => run("INSERT INTO mailbox_tag VALUES (?, ?, 2, 'item')", id16, other32)).toThrow('UNIQUE')
    const strict = connection.pragmaRows('table_list').filter((row) => String(row['name']).startsWith('mailbox_'))
    expect(strict.map((row) => row['strict'])).toEqual([1, 1, 1, 1, 1])
  })
})
