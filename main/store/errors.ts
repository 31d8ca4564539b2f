/** What can go wrong with the file, as closed unions, and how the library's codes map to them. */
import type { StoreError } from '../core/ports.ts'

export type OpenError =
  /** Page 1 is not authentic under this key, and no other page is: the key belongs to another database. */
  | { readonly kind: 'wrongKey' }
  | { readonly kind: 'damaged'; readonly detail: string }
  /** Written by a later version of the program. */
  | { readonly kind: 'newer'; readonly got: number; readonly supported: number }
  /** A readable database of another program. */
  | { readonly kind: 'notOurs'; readonly applicationId: number }
  /** A symbolic link, directory or device stands where the file should. */
  | { readonly kind: 'notAFile' }
  | { readonly kind: 'readOnly' }
  | { readonly kind: 'otherOwner'; readonly uid: number }
  /** Another instance has it open. */
  | { readonly kind: 'locked' }
  | { readonly kind: 'ioFailed'; readonly code: string }
  | { readonly kind: 'diskFull' }
  | { readonly kind: 'missing' }
  /** Only when creating: something stands there already, and it is left alone. */
  | { readonly kind: 'exists' }

/** A broken invariant of the caller or of this folder: never caused by a file's contents or a peer. */
export class StoreBug extends Error {
  override readonly name = 'StoreBug'
}

/** A row that the schema could not have let in. Thrown while reading, mapped to `damaged`. */
export class DamagedRow extends Error {
  override readonly name = 'DamagedRow'
}

/** The library's or the operating system's code of a thrown value; empty when there is none. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return ''
  return 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : ''
}

const damagedCodes = /^SQLITE_(?:CORRUPT|NOTADB|FORMAT|SCHEMA)/
const readOnlyCodes = /^(?:SQLITE_(?:READONLY|PERM|AUTH)|EROFS|EACCES|EPERM)/
const fullCodes = /^(?:SQLITE_FULL|ENOSPC|EDQUOT)/
const ioCodes = /^(?:SQLITE_(?:IOERR|CANTOPEN|BUSY|LOCKED|NOLFS|NOMEM|PROTOCOL|INTERRUPT|TOOBIG|ERROR)|E[A-Z0-9]+$)/

/** Maps a throw during an operation. Rethrows what is a bug: constraint violations, type errors, our own. */
export function storeErrorOf(thrown: unknown): StoreError {
  if (thrown instanceof DamagedRow) return { kind: 'damaged', detail: thrown.message }
  const code = codeOf(thrown)
  if (damagedCodes.test(code)) return { kind: 'damaged', detail: code }
  if (readOnlyCodes.test(code)) return { kind: 'readOnly' }
  if (fullCodes.test(code)) return { kind: 'diskFull' }
  if (ioCodes.test(code)) return { kind: 'ioFailed', code }
  throw thrown
}

/** Maps a throw during opening. `wrongKey` is decided by the caller, who can look at the other pages. */
export function openErrorOf(thrown: unknown): OpenError {
  const code = codeOf(thrown)
  if (code === 'SQLITE_NOTADB') return { kind: 'wrongKey' }
  if (/^SQLITE_(?:BUSY|LOCKED)/.test(code)) return { kind: 'locked' }
  if (code === 'ENOENT') return { kind: 'missing' }
  if (code === 'EEXIST') return { kind: 'exists' }
  // The library gives failures of sqlite3_open no code.
  if (thrown instanceof Error && thrown.message.startsWith('sqlite open error')) {
    return { kind: 'ioFailed', code: 'SQLITE_CANTOPEN' }
  }
  const error = storeErrorOf(thrown)
  return error.kind === 'closed' ? { kind: 'ioFailed', code: 'closed' } : error
}

/** Makes the compiler prove that a closed union was handled whole. */
export function unreachable(value: never): never {
  throw new StoreBug(`unhandled case: ${JSON.stringify(value)}`)
}
