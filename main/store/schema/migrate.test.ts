import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { databaseKey, makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import type { Connection } from '../connection.ts'
import { connect } from '../connection.ts'
import { applicationId, migrations, upgrade, versionOf } from './migrate.ts'
import type { Migration } from './migration.ts'

let directory: string
let connection: Connection
beforeEach(() => {
  directory = makeDirectory()
  connection = connect(join(directory, 'store.db'), databaseKey)
})
afterEach(() => {
  connection.close()
  rmSync(directory, { recursive: true })
})

const later: readonly Migration[] = [
  ...migrations,
  { version: 40, sql: 'CREATE TABLE forty (id INTEGER PRIMARY KEY) STRICT;' },
  { version: 50, sql: 'ALTER TABLE forty ADD COLUMN fifty TEXT;' },
]

describe('migrations', () => {
  it('are numbered by tens, each after the one before', () => {
    expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, index) => (index + 1) * 10))
  })

  it('take an empty file to the newest version, and an older one further', () => {
    expect(upgrade(connection, 0)).toBe(30)
    expect(versionOf(connection)).toEqual({ ok: true, value: 30 })
    connection.exec("INSERT INTO setting (key, value) VALUES ('kept', '1')")
    expect(upgrade(connection, 30, later)).toBe(50)
    expect(versionOf(connection, later)).toEqual({ ok: true, value: 50 })
    expect(connection.prepare('SELECT fifty FROM forty').all([])).toEqual([])
    expect(connection.prepare('SELECT value FROM setting').get([])).toEqual({ value: '1' })
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'newer', got: 50, supported: 30 } })
    expect(upgrade(connection, 50, later)).toBe(50)
  })

  it('leave everything as it was when one of them fails', () => {
    upgrade(connection, 0)
    const failing = [...later, { version: 60, sql: 'CREATE TABLE sixty (id INTEGER) STRICT; SELECT nonsense;' }]
    expect(() => upgrade(connection, 30, failing)).toThrow('nonsense')
    expect(versionOf(connection)).toEqual({ ok: true, value: 30 })
    expect(connection.prepare("SELECT name FROM sqlite_schema WHERE name IN ('forty', 'sixty')").all([])).toEqual([])
  })

  it('know their own files only', () => {
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'notOurs', applicationId: 0 } })
    upgrade(connection, 0)
    expect(connection.pragma('application_id')).toBe(applicationId)
  })
})
