import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Crypto } from '../../core/ports.ts'
import { cheapCrypto as crypto } from '../../../test/conformance/cheapCrypto.ts'
import { bytesOf } from '../../../test/conformance/rows.ts'
import { makeDirectory, opened } from '../../../test/conformance/sqlcipher.ts'
import type { Unlock } from './vault.ts'
import { associatedData } from './vaultFormat.ts'
import {
  changeEntropySizeBytes,
  changeProtection,
  createEntropySizeBytes,
  createVault,
  openVault,
  vaultProtection,
} from './vault.ts'

const passphrase: Unlock = { kind: 'passphrase', passphrase: 'correct horse battery staple' }
const keyring: Unlock = { kind: 'keyring', key: bytesOf(32, 8) }
const other: Unlock = { kind: 'passphrase', passphrase: 'correct horse battery stable' }

let directory: string
let path: string
beforeEach(() => {
  directory = makeDirectory()
  path = join(directory, 'vault.json')
})
afterEach(() => rmSync(directory, { recursive: true }))

function create(unlock: Unlock): Uint8Array {
  return opened(createVault(path, crypto, unlock, bytesOf(createEntropySizeBytes, 1)))
}

function change(from: Unlock, to: Unlock, seed: number) {
  return changeProtection(path, crypto, from, to, bytesOf(changeEntropySizeBytes, seed))
}

interface VaultFile {
  version: number
  nonce: string
  wrappedKey: string
  protection: { kind: string; argon2id?: { memoryKiB: number; passes: number; salt: string } }
}

/** Rewrites the file with one thing changed. */
function edit(change: (file: VaultFile) => void): void {
  const file = JSON.parse(readFileSync(path, 'utf8')) as VaultFile
  change(file)
  writeFileSync(path, JSON.stringify(file))
}

describe('a vault', () => {
  it.each([
    ['passphrase', passphrase],
    ['keyring', keyring],
  ] as const)('by %s gives back the key', (kind, unlock) => {
    const key = create(unlock)
    expect(key).toEqual(bytesOf(createEntropySizeBytes, 1).slice(0, 32))
    expect(openVault(path, crypto, unlock)).toEqual({ ok: true, value: key })
    expect(vaultProtection(path)).toEqual({ ok: true, value: kind })
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(directory)).toEqual(['vault.json'])
  })

  it('states the cost of its passphrase, and nothing secret', () => {
    const key = create(passphrase)
    const text = readFileSync(path, 'utf8')
    const file = JSON.parse(text) as VaultFile
    expect(file.version).toBe(1)
    expect(file.protection.argon2id).toMatchObject({ memoryKiB: 65_536, passes: 3 })
    for (const secret of [Buffer.from(key).toString('base64'), Buffer.from(key).toString('hex'), 'horse']) {
      expect(text).not.toContain(secret)
    }
  })

  it('has the format that version 1 has always had', () => {
    const written = {
      version: 1,
      protection: { kind: 'keyring' },
      nonce: 'ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3',
      wrappedKey: 'Gl5KzHwwE4w/uVe6T0AG1jpS1jvYlAGy5mZbLgg+7QWq5Gzr9YW/dRp0hz5rqvyk',
    }
    writeFileSync(path, JSON.stringify(written), { mode: 0o600 })
    const key = Uint8Array.from({ length: 32 }, (_, at) => at)
    expect(opened(openVault(path, crypto, { kind: 'keyring', key }))).toEqual(new Uint8Array(32).fill(7))
    const salt = new Uint8Array(16).fill(5)
    const header = associatedData(1, { kind: 'passphrase', argon2id: { memoryKiB: 65_536, passes: 3, salt } })
    const expected = `77617877696e67207661756c7400${'01'}${'01'}${'00010000'}${'00000003'}${'0010'}${'05'.repeat(16)}`
    expect(Buffer.from(header).toString('hex')).toBe(expected)
  })

  it('wipes the entropy that it was given', () => {
    const entropy = bytesOf(createEntropySizeBytes, 1)
    opened(createVault(path, crypto, passphrase, entropy))
    expect(entropy).toEqual(new Uint8Array(createEntropySizeBytes))
    expect(() => createVault(path, crypto, passphrase, new Uint8Array(3))).toThrow('72 bytes')
  })

  it('refuses another passphrase, another key, and the other way in', () => {
    create(passphrase)
    expect(openVault(path, crypto, other)).toEqual({ ok: false, error: { kind: 'wrongPassphrase' } })
    expect(openVault(path, crypto, keyring)).toEqual({
      ok: false,
      error: { kind: 'otherProtection', wanted: 'passphrase' },
    })
    rmSync(path)
    create(keyring)
    const wrong: Unlock = { kind: 'keyring', key: bytesOf(32, 9) }
    expect(openVault(path, crypto, wrong)).toEqual({ ok: false, error: { kind: 'wrongKeyringKey' } })
  })

  it('takes a passphrase however its accents were typed', () => {
    create({ kind: 'passphrase', passphrase: 'caf\u00e9 \ufb01n \u212b' })
    const key = openVault(path, crypto, { kind: 'passphrase', passphrase: 'cafe\u0301 fin A\u030a' })
    expect(key.ok).toBe(true)
  })

  it('is never replaced by a new one', () => {
    create(passphrase)
    const before = readFileSync(path)
    const again = createVault(path, crypto, other, bytesOf(createEntropySizeBytes, 2))
    expect(again).toEqual({ ok: false, error: { kind: 'exists' } })
    expect(readFileSync(path).equals(before)).toBe(true)
    rmSync(path)
    symlinkSync('/nonexistent', path)
    expect(createVault(path, crypto, other, bytesOf(createEntropySizeBytes, 2))).toEqual(again)
  })
})

describe('changing the protection', () => {
  it('keeps the key, and shuts the old way', () => {
    const key = create(passphrase)
    expect(change(passphrase, other, 3)).toEqual({ ok: true, value: undefined })
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'wrongPassphrase' } })
    expect(openVault(path, crypto, other)).toEqual({ ok: true, value: key })
    expect(change(other, keyring, 4).ok).toBe(true)
    expect(openVault(path, crypto, keyring)).toEqual({ ok: true, value: key })
    expect(readdirSync(directory)).toEqual(['vault.json'])
  })

  it('leaves everything as it was when the old passphrase is wrong or the disk cannot be written', () => {
    create(passphrase)
    const before = readFileSync(path)
    expect(change(other, passphrase, 3)).toEqual({ ok: false, error: { kind: 'wrongPassphrase' } })
    expect(readFileSync(path).equals(before)).toBe(true)
    // What an interrupted change left beside it is in nobody's way.
    writeFileSync(`${path}.new`, 'half')
    expect(change(passphrase, other, 3).ok).toBe(true)
    expect(existsSync(`${path}.new`)).toBe(false)
  })
})

describe('a file that is not as it was written', () => {
  it('never opens: every field is authenticated or checked', () => {
    create(passphrase)
    const sound = readFileSync(path)
    const edits: readonly ((file: VaultFile) => void)[] = [
      (file) => (file.wrappedKey = Buffer.from(bytesOf(48, 1)).toString('base64')),
      (file) => (file.nonce = Buffer.from(bytesOf(24, 1)).toString('base64')),
      (file) => (file.protection.argon2id = { memoryKiB: 8_192, passes: 3, salt: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      (file) => {
        if (file.protection.argon2id !== undefined) file.protection.argon2id.passes = 1
      },
    ]
    for (const one of edits) {
      writeFileSync(path, sound)
      edit(one)
      expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'wrongPassphrase' } })
    }
  })

  const damages: readonly (readonly [string, (file: VaultFile) => void])[] = [
    ['version', (file) => (file.version = 0)],
    ['nonce', (file) => (file.nonce = 'AAAA')],
    ['wrappedKey', (file) => (file.wrappedKey = `${file.wrappedKey}=`)],
    ['kind', (file) => (file.protection.kind = 'none')],
    ['argon2id', (file) => delete file.protection.argon2id],
    ['memoryKiB', (file) => (file.protection.argon2id = { memoryKiB: 2 ** 31, passes: 3, salt: '' })],
    ['memoryKiB', (file) => (file.protection.argon2id = { memoryKiB: 8, passes: 3, salt: '' })],
    ['passes', (file) => (file.protection.argon2id = { memoryKiB: 65_536, passes: 1e9, salt: '' })],
    ['salt', (file) => (file.protection.argon2id = { memoryKiB: 65_536, passes: 3, salt: 'AAAA' })],
  ]
  it.each(damages)('names the field %s before any work is done', (detail, damage) => {
    create(passphrase)
    edit(damage)
    const costly: Crypto = {
      ...crypto,
      argon2id: () => {
        throw new Error('worked')
      },
    }
    expect(openVault(path, costly, passphrase)).toEqual({ ok: false, error: { kind: 'damaged', detail } })
  })

  it('is cut at every length, or too long', () => {
    create(passphrase)
    const sound = readFileSync(path)
    for (let length = 0; length < sound.length - 2; length += 7) {
      writeFileSync(path, sound.subarray(0, length))
      expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'damaged', detail: 'not JSON' } })
    }
    writeFileSync(path, Buffer.alloc(4_097, ' '))
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'damaged', detail: '4097 bytes' } })
    for (const text of ['null', '[]', '1', '{"version":"1"}', '{"__proto__":{"version":1}}']) {
      writeFileSync(path, text)
      expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'damaged', detail: 'version' } })
    }
  })

  it('is of a later version, missing, a link or read-only', () => {
    create(passphrase)
    edit((file) => (file.version = 2))
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'newer', got: 2, supported: 1 } })
    chmodSync(path, 0o400)
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'readOnly' } })
    rmSync(path)
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'missing' } })
    symlinkSync('/etc/passwd', path)
    expect(openVault(path, crypto, passphrase)).toEqual({ ok: false, error: { kind: 'notAFile' } })
  })
})
