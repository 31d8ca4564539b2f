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

const newest = migrations.at(-1)?.version ?? 0
const later: readonly Migration[] = [
  ...migrations,
  { version: newest + 10, sql: 'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;' },
  { version: newest + 20, sql: 'ALTER TABLE later ADD COLUMN latest TEXT;' },
]

describe('migrations', () => {
  it('are numbered by tens, each after the one before', () => {
    expect(migrations.map((step) => step.version)).toEqual(migrations.map((_, index) => (index + 1) * 10))
  })

  it('take an empty file to the newest version, and an older one further', () => {
    expect(upgrade(connection, 0)).toBe(newest)
    expect(versionOf(connection)).toEqual({ ok: true, value: newest })
    connection.exec("INSERT INTO setting (key, value) VALUES ('kept', '1')")
    expect(upgrade(connection, newest, later)).toBe(newest + 20)
    expect(versionOf(connection, later)).toEqual({ ok: true, value: newest + 20 })
    expect(connection.prepare('SELECT latest FROM later').all([])).toEqual([])
    expect(connection.prepare('SELECT value FROM setting').get([])).toEqual({ value: '1' })
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'newer', got: newest + 20, supported: newest } })
    expect(upgrade(connection, newest + 20, later)).toBe(newest + 20)
  })

  it('leave everything as it was when one of them fails', () => {
    upgrade(connection, 0)
    const failing = [
      ...later,
      { version: newest + 30, sql: 'CREATE TABLE failed (id INTEGER) STRICT; SELECT nonsense;' },
    ]
    expect(() => upgrade(connection, newest, failing)).toThrow('nonsense')
    expect(versionOf(connection)).toEqual({ ok: true, value: newest })
    expect(connection.prepare("SELECT name FROM sqlite_schema WHERE name IN ('later', 'failed')").all([])).toEqual([])
  })

  it('know their own files only', () => {
    expect(versionOf(connection)).toEqual({ ok: false, error: { kind: 'notOurs', applicationId: 0 } })
    upgrade(connection, 0)
    expect(connection.pragma('application_id')).toBe(applicationId)
  })
})
