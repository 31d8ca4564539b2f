/** Quotas that would take long to fill: the figures of the triggers are set instead. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { idOf, itemOf, noonMs, tagOf } from '../../test/conformance/mailbox.ts'
import { bytesOf, deviceOf } from '../../test/conformance/rows.ts'
import { databaseKey, mailboxInThread, makeDirectory, opened } from '../../test/conformance/sqlcipher.ts'
import { mailboxLimits, quotaLimits } from '../core/limits.ts'
import type { MailboxTag } from '../core/ports.ts'
import { key } from './columns.ts'
import type { Database } from './database.ts'
import { createDatabase } from './database.ts'
import type { AskMailbox } from './mailboxStore.ts'
import { ownerShareBytes } from './mailbox.ts'
import { mailboxOver } from './mailboxStore.ts'

const [anna, ben] = [deviceOf(1), deviceOf(2)]
const inAll = new Uint8Array(0)
const { mailboxQuotasBytes, ownerPartOfMailbox } = quotaLimits
const quotaBytes = mailboxQuotasBytes['1GB']
const smallBytes = mailboxQuotasBytes['256MB']

let directory: string
let database: Database
beforeEach(() => {
  directory = makeDirectory()
  database = opened(createDatabase({ path: join(directory, 'store.db'), key: databaseKey }))
})
afterEach(() => {
  database.close()
  rmSync(directory, { recursive: true })
})

function pretend(what: 'items' | 'records' | 'tags', of: Uint8Array, rows: number, sizeBytes: number): void {
  const put = database.connection.prepare('INSERT OR REPLACE INTO mailbox_use VALUES (?, ?, ?, ?)')
  put.run([what, of, rows, sizeBytes])
}

function tagsOf(numbers: readonly number[]) {
  return numbers.map((number) => tagOf(number, number < 10 ? 'item' : 'record'))
}

function register(owner: typeof anna, ...numbers: number[]): string {
  return opened(database.registerTags(owner, tagsOf(numbers), noonMs, 'all'))
}

const deposit = (number: number, ofBytes = quotaBytes) =>
  opened(database.depositItem(tagOf(1).tag, itemOf(number), ofBytes)).kind
const publish = (number: number) =>
  opened(database.publishRecord(tagOf(number).tag, itemOf(1), noonMs + 1_000, noonMs, quotaBytes))

function rowsOf(table: string): number {
  return Number(database.connection.prepare(`SELECT count(*) AS n FROM ${table}`).get([])?.['n'])
}

describe('a mailbox', () => {
  it('counts what it keeps, in all and of each owner and tag, and forgets counts that are nought', () => {
    register(anna, 1, 2, 10)
    register(ben, 3)
    for (const number of [1, 2]) opened(database.depositItem(tagOf(1).tag, itemOf(number, 100 * number), quotaBytes))
    opened(database.depositItem(tagOf(3).tag, itemOf(3, 50), quotaBytes))
    publish(10)
    publish(10)
    const counts = () => {
      const rows = database.connection.prepare('SELECT what, hex(of) AS of, rows, size_bytes FROM mailbox_use').all([])
      return new Set(rows.map((row) => Object.values(row).join(' ').toLowerCase()))
    }
    const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
    const own = (what: string) => [`${what}  1 100`, `${what} ${anna} 1 100`]
    expect(counts()).toEqual(
      new Set([
        'items  3 350',
        `items ${anna} 2 300`,
        `items ${hex(tagOf(1).tag)} 2 300`,
        `items ${ben} 1 50`,
        `items ${hex(tagOf(3).tag)} 1 50`,
        ...own('records'),
        'tags  4 0',
        `tags ${anna} 3 0`,
        `tags ${ben} 1 0`,
      ]),
    )
    opened(database.removeItems(anna, [idOf(itemOf(1, 100)), idOf(itemOf(2, 200))]))
    opened(database.pruneMailbox([], noonMs))
    expect(opened(database.pruneItems([]))).toBe(false)
    expect(counts()).toEqual(new Set())
  })

  it('takes so many items, and bytes, of one tag, for one owner, and in all', () => {
    const { itemsPerTagMax, itemsPerOwnerMax, sizePerOwnerBytesMax } = mailboxLimits
    register(anna, 1)
    const quotas = [
      [tagOf(1).tag, itemsPerTagMax - 1, 0],
      [key(anna), itemsPerOwnerMax - 8, 0],
      [key(anna), 0, sizePerOwnerBytesMax - 800],
      [inAll, 0, quotaBytes - 100],
    ] as const
    for (const [at, [of, rows, sizeBytes]] of quotas.entries()) {
      database.connection.exec('DELETE FROM mailbox_use')
      pretend('items', of, rows, sizeBytes)
      expect(deposit(2 * at)).toBe('stored')
      expect(deposit(2 * at + 1)).toBe('full')
      expect(deposit(2 * at)).toBe('stored')
    }
    expect(rowsOf('mailbox_item')).toBe(quotas.length)
  })

  it('gives a tag a part of the room that is left, so that others have some though one contact fills all days', () => {
    const { sizePerOwnerBytesMax, itemsPerOwnerMax, tagPartOfRoom } = mailboxLimits
    register(anna, 1)
    const tries = [
      [0, itemsPerOwnerMax - 8, 0],
      [1, itemsPerOwnerMax - 8, 0],
      [1, itemsPerOwnerMax - 16, 0],
      [0, 0, sizePerOwnerBytesMax - 800],
      [0, 0, sizePerOwnerBytesMax - 799],
    ] as const
    const outcomes = tries.map(([ofTag, rows, sizeBytes], at) => {
      database.connection.exec('DELETE FROM mailbox_use')
      pretend('items', tagOf(1).tag, ofTag, 0)
      pretend('items', key(anna), rows, sizeBytes)
      return deposit(at)
    })
    expect(outcomes).toEqual(['stored', 'full', 'stored', 'stored', 'full'])
    // Yesterday, today and the days ahead of one contact, filled one after the other.
    for (const ofBytes of Object.values(mailboxQuotasBytes)) {
      let left = ownerShareBytes(ofBytes)
      for (let tag = 0; tag < mailboxLimits.tagDaysAheadMax + 2; tag++) left -= left / (tagPartOfRoom + 1)
      expect(left / (tagPartOfRoom + 1)).toBeGreaterThan(mailboxLimits.itemSizeBytesMax)
    }
  })

  it('leaves to one owner a part of a small one, and no more than before of a large one', () => {
    register(anna, 1)
    const filled = (ofBytes: number, ownBytes: number): string => {
      database.connection.exec('DELETE FROM mailbox_use')
      pretend('items', key(anna), 1, ownBytes)
      return deposit(ownBytes, ofBytes)
    }
    const shareBytes = smallBytes / ownerPartOfMailbox
    expect(filled(smallBytes, shareBytes - 800)).toBe('stored')
    expect(filled(smallBytes, shareBytes - 799)).toBe('full')
    const { sizePerOwnerBytesMax } = mailboxLimits
    for (const ofBytes of [mailboxQuotasBytes['1GB'], mailboxQuotasBytes['16GB']]) {
      expect(filled(ofBytes, sizePerOwnerBytesMax - 800)).toBe('stored')
      expect(filled(ofBytes, sizePerOwnerBytesMax - 799)).toBe('full')
    }
  })

  it('loses nothing when it may hold less than it does, and takes more once there is room', async () => {
    const mailbox = mailboxInThread(database)
    register(anna, 1, 10)
    mailbox.setQuota(400_000)
    for (const number of [1, 2, 3]) await mailbox.deposit(tagOf(1).tag, itemOf(number, 400), 0)
    await mailbox.publish(tagOf(10).tag, itemOf(4, 400), noonMs + 1_000, noonMs)
    mailbox.setQuota(1_000)
    const refused = await mailbox.deposit(tagOf(1).tag, itemOf(5, 10), 0)
    expect(refused).toEqual({ kind: 'full' })
    // Told again, because its sender has not heard that it is there.
    expect(await mailbox.deposit(tagOf(1).tag, itemOf(1, 400), 0)).toMatchObject({ kind: 'stored' })
    await mailbox.prune([anna], noonMs)
    const held = await mailbox.collect(anna, 9, 9_999)
    expect(held?.items.map(({ bytes }) => bytes)).toEqual([1, 2, 3].map((number) => itemOf(number, 400)))
    expect(await mailbox.lookup(tagOf(10).tag, noonMs)).toEqual(itemOf(4, 400))
    expect((await mailbox.usage()).sizeBytes).toBe(1_600)
    await mailbox.remove(
      anna,
      [1, 2, 3].map((number) => idOf(itemOf(number, 400))),
    )
    expect(await mailbox.deposit(tagOf(1).tag, itemOf(5, 10), 0)).toMatchObject({ kind: 'stored' })
  })

  it('takes so many records of one owner, and in all with the items, and replaces those that are there', () => {
    register(anna, 10, 11, 12)
    pretend('records', key(anna), mailboxLimits.recordsPerOwnerMax - 1, 0)
    expect([publish(10), publish(11), publish(10)]).toEqual(['stored', 'full', 'stored'])
    pretend('records', key(anna), 1, 100)
    // What is full of items has room for records yet; and one in place of another needs none.
    pretend('items', inAll, 1, quotaBytes + mailboxLimits.recordsReserveBytes - 150)
    expect([publish(12), publish(10)]).toEqual(['full', 'stored'])
    pretend('items', inAll, 1, quotaBytes)
    expect(publish(12)).toBe('stored')
    expect(rowsOf('mailbox_record')).toBe(2)
  })

  it('holds so many tags in all, and lets an owner replace theirs', () => {
    register(anna, 1)
    pretend('tags', inAll, mailboxLimits.tagsMax, 0)
    expect([register(ben, 2), register(anna, 1, 3), register(anna, 4)]).toEqual(['full', 'full', 'done'])
    expect(rowsOf('mailbox_tag')).toBe(1)
  })

  it('keeps tags for items beside new ones for records while there is room, and lets them go for those', () => {
    const { tagsPerOwnerMax, tagsMax } = mailboxLimits
    const records = (...numbers: number[]) => opened(database.registerTags(anna, tagsOf(numbers), noonMs, 'records'))
    const kept = () => database.connection.prepare('SELECT tag FROM mailbox_tag').all([]).length
    register(anna, 1, 2, 10)
    expect([records(11, 12), kept()]).toEqual(['done', 4])
    // All that is left to her are the four that she has.
    pretend('tags', inAll, tagsMax, 0)
    expect([records(11, 12, 13), kept()]).toEqual(['done', 3])
    expect([records(10, 11, 12, 13, 14), kept()]).toEqual(['full', 3])

    database.connection.exec('DELETE FROM mailbox_use')
    const many = Array.from({ length: tagsPerOwnerMax - 2 }, (_, number): MailboxTag => {
      const tag = new Uint8Array(16)
      new DataView(tag.buffer).setUint32(0, 2 ** 31 + number)
      return { ...tagOf(10, 'record'), tag }
    })
    register(anna, 1, 2, 10)
    expect([opened(database.registerTags(anna, many, noonMs, 'records')), kept()]).toEqual(['done', tagsPerOwnerMax])
    many.push(tagOf(10, 'record'))
    const more = [opened(database.registerTags(anna, many, noonMs, 'records')), kept()]
    expect(more).toEqual(['done', tagsPerOwnerMax - 1])
  })

  it('drops no more at a time than others can wait for', async () => {
    const count = mailboxLimits.pruneItemsMax + 1
    register(anna, 1)
    for (let number = 0; number < count; number++) deposit(number)
    expect(opened(database.pruneItems([]))).toBe(true)
    expect(rowsOf('mailbox_item')).toBe(1)
    for (let number = 0; number < count; number++) deposit(number)
    await mailboxInThread(database).prune([], noonMs)
    expect(rowsOf('mailbox_item')).toBe(0)
  })

  it('says that the disk failed, and asks no more than the thread may have waiting', async () => {
    const ask: AskMailbox = async () => ({ ok: false, error: { kind: 'diskFull' } })
    const failing = mailboxOver(ask)
    const [tag, item] = [bytesOf(16, 1), itemOf(1)]
    expect(await failing.register(anna, [], 0, 'all')).toBe('failed')
    expect(await failing.deposit(tag, item, 0)).toEqual({ kind: 'failed' })
    expect(await failing.collect(anna, 1, 1)).toBeNull()
    expect(await failing.remove(anna, [tag])).toBe(false)
    expect(await failing.publish(tag, item, 1, 0)).toBe('failed')
    expect(await failing.lookup(tag, 0)).toBeNull()
    await failing.prune([], 0)
    expect(await failing.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 0 })

    register(anna, 1)
    const mailbox = mailboxInThread(database)
    const asked = Array.from({ length: mailboxLimits.requestsPendingMax + 1 }, (_, number) =>
      mailbox.deposit(tagOf(1).tag, itemOf(number), 0),
    )
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind)
    expect(kinds.filter((kind) => kind === 'stored')).toHaveLength(mailboxLimits.requestsPendingMax)
    expect(kinds.at(-1)).toBe('failed')
    expect(await mailbox.deposit(tagOf(1).tag, itemOf(99), 0)).toMatchObject({ kind: 'stored' })
  })
})
