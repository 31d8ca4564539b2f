import { rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../../main/store/store.ts'
import { storeLimits } from '../../main/core/limits.ts'
import { value } from './bench.ts'
import type { Bundle } from './bundle.ts'
import { bundle } from './bundle.ts'
import { mailboxConformance } from './mailbox.ts'
import * as rows from './rows.ts'
import { makeThreaded, silentLog } from './sqlcipher-thread.ts'
import { databaseKey, makeDirectory } from './sqlcipher.ts'
import { storeConformance } from './store.ts'

let worker: Bundle
beforeAll(async () => {
  worker = await bundle('main/store/worker.ts')
})
afterAll(() => worker.remove())

storeConformance('the encrypted store in its thread', () => makeThreaded(worker.url))

mailboxConformance('the encrypted store in its thread', async () => {
  const under = await makeThreaded(worker.url)
  return {
    mailbox: under.store.mailbox,
    reopen: async () => (await under.reopen()).mailbox,
    end: () => under.end(),
  }
})

describe('the store in its thread', () => {
  it('says why it cannot open, and makes nothing', async () => {
    const directory = makeDirectory()
    const options = { path: join(directory, 'store.db'), key: databaseKey, workerUrl: worker.url, log: silentLog }
    expect(await openStore(options)).toEqual({ ok: false, error: { kind: 'missing' } })
    expect(statSync(options.path, { throwIfNoEntry: false })).toBeUndefined()
    const created = await openStore({ ...options, create: true })
    expect(created.ok).toBe(true)
    expect(await openStore({ ...options, create: true })).toEqual({ ok: false, error: { kind: 'exists' } })
    expect(await openStore(options)).toEqual({ ok: false, error: { kind: 'locked' } })
    if (created.ok) await created.value.close()
    const wrong = await openStore({ ...options, key: new Uint8Array(32) })
    expect(wrong).toEqual({ ok: false, error: { kind: 'wrongKey' } })
    rmSync(directory, { recursive: true })
  })

  it('leaves the caller its key, and says when the thread cannot start', async () => {
    const key = rows.bytesOf(32, 3)
    const workerUrl = new URL('missing.mjs', worker.url)
    const failed = await openStore({ path: '/nowhere/store.db', key, workerUrl, log: silentLog })
    expect(failed).toEqual({ ok: false, error: { kind: 'ioFailed', code: 'STORE_THREAD_DIED' } })
    expect(key).toEqual(rows.bytesOf(32, 3))
  })

  it('moves large rows to the caller without losing a byte', async () => {
    const under = await makeThreaded(worker.url)
    const state = rows.bytesOf(200_000, 7)
    await value(under.store.commit([rows.put.session(rows.session(1, { state }))]))
    for (const _ of [1, 2]) {
      const slice = await value(under.store.load({ sessionsOf: [rows.deviceOf(1)] }))
      expect(slice.sessions[0]?.state).toEqual(state)
    }
    expect(state).toEqual(rows.bytesOf(200_000, 7))
    await under.end()
  })

  it('refuses requests beyond its limit, and answers all others', async () => {
    const under = await makeThreaded(worker.url)
    const asked = Array.from({ length: storeLimits.requestsPendingMax + 1 }, () => under.store.load({}))
    const answers = await Promise.all(asked)
    expect(answers.filter((answer) => answer.ok)).toHaveLength(storeLimits.requestsPendingMax)
    expect(answers.at(-1)).toEqual({ ok: false, error: { kind: 'ioFailed', code: 'STORE_QUEUE_FULL' } })
    await under.end()
  })

  it('verifies a sound database', async () => {
    const directory = makeDirectory()
    const path = join(directory, 'store.db')
    const opened = await openStore({ path, key: databaseKey, workerUrl: worker.url, log: silentLog, create: true })
    if (!opened.ok) throw new Error(opened.error.kind)
    await value(opened.value.commit([rows.put.self(rows.self)]))
    expect(await value(opened.value.verify())).toEqual([])
    await opened.value.close()
    rmSync(directory, { recursive: true })
  })
})
