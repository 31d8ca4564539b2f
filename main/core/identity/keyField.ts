/** A typed public key inside a fixed layout: its type byte, then 32 bytes. */
import type { ByteReader, ByteWriter } from '../bytes.ts'
import { assert } from '../assert.ts'
import { keyTypes } from '../crypto/keyType.ts'

type CurveKeyType = 'ed25519' | 'x25519'

/** Reads type and key; another type is `badValue` with the field's name. */
export function readKey(reader: ByteReader, type: CurveKeyType, field: string): Uint8Array {
  const got = reader.u8()
  if (got !== keyTypes[type]) reader.refuse({ kind: 'badValue', field, got })
  return reader.bytes(32)
}

/** Writes type and key. */
export function writeKey(writer: ByteWriter, type: CurveKeyType, key: Uint8Array): ByteWriter {
  assert(key.length === 32, 'a public key is 32 bytes')
  return writer.u8(keyTypes[type]).bytes(key)
}
