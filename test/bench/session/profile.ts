/** V8's own sampling profiler around pieces of work. */
import type { Runtime } from 'node:inspector'
import { Session } from 'node:inspector/promises'
import { basename } from 'node:path'

const samplingIntervalUs = 100

export interface SelfTime {
  readonly where: string
  readonly share: number
}

/**
 * V8 gives native code the name of the nearest symbol that any library shows, and WebAssembly a number: both say
 * nothing. What it puts in brackets is its own, as the garbage collector.
 */
function placeOf({ functionName, url, lineNumber }: Runtime.CallFrame): string {
  if (url.startsWith('wasm:')) return 'WebAssembly'
  if (url === '' && !functionName.startsWith('(')) return 'native code'
  return functionName || `${basename(url)}:${lineNumber + 1}`
}

/** Samples while `during` runs its work; `longest` then names the functions that took most, without what they call. */
export class Sampler {
  readonly #session = new Session()
  readonly #hits = new Map<string, number>()

  async during(work: () => Promise<void>): Promise<void> {
    this.#session.connect()
    await this.#session.post('Profiler.enable')
    await this.#session.post('Profiler.setSamplingInterval', { interval: samplingIntervalUs })
    await this.#session.post('Profiler.start')
    await work()
    const { profile } = await this.#session.post('Profiler.stop')
    this.#session.disconnect()
    for (const { callFrame, hitCount = 0 } of profile.nodes) {
      const where = placeOf(callFrame)
      this.#hits.set(where, (this.#hits.get(where) ?? 0) + hitCount)
    }
  }

  longest(functionsMax: number): readonly SelfTime[] {
    const all = [...this.#hits.values()].reduce((sum, hits) => sum + hits, 0)
    return [...this.#hits]
      .sort((a, b) => b[1] - a[1])
      .slice(0, functionsMax)
      .map(([where, hits]) => ({ where, share: hits / all }))
  }
}
