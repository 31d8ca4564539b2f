/** Where our own time goes, by primitive and by function: a process without libsignal. Writes JSON to stdout. */
import { createSodiumCrypto } from '../../../main/node/crypto/sodium.ts'
import type { SelfTime } from './profile.ts'
import { Sampler } from './profile.ts'
import type { Tally } from './tally.ts'
import { tallied } from './tally.ts'
import { waxwing } from './waxwing.ts'
import type { Workload } from './workloads.ts'
import { aimedAt, plainClock } from './workloads.ts'

const warmUpBlocks = 10
const tallyBlocks = 20
const profileBlocks = 60
const functionsMax = 14

export interface Explanation {
  readonly figure: string
  /** Of one operation, in microseconds: all of it (with the clocks around the primitives), and each primitive's part. */
  readonly us: number
  readonly primitives: readonly { readonly name: string; readonly calls: number; readonly us: number }[]
  readonly functions: readonly SelfTime[]
}

async function byPrimitive(workload: Workload): Promise<Omit<Explanation, 'figure' | 'functions'>> {
  const counting = tallied(createSodiumCrypto())
  const sums = new Map<string, Tally>()
  let ms = 0
  let counts = false
  const block = workload.start(waxwing(counting.crypto), async (work) => {
    counting.read()
    const spentMs = await plainClock(work)
    if (!counts) return spentMs
    ms += spentMs
    for (const { primitive, calls, ms: tallyMs } of counting.read()) {
      const sum = sums.get(primitive) ?? { primitive, calls: 0, ms: 0 }
      sums.set(primitive, { primitive, calls: sum.calls + calls, ms: sum.ms + tallyMs })
    }
    return spentMs
  })
  for (let count = 0; count < warmUpBlocks; count++) await block()
  counts = true
  for (let count = 0; count < tallyBlocks; count++) await block()
  const operations = tallyBlocks * workload.operations
  const usOf = (spentMs: number): number => (spentMs / operations) * 1_000
  const primitives = [...sums.values()]
    .sort((a, b) => b.ms - a.ms)
    .map((sum) => ({ name: sum.primitive, calls: sum.calls / operations, us: usOf(sum.ms) }))
  return { us: usOf(ms), primitives }
}

async function byFunction(workload: Workload): Promise<readonly SelfTime[]> {
  const sampler = new Sampler()
  const block = workload.start(waxwing(createSodiumCrypto()), async (work) => {
    await sampler.during(work)
    return 0
  })
  for (let count = 0; count < profileBlocks; count++) await block()
  return sampler.longest(functionsMax)
}

async function explain(workload: Workload): Promise<Explanation> {
  const figure = workload.figures[0]?.name ?? ''
  return { figure, ...(await byPrimitive(workload)), functions: await byFunction(workload) }
}

const explanations: Explanation[] = []
for (const workload of aimedAt()) explanations.push(await explain(workload))
process.stdout.write(`${JSON.stringify(explanations)}\n`)
