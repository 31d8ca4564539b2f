/** Protobuf by hand, for what the generated code would not write. */
import { concat } from '../../main/core/bytes.ts'

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  while (left >= 0x80) {
    bytes.push((left % 0x80) | 0x80)
    left = Math.floor(left / 0x80)
  }
  return Uint8Array.of(...bytes, left)
}

/** A field of bytes, or of a message. */
export function field(number: number, value: Uint8Array): Uint8Array {
  return concat(varint(number * 8 + 2), varint(value.length), value)
}

export function varintField(number: number, value: number): Uint8Array {
  return concat(varint(number * 8), varint(value))
}
