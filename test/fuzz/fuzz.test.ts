/** The corpus again, and a few thousand mutations of it by seed: what `npm run fuzz` does for as long as one likes. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Chance } from '../sim/schedule.ts'
import { readCorpus } from './corpus.ts'
import { mutate } from './mutate.ts'
import type { Target } from './target.ts'
import { judge } from './target.ts'
import { targets } from './targets.ts'
import { commonTokens } from './tokens.ts'

const directory = join(import.meta.dirname, 'corpus')
const seed = 1
/** By the target's weight: those with sessions and engines do much more for one input. */
const mutationsOf = (target: Target): number => (target.weight >= 5 ? 1_200 : 2_000)
/** Far above what a frame may cost, so that a busy machine is not what is tested; npm run fuzz asks for 50 ms. */
const frameMsMax = 1_000

/** The inputs of a target that ended in a fault, with what to run to see it again. */
async function faultsOf(target: Target, inputs: Iterable<Uint8Array>): Promise<readonly string[]> {
  const faults: string[] = []
  for (const input of inputs) {
    const verdict = await judge(target, input, frameMsMax)
    if (verdict.kind === 'fault')
      faults.push(`${verdict.what} ${verdict.stack} ${Buffer.from(input).toString('base64')}`)
  }
  return faults
}

function* mutationsFrom(target: Target, corpus: readonly Uint8Array[]): Iterable<Uint8Array> {
  const chance = new Chance(seed)
  const tokens = [...target.tokens, ...target.tokens, ...commonTokens]
  const parts = { chance, corpus, tokens, sizeBytesMax: target.inputSizeBytesMax }
  for (let left = mutationsOf(target); left > 0; left--) yield mutate(chance.pick(corpus), parts)
}

describe.each(targets.map((target) => [target.name, target] as const))('%s', (name, target) => {
  const { seeds, reached } = readCorpus(directory, name)

  it('has its real values in the corpus, as npm run fuzz -- --seeds writes them', () => {
    expect(seeds.map((bytes) => Buffer.from(bytes).toString('base64'))).toEqual(
      target.seeds().map((bytes) => Buffer.from(bytes).toString('base64')),
    )
  })

  it('takes or refuses every input of the corpus', async () => {
    expect(seeds.length).toBeGreaterThan(0)
    expect(await faultsOf(target, [...seeds, ...reached])).toEqual([])
  })

  it(`takes or refuses ${mutationsOf(target)} mutations (seed ${seed})`, async () => {
    expect(await faultsOf(target, mutationsFrom(target, [...seeds, ...reached]))).toEqual([])
  })
})

describe('the corpus', () => {
  it('has a file for each target and no other', () => {
    const files = readdirSync(directory).map((file) => file.replace(/\.json$/, ''))
    expect(files.toSorted()).toEqual(targets.map(({ name }) => name).toSorted())
  })
})
