/** Which schema a file has, and how it gets to the newest. */
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import type { Connection } from '../connection.ts'
import type { OpenError } from '../errors.ts'
import { DamagedRow } from '../errors.ts'
import { firstLight } from './0010-first-light.ts'
import { stash } from './0020-stash.ts'
import { reach } from './0030-reach.ts'
import { mailSlots } from './0040-mail-slots.ts'
import type { Migration } from './migration.ts'

/** In ascending order. */
export const migrations: readonly Migration[] = [firstLight, stash, reach, mailSlots]

/** PRAGMA application_id of our files: "WxW" and a one. */
export const applicationId = 0x57785701

function pragmaInteger(connection: Connection, name: string): number {
  const value = connection.pragma(name)
  if (typeof value !== 'number') throw new DamagedRow(`pragma ${name}`)
  return value
}

/**
 * The schema version of an existing file; changes nothing. Errors: `notOurs` for an unknown application
 * id, `newer` for a version after the last of `steps`, `damaged` for one that never was.
 */
export function versionOf(connection: Connection, steps: readonly Migration[] = migrations): Result<number, OpenError> {
  const id = pragmaInteger(connection, 'application_id')
  if (id !== applicationId) return err({ kind: 'notOurs', applicationId: id })
  const version = pragmaInteger(connection, 'user_version')
  const supported = steps.at(-1)?.version ?? 0
  if (version > supported) return err({ kind: 'newer', got: version, supported })
  const known = steps.some((step) => step.version === version)
  return known ? ok(version) : err({ kind: 'damaged', detail: `schema version ${version}` })
}

/** Takes a file from version `from` (0: empty) to the last of `steps`, in one transaction. Returns that version. */
export function upgrade(connection: Connection, from: number, steps: readonly Migration[] = migrations): number {
  const wanted = steps.filter((step) => step.version > from)
  const to = wanted.at(-1)?.version ?? from
  if (to === from) return from
  connection.exec('BEGIN IMMEDIATE')
  try {
    for (const step of wanted) connection.exec(step.sql)
    connection.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${to}; COMMIT`)
  } catch (thrown) {
    rollBack(connection)
    throw thrown
  }
  return to
}

/** Ends the transaction, also when SQLite has already ended it itself (as it does for a full disk). */
export function rollBack(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // "no transaction is active": what was wanted is already so.
  }
}
