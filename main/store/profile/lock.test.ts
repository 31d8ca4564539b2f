import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDirectory, opened } from '../../../test/conformance/sqlcipher.ts'
import { acquireLock } from './lock.ts'

let directory: string
beforeEach(() => {
  directory = makeDirectory()
})
afterEach(() => rmSync(directory, { recursive: true }))

describe('the lock of a profile', () => {
  it('is held by one, who is named to the others', () => {
    const first = opened(acquireLock(directory))
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'inUse', pid: process.pid } })
    expect(statSync(join(directory, 'lock.db')).mode & 0o777).toBe(0o600)
    first.release()
    first.release()
    const second = opened(acquireLock(directory))
    expect(acquireLock(directory).ok).toBe(false)
    second.release()
  })

  it('does not depend on the note of who holds it', () => {
    const first = opened(acquireLock(directory))
    writeFileSync(join(directory, 'lock.pid'), 'garbage')
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'inUse', pid: null } })
    rmSync(join(directory, 'lock.pid'))
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'inUse', pid: null } })
    first.release()
    // A note that a dead process left means nothing.
    writeFileSync(join(directory, 'lock.pid'), '1')
    opened(acquireLock(directory)).release()
  })

  it('is not shut out by garbage in its file', () => {
    writeFileSync(join(directory, 'lock.db'), 'x'.repeat(5_000), { mode: 0o600 })
    const lock = opened(acquireLock(directory))
    expect(acquireLock(directory).ok).toBe(false)
    lock.release()
  })

  it('refuses links, directories, read-only files and a missing profile', () => {
    const path = join(directory, 'lock.db')
    symlinkSync('/dev/null', path)
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'notAFile' } })
    rmSync(path)
    mkdirSync(path)
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'notAFile' } })
    rmSync(path, { recursive: true })
    writeFileSync(path, '')
    chmodSync(path, 0o400)
    expect(acquireLock(directory)).toEqual({ ok: false, error: { kind: 'readOnly' } })
    expect(acquireLock(join(directory, 'nowhere'))).toEqual({ ok: false, error: { kind: 'missing' } })
  })
})
