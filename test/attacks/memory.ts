/** What something costs in memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The bytes that one result of `make` keeps, out of many that are kept at once; the least of a few rounds. */
export function heldBytes(make: () => unknown, count = 300, rounds = 4): number {
  for (let i = 0; i < 100; i++) make()
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    const kept: unknown[] = Array.from({ length: count }, () => null)
    collect()
    const before = usedBytes()
    for (let i = 0; i < count; i++) kept[i] = make()
    collect()
    const after = usedBytes()
    if (kept.includes(null)) throw new Error('nothing was made')
    least = Math.min(least, (after - before) / count)
  }
  return least
}

/** The bytes that `run` allocates, garbage included; the least of a few runs that no collection disturbed. */
export function allocatedBytes(run: () => unknown, rounds = 8): number {
  for (let i = 0; i < 100; i++) run()
  let least = Number.POSITIVE_INFINITY
  for (let round = 0; round < rounds; round++) {
    collect()
    const before = usedBytes()
    run()
    const bytes = usedBytes() - before
    if (bytes > 0) least = Math.min(least, bytes)
  }
  return least
}

/** The bytes of all arrays of bytes that `run` makes, by their lengths alone. `input` comes as one that is counted when it is copied. */
export function arrayBytes(input: Uint8Array, run: (input: Uint8Array) => unknown): number {
  const original = Uint8Array
  let bytes = 0
  class Counted extends original {
    constructor(...given: readonly unknown[]) {
      super(...(given as [number]))
      if (!(given[0] instanceof ArrayBuffer)) bytes += this.length
    }
  }
  const counted = new Counted(input)
  globalThis.Uint8Array = Counted as unknown as Uint8ArrayConstructor
  try {
    bytes = 0
    run(counted)
  } finally {
    globalThis.Uint8Array = original
  }
  return bytes
}
