import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeDirectory } from '../../../test/conformance/sqlcipher.ts'
import {
  beginCreation,
  defaultRoot,
  finishCreation,
  prepareDirectory,
  profileDirectory,
  profileState,
} from './directory.ts'

let parent: string
let directory: string
beforeEach(() => {
  parent = makeDirectory()
  directory = join(parent, 'profile')
})
afterEach(() => rmSync(parent, { recursive: true, force: true }))

function write(...names: readonly string[]): void {
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  for (const name of names) writeFileSync(join(directory, name), name)
}

describe('where profiles lie', () => {
  it('is the custom of each platform', () => {
    const home = '/home/ada'
    const linux = (environment: Record<string, string>) => defaultRoot({ platform: 'linux', home, environment })
    expect(linux({})).toBe('/home/ada/.local/share/waxwing')
    expect(linux({ XDG_DATA_HOME: '/data' })).toBe('/data/waxwing')
    expect(linux({ XDG_DATA_HOME: 'relative' })).toBe('/home/ada/.local/share/waxwing')
    const mac = defaultRoot({ platform: 'darwin', home, environment: {} })
    expect(mac).toBe('/home/ada/Library/Application Support/Waxwing')
    const windows = defaultRoot({ platform: 'win32', home, environment: { LOCALAPPDATA: '/local' } })
    expect(windows).toBe('/local/Waxwing')
  })

  it('is below the root for every name, which cannot leave it', () => {
    expect(profileDirectory('/r', 'main')).toEqual({ ok: true, value: '/r/profiles/main' })
    expect(profileDirectory('/r', 'a'.repeat(64)).ok).toBe(true)
    for (const name of ['', '.', '..', '.hidden', '-flag', 'a/b', 'a\\b', 'a b', 'a\0', 'ä', 'a\n', 'a'.repeat(65)]) {
      expect(profileDirectory('/r', name)).toEqual({
        ok: false,
        error: { kind: 'badName', got: name.length, max: 64 },
      })
    }
  })
})

describe('preparing a directory', () => {
  it('makes it for its owner alone, and tightens one that was open', () => {
    const deep = join(directory, 'a', 'b')
    expect(prepareDirectory(deep)).toEqual({ ok: true, value: false })
    expect(statSync(deep).mode & 0o777).toBe(0o700)
    chmodSync(deep, 0o755)
    expect(prepareDirectory(deep)).toEqual({ ok: true, value: true })
    expect(statSync(deep).mode & 0o777).toBe(0o700)
  })

  it('refuses what is not a directory of ours to write in', () => {
    writeFileSync(directory, '')
    expect(prepareDirectory(directory)).toEqual({ ok: false, error: { kind: 'notAFile' } })
    expect(prepareDirectory(join(directory, 'below'))).toMatchObject({ ok: false })
    rmSync(directory)
    symlinkSync(parent, directory)
    expect(prepareDirectory(directory)).toEqual({ ok: false, error: { kind: 'notAFile' } })
    rmSync(directory)
    mkdirSync(directory, { mode: 0o500 })
    expect(prepareDirectory(directory)).toEqual({ ok: false, error: { kind: 'readOnly' } })
  })

  it.runIf(process.getuid?.() === 0)("refuses somebody else's", () => {
    write('vault.json', 'store.db')
    chownSync(directory, 65_534, 65_534)
    expect(prepareDirectory(directory)).toEqual({ ok: false, error: { kind: 'otherOwner', uid: 65_534 } })
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'otherOwner', uid: 65_534 } })
    expect(beginCreation(directory)).toEqual({ ok: false, error: { kind: 'otherOwner', uid: 65_534 } })
  })
})

describe('the state of a profile', () => {
  it('is absent where there is none', () => {
    expect(profileState(directory)).toEqual({ kind: 'absent' })
    write('lock.db', 'lock.pid', 'keyring.bin')
    expect(profileState(directory)).toEqual({ kind: 'absent' })
  })

  it('is present with both files, and broken with one, or where nobody can look', () => {
    write('vault.json', 'store.db')
    expect(profileState(directory)).toEqual({ kind: 'present' })
    rmSync(join(directory, 'vault.json'))
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'vaultMissing' } })
    rmSync(join(directory, 'store.db'))
    write('store.db-wal')
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'databaseMissing' } })
    write('vault.json')
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'databaseMissing' } })
    chmodSync(directory, 0o500)
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'readOnly' } })
    chmodSync(directory, 0o700)
    rmSync(directory, { recursive: true })
    symlinkSync('/nonexistent', directory)
    expect(profileState(directory)).toEqual({ kind: 'broken', reason: { kind: 'notAFile' } })
  })
})

describe('creating a profile', () => {
  it('goes from absent through unfinished to present', () => {
    write('lock.db')
    expect(beginCreation(directory)).toEqual({ ok: true, value: undefined })
    expect(profileState(directory)).toEqual({ kind: 'unfinished' })
    write('store.db', 'vault.json')
    expect(profileState(directory)).toEqual({ kind: 'unfinished' })
    expect(finishCreation(directory)).toEqual({ ok: true, value: undefined })
    expect(profileState(directory)).toEqual({ kind: 'present' })
  })

  it('clears away what an interrupted creation left, and nothing else', () => {
    write('creating', 'store.db', 'store.db-wal', 'store.db.new', 'vault.json', 'vault.json.new', 'other')
    expect(beginCreation(directory).ok).toBe(true)
    expect(readdirSync(directory).sort()).toEqual(['creating', 'other'])
  })

  it('never replaces a profile, nor the remains of one', () => {
    const exists = { ok: false, error: { kind: 'exists' } }
    write('vault.json', 'store.db')
    expect(beginCreation(directory)).toEqual(exists)
    rmSync(join(directory, 'vault.json'))
    expect(beginCreation(directory)).toEqual(exists)
    expect(existsSync(join(directory, 'store.db'))).toBe(true)
    rmSync(join(directory, 'store.db'))
    write('vault.json')
    expect(beginCreation(directory)).toEqual(exists)
    expect(existsSync(join(directory, 'creating'))).toBe(false)
  })

  it('is refused where nothing can be written', () => {
    mkdirSync(directory, { mode: 0o500 })
    expect(beginCreation(directory)).toEqual({ ok: false, error: { kind: 'readOnly' } })
    expect(beginCreation(join(parent, 'nowhere'))).toEqual({ ok: false, error: { kind: 'missing' } })
  })
})
