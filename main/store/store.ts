/** ports.Store over a thread of its own: one request, one message each way. */
import { Worker } from 'node:worker_threads'
import { storeLimits } from '../core/limits.ts'
import type { Log, MailboxStore, Store, StoreError } from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import type { OpenNotes } from './database.ts'
import type { OpenError } from './errors.ts'
import { StoreBug, codeOf } from './errors.ts'
import { mailboxOver } from './mailboxStore.ts'
import type { OperationName, Operations, StoreReply, StoreRequest, StoreWorkerData } from './protocol.ts'

export interface StoreOptions {
  /** Absolute path of the database; its directory must exist and be the user's own. */
  readonly path: string
  /** The raw database key, 32 bytes. Copied; the caller wipes its own. */
  readonly key: Uint8Array
  /** The built worker: `store-worker.js`. */
  readonly workerUrl: URL
  readonly log: Log
  /** True: make a new one, and refuse with `exists` when anything stands there. Otherwise nothing is ever made. */
  readonly create?: boolean
}

/** ports.Store, what is kept for others, and the check that a person may ask for. */
export interface EncryptedStore extends Store {
  readonly mailbox: MailboxStore
  /** Authenticates every page and walks every tree; its time grows with the file. Findings, none if sound. */
  verify(): Promise<Result<readonly string[], StoreError>>
}

type Outcome<Name extends OperationName> = Result<Operations[Name]['answer'], StoreError>

interface Waiting {
  readonly settle: (outcome: Result<unknown, StoreError>) => void
  readonly reject: (bug: StoreBug) => void
}

const died: StoreError = { kind: 'ioFailed', code: 'STORE_THREAD_DIED' }
const crowded: StoreError = { kind: 'ioFailed', code: 'STORE_QUEUE_FULL' }

class ThreadStore implements EncryptedStore {
  readonly mailbox: MailboxStore = mailboxOver((name, ...input) => this.#ask(name, ...input))
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  /** Why nothing is asked any more. */
  #refusal: StoreError | null = null
  #closing: Promise<void> | null = null

  constructor(worker: Worker, log: Log) {
    this.#worker = worker
    worker.on('message', (reply: StoreReply) => this.#receive(reply))
    worker.on('exit', () => this.#end(died))
    // Without a listener an error in the thread would end the whole process; 'exit' follows.
    worker.on('error', (thrown) => {
      log.warn('store.threadDied', { name: thrown.name, code: codeOf(thrown) })
      this.#end(died)
    })
  }

  #receive(reply: StoreReply): void {
    if (reply.kind !== 'answer' && reply.kind !== 'bug') return
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (reply.kind === 'answer') waiting?.settle(reply.outcome)
    else waiting?.reject(new StoreBug(reply.message))
  }

  #end(error: StoreError): void {
    this.#refusal ??= error
    for (const waiting of this.#waiting.values()) waiting.settle(err(this.#refusal))
    this.#waiting.clear()
  }

  #ask<Name extends OperationName>(name: Name, ...input: Operations[Name]['input']): Promise<Outcome<Name>> {
    if (this.#refusal !== null) return Promise.resolve(err(this.#refusal))
    if (this.#waiting.size >= storeLimits.requestsPendingMax) return Promise.resolve(err(crowded))
    return new Promise((resolve, reject) => {
      const id = this.#nextId++
      // The protocol's types pair each answer with its request's name.
      const settle = (outcome: Result<unknown, StoreError>): void => resolve(outcome as Outcome<Name>)
      this.#waiting.set(id, { settle, reject })
      this.#worker.postMessage({ id, name, input } as StoreRequest)
    })
  }

  resident(): ReturnType<Store['resident']> {
    return this.#ask('resident')
  }

  load(...input: Parameters<Store['load']>): ReturnType<Store['load']> {
    return this.#ask('load', ...input)
  }

  commit(...input: Parameters<Store['commit']>): ReturnType<Store['commit']> {
    return this.#ask('commit', ...input)
  }

  conversations(): ReturnType<Store['conversations']> {
    return this.#ask('conversations')
  }

  messages(...input: Parameters<Store['messages']>): ReturnType<Store['messages']> {
    return this.#ask('messages', ...input)
  }

  messagesById(...input: Parameters<Store['messagesById']>): ReturnType<Store['messagesById']> {
    return this.#ask('messagesById', ...input)
  }

  deliveries(...input: Parameters<Store['deliveries']>): ReturnType<Store['deliveries']> {
    return this.#ask('deliveries', ...input)
  }

  verify(): ReturnType<EncryptedStore['verify']> {
    return this.#ask('verify')
  }

  /** Answers what was asked before, then lets go of the file. Safe to call again. */
  close(): Promise<void> {
    if (this.#closing !== null) return this.#closing
    const alive = this.#refusal === null
    this.#refusal ??= { kind: 'closed' }
    this.#closing = new Promise((resolve) => {
      if (!alive) return resolve()
      this.#worker.once('exit', () => resolve())
      this.#worker.postMessage({ id: this.#nextId++, name: 'close' } satisfies StoreRequest)
    })
    return this.#closing
  }
}

function logNotes(log: Log, notes: OpenNotes): void {
  if (notes.tightened) log.warn('store.permissionsTightened')
  if (notes.versionFrom !== notes.versionTo) {
    log.info('store.migrated', { from: notes.versionFrom, to: notes.versionTo })
  }
}

/** The thread's first word: that it has opened the file, or why not. */
function firstReply(worker: Worker): Promise<Result<OpenNotes, OpenError>> {
  return new Promise((resolve) => {
    const failed = (): void => resolve(err({ kind: 'ioFailed', code: 'STORE_THREAD_DIED' }))
    worker.once('error', failed)
    worker.once('exit', failed)
    worker.once('message', (reply: StoreReply) => {
      worker.off('error', failed)
      worker.off('exit', failed)
      if (reply.kind === 'opened') return resolve(ok(reply.notes))
      if (reply.kind === 'refused') return resolve(err(reply.error))
      throw new StoreBug(`the store's thread began with ${reply.kind}`)
    })
  })
}

/**
 * Starts the store's thread and opens (or, with `create`, makes) the encrypted database in it.
 * An existing file is never replaced or repaired; every way in which it can be unusable is an OpenError.
 */
export async function openStore(options: StoreOptions): Promise<Result<EncryptedStore, OpenError>> {
  const key = new Uint8Array(options.key)
  const data: StoreWorkerData = { path: options.path, key, create: options.create ?? false }
  // No arguments of the process: an inspector or a loader has no business in the thread that holds the key.
  const worker = new Worker(options.workerUrl, {
    workerData: data,
    transferList: [key.buffer],
    execArgv: [],
    name: 'store',
  })
  const opened = await firstReply(worker)
  if (!opened.ok) return opened
  const store = new ThreadStore(worker, options.log)
  logNotes(options.log, opened.value)
  return ok(store)
}
