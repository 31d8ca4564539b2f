/**
 * Size classes. Everything that leaves this device has one of few sizes, so that its length says
 * little (PROTOCOL.md, "Padding"): 64-byte steps at first, then eight classes to each doubling.
 */
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'

/** What an ordinary envelope's frame adds to its padded plaintext: headers, nonces, tags, commitment. */
export const envelopeOverheadBytes = 158

/** The smallest class holds a short text as well as a receipt. */
const smallestClassBytes = 160
/** Classes are this many bytes above a multiple of 64: with the overhead and a two-byte length prefix, whole multiples leave. */
const classOffsetBytes = 32
const stepBytesMin = 64

export type PaddingError = { readonly kind: 'badPadding' }

/** The size of `contentBytes` bytes after padding: at least one byte more, at most 1/8 or 64 bytes above what is needed (or the smallest class). */
export function paddedLength(contentBytes: number): number {
  const needed = contentBytes + 1
  if (needed <= smallestClassBytes) return smallestClassBytes
  const exponent = 31 - Math.clz32(needed)
  const step = Math.max(stepBytesMin, 1 << (exponent - 3))
  return Math.ceil((needed - classOffsetBytes) / step) * step + classOffsetBytes
}

/** Whether a size is that of a class. */
export function isPaddedLength(sizeBytes: number): boolean {
  return sizeBytes >= smallestClassBytes && paddedLength(sizeBytes - 1) === sizeBytes
}

/** The size of a control frame of `frameBytes` bytes: one that an envelope's frame can have as well. */
export function paddedFrameLength(frameBytes: number): number {
  return paddedLength(Math.max(0, frameBytes - envelopeOverheadBytes - 1)) + envelopeOverheadBytes
}

/** Appends 0x80 and zeros up to the size class (ISO/IEC 7816-4). */
export function pad(content: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(content.length))
  padded.set(content)
  padded[content.length] = 0x80
  return padded
}

/** Undoes `pad`, strictly: the marker, only zeros behind it, and the one size that fits. A view, not a copy. */
export function unpad(padded: Uint8Array): Result<Uint8Array, PaddingError> {
  let end = padded.length - 1
  while (end > 0 && padded[end] === 0) end--
  if (padded[end] !== 0x80 || paddedLength(end) !== padded.length) return err({ kind: 'badPadding' })
  return ok(padded.subarray(0, end))
}
