/**
 * Which parts of the product have run, by V8's own block coverage: nothing has to be compiled or instrumented. One
 * look costs about a millisecond, so many inputs share one, and only those of a batch that shows something new are
 * looked at one by one.
 */
import { Session } from 'node:inspector'
import type { Profiler } from 'node:inspector'
import { must } from './target.ts'

export class Coverage {
  readonly #session = new Session()
  /** Of each function that has run, which of its characters have. */
  readonly #functions = new Map<string, Uint8Array>()
  /** Those of which all have: there is nothing more to see. */
  readonly #whole = new Set<string>()
  readonly #isProduct: (url: string) => boolean
  /** Characters of code that have run. */
  covered = 0

  constructor(isProduct: (url: string) => boolean) {
    this.#isProduct = isProduct
  }

  start(): void {
    this.#session.connect()
    this.#session.post('Profiler.enable')
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
    this.#take()
  }

  get functions(): number {
    return this.#functions.size
  }

  /** How many characters of code have run since the last look, and never before; remembered if `remember`. */
  fresh(remember: boolean): number {
    let fresh = 0
    for (const { url, functions } of this.#take()) {
      if (!this.#isProduct(url)) continue
      for (const one of functions) fresh += this.#freshIn(url, one, remember)
    }
    if (remember) this.covered += fresh
    return fresh
  }

  #take(): readonly Profiler.ScriptCoverage[] {
    let taken: readonly Profiler.ScriptCoverage[] | null = null
    // Within one thread the answer comes before the call returns.
    this.#session.post('Profiler.takePreciseCoverage', (failed, { result }) => {
      if (failed === null) taken = result
    })
    must(taken !== null, 'no coverage')
    return taken
  }

  #freshIn(url: string, { functionName, ranges }: Profiler.FunctionCoverage, remember: boolean): number {
    const [whole] = ranges
    if (whole === undefined || whole.count === 0) return 0
    const { startOffset, endOffset } = whole
    const name = `${url} ${functionName} ${startOffset} ${endOffset}`
    if (this.#whole.has(name)) return 0
    const ran = new Uint8Array(endOffset - startOffset)
    // A range stands behind the one that it lies in.
    for (const range of ranges) {
      ran.fill(range.count > 0 ? 1 : 0, range.startOffset - startOffset, range.endOffset - startOffset)
    }
    const known = this.#functions.get(name)
    let fresh = 0
    let missing = 0
    for (let at = 0; at < ran.length; at++) {
      const before = known?.[at] === 1
      if (!before && ran[at] === 1) fresh++
      else if (!before) missing++
    }
    if (!remember || fresh === 0) return fresh
    if (known === undefined) this.#functions.set(name, ran)
    else ran.forEach((byte, at) => (known[at] = (known[at] ?? 0) | byte))
    if (missing === 0) this.#whole.add(name)
    return fresh
  }
}
