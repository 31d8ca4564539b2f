/** The JSON of a vault, read whole and checked before anything is done with it. */
import { ByteWriter, fromBase64, toBase64, utf8 } from '../../core/bytes.ts'
import { storeLimits } from '../../core/limits.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'

export const vaultVersion = 1

export type Protection =
  | {
      readonly kind: 'passphrase'
      readonly argon2id: { readonly memoryKiB: number; readonly passes: number; readonly salt: Uint8Array }
    }
  | { readonly kind: 'keyring' }

export interface Vault {
  readonly version: number
  readonly protection: Protection
  /** 24 bytes. */
  readonly nonce: Uint8Array
  /** 32 bytes and a tag of 16. */
  readonly wrappedKey: Uint8Array
}

export type FormatError =
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'newer'; readonly got: number; readonly supported: number }

/** What the seal authenticates beside the key: purpose, version, and how the wrapping key is made. */
export function associatedData(version: number, protection: Protection): Uint8Array {
  const writer = new ByteWriter().bytes(utf8('waxwing vault\0')).u8(version)
  if (protection.kind === 'keyring') return writer.u8(2).done()
  const { memoryKiB, passes, salt } = protection.argon2id
  return writer.u8(1).u32(memoryKiB).u32(passes).prefixed(salt).done()
}

export function encodeVault(vault: Vault): string {
  const { version, protection, nonce, wrappedKey } = vault
  const encoded =
    protection.kind === 'keyring'
      ? protection
      : { kind: protection.kind, argon2id: { ...protection.argon2id, salt: toBase64(protection.argon2id.salt) } }
  const file = { version, protection: encoded, nonce: toBase64(nonce), wrappedKey: toBase64(wrappedKey) }
  return `${JSON.stringify(file, null, 2)}\n`
}

/** Thrown inside `decodeVault` and nowhere else. */
class Refusal extends Error {}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) throw new Refusal(name)
  return (value as Readonly<Record<string, unknown>>)[name]
}

function integer(value: unknown, name: string, min: number, max: number): number {
  const got = field(value, name)
  if (typeof got !== 'number' || !Number.isInteger(got) || got < min || got > max) throw new Refusal(name)
  return got
}

function bytes(value: unknown, name: string, lengthBytes: number): Uint8Array {
  const got = field(value, name)
  if (typeof got !== 'string') throw new Refusal(name)
  const decoded = fromBase64(got)
  if (!decoded.ok || decoded.value.length !== lengthBytes) throw new Refusal(name)
  return decoded.value
}

function protectionOf(value: unknown): Protection {
  const kind = field(value, 'kind')
  if (kind === 'keyring') return { kind }
  if (kind !== 'passphrase') throw new Refusal('kind')
  const cost = field(value, 'argon2id')
  const { vaultMemoryKiBMin, vaultMemoryKiBMax, vaultPassesMax } = storeLimits
  const memoryKiB = integer(cost, 'memoryKiB', vaultMemoryKiBMin, vaultMemoryKiBMax)
  const passes = integer(cost, 'passes', 1, vaultPassesMax)
  return { kind, argon2id: { memoryKiB, passes, salt: bytes(cost, 'salt', 16) } }
}

/** A file of at most `vaultSizeBytesMax`. A later version is `newer` whatever else it holds. */
export function decodeVault(file: Uint8Array): Result<Vault, FormatError> {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(file))
    const version = integer(value, 'version', 0, Number.MAX_SAFE_INTEGER)
    if (version > vaultVersion) return err({ kind: 'newer', got: version, supported: vaultVersion })
    if (version < vaultVersion) return err({ kind: 'damaged', detail: 'version' })
    const protection = protectionOf(field(value, 'protection'))
    return ok({ version, protection, nonce: bytes(value, 'nonce', 24), wrappedKey: bytes(value, 'wrappedKey', 48) })
  } catch (thrown) {
    // What JSON.parse says of a file may quote it.
    return err({ kind: 'damaged', detail: thrown instanceof Refusal ? thrown.message : 'not JSON' })
  }
}
