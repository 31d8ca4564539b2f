/** The loop: inputs are made of those that are kept, and kept when they make something new happen. */
import type { Chance } from '../sim/schedule.ts'
import type { Coverage } from './coverage.ts'
import { mutate } from './mutate.ts'
import { shrink } from './shrink.ts'
import type { Target, Verdict } from './target.ts'
import { judge } from './target.ts'
import { commonTokens } from './tokens.ts'

export interface Finding {
  readonly what: string
  readonly stack: string
  readonly input: Uint8Array
}

export interface FuzzerParts {
  readonly target: Target
  readonly chance: Chance
  readonly coverage: Coverage
  readonly frameMsMax: number
  /** Told of each input before it runs, so that one that never ends is known. */
  readonly before: (input: Uint8Array) => void
}

const batchSize = 48
/** Different faults of one target; after so many the rest can wait. */
const findingsMax = 5

export class Fuzzer {
  readonly findings: Finding[] = []
  readonly corpus: Uint8Array[] = []
  runs = 0
  slowestMs = 0
  readonly #parts: FuzzerParts
  readonly #happened = new Set<string>()
  readonly #faults = new Set<string>()

  constructor(parts: FuzzerParts) {
    this.#parts = parts
  }

  get events(): number {
    return this.#happened.size
  }

  /** Runs what is kept already, so that only what goes further counts as new. */
  async begin(inputs: readonly Uint8Array[]): Promise<void> {
    for (const input of inputs) {
      this.corpus.push(input)
      this.#note(await this.#judge(input), input)
    }
    this.#parts.coverage.fresh(true)
  }

  /** One batch of new inputs; those of them that reached something are in the corpus afterwards. */
  async batch(): Promise<void> {
    const { target, chance, coverage } = this.#parts
    const tokens = [...target.tokens, ...target.tokens, ...commonTokens]
    const batch: Uint8Array[] = []
    const reaching = new Set<Uint8Array>()
    for (let left = batchSize; left > 0; left--) {
      const parts = { chance, corpus: this.corpus, tokens, sizeBytesMax: target.inputSizeBytesMax }
      const input = mutate(this.#pick(), parts)
      batch.push(input)
      if (this.#note(await this.#judge(input), input)) reaching.add(input)
    }
    if (coverage.fresh(false) > 0) for (const input of await this.#reachingIn(batch)) reaching.add(input)
    this.corpus.push(...reaching)
  }

  get isDone(): boolean {
    return this.findings.length >= findingsMax
  }

  /** Mostly what was found lately, or what is short. */
  #pick(): Uint8Array {
    const { chance } = this.#parts
    const { corpus } = this
    const lately = Math.max(1, Math.floor(corpus.length / 4))
    const from = chance.happens(0.4) ? corpus.slice(-lately) : corpus
    const [one, other] = [chance.pick(from), chance.pick(from)]
    return chance.happens(0.3) && other.length < one.length ? other : one
  }

  async #judge(input: Uint8Array): Promise<Verdict> {
    this.#parts.before(input)
    this.runs++
    return judge(this.#parts.target, input, this.#parts.frameMsMax)
  }

  /** Those of a batch that reach code that nothing has reached before: halved until each stands alone. */
  async #reachingIn(batch: readonly Uint8Array[]): Promise<readonly Uint8Array[]> {
    const { coverage } = this.#parts
    for (const input of batch) await this.#judge(input)
    if (coverage.fresh(batch.length === 1) === 0) return []
    if (batch.length === 1) return batch
    const middle = batch.length >> 1
    const first = await this.#reachingIn(batch.slice(0, middle))
    return [...first, ...(await this.#reachingIn(batch.slice(middle)))]
  }

  /** Whether something happened that has not happened before. */
  #note(verdict: Verdict, input: Uint8Array): boolean {
    if (verdict.kind === 'fault') {
      const what = verdict.what.replaceAll(/\d+/g, '#')
      if (!this.#faults.has(what)) this.findings.push({ what: verdict.what, stack: verdict.stack, input })
      this.#faults.add(what)
      return false
    }
    this.slowestMs = Math.max(this.slowestMs, verdict.slowestMs)
    const before = this.#happened.size
    for (const what of verdict.happened) this.#happened.add(what)
    return this.#happened.size > before
  }
}

/** A finding's input without what it does not need. */
export async function shortened(target: Target, finding: Finding, frameMsMax: number): Promise<Uint8Array> {
  const same = (what: string) => what.replaceAll(/\d+/g, '#') === finding.what.replaceAll(/\d+/g, '#')
  const keeps = async (candidate: Uint8Array): Promise<boolean> => {
    const verdict = await judge(target, candidate, frameMsMax)
    return verdict.kind === 'fault' && same(verdict.what)
  }
  return shrink(finding.input, keeps, finding.what.startsWith('slow') ? 40 : 400)
}

/** Of what was kept, the shortest inputs that together reach all of it, within a budget of bytes. */
export async function distilled(
  target: Target,
  coverage: Coverage,
  base: readonly Uint8Array[],
  kept: readonly Uint8Array[],
  sizeBytesMax: number,
): Promise<readonly Uint8Array[]> {
  const known = new Set<string>()
  const isNew = async (input: Uint8Array): Promise<boolean> => {
    const verdict = await judge(target, input, Number.POSITIVE_INFINITY)
    const reaches = coverage.fresh(true) > 0
    if (verdict.kind === 'fault') return false
    const before = known.size
    for (const what of verdict.happened) known.add(what)
    return reaches || known.size > before
  }
  for (const input of base) await isNew(input)
  const chosen: Uint8Array[] = []
  let left = sizeBytesMax
  for (const input of kept.toSorted((a, b) => a.length - b.length)) {
    if (input.length > left || !(await isNew(input))) continue
    chosen.push(input)
    left -= input.length
  }
  return chosen
}
