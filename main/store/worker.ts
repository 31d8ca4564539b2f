/** The store's thread: one connection, one writer, requests one after the other. */
import { parentPort, workerData } from 'node:worker_threads'
import type { MessagePort } from 'node:worker_threads'
import { storeLimits } from '../core/limits.ts'
import type { StoreError } from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import type { Database } from './database.ts'
import { createDatabase, openDatabase } from './database.ts'
import { StoreBug, unreachable } from './errors.ts'
import type { OperationName, StoreReply, StoreRequest, StoreWorkerData } from './protocol.ts'
import { buffersOf } from './transfer.ts'

type Answer = Result<unknown, StoreError>

function perform(database: Database, request: Exclude<StoreRequest, { name: 'close' }>): Answer {
  switch (request.name) {
    case 'resident':
      return database.resident()
    case 'load':
      return database.load(...request.input)
    case 'commit':
      return database.commit(...request.input)
    case 'conversations':
      return database.conversations()
    case 'messages':
      return database.messages(...request.input)
    case 'messagesById':
      return database.messagesById(...request.input)
    case 'deliveries':
      return database.deliveries(...request.input)
    case 'verify':
      return database.verify()
    case 'registerTags':
      return database.registerTags(...request.input)
    case 'depositItem':
      return database.depositItem(...request.input)
    case 'collectItems':
      return database.collectItems(...request.input)
    case 'removeItems':
      return database.removeItems(...request.input)
    case 'publishRecord':
      return database.publishRecord(...request.input)
    case 'lookupRecord':
      return database.lookupRecord(...request.input)
    case 'pruneMailbox':
      return database.pruneMailbox(...request.input)
    case 'pruneItems':
      return database.pruneItems(...request.input)
    case 'mailboxUsage':
      return database.mailboxUsage()
    default:
      return unreachable(request)
  }
}

/** After these the log has pages to copy. */
const writing: ReadonlySet<string> = new Set<OperationName>([
  'commit',
  'registerTags',
  'depositItem',
  'removeItems',
  'publishRecord',
  'pruneMailbox',
  'pruneItems',
])

/** Their answers may hold large rows, which are handed over. */
const reading: ReadonlySet<string> = new Set<OperationName>(['load', 'collectItems'])

function replyTo(database: Database, request: Exclude<StoreRequest, { name: 'close' }>): StoreReply {
  try {
    return { kind: 'answer', id: request.id, outcome: perform(database, request) }
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : 'unknown'
    return { kind: 'bug', id: request.id, message }
  }
}

function serve(port: MessagePort, database: Database): void {
  let idle: NodeJS.Timeout | undefined
  const checkpointWhenIdle = (): void => {
    clearTimeout(idle)
    idle = setTimeout(() => database.checkpoint(), storeLimits.checkpointIdleMs)
  }
  port.on('message', (request: StoreRequest) => {
    if (request.name === 'close') {
      clearTimeout(idle)
      database.close()
      port.postMessage({ kind: 'closed', id: request.id } satisfies StoreReply)
      port.close()
      return
    }
    const reply = replyTo(database, request)
    const moved = reading.has(request.name) && reply.kind === 'answer' ? buffersOf(reply.outcome) : []
    port.postMessage(reply, moved)
    if (writing.has(request.name)) checkpointWhenIdle()
  })
}

function start(port: MessagePort, data: StoreWorkerData): void {
  const options = { path: data.path, key: data.key }
  const database = data.create ? createDatabase(options) : openDatabase(options)
  data.key.fill(0)
  if (!database.ok) {
    port.postMessage({ kind: 'refused', error: database.error } satisfies StoreReply)
    port.close()
    return
  }
  port.postMessage({ kind: 'opened', notes: database.value.notes } satisfies StoreReply)
  serve(port, database.value)
}

if (parentPort === null) throw new StoreBug('worker.ts runs as a thread of store.ts only')
start(parentPort, workerData as StoreWorkerData)
