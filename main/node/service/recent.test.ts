import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import * as rows from '../../../test/conformance/rows.ts'
import { databaseKey, makeDirectory, opened } from '../../../test/conformance/sqlcipher.ts'
import { nobleCrypto } from '../../core/crypto/noble.ts'
import { createIdentity } from '../../core/identity/account.ts'
import { makeTables } from '../../core/engine/tables.ts'
import { State } from '../../core/engine/state.ts'
import type { Change, DeliveryState } from '../../core/ports.ts'
import type { Database } from '../../store/database.ts'
import { createDatabase } from '../../store/database.ts'
import { recentConversation, recentRecord } from './recent.ts'

const identity = createIdentity(nobleCrypto, new Uint8Array(96).fill(1), 0)

let directory: string
let database: Database
let state: State
beforeEach(() => {
  directory = makeDirectory()
  database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
  state = new State(identity, makeTables(null))
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

/** Writes to the store and to the engine's memory. */
function commit(...changes: readonly Change[]): void {
  expect(database.commit(changes)).toEqual({ ok: true, value: undefined })
  for (const change of changes) state.apply(change)
}

const stored = (number: number) => opened(database.messagesById([rows.eventOf(number)]))[0]

describe('a message out of memory is the one that the store would answer', () => {
  it('when it was written here, whatever its devices have', () => {
    commit(rows.put.conversation(rows.conversation(1)), rows.put.event(rows.ownEvent(1)))
    state.beginDeliveries(rows.eventOf(1))
    expect(recentRecord(state, rows.eventOf(1))).toEqual(stored(1))
    const steps: [number, DeliveryState, number][] = [
      [1, 'written', 10],
      [2, 'written', 30],
      [1, 'delivered', 40],
      [2, 'sent', 20],
      [3, 'read', 50],
      [2, 'delivered', 35],
    ]
    for (const [device, delivery, atMs] of steps) {
      commit(rows.put.delivery(1, device, delivery, atMs))
      expect(recentRecord(state, rows.eventOf(1))).toEqual(stored(1))
    }
    expect(stored(1)?.delivery).toEqual({ state: 'delivered', atMs: 40 })
  })

  it('when it came from somebody and nothing is missing before it', () => {
    commit(rows.put.conversation(rows.conversation(1)), rows.put.event(rows.event(1)))
    commit(rows.put.event(rows.event(2)), rows.put.progress(rows.progress(2, [])))
    expect(recentRecord(state, rows.eventOf(2))).toEqual(stored(2))
    commit({ kind: 'markRead', event: rows.eventOf(2) })
    expect(recentRecord(state, rows.eventOf(2))?.row.unread).toBe(false)
    expect(recentRecord(state, rows.eventOf(2))).toEqual(stored(2))
  })

  it('or is left to the store: when something is missing before it, or not in memory', () => {
    commit(rows.put.conversation(rows.conversation(1)), rows.put.event(rows.event(5)))
    commit(rows.put.progress(rows.progress(2, [5])))
    expect(recentRecord(state, rows.eventOf(5))).toBeNull()
    expect(stored(5)?.missingBefore).toBe(2)
    commit(rows.put.event(rows.ownEvent(6)))
    expect(recentRecord(state, rows.eventOf(6))).toBeNull()
    expect(recentRecord(new State(identity, makeTables(null)), rows.eventOf(5))).toBeNull()
  })

  it('and so is a conversation', () => {
    expect(recentConversation(state, rows.conversationOf(1))).toBeNull()
    commit(rows.put.conversation(rows.conversation(1, { unread: 7 })))
    expect(recentConversation(state, rows.conversationOf(1))).toEqual(rows.conversation(1, { unread: 7 }))
  })
})
