/**
 * The key that wraps the store's key, kept by the operating system's keyring through safeStorage.
 * On Linux `basic_text` is obfuscation under a fixed key: not a keyring, never used.
 */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { safeStorage } from 'electron'

const keyLengthBytes = 32

/** Whether there is a keyring that may be trusted. After the app is ready. */
export function keyringAvailable(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false
  if (process.platform !== 'linux') return true
  const backend = safeStorage.getSelectedStorageBackend()
  return backend !== 'basic_text' && backend !== 'unknown'
}

function fileIn(folder: string): string {
  return join(folder, 'keyring.bin')
}

function readKey(folder: string): Uint8Array | null {
  try {
    const key = Buffer.from(safeStorage.decryptString(readFileSync(fileIn(folder))), 'hex')
    return key.length === keyLengthBytes ? new Uint8Array(key) : null
  } catch {
    return null
  }
}

/**
 * The 32 bytes for this profile, or null where the keyring is absent or refuses.
 * With `create`, a new key is made and kept; a key that is there is never overwritten, but read.
 */
export function keyringKey(folder: string, create: boolean): Uint8Array | null {
  if (!keyringAvailable()) return null
  if (!create) return readKey(folder)
  const key = randomBytes(keyLengthBytes)
  try {
    writeFileSync(fileIn(folder), safeStorage.encryptString(key.toString('hex')), { mode: 0o600, flag: 'wx' })
    return new Uint8Array(key)
  } catch {
    return readKey(folder)
  }
}
