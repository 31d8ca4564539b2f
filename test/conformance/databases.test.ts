/**
 * A database of every schema that was ever shipped opens, migrates and still holds everything. After a new migration,
 * `WAXWING_WRITE_DATABASE=1 npx vitest run --project conformance test/conformance/databases.test.ts` adds its file.
 */
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Change } from '../../main/core/ports.ts'
import { createDatabase, openDatabase } from '../../main/store/database.ts'
import { migrations } from '../../main/store/schema/migrate.ts'
import { itemOf, noonMs, tagOf } from './mailbox.ts'
import * as rows from './rows.ts'
import { databaseKey, makeDirectory, opened } from './sqlcipher.ts'

const { put } = rows
const folder = resolve(import.meta.dirname, '../fixtures/databases')
const newest = migrations.at(-1)?.version ?? 0
const newestPath = join(folder, `${String(newest).padStart(4, '0')}.db`)

/** What the mailbox may hold: more than it is given. */
const roomBytes = 1_000_000

const given = rows.prekey(2, { purpose: 'stash', invite: null, device: rows.deviceOf(1) })

/** What every shipped database was filled with. Kinds of rows may be added, with defaults for the older files. */
const everything: readonly Change[] = [
  put.self(rows.self),
  put.contact(rows.contact(1, { petName: 'Bob', verifiedAtMs: 5 })),
  put.device(rows.device(1)),
  put.session(rows.session(1)),
  put.prekey(rows.prekey(1)),
  put.invite(rows.invite(1)),
  put.initial(1, 1_900_000_000_000),
  put.conversation(rows.conversation(1, { heads: [rows.eventOf(4)], nextSequence: 2, unread: 2 })),
  put.event(rows.ownEvent(1)),
  put.event(rows.event(2)),
  put.event(rows.event(4)),
  put.delivery(1, 1, 'delivered', 9),
  put.outbox(rows.outboxRow(1, { sealed: rows.sealed(1) })),
  put.progress(rows.progress(2, [4])),
  put.seen(1, 1),
  put.setting('theme', 'dark'),
  put.prekey(given),
  put.stash(rows.stash(1, { lastResort: true })),
]

/** What older files cannot hold: how a message went, and what a device does for others. */
const way = { via: 'mailbox', mailbox: rows.deviceOf(2) } as const
const secondDevice = rows.device(2, {
  services: 3,
  use: 'never',
  mailboxes: [{ device: rows.deviceOf(3), addresses: ['/ip4/9.9.9.9/tcp/1'] }],
})
const secondRow = rows.outboxRow(2, { held: [{ mailbox: rows.deviceOf(2), atMs: 8 }] })
const grant = { key: rows.bytesOf(32, 4), signer: rows.bytesOf(32, 5), sinceMs: 9 }
const thirdDevice = rows.device(3, { mail: grant })
const slots = [rows.mailSlot(0, { device: rows.deviceOf(1) }), rows.mailSlot(1, { untilDay: 20_760 })]
const fourthDevice = rows.device(4, { relays: [{ device: rows.deviceOf(3), addresses: ['/ip4/9.9.9.9/tcp/2'] }] })
const since40: readonly Change[] = [put.device(thirdDevice), put.device(fourthDevice), ...slots.map(put.mailSlot)]
const since30: readonly Change[] = [
  put.device(secondDevice),
  put.delivery(1, 2, 'read', 10, way),
  put.outbox(secondRow),
]

/** The sessions of older files have another format and are forgotten; stashes came with the new one. */
const stashSince = 20

function write(): void {
  const directory = makeDirectory()
  const path = join(directory, 'store.db')
  const database = opened(createDatabase({ path, key: databaseKey }))
  opened(database.commit([...everything, ...since30, ...since40]))
  opened(database.registerTags(rows.deviceOf(2), [tagOf(1), tagOf(2, 'record')], noonMs, 'all'))
  opened(database.depositItem(tagOf(1).tag, itemOf(1), roomBytes))
  opened(database.publishRecord(tagOf(2).tag, itemOf(2), noonMs + 1, noonMs, roomBytes))
  database.close()
  copyFileSync(path, newestPath)
  rmSync(directory, { recursive: true })
}

if (process.env['WAXWING_WRITE_DATABASE'] !== undefined && !existsSync(newestPath)) write()

describe('shipped databases', () => {
  it('include one of the newest schema', () => {
    expect(existsSync(newestPath)).toBe(true)
  })

  it.each(readdirSync(folder).filter((name) => name.endsWith('.db')))('%s opens and holds everything', (name) => {
    const directory = makeDirectory()
    const path = join(directory, 'store.db')
    copyFileSync(join(folder, name), path)
    const version = Number(name.slice(0, 4))
    const database = opened(openDatabase({ path, key: databaseKey }))
    expect(database.notes).toMatchObject({ versionFrom: version, versionTo: newest })
    const resident = opened(database.resident())
    expect(resident.self).toEqual(rows.self)
    expect(resident.contacts).toEqual([rows.contact(1, { petName: 'Bob', verifiedAtMs: 5 })])
    const isNew = version >= 30
    expect(resident.devices[0]).toEqual(rows.device(1))
    const hasSlots = version >= 40
    const others = [...(isNew ? [secondDevice] : []), ...(hasSlots ? [thirdDevice, fourthDevice] : [])]
    expect(resident.devices.slice(1)).toEqual(others)
    expect(resident.mailSlots).toEqual(hasSlots ? slots : [])
    expect(resident.invites).toEqual([rows.invite(1)])
    expect([...resident.settings]).toEqual([['theme', 'dark']])
    const slice = opened(
      database.load({
        sessionsOf: [rows.deviceOf(1)],
        prekeys: [rows.prekeyOf(1)],
        prekeysOf: [rows.deviceOf(1)],
        stashOf: [rows.deviceOf(1)],
        initials: [rows.hashOf(1)],
        conversations: [rows.conversationOf(1)],
        outbox: [{ device: rows.deviceOf(1), after: 0, limit: 9 }],
        progress: [{ conversation: rows.conversationOf(1), device: rows.deviceOf(1) }],
        seen: [{ device: rows.deviceOf(1), envelope: rows.envelopeOf(1) }],
      }),
    )
    const hasStash = version >= stashSince
    expect(slice).toMatchObject({
      sessions: hasStash ? [rows.session(1)] : [],
      prekeys: hasStash ? [rows.prekey(1), given] : [rows.prekey(1)],
      stash: hasStash ? [rows.stash(1, { lastResort: true })] : [],
      initials: [rows.hashOf(1)],
      conversations: [rows.conversation(1, { heads: [rows.eventOf(4)], nextSequence: 2, unread: 2 })],
      outbox: [
        rows.outboxRow(1, { sealed: hasStash ? rows.sealed(1) : null }),
        ...(isNew ? [version >= 40 ? secondRow : { ...secondRow, held: [] }] : []),
      ],
      progress: [rows.progress(2, [4])],
      seen: [{ device: rows.deviceOf(1), envelope: rows.envelopeOf(1) }],
    })
    expect(opened(database.messages(rows.conversationOf(1), null, 9))).toEqual([
      { row: rows.event(4), delivery: null, missingBefore: 1 },
      { row: rows.event(2), delivery: null, missingBefore: 0 },
      { row: rows.ownEvent(1), delivery: { state: 'delivered', atMs: 9 }, missingBefore: 0 },
    ])
    const deliveries = opened(database.deliveries(rows.eventOf(1)))
    expect(deliveries[0]).toMatchObject({ state: 'delivered', atMs: 9, via: null, mailbox: null })
    expect(deliveries.slice(1)).toEqual(
      isNew ? [{ event: rows.eventOf(1), device: rows.deviceOf(2), state: 'read', atMs: 10, ...way }] : [],
    )
    const items = opened(database.collectItems(rows.deviceOf(2), 9, 9_999)).items.map(({ bytes }) => bytes)
    expect(items).toEqual(isNew ? [itemOf(1)] : [])
    expect(opened(database.lookupRecord(tagOf(2).tag, noonMs))).toEqual(isNew ? itemOf(2) : null)
    expect(opened(database.mailboxUsage()).sizeBytes).toBe(isNew ? 200 : 0)
    const deposit = opened(database.depositItem(tagOf(1).tag, itemOf(3), roomBytes))
    expect(deposit).toEqual(isNew ? { kind: 'stored', owner: rows.deviceOf(2) } : { kind: 'unknownTag' })
    expect(opened(database.verify())).toEqual([])
    database.close()
    rmSync(directory, { recursive: true })
  })
})
