import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../../../test/conformance/rows.ts'
import { databaseKey, makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import type { Connection, Parameter } from '../connection.ts'
import { connect } from '../connection.ts'
import { mailSlots } from './0040-mail-slots.ts'
import { migrations, upgrade } from './migrate.ts'

const before = migrations.filter(({ version }) => version < 40)

let directory: string
let connection: Connection
beforeEach(() => {
  directory = makeDirectory()
  connection = connect(join(directory, 'store.db'), databaseKey)
  upgrade(connection, 0, before)
})
afterEach(() => {
  connection.close()
  rmSync(directory, { recursive: true })
})

function run(sql: string, ...parameters: Parameter[]): void {
  connection.prepare(sql).run(parameters)
}
const [id32, other32, seed] = [bytesOf(32, 1), bytesOf(32, 2), bytesOf(32, 3)]

describe('schema 40', () => {
  it('keeps devices, which have said nothing of their mailboxes yet', () => {
    run("INSERT INTO device VALUES (?, ?, ?, '[]', 5, 3, '[]', 'never')", id32, other32, seed)
    expect(upgrade(connection, 30, [...before, mailSlots])).toBe(40)
    const row = connection.prepare('SELECT services, service_use, told_at_ms, mail_key, relays FROM device').get([])
    expect(row).toEqual({ services: 3, service_use: 'never', told_at_ms: 5, mail_key: null, relays: '[]' })
    expect(() => run('UPDATE device SET mail_key = ?', bytesOf(31, 1))).toThrow('CHECK constraint failed')
  })

  it('knows of nothing any more that it lies in a mailbox', () => {
    run("INSERT INTO outbox VALUES (?, 1, NULL, ?, NULL, NULL, NULL, 7, '[1]')", id32, seed)
    upgrade(connection, 30, [...before, mailSlots])
    expect(connection.prepare('SELECT held, created_at_ms FROM outbox').all([])).toEqual([
      { held: '[]', created_at_ms: 7 },
    ])
  })

  it('has a strict table of slots, of which nobody has two', () => {
    upgrade(connection, 30, [...before, mailSlots])
    const insert = 'INSERT INTO mail_slot VALUES (?, ?, ?, 0, NULL)'
    run(insert, 0, seed, id32)
    run(insert, 1, seed, null)
    run(insert, 2, seed, null)
    expect(() => run(insert, 3, seed, id32)).toThrow('UNIQUE constraint failed')
    expect(() => run(insert, 3, bytesOf(31, 1), null)).toThrow('CHECK constraint failed')
    expect(() => run("INSERT INTO mail_slot VALUES (3, ?, NULL, 'x', NULL)", seed)).toThrow('cannot store TEXT')
  })
})
