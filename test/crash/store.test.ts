import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mailboxLimits } from '../../main/core/limits.ts'
import { createDatabase, openDatabase } from '../../main/store/database.ts'
import { beginCreation, profileFiles, profileState } from '../../main/store/profile/directory.ts'
import { acquireLock } from '../../main/store/profile/lock.ts'
import { openVault } from '../../main/store/profile/vault.ts'
import type { Bundle } from '../conformance/bundle.ts'
import { bundle } from '../conformance/bundle.ts'
import { cheapCrypto } from '../conformance/cheapCrypto.ts'
import { noonMs, tagOf } from '../conformance/mailbox.ts'
import { conversationOf, deviceOf, eventOf } from '../conformance/rows.ts'
import { databaseKey, makeDirectory, opened } from '../conformance/sqlcipher.ts'
import { Victim, seeded } from './child.ts'

const seed = Number(process.env['WAXWING_CRASH_SEED'] ?? Date.now() % 1_000_000)
const random = seeded(seed)

let worker: Bundle
let writer: Bundle
let creator: Bundle
let depositor: Bundle
let directory: string
beforeAll(async () => {
  console.log(`WAXWING_CRASH_SEED=${seed}`)
  worker = await bundle('main/store/worker.ts')
  writer = await bundle('test/crash/writer.ts')
  creator = await bundle('test/crash/creator.ts')
  depositor = await bundle('test/crash/depositor.ts')
  directory = makeDirectory()
})
afterAll(() => {
  for (const one of [worker, writer, creator, depositor]) one.remove()
  rmSync(directory, { recursive: true })
})

/** What must hold of the file after a kill: returns the number of the last event that it kept. */
function inspect(path: string, acknowledged: number): number {
  const database = opened(openDatabase({ path, key: databaseKey }))
  const last = opened(database.resident()).settings.get('last') ?? 0
  if (typeof last !== 'number') throw new Error('no number')
  expect(last).toBeGreaterThanOrEqual(acknowledged)
  // One commit at a time: at most the one that nobody heard of any more.
  expect(last).toBeLessThanOrEqual(acknowledged + 1)
  const ids = Array.from({ length: last + 1 }, (_, index) => eventOf(index + 1))
  const slice = opened(
    database.load({
      events: ids,
      outbox: [{ device: deviceOf(1), after: 0, limit: last + 1 }],
      progress: [{ conversation: conversationOf(1), device: deviceOf(1) }],
      conversations: [conversationOf(1)],
    }),
  )
  const numbers = Array.from({ length: last }, (_, index) => index + 1)
  expect(slice.events.map((row) => row.sequence)).toEqual(numbers)
  expect(slice.outbox.map((row) => row.order)).toEqual(numbers)
  expect(slice.progress[0]?.contiguous.sequence ?? 0).toBe(last)
  expect(slice.conversations[0]?.nextSequence ?? 1).toBe(last + 1)
  expect(opened(database.verify())).toEqual([])
  database.close()
  return last
}

describe('a store whose process is killed', () => {
  it('keeps every acknowledged commit, whole, over 20 kills', async () => {
    const path = join(directory, 'store.db')
    opened(createDatabase({ path, key: databaseKey })).close()
    let last = 0
    for (let round = 0; round < 20; round++) {
      // Large contents fill the log, so that some kills meet a checkpoint.
      const contentSizeBytes = random() < 0.5 ? 100 : 30_000
      const order = { path, workerUrl: worker.url.href, first: last + 1, contentSizeBytes }
      const victim = new Victim(writer.path, JSON.stringify(order))
      await victim.printed(1 + Math.floor(random() * 30))
      await delay(random() * 4)
      const lines = await victim.kill()
      const acknowledged = Number(lines.at(-1))
      expect(acknowledged).toBe(last + lines.length)
      last = inspect(path, acknowledged)
    }
    expect(last).toBeGreaterThan(20)
  }, 60_000)
})

describe('a mailbox whose process is killed', () => {
  it('keeps every item that it said was stored, over 10 kills', async () => {
    const path = join(directory, 'mailbox.db')
    const created = opened(createDatabase({ path, key: databaseKey }))
    expect(created.registerTags(deviceOf(1), [tagOf(1)], noonMs, 'all')).toEqual({ ok: true, value: 'done' })
    created.close()
    const stored = new Set<number>()
    for (let round = 0; round < 10; round++) {
      const order = { path, workerUrl: worker.url.href, first: round * 10_000, itemSizeBytes: 200 }
      const victim = new Victim(depositor.path, JSON.stringify(order))
      await victim.printed(1 + Math.floor(random() * 30))
      await delay(random() * 4)
      for (const line of await victim.kill()) stored.add(Number(line))
      const database = opened(openDatabase({ path, key: databaseKey }))
      const { items, more } = opened(database.collectItems(deviceOf(1), mailboxLimits.itemsPerTagMax, 10_000_000))
      const kept = items.map(({ bytes }) => new DataView(bytes.buffer).getUint32(0))
      const unheard = kept.filter((number) => !stored.has(number))
      expect([...stored].filter((number) => !kept.includes(number))).toEqual([])
      // At most those that were under way.
      expect(unheard.length).toBeLessThanOrEqual(4)
      for (const number of unheard) stored.add(number)
      expect(more).toBe(false)
      expect(opened(database.mailboxUsage())).toEqual({ owners: 1, items: kept.length, sizeBytes: 200 * kept.length })
      expect(opened(database.verify())).toEqual([])
      database.close()
    }
    expect(stored.size).toBeGreaterThan(10)
  }, 60_000)
})

describe('a profile whose creation is killed', () => {
  const steps = ['locked', 'begun', 'vault', 'database', 'finished']

  it.each(steps.map((step, index) => [step, index + 1] as const))('after %s', async (_, count) => {
    const profile = makeDirectory()
    const victim = new Victim(creator.path, profile)
    await victim.printed(count)
    expect(acquireLock(profile)).toEqual({ ok: false, error: { kind: 'inUse', pid: victim.pid } })
    const done = (await victim.kill()).length
    // The kernel has let go of the lock; no note of the dead stands in the way.
    opened(acquireLock(profile)).release()
    const state = profileState(profile).kind
    // It may have come further than it could tell.
    if (state === 'present') {
      expect(done).toBeGreaterThanOrEqual(4)
      const unlock = { kind: 'passphrase', passphrase: 'passphrase' } as const
      const key = opened(openVault(join(profile, profileFiles.vault), cheapCrypto, unlock))
      opened(openDatabase({ path: join(profile, profileFiles.database), key })).close()
      expect(beginCreation(profile)).toEqual({ ok: false, error: { kind: 'exists' } })
    } else {
      expect(done).toBeLessThan(5)
      expect(['absent', 'unfinished']).toContain(state)
      const again = new Victim(creator.path, profile)
      await again.printed(5)
      await again.kill()
      expect(profileState(profile)).toEqual({ kind: 'present' })
    }
    rmSync(profile, { recursive: true })
  })
})
