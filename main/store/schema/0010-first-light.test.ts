import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../../../test/conformance/rows.ts'
import { databaseKey, makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import type { Connection } from '../connection.ts'
import { connect } from '../connection.ts'
import { firstLight } from './0010-first-light.ts'
import { upgrade } from './migrate.ts'

let directory: string
let connection: Connection
beforeEach(() => {
  directory = makeDirectory()
  connection = connect(join(directory, 'store.db'), databaseKey)
  upgrade(connection, 0, [firstLight])
})
afterEach(() => {
  connection.close()
  rmSync(directory, { recursive: true })
})

describe('schema 10', () => {
  it('has these tables, all of them strict', () => {
    const tables = connection.pragmaRows('table_list').filter((row) => !String(row['name']).startsWith('sqlite_'))
    const strict = new Map(tables.map((row) => [row['name'], row['strict']]))
    expect(strict).toEqual(
      new Map(
        [
          'contact',
          'conversation',
          'delivery',
          'device',
          'event',
          'initial',
          'invite',
          'member',
          'outbox',
          'prekey',
          'progress',
          'seen',
          'self',
          'session',
          'setting',
        ].map((name) => [name, 1]),
      ),
    )
  })

  it('lets no value of another type in', () => {
    const insert = connection.prepare('INSERT INTO setting (key, value) VALUES (?, ?)')
    expect(() => insert.run(['a', bytesOf(3, 1)])).toThrow('cannot store BLOB value in TEXT column')
  })

  it('has one self', () => {
    const insert = connection.prepare("INSERT INTO self (id, secrets, name, created_at_ms) VALUES (?, ?, '', 0)")
    insert.run([1, new Uint8Array(0)])
    expect(() => insert.run([2, new Uint8Array(0)])).toThrow('CHECK constraint failed')
  })

  it('keeps half a sealed envelope out', () => {
    const insert = connection.prepare(
      'INSERT INTO outbox (device, position, content, envelope, session, sealed, created_at_ms) VALUES (?, 1, ?, ?, ?, ?, 0)',
    )
    const [device, envelope, bytes] = [bytesOf(32, 1), bytesOf(16, 1), bytesOf(5, 1)]
    expect(() => insert.run([device, bytes, envelope, null, bytes])).toThrow('CHECK constraint failed')
    expect(() => insert.run([device, bytes, null, envelope, null])).toThrow('CHECK constraint failed')
    expect(insert.run([device, bytes, envelope, envelope, bytes])).toBe(1)
  })

  it('deletes what hangs on a conversation with it', () => {
    const key = bytesOf(32, 1)
    connection.prepare("INSERT INTO conversation VALUES (1, ?, 'direct', 1, '[]', 0, 0, 0, 0)").run([key])
    connection.prepare('INSERT INTO member VALUES (1, 0, ?)').run([key])
    connection
      .prepare("INSERT INTO event VALUES (1, ?, 1, ?, ?, 1, 0, 0, 0, 'text', 'x', ?, NULL, 0, 0)")
      .run([bytesOf(16, 1), key, key, key])
    connection.prepare('INSERT INTO delivery VALUES (1, ?, 0, 0)').run([key])
    connection.prepare("INSERT INTO progress VALUES (1, ?, 0, 0, 0, '[]')").run([key])
    connection.exec('DELETE FROM conversation')
    for (const table of ['member', 'event', 'delivery', 'progress']) {
      expect(connection.prepare(`SELECT count(*) AS rows FROM ${table}`).get([])).toEqual({ rows: 0 })
    }
  })
})
