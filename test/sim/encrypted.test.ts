/** A few worlds over the encrypted database, which must answer in everything as the simulated store does. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import type { Change, Log, Slice, Store } from '../../main/core/ports.ts'
import type { Database } from '../../main/store/database.ts'
import { createDatabase } from '../../main/store/database.ts'
import { databaseKey, makeDirectory, opened } from '../conformance/sqlcipher.ts'
import type { Peer } from './peer.ts'
import { live } from './scenario.ts'
import { stormy } from './world.ts'

const silent: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined }
const databases = new Map<Peer, Database>()
const directories: string[] = []

afterEach(() => {
  for (const database of databases.values()) database.close()
  for (const directory of directories) rmSync(directory, { recursive: true })
  databases.clear()
  directories.length = 0
})

function databaseOf(peer: Peer): Database {
  const known = databases.get(peer)
  if (known !== undefined) return known
  const directory = makeDirectory()
  directories.push(directory)
  const database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
  databases.set(peer, database)
  const write = (changes: readonly Change[]) => opened(database.commit(changes))
  if (peer.disk.self !== null) write([{ kind: 'putSelf', row: peer.disk.self }])
  peer.disk.mirror = write
  return database
}

/** Rows without an order of their own, in one that both stores share. */
function sorted(slice: Slice): Slice {
  const byText = <T>(rows: readonly T[]) => [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return {
    sessions: byText(slice.sessions),
    conversations: byText(slice.conversations),
    progress: byText(slice.progress),
    prekeys: byText(slice.prekeys),
    stash: byText(slice.stash),
    initials: byText(slice.initials),
    seen: byText(slice.seen),
    events: byText(slice.events),
    outbox: slice.outbox,
    unread: slice.unread,
    deliveries: byText(slice.deliveries),
  }
}

/** Reads from the encrypted database, and compares. */
function encrypted(store: Store, peer: Peer): Store {
  const database = databaseOf(peer)
  return {
    resident: async () => {
      const expected = await store.resident()
      const got = database.resident()
      if (expected.ok && got.ok) expect(new Set(got.value.contacts)).toEqual(new Set(expected.value.contacts))
      return got
    },
    load: async (request) => {
      const expected = await store.load(request)
      const got = database.load(request)
      if (expected.ok && got.ok) expect(sorted(got.value)).toEqual(sorted(expected.value))
      return got
    },
    commit: (changes) => store.commit(changes),
    conversations: () => store.conversations(),
    messages: (conversation, before, limit) => store.messages(conversation, before, limit),
    messagesById: (events) => store.messagesById(events),
    deliveries: (event) => store.deliveries(event),
    close: () => store.close(),
  }
}

it.each([3, 11, 17])('world %i lives the same over the encrypted database', async (seed) => {
  const report = await live(seed, { ...stormy, tamper: encrypted }, silent)
  expect(report.violations).toEqual([])
  expect(report).toEqual(await live(seed, stormy, silent))
  for (const [peer, database] of databases) {
    for (const { conversation } of peer.disk.conversations.values()) {
      const shown = opened(database.messages(conversation, null, 200)).map((record) => record.row.event)
      const expected = [...peer.disk.inOrder(conversation)].reverse().map((row) => row.event)
      expect(shown).toEqual(expected.slice(0, 200))
    }
  }
})
