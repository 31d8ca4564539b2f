/**
 * A process to be killed: opens the store it is told of on stdin and deposits numbered items as fast as it can, many at
 * once, printing each number once the mailbox has said that it is stored.
 */
import { readFileSync, writeSync } from 'node:fs'
import { openStore } from '../../main/store/store.ts'
import { itemOf, tagOf } from '../conformance/mailbox.ts'
import { databaseKey, opened } from '../conformance/sqlcipher.ts'
import { silentLog } from '../conformance/sqlcipher-thread.ts'

interface Order {
  readonly path: string
  readonly workerUrl: string
  readonly first: number
  readonly itemSizeBytes: number
}

const order = JSON.parse(readFileSync(0, 'utf8')) as Order
const workerUrl = new URL(order.workerUrl)
const store = opened(await openStore({ path: order.path, key: databaseKey, workerUrl, log: silentLog }))
let next = order.first
async function depositOn(): Promise<never> {
  for (;;) {
    const number = next++
    const { kind } = await store.mailbox.deposit(tagOf(1).tag, itemOf(number, order.itemSizeBytes), 0)
    if (kind !== 'stored') throw new Error(kind)
    writeSync(1, `${number}\n`)
  }
}
await Promise.all(Array.from({ length: 4 }, depositOn))
