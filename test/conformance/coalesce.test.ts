import { rmSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conversation, event, outboxRow, progress, put, sealed, session } from './rows.ts'
import { databaseKey, makeDirectory, opened } from './sqlcipher.ts'
import type { Change } from '../../main/core/ports.ts'
import { createDatabase } from '../../main/store/database.ts'
import { coalesce } from '../../main/node/driver/coalesce.ts'

/** Everything that the database holds after these changes in one transaction. */
function outcomeOf(changes: readonly Change[]): readonly unknown[] {
  const directory = makeDirectory()
  const database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
  try {
    expect(database.commit([put.conversation(conversation(1)), ...[1, 2, 3].map((n) => put.event(event(n)))]).ok).toBe(
      true,
    )
    expect(database.commit(changes).ok).toBe(true)
    const tables = ['conversation', 'event', 'session', 'outbox', 'delivery', 'progress', 'seen']
    return tables.flatMap((table) => [database.connection.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all([])])
  } finally {
    database.close()
    rmSync(directory, { recursive: true })
  }
}

const small = fc.integer({ min: 1, max: 3 })
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(small, fc.nat(1_000)).map(([n, unread]) => put.conversation(conversation(n, { unread }))),
  fc.tuple(small, fc.boolean()).map(([n, active]) => put.session(session(n, { active }))),
  fc
    .tuple(small, fc.boolean())
    .map(([n, isSealed]) => put.outbox(outboxRow(n, { sealed: isSealed ? sealed(n) : null }))),
  small.map((n): Change => ({ kind: 'removeOutbox', device: outboxRow(n).device, order: n })),
  small.map((n): Change => ({ kind: 'removeSession', device: session(n).device, session: session(n).session })),
  fc.tuple(small, small).map(([n, at]) => put.delivery(n, 2, at === 1 ? 'sent' : 'delivered', at)),
  fc.nat(9).map((n) => put.progress(progress(n, [n + 2]))),
  fc.tuple(small, fc.nat(9)).map(([n, atMs]) => put.seen(n, atMs)),
  fc.tuple(small, fc.boolean()).map(([n, unread]) => put.event(event(n, { unread }))),
  small.map((n): Change => ({ kind: 'markRead', event: event(n).event })),
)

describe('coalesce', () => {
  it('leaves the same in the database', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 24 }), (changes) => {
        expect(outcomeOf(coalesce(changes))).toEqual(outcomeOf(changes))
      }),
      { seed: 5, numRuns: 25 },
    )
  }, 60_000)

  it('writes what every message of a batch puts once', () => {
    const changes = [1, 2, 3].flatMap((n) => [
      put.event(event(n)),
      put.conversation(conversation(1, { unread: n })),
      put.session(session(1, { usedAtMs: n })),
    ])
    expect(coalesce(changes)).toEqual([0, 3, 6, 7, 8].map((at) => changes[at]))
  })
})
