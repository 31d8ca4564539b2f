/** PROTOCOL.md, "Padding". */
import { join, refuse, same } from './bytes.ts'

export function paddedLength(n: number): number {
  const m = n + 1
  if (m <= 160) return 160
  const e = Math.floor(Math.log2(m))
  const step = Math.max(64, 2 ** (e - 3))
  return Math.ceil((m - 32) / step) * step + 32
}

export function pad(x: Uint8Array): Uint8Array {
  return join(x, Uint8Array.of(0x80), new Uint8Array(paddedLength(x.length) - x.length - 1))
}

export function unpad(padded: Uint8Array): Uint8Array {
  const end = padded.findLastIndex((byte) => byte !== 0)
  const x = padded.slice(0, Math.max(end, 0))
  return same(pad(x), padded) ? x : refuse('padding')
}
