import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesOf } from '../../../test/conformance/rows.ts'
import { databaseKey, makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import type { Connection, Parameter } from '../connection.ts'
import { connect } from '../connection.ts'
import { firstLight } from './0010-first-light.ts'
import { stash } from './0020-stash.ts'
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

const [id16, other16, id32, other32] = [bytesOf(16, 1), bytesOf(16, 2), bytesOf(32, 1), bytesOf(32, 2)]
const bytes = bytesOf(9, 1)

function run(sql: string, ...parameters: Parameter[]): void {
  connection.prepare(sql).run(parameters)
}
function migrate(): void {
  expect(upgrade(connection, 10, [firstLight, stash])).toBe(20)
}

describe('schema 20', () => {
  it('keeps no session, and what waits for a device unsealed', () => {
    run('INSERT INTO session VALUES (?, ?, ?, 1, 0, 0)', id32, id16, bytes)
    const outbox = 'INSERT INTO outbox VALUES (?, ?, ?, ?, ?, ?, ?, 7)'
    run(outbox, id32, 1, id16, bytes, id16, id16, bytes)
    run(outbox, id32, 2, null, bytes, null, null, null)
    migrate()
    expect(connection.prepare('SELECT * FROM session').all([])).toEqual([])
    const kept = 'position, event = ? AS event, content = ? AS content, envelope, session, sealed, created_at_ms'
    const rows = connection.prepare(`SELECT ${kept} FROM outbox ORDER BY position`).all([id16, bytes])
    const unsealed = { content: 1, envelope: null, session: null, sealed: null, created_at_ms: 7 }
    expect(rows).toEqual([
      { ...unsealed, position: 1, event: 1 },
      { ...unsealed, position: 2, event: null },
    ])
  })

  it('lets an invite that was not confirmed be asked for again, and nothing else', () => {
    const states = ['active', 'active', 'blocked', 'removed'] as const
    for (const [at, state] of states.entries()) {
      const invite = at === 1 ? null : bytes
      const values = "?, ?, NULL, '', NULL, ?, NULL, NULL, 0, NULL, ?, NULL"
      run(`INSERT INTO contact VALUES (${values})`, bytesOf(32, at), state, bytes, invite)
    }
    migrate()
    const rows = connection.prepare('SELECT state FROM contact ORDER BY rowid').all([])
    expect(rows.map((row) => row['state'])).toEqual(['pending', 'active', 'blocked', 'removed'])
  })

  it('knows of earlier prekeys what they are for', () => {
    const prekey = 'INSERT INTO prekey VALUES (?, ?, ?, ?, ?, 0, 9)'
    run(prekey, id16, bytes, bytes, id16, null)
    run(prekey, other16, bytes, bytes, null, id32)
    migrate()
    const rows = connection.prepare('SELECT purpose FROM prekey ORDER BY expires_at_ms, invite IS NULL').all([])
    expect(rows).toEqual([{ purpose: 'invite' }, { purpose: 'renewal' }])
  })

  it('has a strict table of others’ bundles, each once per device', () => {
    migrate()
    const insert = (device: Uint8Array, prekey: Uint8Array, lastResort: number): void =>
      run('INSERT INTO stash VALUES (?, ?, ?, ?, 0)', device, prekey, bytes, lastResort)
    insert(id32, id16, 0)
    insert(other32, id16, 1)
    expect(() => insert(id32, id16, 1)).toThrow('UNIQUE constraint failed')
    expect(() => insert(id32, other16, 2)).toThrow('CHECK constraint failed')
    expect(() => insert(id16, other16, 0)).toThrow('CHECK constraint failed')
    expect(() => insert(id32, id32, 0)).toThrow('CHECK constraint failed')
    const [table] = connection.pragmaRows('table_list').filter((row) => row['name'] === 'stash')
    expect(table).toMatchObject({ strict: 1 })
  })
})
