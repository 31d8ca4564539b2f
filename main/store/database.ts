/** The store's logic, synchronous: the worker runs it, and unit tests run it in their own thread. */
import { closeSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { ConversationId, DeviceId, EventId } from '../core/ids.ts'
import { implementationLimits } from '../core/limits.ts'
import type * as ports from '../core/ports.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { applyChanges } from './apply.ts'
import { hasAuthenticPage } from './authentic.ts'
import type { Connection } from './connection.ts'
import { connect, makeDurable } from './connection.ts'
import type { OpenError } from './errors.ts'
import { StoreBug, codeOf, openErrorOf, storeErrorOf } from './errors.ts'
import type { Tightened } from './files.ts'
import { checkFile, exists, syncDirectory } from './files.ts'
import { readResident, readSlice } from './load.ts'
import type { Deposit } from './mailbox.ts'
import * as mailbox from './mailbox.ts'
import { messageQueries } from './queries/messages.ts'
import { prepareQueries } from './queries/queries.ts'
import { rollBack, upgrade, versionOf } from './schema/migrate.ts'

export interface DatabaseOptions {
  /** Absolute path of the file. Its directory must exist. */
  readonly path: string
  /** The raw database key, 32 bytes. The caller wipes it. */
  readonly key: Uint8Array
}

/** What opening did beside opening; for the log. */
export interface OpenNotes {
  readonly tightened: Tightened
  readonly versionFrom: number
  readonly versionTo: number
}

type Outcome<T> = Result<T, ports.StoreError>

/** ports.MailboxStore without the promises. A failure is the disk's; each that writes is one transaction. */
export interface MailboxDatabase {
  registerTags(
    owner: DeviceId,
    tags: readonly ports.MailboxTag[],
    nowMs: number,
    inPlaceOf: ports.TagsReplaced,
  ): Outcome<'done' | 'full'>
  depositItem(tag: Uint8Array, item: Uint8Array, quotaBytes: number): Outcome<Deposit>
  collectItems(owner: DeviceId, itemsMax: number, sizeBytesMax: number): Outcome<mailbox.Collection>
  removeItems(owner: DeviceId, ids: readonly Uint8Array[]): Outcome<void>
  publishRecord(
    tag: Uint8Array,
    record: Uint8Array,
    untilMs: number,
    nowMs: number,
    quotaBytes: number,
  ): Outcome<'stored' | 'unknownTag' | 'full'>
  lookupRecord(tag: Uint8Array, nowMs: number): Outcome<Uint8Array | null>
  /** Everything of pruning but the items. */
  pruneMailbox(owners: readonly DeviceId[], nowMs: number): Outcome<void>
  /** Drops some of the items that are over, so that others need not wait long; whether there are more. */
  pruneItems(owners: readonly DeviceId[]): Outcome<boolean>
  mailboxUsage(): Outcome<mailbox.Usage>
}

/** ports.Store without the promises, and what only the owner of the thread may ask. */
export interface Database extends MailboxDatabase {
  readonly notes: OpenNotes
  resident(): Outcome<ports.Resident>
  load(request: ports.SliceRequest): Outcome<ports.Slice>
  commit(changes: readonly ports.Change[]): Outcome<void>
  conversations(): Outcome<readonly ports.ConversationRecord[]>
  messages(
    conversation: ConversationId,
    before: ports.MessageCursor | null,
    limit: number,
  ): Outcome<readonly ports.MessageRecord[]>
  messagesById(events: readonly EventId[]): Outcome<readonly ports.MessageRecord[]>
  deliveries(event: EventId): Outcome<readonly ports.DeliveryRow[]>
  /** Authenticates every page and walks every tree; its time grows with the file. The findings, none if sound. */
  verify(): Outcome<readonly string[]>
  /** Copies the log's pages into the file, so that no later commit has to. */
  checkpoint(): Outcome<void>
  /** Folds the log into the file and lets go of it. Further calls are answered with `closed`. */
  close(): void
  /** For tests: the connection itself. */
  readonly connection: Connection
}

/** After a failed fsync nobody knows what the disk holds: only a new start may say "committed" again. */
const fatalCodes = /^SQLITE_IOERR_(?:FSYNC|DIR_FSYNC)/

class OpenDatabase implements Database {
  readonly notes: OpenNotes
  readonly connection: Connection
  readonly #queries: ReturnType<typeof prepareQueries>
  readonly #messages: ReturnType<typeof messageQueries>
  readonly #begin
  readonly #commit
  /** Why nothing is answered any more. */
  #refusal: ports.StoreError | null = null

  constructor(connection: Connection, notes: OpenNotes) {
    this.connection = connection
    this.notes = notes
    this.#queries = prepareQueries(connection)
    this.#messages = messageQueries(connection, this.#queries)
    this.#begin = connection.prepare('BEGIN IMMEDIATE')
    this.#commit = connection.prepare('COMMIT')
  }

  #attempt<T>(read: () => T): Outcome<T> {
    if (this.#refusal !== null) return err(this.#refusal)
    try {
      return ok(read())
    } catch (thrown) {
      const error = storeErrorOf(thrown)
      if (fatalCodes.test(codeOf(thrown))) this.#refusal = error
      return err(error)
    }
  }

  #transact<T>(write: () => T): Outcome<T> {
    return this.#attempt(() => {
      this.#begin.run([])
      try {
        const written = write()
        this.#commit.run([])
        return written
      } catch (thrown) {
        rollBack(this.connection)
        throw thrown
      }
    })
  }

  resident(): Outcome<ports.Resident> {
    return this.#attempt(() => readResident(this.#queries))
  }

  load(request: ports.SliceRequest): Outcome<ports.Slice> {
    return this.#attempt(() => readSlice(this.#queries, request))
  }

  commit(changes: readonly ports.Change[]): Outcome<void> {
    if (changes.length === 0) return this.#refusal === null ? ok(undefined) : err(this.#refusal)
    return this.#transact(() => applyChanges(this.#queries, changes))
  }

  conversations(): Outcome<readonly ports.ConversationRecord[]> {
    return this.#attempt(() => this.#messages.conversations())
  }

  messages(
    conversation: ConversationId,
    before: ports.MessageCursor | null,
    limit: number,
  ): Outcome<readonly ports.MessageRecord[]> {
    const max = implementationLimits.messagePageMax
    if (!Number.isInteger(limit) || limit < 1 || limit > max) throw new StoreBug(`a page of ${limit}, max ${max}`)
    return this.#attempt(() => this.#messages.page(conversation, before, limit))
  }

  messagesById(events: readonly EventId[]): Outcome<readonly ports.MessageRecord[]> {
    return this.#attempt(() => this.#messages.byId(events))
  }

  deliveries(event: EventId): Outcome<readonly ports.DeliveryRow[]> {
    return this.#attempt(() => this.#queries.deliveries.ofEvent(event))
  }

  registerTags(
    owner: DeviceId,
    tags: readonly ports.MailboxTag[],
    nowMs: number,
    inPlaceOf: ports.TagsReplaced,
  ): Outcome<'done' | 'full'> {
    return this.#transact(() => mailbox.register(this.#queries.mailbox, owner, tags, nowMs, inPlaceOf))
  }

  depositItem(tag: Uint8Array, item: Uint8Array, quotaBytes: number): Outcome<Deposit> {
    return this.#transact(() => mailbox.deposit(this.#queries.mailbox, tag, item, quotaBytes))
  }

  collectItems(owner: DeviceId, itemsMax: number, sizeBytesMax: number): Outcome<mailbox.Collection> {
    return this.#attempt(() => mailbox.collect(this.#queries.mailbox, owner, itemsMax, sizeBytesMax))
  }

  removeItems(owner: DeviceId, ids: readonly Uint8Array[]): Outcome<void> {
    return this.#transact(() => mailbox.remove(this.#queries.mailbox, owner, ids))
  }

  publishRecord(
    tag: Uint8Array,
    record: Uint8Array,
    untilMs: number,
    nowMs: number,
    quotaBytes: number,
  ): Outcome<'stored' | 'unknownTag' | 'full'> {
    return this.#transact(() => mailbox.publish(this.#queries.mailbox, tag, record, untilMs, nowMs, quotaBytes))
  }

  lookupRecord(tag: Uint8Array, nowMs: number): Outcome<Uint8Array | null> {
    return this.#attempt(() => this.#queries.mailbox.records.get(tag, nowMs))
  }

  pruneMailbox(owners: readonly DeviceId[], nowMs: number): Outcome<void> {
    return this.#transact(() => mailbox.prune(this.#queries.mailbox, owners, nowMs))
  }

  pruneItems(owners: readonly DeviceId[]): Outcome<boolean> {
    return this.#transact(() => mailbox.pruneItems(this.#queries.mailbox, owners))
  }

  mailboxUsage(): Outcome<mailbox.Usage> {
    return this.#attempt(() => mailbox.usage(this.#queries.mailbox))
  }

  verify(): Outcome<readonly string[]> {
    return this.#attempt(() => {
      const pages = this.connection.pragmaRows('cipher_integrity_check')
      const trees = this.connection.pragmaRows('integrity_check')
      return [...pages, ...trees].flatMap((row) => Object.values(row).map(String)).filter((line) => line !== 'ok')
    })
  }

  checkpoint(): Outcome<void> {
    return this.#attempt(() => this.connection.exec('PRAGMA wal_checkpoint(PASSIVE)'))
  }

  close(): void {
    if (this.#refusal?.kind === 'closed') return
    this.#refusal = { kind: 'closed' }
    this.connection.close()
  }
}

function refuse(path: string, key: Uint8Array, thrown: unknown): Result<never, OpenError> {
  const error = openErrorOf(thrown)
  if (error.kind !== 'wrongKey' || !hasAuthenticPage(path, key)) return err(error)
  return err({ kind: 'damaged', detail: 'page 1' })
}

/**
 * Opens an existing database, and migrates an older one. Nothing is ever created, replaced or repaired
 * here: whatever is wrong is an error, and the file stays as it is.
 */
export function openDatabase(options: DatabaseOptions): Result<Database, OpenError> {
  const { path, key } = options
  const checked = checkFile(path)
  if (!checked.ok) return checked
  const log = checkFile(`${path}-wal`)
  if (!log.ok && log.error.kind !== 'missing') return log
  let connection: Connection
  try {
    connection = connect(path, key)
  } catch (thrown) {
    return refuse(path, key, thrown)
  }
  try {
    const version = versionOf(connection)
    if (!version.ok) {
      connection.close()
      return version
    }
    makeDurable(connection)
    const versionTo = upgrade(connection, version.value)
    return ok(new OpenDatabase(connection, { tightened: checked.value, versionFrom: version.value, versionTo }))
  } catch (thrown) {
    connection.close()
    return err(openErrorOf(thrown))
  }
}

/** Gives the finished file its name; EEXIST if something has taken it meanwhile. */
function publish(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
    rmSync(temporary)
  } catch (thrown) {
    // File systems without hard links; what stands there already is an error on all of them.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(thrown)) || exists(path)) throw thrown
    renameSync(temporary, path)
  }
  syncDirectory(dirname(path))
}

/**
 * Creates an empty database, then opens it. Refuses with `exists` when anything stands at `path` or in the
 * place of its log. Built under another name, so that an interrupted creation leaves nothing at `path`.
 */
export function createDatabase(options: DatabaseOptions): Result<Database, OpenError> {
  const { path, key } = options
  const temporary = `${path}.new`
  try {
    if (exists(path) || exists(`${path}-wal`)) return err({ kind: 'exists' })
    for (const name of [temporary, `${temporary}-wal`, `${temporary}-journal`]) rmSync(name, { force: true })
    closeSync(openSync(temporary, 'wx', 0o600))
    const connection = connect(temporary, key)
    try {
      makeDurable(connection)
      upgrade(connection, 0)
    } finally {
      connection.close()
    }
    publish(temporary, path)
  } catch (thrown) {
    return err(openErrorOf(thrown))
  }
  return openDatabase(options)
}
