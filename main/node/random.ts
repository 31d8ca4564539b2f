/** Fresh bytes from the operating system's generator, fetched in pools: each step takes some kilobytes. */
import { randomFillSync } from 'node:crypto'
import type { Random } from '../core/ports.ts'

const poolSizeBytes = 65_536

/** Bytes leave the pool once, as a copy, and are wiped from it. */
export function createRandom(): Random {
  const pool = new Uint8Array(poolSizeBytes)
  let used = poolSizeBytes
  return {
    bytes(lengthBytes) {
      if (lengthBytes > poolSizeBytes) return randomFillSync(new Uint8Array(lengthBytes))
      if (used + lengthBytes > poolSizeBytes) {
        randomFillSync(pool)
        used = 0
      }
      const fresh = pool.slice(used, used + lengthBytes)
      pool.fill(0, used, used + lengthBytes)
      used += lengthBytes
      return fresh
    },
  }
}
