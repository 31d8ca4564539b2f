/** A typed public key inside a fixed layout: its type byte, then 32 bytes. */
import type { ByteReader, ByteWriter } from '../bytes.ts'
import { assert } from '../assert.ts'
import { isCanonicalX25519, keyTypes } from '../crypto/keyType.ts'

type CurveKeyType = 'ed25519' | 'x25519'

/**
 * Reads type and key; another type, or an X25519 key that is not canonical, is `badValue` with the field's name.
 * Ed25519 keys are judged with their signatures.
 */
export function readKey(reader: ByteReader, type: CurveKeyType, field: string): Uint8Array {
  const got = reader.u8()
  if (got !== keyTypes[type]) reader.refuse({ kind: 'badValue', field, got })
  const key = reader.bytes(32)
  if (type === 'x25519' && !isCanonicalX25519(key)) reader.refuse({ kind: 'badValue', field, got: key[31] as number })
  return key
}

/** Writes type and key. */
export function writeKey(writer: ByteWriter, type: CurveKeyType, key: Uint8Array): ByteWriter {
  assert(key.length === 32, 'a public key is 32 bytes')
  return writer.u8(keyTypes[type]).bytes(key)
}
