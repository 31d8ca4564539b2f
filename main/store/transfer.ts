/** Which buffers of an answer are worth handing over instead of copying. */
import { storeLimits } from '../core/limits.ts'

/**
 * The buffers under large arrays anywhere in `value` (objects and arrays; rows nest four deep). Only those
 * that belong to one array alone: a view into a shared pool must be copied.
 */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>()
  collect(value, found)
  return [...found]
}

function collect(value: unknown, found: Set<ArrayBuffer>): void {
  if (typeof value !== 'object' || value === null) return
  if (!(value instanceof Uint8Array)) {
    for (const part of Object.values(value)) collect(part, found)
    return
  }
  const { buffer, byteLength } = value
  if (byteLength < storeLimits.transferSizeBytesMin || buffer.byteLength !== byteLength) return
  if (buffer instanceof ArrayBuffer) found.add(buffer)
}
