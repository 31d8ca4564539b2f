import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { contractLimits } from '../../preload/contract/limits.ts'
import { readPassphraseFile } from './passphraseFile.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waxwing-passphrase-'))
  path = join(folder, 'passphrase')
})
afterEach(() => rmSync(folder, { recursive: true }))

const ownUid = process.getuid?.() ?? 0

function write(contents: string | Uint8Array, mode = 0o600): void {
  writeFileSync(path, contents)
  chmodSync(path, mode)
}

function reason(uid?: number): string {
  const read = readPassphraseFile(path, uid)
  return read.ok ? `read ${read.value}` : read.error
}

describe('a passphrase in a file', () => {
  it('is its line, without the end of it', () => {
    const longest = '𝒳'.repeat(contractLimits.passphraseLengthMax / 2)
    for (const text of ['correct horse ', 'ключ', longest]) {
      for (const end of ['', '\n', '\r\n']) {
        write(text + end)
        expect(readPassphraseFile(path)).toEqual({ ok: true, value: text })
      }
    }
    write('secret', 0o400)
    symlinkSync(path, join(folder, 'link'))
    expect(readPassphraseFile(join(folder, 'link'))).toEqual({ ok: true, value: 'secret' })
  })

  it.each([0o640, 0o620, 0o604, 0o610, 0o644])('is refused when others may reach it: %o', (mode) => {
    write('secret', mode)
    expect(reason(ownUid === 0 ? undefined : ownUid)).toMatch(/read by others/)
  })

  it.runIf(ownUid === 0)('may be root’s, with an access list for this user, and nobody else’s', () => {
    write('secret', 0o440)
    expect(reason(1_000)).toBe('read secret')
    for (const mode of [0o460, 0o450, 0o444, 0o441]) {
      write('secret', mode)
      expect(reason(1_000)).toMatch(/read by others/)
    }
    write('secret', 0o600)
    chownSync(path, 65_534, 65_534)
    expect(reason(1_000)).toMatch(/another user/)
  })

  it('is refused, and not quoted, when it is empty, long, of several lines or no text', () => {
    const bad: [string | Uint8Array, RegExp][] = [
      ['', /is empty/],
      ['\n', /is empty/],
      ['secret\nsecret\n', /one line/],
      ['secret\rsecret', /one line/],
      ['s'.repeat(contractLimits.passphraseLengthMax + 1), /more than 1024 characters/],
      ['s'.repeat(100_000), /more than 1024 characters/],
      [Uint8Array.of(0x73, 0xff), /no text/],
    ]
    for (const [contents, expected] of bad) {
      write(contents)
      expect(reason()).toMatch(expected)
      expect(reason()).not.toMatch(/secret|sss/)
    }
  })

  it('is refused when there is no file, or something else', () => {
    expect(reason()).toMatch(/cannot be read \(ENOENT\)/)
    mkdirSync(path)
    expect(reason()).toMatch(/no ordinary file/)
    rmSync(path, { recursive: true })
    execFileSync('mkfifo', ['-m', '600', path])
    expect(reason()).toMatch(/no ordinary file/)
  })
})
