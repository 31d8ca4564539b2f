/** A passphrase out of a file, for a node that starts with nobody there. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import type { Stats } from 'node:fs'
import { contractLimits } from '../../preload/contract/limits.ts'
import type { Result } from '../core/result.ts'
import { err, ok } from '../core/result.ts'
import { codeOf } from '../store/errors.ts'
import { nodeLimits } from './limits.ts'

/** Why the file is not to be trusted, as a sentence; null when nobody but its owner could have read it. */
function complaint(stats: Stats, uid: number | undefined): string | null {
  if (!stats.isFile()) return 'is no ordinary file.'
  if (uid === undefined) return null
  if (stats.uid !== uid && stats.uid !== 0) return 'belongs to another user.'
  // systemd hands a service its credentials as root's files, with an access list, whose bits stand in those of the group.
  const forbidden = stats.uid === uid ? 0o077 : 0o037
  if ((stats.mode & forbidden) !== 0) return 'can be read by others. Make it yours alone: chmod 600.'
  return null
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch {
    return null
  }
}

/** The file's text without the end of its line. The error is a sentence that quotes nothing. */
export function readPassphraseFile(path: string, uid = process.getuid?.()): Result<string, string> {
  const refuse = (reason: string): Result<never, string> => err(`The passphrase’s file ${reason}`)
  const bytes = new Uint8Array(nodeLimits.passphraseFileSizeBytesMax)
  let file: number | null = null
  try {
    // Not blocking: a pipe without a writer would hold the start for ever.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
    const reason = complaint(fstatSync(file), uid)
    if (reason !== null) return refuse(reason)
    const length = readSync(file, bytes)
    const text = decode(bytes.subarray(0, length))
    if (text === null) return refuse('is no text in UTF-8.')
    if (text === '') return refuse('is empty.')
    const max = contractLimits.passphraseLengthMax
    if (text.length > max) return refuse(`has more than ${max} characters.`)
    return /[\r\n]/.test(text) ? refuse('has more than one line.') : ok(text)
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === '') throw thrown
    return refuse(`cannot be read (${code}).`)
  } finally {
    bytes.fill(0)
    if (file !== null) closeSync(file)
  }
}
