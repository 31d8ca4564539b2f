/**
 * vault.json: the database's random key, wrapped by a passphrase (Argon2id, RFC 9106) or by a key of the
 * operating system's keyring. XChaCha20-Poly1305 with a random nonce; everything else in the file is
 * associated data, so that nothing in it can be changed without the wrapping key.
 */
import { closeSync, fsyncSync, lstatSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { utf8 } from '../../core/bytes.ts'
import { storeLimits } from '../../core/limits.ts'
import type { Crypto } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { StoreBug, codeOf } from '../errors.ts'
import type { FileError } from '../files.ts'
import { checkFile, exists, fileErrorOf, syncDirectory } from '../files.ts'
import type { Protection, Vault } from './vaultFormat.ts'
import { associatedData, decodeVault, encodeVault, vaultVersion } from './vaultFormat.ts'

export type VaultError =
  | FileError
  | { readonly kind: 'wrongPassphrase' }
  /** The keyring's key does not open it. */
  | { readonly kind: 'wrongKeyringKey' }
  /** It is protected in the other way. */
  | { readonly kind: 'otherProtection'; readonly wanted: Protection['kind'] }
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'newer'; readonly got: number; readonly supported: number }
  | { readonly kind: 'diskFull' }
  /** Only when creating. */
  | { readonly kind: 'exists' }

/** What opens a vault. The keyring's key is 32 bytes. */
export type Unlock =
  | { readonly kind: 'passphrase'; readonly passphrase: string }
  | { readonly kind: 'keyring'; readonly key: Uint8Array }

const keySizeBytes = 32
const saltSizeBytes = 16
const nonceSizeBytes = 24

/** Random bytes that `createVault` takes (database key, salt, nonce), and that `changeProtection` takes (salt, nonce). */
export const createEntropySizeBytes = keySizeBytes + saltSizeBytes + nonceSizeBytes
export const changeEntropySizeBytes = saltSizeBytes + nonceSizeBytes

/** NFKC, so that the same passphrase typed on another system or keyboard is the same bytes (RFC 8265 section 4.2). */
function passphraseBytes(passphrase: string): Uint8Array {
  return utf8(passphrase.normalize('NFKC'))
}

function wrappingKey(crypto: Crypto, protection: Protection, unlock: Unlock): Uint8Array {
  if (protection.kind === 'keyring' && unlock.kind === 'keyring') return new Uint8Array(unlock.key)
  if (protection.kind !== 'passphrase' || unlock.kind !== 'passphrase')
    throw new StoreBug('protection and unlock differ')
  const password = passphraseBytes(unlock.passphrase)
  const { salt, memoryKiB, passes } = protection.argon2id
  const key = crypto.argon2id(password, salt, memoryKiB, passes, keySizeBytes)
  crypto.wipe(password)
  return key
}

function newProtection(unlock: Unlock, salt: Uint8Array): Protection {
  if (unlock.kind === 'keyring') return { kind: 'keyring' }
  const { vaultMemoryKiBDefault: memoryKiB, vaultPassesDefault: passes } = storeLimits
  return { kind: 'passphrase', argon2id: { memoryKiB, passes, salt: new Uint8Array(salt) } }
}

function wrap(crypto: Crypto, unlock: Unlock, databaseKey: Uint8Array, entropy: Uint8Array): Vault {
  const protection = newProtection(unlock, entropy.subarray(0, saltSizeBytes))
  const nonce = entropy.slice(saltSizeBytes, saltSizeBytes + nonceSizeBytes)
  const wrapping = wrappingKey(crypto, protection, unlock)
  const header = associatedData(vaultVersion, protection)
  const wrappedKey = crypto.xchachaSeal(wrapping, nonce, databaseKey, header)
  crypto.wipe(wrapping)
  return { version: vaultVersion, protection, nonce, wrappedKey }
}

function vaultErrorOf(thrown: unknown): VaultError {
  const code = codeOf(thrown)
  if (code === 'ENOSPC' || code === 'EDQUOT') return { kind: 'diskFull' }
  return code === 'EEXIST' ? { kind: 'exists' } : fileErrorOf(thrown)
}

/** Writes beside, syncs, then renames over: at every moment either the old or the new vault is whole. */
function replaceFile(path: string, content: string): void {
  const temporary = `${path}.new`
  rmSync(temporary, { force: true })
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    writeFileSync(descriptor, content)
    fsyncSync(descriptor)
  } catch (thrown) {
    rmSync(temporary, { force: true })
    throw thrown
  } finally {
    closeSync(descriptor)
  }
  renameSync(temporary, path)
  syncDirectory(dirname(path))
}

function readVault(path: string): Result<Vault, VaultError> {
  const checked = checkFile(path)
  if (!checked.ok) return checked
  try {
    const sizeBytes = lstatSync(path).size
    if (sizeBytes > storeLimits.vaultSizeBytesMax) return err({ kind: 'damaged', detail: `${sizeBytes} bytes` })
    return decodeVault(readFileSync(path))
  } catch (thrown) {
    return err(vaultErrorOf(thrown))
  }
}

/** How the vault at `path` is protected: which question to ask before opening it. */
export function vaultProtection(path: string): Result<Protection['kind'], VaultError> {
  const vault = readVault(path)
  return vault.ok ? ok(vault.value.protection.kind) : vault
}

/**
 * Makes a vault with a fresh database key, which it returns (32 bytes; the caller wipes it). `entropy` is
 * `createEntropySizeBytes` of random bytes and is wiped. Refuses with `exists` where anything stands.
 * A passphrase costs 64 MiB and three passes of Argon2id, during which this blocks.
 */
export function createVault(
  path: string,
  crypto: Crypto,
  unlock: Unlock,
  entropy: Uint8Array,
): Result<Uint8Array, VaultError> {
  if (entropy.length !== createEntropySizeBytes) throw new StoreBug(`createVault takes ${createEntropySizeBytes} bytes`)
  const databaseKey = entropy.slice(0, keySizeBytes)
  try {
    if (exists(path)) return err({ kind: 'exists' })
    replaceFile(path, encodeVault(wrap(crypto, unlock, databaseKey, entropy.subarray(keySizeBytes))))
    return ok(databaseKey)
  } catch (thrown) {
    crypto.wipe(databaseKey)
    return err(vaultErrorOf(thrown))
  } finally {
    crypto.wipe(entropy)
  }
}

/**
 * The database key (32 bytes; the caller wipes it). A file that is not authentic under the right key
 * cannot be told from a wrong passphrase: both are `wrongPassphrase` (or `wrongKeyringKey`).
 */
export function openVault(path: string, crypto: Crypto, unlock: Unlock): Result<Uint8Array, VaultError> {
  const read = readVault(path)
  if (!read.ok) return read
  const { version, protection, nonce, wrappedKey } = read.value
  if (protection.kind !== unlock.kind) return err({ kind: 'otherProtection', wanted: protection.kind })
  const wrapping = wrappingKey(crypto, protection, unlock)
  const databaseKey = crypto.xchachaOpen(wrapping, nonce, wrappedKey, associatedData(version, protection))
  crypto.wipe(wrapping)
  if (databaseKey !== null) return ok(databaseKey)
  return err({ kind: unlock.kind === 'passphrase' ? 'wrongPassphrase' : 'wrongKeyringKey' })
}

/**
 * Changes the passphrase, or goes over to the keyring or back. The database's key stays; at every moment one
 * of the two ways works. `entropy` is `changeEntropySizeBytes` of random bytes and is wiped.
 */
export function changeProtection(
  path: string,
  crypto: Crypto,
  from: Unlock,
  to: Unlock,
  entropy: Uint8Array,
): Result<void, VaultError> {
  if (entropy.length !== changeEntropySizeBytes)
    throw new StoreBug(`changeProtection takes ${changeEntropySizeBytes} bytes`)
  const databaseKey = openVault(path, crypto, from)
  if (!databaseKey.ok) return databaseKey
  try {
    replaceFile(path, encodeVault(wrap(crypto, to, databaseKey.value, entropy)))
    return ok(undefined)
  } catch (thrown) {
    return err(vaultErrorOf(thrown))
  } finally {
    crypto.wipe(databaseKey.value, entropy)
  }
}
