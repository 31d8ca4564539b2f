/** Two libraries in one process, block by block in turn, so that whatever else the machine does falls on both. */
import { median, percentile } from '../statistics.ts'
import type { Library } from './ends.ts'
import type { Block, Workload } from './workloads.ts'
import { plainClock } from './workloads.ts'

const warmUpRounds = 4

export interface Figure {
  readonly name: string
  readonly aim: number | null
  /** Milliseconds of one operation: medians over the blocks. */
  readonly oursMs: number
  readonly theirsMs: number
  /** How many times as fast ours is: the ratio of the medians, and the quartiles of the ratios of neighbouring blocks. */
  readonly ratio: number
  readonly ratioLow: number
  readonly ratioHigh: number
}

/** Of the runtime, which must be started with `--expose-gc`. */
const collectGarbage = (globalThis as { readonly gc?: () => void }).gc

/** A block on a clean heap: libsignal leaves garbage that takes tens of milliseconds, and they belong to neither's block. */
async function cleanly(block: Block): Promise<readonly number[]> {
  if (collectGarbage === undefined) throw new Error('wants --expose-gc')
  collectGarbage()
  return await block()
}

export async function interleave(
  workload: Workload,
  ours: Library,
  theirs: Library,
  rounds: number,
): Promise<readonly Figure[]> {
  const [ourBlock, theirBlock] = [workload.start(ours, plainClock), workload.start(theirs, plainClock)]
  const blocks: { readonly ours: readonly number[]; readonly theirs: readonly number[] }[] = []
  for (let round = -warmUpRounds; round < rounds; round++) {
    // Who comes first alternates too: the second may run on a warmer or a slower machine.
    const first = round % 2 === 0 ? await cleanly(ourBlock) : await cleanly(theirBlock)
    const second = round % 2 === 0 ? await cleanly(theirBlock) : await cleanly(ourBlock)
    const pair = round % 2 === 0 ? { ours: first, theirs: second } : { ours: second, theirs: first }
    if (round >= 0) blocks.push(pair)
  }
  return workload.figures.map(({ name, aim }, at) => {
    const oursMs = median(blocks.map((block) => block.ours[at] ?? 0))
    const theirsMs = median(blocks.map((block) => block.theirs[at] ?? 0))
    const ratios = blocks.map((block) => (block.theirs[at] ?? 0) / (block.ours[at] ?? 0))
    return {
      name,
      aim,
      oursMs,
      theirsMs,
      ratio: theirsMs / oursMs,
      ratioLow: percentile(ratios, 0.25),
      ratioHigh: percentile(ratios, 0.75),
    }
  })
}
