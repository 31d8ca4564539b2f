/** Where profiles lie, what lies in one, and whether one is there, is not there, or is broken. */
import { closeSync, lstatSync, mkdirSync, openSync, rmSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { dirname, join } from 'node:path'
import { storeLimits } from '../../core/limits.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { codeOf } from '../errors.ts'
import type { FileError, Tightened } from '../files.ts'
import { checkDirectory, exists, fileErrorOf, syncDirectory } from '../files.ts'

/** The names inside a profile's directory. */
export const profileFiles = {
  vault: 'vault.json',
  database: 'store.db',
  lock: 'lock.db',
  lockPid: 'lock.pid',
  /** Stands while a profile is being made; what lies beside it then was never finished and holds nothing. */
  creating: 'creating',
} as const

/** What an interrupted creation may leave behind. Deleted only while `creating` stands. */
const leftovers = ['store.db', 'store.db-wal', 'store.db.new', 'store.db.new-wal', 'vault.json', 'vault.json.new']

export interface Surroundings {
  readonly platform: NodeJS.Platform
  readonly home: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** XDG Base Directory Specification 0.8 on Linux; the customary places on macOS and Windows. */
export function defaultRoot(around: Surroundings): string {
  const { platform, home, environment } = around
  if (platform === 'win32') return join(environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local'), 'Waxwing')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'Waxwing')
  const xdg = environment['XDG_DATA_HOME']
  // The specification: a relative path is to be ignored.
  return join(xdg?.startsWith('/') === true ? xdg : join(home, '.local', 'share'), 'waxwing')
}

export type NameError = { readonly kind: 'badName'; readonly got: number; readonly max: number }

/** The directory of profile `name` below `root`. A name is 1 to 64 of A-Z a-z 0-9 . _ - and begins with no dot or dash. */
export function profileDirectory(root: string, name: string): Result<string, NameError> {
  const max = storeLimits.profileNameLengthMax
  const fits = name.length <= max && /^[A-Za-z0-9_][A-Za-z0-9._-]*$/.test(name)
  return fits ? ok(join(root, 'profiles', name)) : err({ kind: 'badName', got: name.length, max })
}

/** Makes the directory (0700, parents too) if it is missing, and checks it. True: its permissions were tightened. */
export function prepareDirectory(path: string): Result<Tightened, FileError | { readonly kind: 'diskFull' }> {
  try {
    const made = mkdirSync(path, { recursive: true, mode: 0o700 })
    if (made !== undefined) syncDirectory(dirname(path))
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOSPC' || code === 'EDQUOT') return err({ kind: 'diskFull' })
    // EEXIST: something that is not a directory stands there; the check below names it.
    if (code !== 'EEXIST') return err(fileErrorOf(thrown))
  }
  return checkDirectory(path)
}

export type ProfileState =
  /** No profile, and no trace of one. */
  | { readonly kind: 'absent' }
  /** A creation was interrupted; nothing was ever kept in it. It may be begun again. */
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'present' }
  /** A profile or its remains, which must never be taken for the absence of one. */
  | { readonly kind: 'broken'; readonly reason: BrokenReason }

export type BrokenReason = FileError | { readonly kind: 'vaultMissing' } | { readonly kind: 'databaseMissing' }

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false })
}

/**
 * What is there. Opens nothing and changes nothing but permissions that were too wide; a directory that
 * cannot be looked into is broken, never absent.
 */
export function profileState(directory: string): ProfileState {
  try {
    if (statsOf(directory) === undefined) return { kind: 'absent' }
    const checked = checkDirectory(directory)
    if (!checked.ok) return { kind: 'broken', reason: checked.error }
    if (exists(join(directory, profileFiles.creating))) return { kind: 'unfinished' }
    const vault = exists(join(directory, profileFiles.vault))
    const database = exists(join(directory, profileFiles.database))
    if (vault && database) return { kind: 'present' }
    if (database) return { kind: 'broken', reason: { kind: 'vaultMissing' } }
    if (vault || exists(join(directory, `${profileFiles.database}-wal`))) {
      return { kind: 'broken', reason: { kind: 'databaseMissing' } }
    }
    return { kind: 'absent' }
  } catch (thrown) {
    return { kind: 'broken', reason: fileErrorOf(thrown) }
  }
}

export type CreationError = FileError | { readonly kind: 'diskFull' } | { readonly kind: 'exists' }

function creationErrorOf(thrown: unknown): CreationError {
  const code = codeOf(thrown)
  return code === 'ENOSPC' || code === 'EDQUOT' ? { kind: 'diskFull' } : fileErrorOf(thrown)
}

/**
 * Begins to make a profile in a prepared directory whose lock the caller holds, and clears away what an
 * interrupted creation left. Refuses with `exists` where a profile, or what is left of one, stands.
 */
export function beginCreation(directory: string): Result<void, CreationError> {
  const state = profileState(directory)
  if (state.kind === 'present') return err({ kind: 'exists' })
  if (state.kind === 'broken') {
    const { reason } = state
    return err(reason.kind === 'vaultMissing' || reason.kind === 'databaseMissing' ? { kind: 'exists' } : reason)
  }
  try {
    if (state.kind === 'absent') closeSync(openSync(join(directory, profileFiles.creating), 'wx', 0o600))
    syncDirectory(directory)
    for (const name of leftovers) rmSync(join(directory, name), { force: true })
    return ok(undefined)
  } catch (thrown) {
    return err(creationErrorOf(thrown))
  }
}

/** Ends the creation: from here on the profile is present. Call after vault and database stand, before anything is kept. */
export function finishCreation(directory: string): Result<void, CreationError> {
  try {
    syncDirectory(directory)
    rmSync(join(directory, profileFiles.creating))
    syncDirectory(directory)
    return ok(undefined)
  } catch (thrown) {
    return err(creationErrorOf(thrown))
  }
}
