/** What something costs in memory. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function usedBytes(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const median = (list: readonly number[]) => list.toSorted((a, b) => a - b)[list.length >> 1] as number

/** The bytes that one result of `make` keeps, out of many that are kept at once; the median of three rounds. */
export function heldBytes(make: () => unknown, count = 400): number {
  for (let i = 0; i < 100; i++) make()
  const rounds = Array.from({ length: 3 }, () => {
    const kept: unknown[] = Array.from({ length: count }, () => null)
    collect()
    const before = usedBytes()
    for (let i = 0; i < count; i++) kept[i] = make()
    collect()
    const after = usedBytes()
    if (kept.includes(null)) throw new Error('nothing was made')
    return (after - before) / count
  })
  return median(rounds)
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
