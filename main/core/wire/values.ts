/** Values inside of contents: how they are checked when they are read, and asserted when they are written. */
import { assert } from '../assert.ts'
import { fromUtf8, utf8 } from '../bytes.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { ShapeError } from './fields.ts'

export type ContentError =
  | ShapeError
  | { readonly kind: 'tooShort'; readonly field: string; readonly got: number; readonly min: number }
  | { readonly kind: 'badText'; readonly field: string }
  /** Not exactly one kind of content, or of body. */
  | { readonly kind: 'kindCount'; readonly field: string; readonly got: number }

export const u32Max = 0xffffffff

/** Why bytes that must have this length do not; null when they do. */
export function exactly(field: string, bytes: Uint8Array, length: number): ContentError | null {
  return bytes.length === length ? null : { kind: 'tooShort', field, got: bytes.length, min: length }
}

/** Texts of strict UTF-8, none of them empty. */
export function texts(field: string, list: readonly Uint8Array[]): Result<readonly string[], ContentError> {
  const decoded: string[] = []
  for (const bytes of list) {
    if (bytes.length === 0) return err({ kind: 'tooShort', field, got: 0, min: 1 })
    const text = fromUtf8(bytes, field)
    if (!text.ok) return err({ kind: 'badText', field })
    decoded.push(text.value)
  }
  return ok(decoded)
}

/** InvariantError for a size of ours that is out of bounds. */
export function bounded(field: string, size: number, min: number, max: number): void {
  assert(size >= min && size <= max, `${field} out of bounds`)
}

/** A text of ours as UTF-8, of `min` to `max` bytes. */
export function textBytes(field: string, text: string, min: number, max: number): Uint8Array {
  const bytes = utf8(text)
  bounded(field, bytes.length, min, max)
  return bytes
}
