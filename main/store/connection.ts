/**
 * One connection to one encrypted file: the key, the pragmas, and statements prepared once.
 * SQLCipher 4 with a raw 256-bit key (https://www.zetetic.net/sqlcipher/sqlcipher-api/#key).
 */
import { Database } from '@signalapp/sqlcipher'
import { toHex } from '../core/bytes.ts'
import { storeLimits } from '../core/limits.ts'
import { StoreBug } from './errors.ts'

export type Value = string | number | null | Uint8Array<ArrayBuffer>
export type Parameter = string | number | null | Uint8Array
export type Row = Readonly<Record<string, Value>>

export interface Prepared {
  /** Returns the number of rows that changed. */
  run(parameters: readonly Parameter[]): number
  get(parameters: readonly Parameter[]): Row | undefined
  all(parameters: readonly Parameter[]): Row[]
}

export interface Connection {
  prepare(sql: string): Prepared
  exec(sql: string): void
  /** The first column of the pragma's first row. */
  pragma(source: string): Value | undefined
  pragmaRows(source: string): readonly Row[]
  /** The text of everything prepared so far: tests ask for the plan of each. */
  readonly prepared: readonly string[]
  close(): void
}

/**
 * The end of a statement whose last parameter bounds its rows. SQLite looks at the value of a bare `LIMIT ?` while it
 * plans, and so plans anew each time one is bound (0.1-0.5 ms); at that of an expression it does not.
 */
export const limitedTo = 'LIMIT ? + 0'

// A zero-length array without memory behind it is bound as NULL by the library; one with memory is not.
const emptyBlob = new Uint8Array(8).subarray(0, 0)

function bound(parameter: Parameter): Value {
  // Beyond 2^53 a number would come back as another one, or as a damaged row.
  if (typeof parameter === 'number' && !Number.isSafeInteger(parameter)) throw new StoreBug('not a safe integer')
  if (!(parameter instanceof Uint8Array)) return parameter
  return parameter.length === 0 ? emptyBlob : (parameter as Uint8Array<ArrayBuffer>)
}

function prepareOn(database: Database, sql: string): Prepared {
  const statement = database.prepare(sql, { persistent: true })
  return {
    run: (parameters) => statement.run(parameters.map(bound)).changes,
    get: (parameters) => statement.get(parameters.map(bound)),
    all: (parameters) => statement.all(parameters.map(bound)),
  }
}

/**
 * Keys the connection and makes it strict and durable. The first statement that reads the file is the
 * last one here, so a wrong key, a file of another kind and a second owner all surface in this call.
 */
function configure(database: Database, key: Uint8Array): void {
  database.exec('PRAGMA cipher_log_level = NONE')
  database.exec(`PRAGMA key = "x'${toHex(key)}'"`)
  database.exec('PRAGMA cipher_memory_security = ON')
  database.exec(`PRAGMA busy_timeout = ${storeLimits.busyTimeoutMs}`)
  // Before the first access, so that the WAL index lives in memory: no -shm file, and no second opener.
  database.exec('PRAGMA locking_mode = EXCLUSIVE')
  database.exec('PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON')
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA foreign_keys = ON')
  database.exec(`PRAGMA cache_size = -${storeLimits.cacheKiB}`)
  database.prepare('SELECT count(*) FROM sqlite_schema').get()
}

/** WAL and synchronous=FULL: what COMMIT has returned for survives a loss of power. */
export function makeDurable(connection: Connection): void {
  const mode = connection.pragma('journal_mode = WAL')
  if (mode !== 'wal') throw new StoreBug(`journal mode is ${String(mode)}`)
  connection.exec('PRAGMA synchronous = FULL; PRAGMA checkpoint_fullfsync = ON; PRAGMA fullfsync = ON')
  connection.exec(`PRAGMA wal_autocheckpoint = ${storeLimits.journalPagesMax}`)
  connection.exec(`PRAGMA journal_size_limit = ${storeLimits.journalSizeBytesMax}`)
}

/**
 * Opens `path` with a raw 32-byte key; creates the file when it is absent (callers check first).
 * Throws the library's errors, which `errors.ts` maps; nothing stays open after a throw.
 */
export function connect(path: string, key: Uint8Array): Connection {
  if (key.length !== 32) throw new StoreBug(`a database key is 32 bytes, got ${key.length}`)
  const database = new Database(path)
  try {
    configure(database, key)
  } catch (thrown) {
    database.close()
    throw thrown
  }
  const prepared: string[] = []
  return {
    prepared,
    prepare: (sql) => {
      prepared.push(sql)
      return prepareOn(database, sql)
    },
    exec: (sql) => database.exec(sql),
    pragma: (source) => database.pragma(source, { simple: true }),
    pragmaRows: (source) => database.pragma(source),
    close: () => database.close(),
  }
}
