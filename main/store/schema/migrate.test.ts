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
  { version: 30, sql: 'CREATE TABLE thirty (id INTEGER PRIMARY KEY) STRICT;' },
  { version: 40, sql: 'ALTER TABLE thirty ADD COLUMN forty TEXT;' },
]

describe('migrations', () => {
  it('are numbered by tens, each after the one before', () => {
    expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, index) => (index + 1) * 10))
  })

  it('take an empty file to the newest version, and an older one further', () => {
    expect(upgrade(connection, 0)).toBe(20)
    expect(versionOf(connection)).toEqual({ ok: true, value: 20 })
    connection.exec("INSERT INTO setting (key, value) VALUES ('kept', '1')")
    expect(upgrade(connection, 20, later)).toBe(40)
    expect(versionOf(connection, later)).toEqual({ ok: true, value: 40 })
    expect(connection.prepare('SELECT forty FROM thirty').all([])).toEqual([])
    expect(connection.prepare('SELECT value FROM setting').get([])).toEqual({ value: '1' })
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'newer', got: 40, supported: 20 } })
    expect(upgrade(connection, 40, later)).toBe(40)
  })

  it('leave everything as it was when one of them fails', () => {
    upgrade(connection, 0)
    const failing = [...later, { version: 50, sql: 'CREATE TABLE fifty (id INTEGER) STRICT; SELECT nonsense;' }]
    expect(() => upgrade(connection, 20, failing)).toThrow('nonsense')
    expect(versionOf(connection)).toEqual({ ok: true, value: 20 })
    expect(connection.prepare("SELECT name FROM sqlite_schema WHERE name IN ('thirty', 'fifty')").all([])).toEqual([])
  })

  it('know their own files only', () => {
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'notOurs', applicationId: 0 } })
    upgrade(connection, 0)
    expect(connection.pragma('application_id')).toBe(applicationId)
  })
})
