import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

/** Stands in for Electron, which does not run here: what it says of the keyring is what is tested. */
const electron = vi.hoisted(() => ({ available: true, backend: 'gnome_libsecret' }))
vi.mock('electron', () => ({
  safeStorage: {
    isEncryptionAvailable: () => electron.available,
    getSelectedStorageBackend: () => electron.backend,
    encryptString: (text: string) => Buffer.from(text).map((byte) => byte ^ 0xff),
    decryptString: (bytes: Buffer) => Buffer.from(bytes.map((byte) => byte ^ 0xff)).toString(),
  },
}))

const { keyringAvailable, keyringKey } = await import('./keyring.ts')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'waxwing-keyring-'))
  Object.assign(electron, { available: true, backend: 'gnome_libsecret' })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe.runIf(process.platform === 'linux')('the keyring', () => {
  it.for(['basic_text', 'unknown'])('is not trusted when it is %s: no key is made or read (case 64)', (backend) => {
    expect(keyringKey(folder, true)).not.toBeNull()
    electron.backend = backend
    expect(keyringAvailable()).toBe(false)
    expect(keyringKey(folder, true)).toBeNull()
    expect(keyringKey(folder, false)).toBeNull()
  })

  it('is not there when nothing encrypts', () => {
    electron.available = false
    expect(keyringAvailable()).toBe(false)
    expect(keyringKey(folder, true)).toBeNull()
  })

  it('keeps one key, never over another, for its owner alone', () => {
    expect(keyringKey(folder, false)).toBeNull()
    const key = keyringKey(folder, true)
    expect(key).toHaveLength(32)
    expect(keyringKey(folder, true)).toEqual(key)
    expect(keyringKey(folder, false)).toEqual(key)
    const file = join(folder, 'keyring.bin')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file).includes(Buffer.from(key ?? []).toString('hex'))).toBe(false)
  })
})
