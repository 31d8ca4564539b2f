/** What must hold of a file or directory before anything in it is read, and how ours are made. */
import { accessSync, chmodSync, closeSync, constants, fsyncSync, lstatSync, openSync } from 'node:fs'
import type { Stats } from 'node:fs'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { codeOf } from './errors.ts'

export type FileError =
  | { readonly kind: 'missing' }
  /** A symbolic link, or another kind of thing than was expected. */
  | { readonly kind: 'notAFile' }
  | { readonly kind: 'otherOwner'; readonly uid: number }
  | { readonly kind: 'readOnly' }
  | { readonly kind: 'ioFailed'; readonly code: string }

/** True when others could reach it until now: its permissions have been tightened. */
export type Tightened = boolean

/** Maps what the file system throws; rethrows what is a bug. */
export function fileErrorOf(thrown: unknown): FileError {
  const code = codeOf(thrown)
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing' }
  if (code === 'ELOOP') return { kind: 'notAFile' }
  if (code === 'EROFS' || code === 'EACCES' || code === 'EPERM') return { kind: 'readOnly' }
  if (code === '') throw thrown
  return { kind: 'ioFailed', code }
}

function check(path: string, isWanted: (stats: Stats) => boolean, mode: number): Result<Tightened, FileError> {
  try {
    const stats = lstatSync(path)
    if (!isWanted(stats)) return err({ kind: 'notAFile' })
    const uid = process.getuid?.()
    if (uid !== undefined && stats.uid !== uid) return err({ kind: 'otherOwner', uid: stats.uid })
    // Root passes every access check; the owner's own write bit is still a wish to be respected.
    if ((stats.mode & 0o200) === 0) return err({ kind: 'readOnly' })
    accessSync(path, constants.R_OK | constants.W_OK)
    const open = uid !== undefined && (stats.mode & 0o077) !== 0
    if (open) chmodSync(path, mode)
    return ok(open)
  } catch (thrown) {
    return err(fileErrorOf(thrown))
  }
}

/** An ordinary file (no link) of this user, writable; made 0600 when others could reach it. */
export function checkFile(path: string): Result<Tightened, FileError> {
  return check(path, (stats) => stats.isFile(), 0o600)
}

/** A directory (no link) of this user, writable; made 0700 when others could reach it. */
export function checkDirectory(path: string): Result<Tightened, FileError> {
  return check(path, (stats) => stats.isDirectory(), 0o700)
}

/** Whether anything at all stands at `path`, a dangling link included. Throws what is not ENOENT. */
export function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Makes creations, renames and removals in the directory survive a loss of power. */
export function syncDirectory(path: string): void {
  // Windows has no handle for this; its renames are journalled by the file system.
  if (process.platform === 'win32') return
  const descriptor = openSync(path, constants.O_RDONLY)
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
