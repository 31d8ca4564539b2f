/**
 * One instance per profile. The lock is an exclusive transaction on an empty SQLite file: the kernel lets
 * go of it when the process dies, however it dies, so a stale lock cannot exist.
 */
import { closeSync, openSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Database } from '@signalapp/sqlcipher'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { codeOf, openErrorOf } from '../errors.ts'
import type { FileError } from '../files.ts'
import { checkFile } from '../files.ts'
import { profileFiles } from './directory.ts'

export type LockError =
  /** Another process has this profile open; its number, when it could be read. */
  { readonly kind: 'inUse'; readonly pid: number | null } | FileError | { readonly kind: 'diskFull' }

export interface ProfileLock {
  /** Lets others in. Safe to call again. */
  release(): void
}

function readPid(path: string): number | null {
  try {
    const pid = Number(readFileSync(path, 'utf8'))
    return Number.isSafeInteger(pid) && pid > 0 ? pid : null
  } catch {
    // Only a courtesy to whoever reads the message: the lock itself does not depend on it.
    return null
  }
}

function writePid(path: string): void {
  try {
    rmSync(path, { force: true })
    writeFileSync(path, String(process.pid), { flag: 'wx', mode: 0o600 })
  } catch {
    // As above.
  }
}

function makeIfMissing(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    if (codeOf(thrown) !== 'EEXIST') throw thrown
  }
}

function hold(path: string): Database {
  const database = new Database(path)
  try {
    database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return database
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

function holdOrMend(path: string): Database {
  try {
    return hold(path)
  } catch (thrown) {
    if (codeOf(thrown) !== 'SQLITE_NOTADB' && codeOf(thrown) !== 'SQLITE_CORRUPT') throw thrown
    // It holds nothing and never did: garbage in it must not shut the owner out.
    truncateSync(path)
    return hold(path)
  }
}

function lockErrorOf(thrown: unknown, pidPath: string): LockError {
  const error = openErrorOf(thrown)
  switch (error.kind) {
    case 'locked':
      return { kind: 'inUse', pid: readPid(pidPath) }
    case 'missing':
    case 'notAFile':
    case 'otherOwner':
    case 'readOnly':
    case 'diskFull':
    case 'ioFailed':
      return error
    case 'wrongKey':
    case 'damaged':
    case 'newer':
    case 'notOurs':
    case 'exists':
      return { kind: 'ioFailed', code: codeOf(thrown) }
  }
}

/** Takes the profile in an existing, checked directory, or says who has it. Never waits. */
export function acquireLock(directory: string): Result<ProfileLock, LockError> {
  const path = join(directory, profileFiles.lock)
  const pidPath = join(directory, profileFiles.lockPid)
  try {
    makeIfMissing(path)
    const checked = checkFile(path)
    if (!checked.ok) return checked
    let held: Database | null = holdOrMend(path)
    writePid(pidPath)
    return ok({
      release: () => {
        if (held === null) return
        rmSync(pidPath, { force: true })
        held.close()
        held = null
      },
    })
  } catch (thrown) {
    return err(lockErrorOf(thrown, pidPath))
  }
}
