/** A flipped byte, a cut file, a full disk: noticed, never repaired by starting afresh. */
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as rows from '../../test/conformance/rows.ts'
import { databaseKey, makeDirectory, opened } from '../../test/conformance/sqlcipher.ts'
import type { Database } from './database.ts'
import { createDatabase, openDatabase } from './database.ts'

const { put } = rows
const pageSizeBytes = 4_096

let directory: string
let path: string
beforeEach(() => {
  directory = makeDirectory()
  path = join(directory, 'store.db')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** A database of a hundred messages, closed. */
function createFilled(): Buffer {
  const database = opened(createDatabase({ path, key: databaseKey }))
  const events = Array.from({ length: 100 }, (_, number) => put.event(rows.event(number + 1)))
  opened(database.commit([put.self(rows.self), put.conversation(rows.conversation(1)), ...events]))
  database.close()
  return readFileSync(path)
}

function flipped(sound: Buffer, at: number): Buffer {
  const damaged = Buffer.from(sound)
  damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at)
  return damaged
}

/** Reads everything that the program reads: the first refusal, or null. */
function readAll(database: Database): string | null {
  for (const outcome of [
    database.resident(),
    database.conversations(),
    database.messages(rows.conversationOf(1), null, 200),
    database.load({ events: Array.from({ length: 100 }, (_, number) => rows.eventOf(number + 1)) }),
    database.load({ prekeys: [rows.prekeyOf(1)], sessionsOf: [rows.deviceOf(1)], initials: ['x'] }),
  ]) {
    if (!outcome.ok) return outcome.error.kind
  }
  return null
}

describe('a flipped byte', () => {
  it('is noticed in every page, and nothing is written', () => {
    const sound = createFilled()
    const pages = sound.length / pageSizeBytes
    const noticedBy = new Map<string, number>()
    for (let page = 0; page < pages; page++) {
      // Page 1 begins with the salt, for which see below.
      const damaged = flipped(sound, page * pageSizeBytes + 100 + ((page * 331) % 3_900))
      writeFileSync(path, damaged)
      const result = openDatabase({ path, key: databaseKey })
      let noticed: string
      if (!result.ok) {
        noticed = `open: ${result.error.kind}`
      } else {
        const read = readAll(result.value)
        const found = result.value.verify()
        expect(found.ok && found.value.length === 0).toBe(false)
        noticed = read === null ? 'verify' : `read: ${read}`
        result.value.close()
      }
      noticedBy.set(noticed, (noticedBy.get(noticed) ?? 0) + 1)
      expect(readFileSync(path).equals(damaged)).toBe(true)
    }
    // Pages of tables that are empty are only seen by the full check.
    expect([...noticedBy.keys()].sort()).toEqual(['open: damaged', 'read: damaged', 'verify'])
    expect(noticedBy.get('open: damaged')).toBeGreaterThanOrEqual(1)
    expect(noticedBy.get('read: damaged')).toBeGreaterThan(pages / 4)
  })

  it('in the first page is told from a wrong key, except in the salt', () => {
    const sound = createFilled()
    for (const at of [16, 200, 4_020, 4_095]) {
      writeFileSync(path, flipped(sound, at))
      const result = openDatabase({ path, key: databaseKey })
      expect(result).toEqual({ ok: false, error: { kind: 'damaged', detail: 'page 1' } })
      expect(openDatabase({ path, key: rows.bytesOf(32, 1) })).toEqual({ ok: false, error: { kind: 'wrongKey' } })
    }
    writeFileSync(path, flipped(sound, 3))
    expect(openDatabase({ path, key: databaseKey })).toEqual({ ok: false, error: { kind: 'wrongKey' } })
    writeFileSync(path, sound)
    const database = opened(openDatabase({ path, key: databaseKey }))
    expect(readAll(database)).toBeNull()
    database.close()
  })

  it('leaves what can still be read readable', () => {
    const sound = createFilled()
    writeFileSync(path, flipped(sound, sound.length - 500))
    const database = opened(openDatabase({ path, key: databaseKey }))
    expect(opened(database.resident()).self).toEqual(rows.self)
    database.close()
  })
})

describe('a file that was cut', () => {
  it.each([0, 1, 100, 4_095, 4_096, 5 * 4_096, 5 * 4_096 + 7])('to %i bytes is refused and stays so', (sizeBytes) => {
    createFilled()
    truncateSync(path, sizeBytes)
    const result = openDatabase({ path, key: databaseKey })
    expect(result.ok).toBe(false)
    if (!result.ok) expect(['damaged', 'wrongKey', 'notOurs']).toContain(result.error.kind)
    expect(readFileSync(path).length).toBe(sizeBytes)
    expect(existsSync(`${path}-wal`)).toBe(false)
  })
})

describe('a full disk', () => {
  function limitPages(database: Database, extra: number): void {
    const pages = database.connection.pragma('page_count')
    if (typeof pages !== 'number') throw new Error('no page count')
    database.connection.exec(`PRAGMA max_page_count = ${pages + extra}`)
  }

  it('refuses the whole commit, keeps what was, and goes on when there is space', () => {
    const database = opened(createDatabase({ path, key: databaseKey }))
    opened(database.commit([put.self(rows.self), put.conversation(rows.conversation(1))]))
    const large = Array.from({ length: 200 }, (_, number) =>
      put.event(rows.event(number + 1, { content: rows.bytesOf(2_000, number) })),
    )
    for (const extra of [0, 1, 5, 20]) {
      limitPages(database, extra)
      expect(database.commit([put.setting('extra', extra), ...large])).toEqual({
        ok: false,
        error: { kind: 'diskFull' },
      })
      expect(opened(database.messages(rows.conversationOf(1), null, 10))).toEqual([])
      expect(opened(database.resident()).settings.size).toBe(0)
    }
    // Small changes still fit in what there is.
    opened(database.commit([put.setting('small', 1)]))
    database.connection.exec('PRAGMA max_page_count = 1000000')
    opened(database.commit(large))
    database.close()
    const again = opened(openDatabase({ path, key: databaseKey }))
    expect(opened(again.messages(rows.conversationOf(1), null, 200))).toHaveLength(200)
    expect([...opened(again.resident()).settings]).toEqual([['small', 1]])
    expect(opened(again.verify())).toEqual([])
    again.close()
  })
})
