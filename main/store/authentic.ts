/**
 * Tells a wrong key from a damaged first page: SQLCipher answers both with SQLITE_NOTADB.
 * Page layout and MAC of SQLCipher 4 (https://www.zetetic.net/sqlcipher/design/): 4,096-byte pages that end
 * in a 16-byte IV and a 64-byte HMAC-SHA-512 over ciphertext, IV and the page's number (little-endian);
 * MAC key = PBKDF2-HMAC-SHA-512 of the raw key, salt XOR 0x3a, two rounds.
 */
import { createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { storeLimits } from '../core/limits.ts'

const pageSizeBytes = 4_096
const saltSizeBytes = 16
const macSizeBytes = 64

function isAuthentic(page: Uint8Array, number: number, macKey: Uint8Array): boolean {
  const ordinal = new Uint8Array(4)
  new DataView(ordinal.buffer).setUint32(0, number, true)
  const mac = createHmac('sha512', macKey)
  mac.update(page.subarray(0, pageSizeBytes - macSizeBytes))
  mac.update(ordinal)
  return timingSafeEqual(mac.digest(), page.subarray(pageSizeBytes - macSizeBytes))
}

/**
 * Whether any of a few pages after the first was written under this key. Reads the file by a handle of
 * its own: only call while no connection of this process holds it, for closing a handle drops POSIX locks.
 * A damaged salt (the first 16 bytes) cannot be told from a wrong key: it is part of every page's MAC key.
 */
export function hasAuthenticPage(path: string, key: Uint8Array): boolean {
  const descriptor = openSync(path, 'r')
  try {
    const pages = Math.floor(fstatSync(descriptor).size / pageSizeBytes)
    const salt = new Uint8Array(saltSizeBytes)
    if (pages < 2 || readSync(descriptor, salt, 0, saltSizeBytes, 0) !== saltSizeBytes) return false
    const macKey = pbkdf2Sync(
      key,
      salt.map((byte) => byte ^ 0x3a),
      2,
      32,
      'sha512',
    )
    const page = new Uint8Array(pageSizeBytes)
    const last = Math.min(pages, 1 + storeLimits.authenticPagesTriedMax)
    for (let number = 2; number <= last; number++) {
      const got = readSync(descriptor, page, 0, pageSizeBytes, (number - 1) * pageSizeBytes)
      if (got === pageSizeBytes && isAuthentic(page, number, macKey)) return true
    }
    return false
  } finally {
    closeSync(descriptor)
  }
}
