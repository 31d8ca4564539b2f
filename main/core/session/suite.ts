/**
 * The one cipher suite. Its id stands in every bundle, initial message and stored session, and its
 * name in every key derivation; nothing is negotiated. PROTOCOL.md, "Handshake".
 */
import type { ByteReader, DecodeError } from '../bytes.ts'
import { concat, utf8 } from '../bytes.ts'
import { isCanonicalX25519, keyTypes } from '../crypto/keyType.ts'

/** waxwing-1: X25519 and ML-KEM-768 in the PQXDH shape, triple ratchet with header encryption, XChaCha20-Poly1305. */
export const suiteId = 1

/** What cannot be read at all, told apart from what a newer version may read. */
export type LayoutError =
  | { readonly kind: 'malformed'; readonly error: DecodeError }
  | { readonly kind: 'unknownVersion'; readonly got: number; readonly known: number }
  | { readonly kind: 'unknownSuite'; readonly got: number; readonly known: number }

/** Checks the version byte and the suite id that every layout begins with, before anything behind them is read. */
export function checkSuite(bytes: Uint8Array, version: number): LayoutError | null {
  const [gotVersion, high, low] = bytes
  if (gotVersion === undefined || high === undefined || low === undefined) {
    return { kind: 'malformed', error: { kind: 'truncated', wanted: 3, left: bytes.length } }
  }
  if (gotVersion !== version) return { kind: 'unknownVersion', got: gotVersion, known: version }
  const got = (high << 8) | low
  return got === suiteId ? null : { kind: 'unknownSuite', got, known: suiteId }
}

export const keySizeBytes = 32
export const hashSizeBytes = 32
export const nonceSizeBytes = 24
export const tagSizeBytes = 16
export const kemPublicKeySizeBytes = 1_184
export const kemCipherTextSizeBytes = 1_088

/** The label of one derivation: no two uses share one. */
export function label(purpose: string): Uint8Array {
  return utf8(`waxwing-1 ${purpose}`)
}

export const zeroKey: Uint8Array = new Uint8Array(keySizeBytes)

export interface KeyPair {
  readonly secret: Uint8Array
  readonly publicKey: Uint8Array
}

/** A public key as it is written everywhere: its type byte before it. */
export function encodeX25519(publicKey: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(keyTypes.x25519), publicKey)
}

/** Reads a type byte, which must be `type`, and the `sizeBytes` bytes behind it. */
export function readTyped(reader: ByteReader, field: string, type: number, sizeBytes: number): Uint8Array {
  const got = reader.u8()
  if (got !== type) reader.refuse({ kind: 'badValue', field, got })
  return reader.bytes(sizeBytes)
}

export function readX25519(reader: ByteReader, field: string): Uint8Array {
  const key = readTyped(reader, field, keyTypes.x25519, keySizeBytes)
  if (!isCanonicalX25519(key)) reader.refuse({ kind: 'badValue', field, got: key[keySizeBytes - 1] as number })
  return key
}
