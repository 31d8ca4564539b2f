import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as rows from '../../test/conformance/rows.ts'
import { databaseKey, makeDirectory, opened } from '../../test/conformance/sqlcipher.ts'
import { connect } from './connection.ts'
import type { Database } from './database.ts'
import { createDatabase, openDatabase } from './database.ts'
import { applicationId, migrations } from './schema/migrate.ts'

const { put } = rows
const isRoot = process.getuid?.() === 0

let directory: string
let path: string
beforeEach(() => {
  directory = makeDirectory()
  path = join(directory, 'store.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open(key = databaseKey) {
  return openDatabase({ path, key })
}

function create(): Database {
  return opened(createDatabase({ path, key: databaseKey }))
}

function createClosed(fill: (database: Database) => void = () => undefined): void {
  const database = create()
  fill(database)
  database.close()
}

describe('creating', () => {
  it('makes a file for its owner alone, beside nothing but its log', () => {
    const database = create()
    expect(statSync(path).mode & 0o777).toBe(0o600)
    opened(database.commit([put.self(rows.self)]))
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600)
    expect(existsSync(`${path}-shm`)).toBe(false)
    expect(existsSync(`${path}.new`)).toBe(false)
    database.close()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it('refuses whatever stands there already, and leaves it alone', () => {
    createClosed()
    const before = readFileSync(path)
    expect(createDatabase({ path, key: rows.bytesOf(32, 1) })).toEqual({ ok: false, error: { kind: 'exists' } })
    expect(readFileSync(path).equals(before)).toBe(true)
    rmSync(path)
    writeFileSync(path, '')
    expect(createDatabase({ path, key: databaseKey })).toEqual({ ok: false, error: { kind: 'exists' } })
    rmSync(path)
    symlinkSync('/nonexistent', path)
    expect(createDatabase({ path, key: databaseKey })).toEqual({ ok: false, error: { kind: 'exists' } })
    rmSync(path)
    writeFileSync(`${path}-wal`, 'what is left of somebody')
    expect(createDatabase({ path, key: databaseKey })).toEqual({ ok: false, error: { kind: 'exists' } })
  })

  it('begins anew after a creation that was interrupted', () => {
    writeFileSync(`${path}.new`, 'half')
    createClosed()
    expect(open().ok).toBe(true)
  })

  it('names a directory that is not there', () => {
    path = join(directory, 'nowhere', 'store.db')
    expect(createDatabase({ path, key: databaseKey })).toEqual({ ok: false, error: { kind: 'missing' } })
  })
})

describe('opening', () => {
  it('never makes a file', () => {
    expect(open()).toEqual({ ok: false, error: { kind: 'missing' } })
    expect(existsSync(path)).toBe(false)
  })

  it('is strict and durable, and says so itself', () => {
    const { connection } = create()
    const pragmas = ['journal_mode', 'synchronous', 'foreign_keys', 'secure_delete', 'trusted_schema', 'locking_mode']
    const got = Object.fromEntries(pragmas.map((name) => [name, connection.pragma(name)]))
    expect(got).toEqual({
      journal_mode: 'wal',
      synchronous: 2,
      foreign_keys: 1,
      secure_delete: 1,
      trusted_schema: 0,
      locking_mode: 'exclusive',
    })
    expect(connection.pragma('temp_store')).toBe(2)
    expect(connection.pragma('mmap_size')).toBe(0)
    expect(connection.pragma('cipher_memory_security')).toBe('1')
    connection.close()
  })

  it('refuses a wrong key', () => {
    createClosed()
    const before = readFileSync(path)
    expect(open(rows.bytesOf(32, 5))).toEqual({ ok: false, error: { kind: 'wrongKey' } })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(() => open(new Uint8Array(31))).toThrow('32 bytes')
  })

  it('lets a second instance know, and lets it in afterwards', () => {
    const first = create()
    expect(open()).toEqual({ ok: false, error: { kind: 'locked' } })
    first.close()
    opened(open()).close()
  })

  it('tightens permissions that were too wide, and notes it', () => {
    createClosed()
    chmodSync(path, 0o644)
    const database = opened(open())
    expect(database.notes.tightened).toBe(true)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    database.close()
    const again = opened(open())
    expect(again.notes).toEqual({ tightened: false, versionFrom: 40, versionTo: 40 })
    again.close()
  })

  it('refuses links, directories, read-only files', () => {
    createClosed()
    const real = join(directory, 'real.db')
    writeFileSync(real, readFileSync(path), { mode: 0o600 })
    rmSync(path)
    symlinkSync(real, path)
    expect(open()).toEqual({ ok: false, error: { kind: 'notAFile' } })
    rmSync(path)
    mkdirSync(path)
    expect(open()).toEqual({ ok: false, error: { kind: 'notAFile' } })
    rmSync(path, { recursive: true })
    writeFileSync(path, readFileSync(real), { mode: 0o400 })
    expect(open()).toEqual({ ok: false, error: { kind: 'readOnly' } })
    chmodSync(path, 0o600)
    symlinkSync(real, `${path}-wal`)
    expect(open()).toEqual({ ok: false, error: { kind: 'notAFile' } })
  })

  it.runIf(isRoot)("refuses somebody else's file", () => {
    createClosed()
    chownSync(path, 65_534, 65_534)
    expect(open()).toEqual({ ok: false, error: { kind: 'otherOwner', uid: 65_534 } })
  })

  it('refuses a newer database by name, and leaves it alone', () => {
    createClosed((database) => database.connection.exec('PRAGMA user_version = 999'))
    const before = readFileSync(path)
    const supported = migrations.at(-1)?.version
    expect(open()).toEqual({ ok: false, error: { kind: 'newer', got: 999, supported } })
    expect(readFileSync(path).equals(before)).toBe(true)
  })

  it('refuses a database of another program, and a version that never was', () => {
    createClosed((database) => database.connection.exec('PRAGMA application_id = 7'))
    expect(open()).toEqual({ ok: false, error: { kind: 'notOurs', applicationId: 7 } })
    const connection = connect(path, databaseKey)
    connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = 3`)
    connection.close()
    expect(open()).toEqual({ ok: false, error: { kind: 'damaged', detail: 'schema version 3' } })
  })

  it('refuses an empty file and one that is no database', () => {
    writeFileSync(path, '', { mode: 0o600 })
    expect(open()).toEqual({ ok: false, error: { kind: 'notOurs', applicationId: 0 } })
    expect(statSync(path).size).toBe(0)
    writeFileSync(path, 'SQLite format 3\0'.padEnd(8_192, 'x'), { mode: 0o600 })
    expect(open()).toEqual({ ok: false, error: { kind: 'wrongKey' } })
  })
})

describe('after opening', () => {
  it('answers every call with closed once it is closed', () => {
    const database = create()
    database.close()
    database.close()
    expect(database.verify()).toEqual({ ok: false, error: { kind: 'closed' } })
    expect(database.checkpoint()).toEqual({ ok: false, error: { kind: 'closed' } })
  })

  it('refuses numbers that would come back as others', () => {
    const database = create()
    for (const createdAtMs of [2 ** 53, Number.NaN, 1.5, Number.POSITIVE_INFINITY]) {
      expect(() => database.commit([put.self({ ...rows.self, createdAtMs })])).toThrow('safe integer')
    }
    expect(() => database.commit([put.setting('a', Number.NaN)])).toThrow('finite')
    expect(opened(database.resident()).self).toBeNull()
    database.close()
  })

  it('refuses ids of another length, as the schema demands', () => {
    const database = create()
    const short = rows.contact(1, { account: rows.eventOf(1) as never })
    expect(() => database.commit([put.contact(short)])).toThrow('CHECK constraint failed')
    expect(opened(database.resident()).contacts).toEqual([])
    database.close()
  })
})
