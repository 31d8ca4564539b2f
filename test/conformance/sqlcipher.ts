/** Makes encrypted stores in directories of their own for the suites that need one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MailboxStore, Store, StoreError } from '../../main/core/ports.ts'
import type { Result } from '../../main/core/result.ts'
import type { Database } from '../../main/store/database.ts'
import { createDatabase, openDatabase } from '../../main/store/database.ts'
import type { AskMailbox } from '../../main/store/mailboxStore.ts'
import { mailboxOver } from '../../main/store/mailboxStore.ts'
import type { StoreUnderTest } from './bench.ts'
import type { MailboxUnderTest } from './mailbox.ts'
import { bytesOf } from './rows.ts'

export const databaseKey = bytesOf(32, 99)

export function makeDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'waxwing-store-'))
}

/** The value of a result that must be ok. */
export function opened<T>(result: { ok: true; value: T } | { ok: false; error: unknown }): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

/** The database's logic behind promises, without the worker. */
export function inThread(database: Database): Store {
  return {
    resident: async () => database.resident(),
    load: async (request) => database.load(request),
    commit: async (changes) => database.commit(changes),
    conversations: async () => database.conversations(),
    messages: async (conversation, before, limit) => database.messages(conversation, before, limit),
    messagesById: async (events) => database.messagesById(events),
    deliveries: async (event) => database.deliveries(event),
    close: async () => database.close(),
  }
}

export async function makeInThread(): Promise<StoreUnderTest> {
  const directory = makeDirectory()
  const options = { path: join(directory, 'store.db'), key: databaseKey }
  let database = opened(createDatabase(options))
  return {
    store: inThread(database),
    reopen: async () => {
      database.close()
      database = opened(openDatabase(options))
      return inThread(database)
    },
    end: async () => {
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
}

/** What the database keeps for others, behind promises, without the worker. */
export function mailboxInThread(database: Database): MailboxStore {
  const ask = async (name: Parameters<AskMailbox>[0], ...input: never): Promise<Result<unknown, StoreError>> => {
    const perform = database[name].bind(database) as (...input: never) => Result<unknown, StoreError>
    return perform(...input)
  }
  return mailboxOver(ask as AskMailbox)
}

export async function makeMailboxInThread(): Promise<MailboxUnderTest> {
  const directory = makeDirectory()
  const options = { path: join(directory, 'store.db'), key: databaseKey }
  let database = opened(createDatabase(options))
  return {
    mailbox: mailboxInThread(database),
    reopen: async () => {
      database.close()
      database = opened(openDatabase(options))
      return mailboxInThread(database)
    },
    end: async () => {
      database.close()
      rmSync(directory, { recursive: true })
    },
  }
}
