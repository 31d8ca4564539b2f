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

/**
 * How often each top-level field stands in a message, by the encoding's own description and nothing of ours; null if
 * the fields do not end where the message does.
 */
export function countFields(message: Uint8Array): ReadonlyMap<number, number> | null {
  const counts = new Map<number, number>()
  let at = 0
  const next = (): number => {
    let value = 0n
    for (let shift = 0n; at < message.length; shift += 7n) {
      const byte = message[at++] as number
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(value)
    }
    return Number.NaN
  }
  while (at < message.length) {
    const tag = next()
    const number = Math.floor(tag / 8)
    const wireType = tag % 8
    // A value of its own, or the length of what follows.
    const said = wireType === 0 || wireType === 2 ? next() : 0
    const length = [Number.isNaN(said) ? said : 0, 8, said, Number.NaN, Number.NaN, 4][wireType] ?? Number.NaN
    if (!(length <= message.length - at)) return null
    at += length
    counts.set(number, (counts.get(number) ?? 0) + 1)
  }
  return counts
}
