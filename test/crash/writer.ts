/**
 * A process to be killed: opens the store it is told of on stdin and commits numbered events as fast as it
 * can, printing each number once its commit is acknowledged.
 */
import { readFileSync, writeSync } from 'node:fs'
import { openStore } from '../../main/store/store.ts'
import { bytesOf, conversation, event, outboxRow, progress, put } from '../conformance/rows.ts'
import { databaseKey, opened } from '../conformance/sqlcipher.ts'
import { silentLog } from '../conformance/sqlcipher-thread.ts'

interface Order {
  readonly path: string
  readonly workerUrl: string
  readonly first: number
  readonly contentSizeBytes: number
}

const order = JSON.parse(readFileSync(0, 'utf8')) as Order
const workerUrl = new URL(order.workerUrl)
const store = opened(await openStore({ path: order.path, key: databaseKey, workerUrl, log: silentLog }))
for (let number = order.first; ; number++) {
  const content = bytesOf(order.contentSizeBytes, number)
  const committed = await store.commit([
    put.conversation(conversation(1, { nextSequence: number + 1 })),
    put.event(event(number, { content })),
    put.outbox(outboxRow(number, { content })),
    put.progress(progress(number, [])),
    put.setting('last', number),
  ])
  if (!committed.ok) throw new Error(committed.error.kind)
  writeSync(1, `${number}\n`)
}
