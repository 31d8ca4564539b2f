/** What is fuzzed: a piece of the product that takes bytes of a stranger, and what must hold whatever they are. */
import { isDeepStrictEqual } from 'node:util'

export interface Target {
  readonly name: string
  /** What is called, and what is asked of it beside that it ends soon and throws nothing. */
  readonly what: string
  readonly inputSizeBytesMax: number
  /** Its share of the time. */
  readonly weight: number
  /** Strings of bytes that stand in its inputs, beside those that stand in all. */
  readonly tokens: readonly Uint8Array[]
  /** Real values, the same every time. */
  seeds(): readonly Uint8Array[]
  /**
   * Runs one input; what it answers are names of what happened, few in all, so that a new one is progress. Whatever it
   * throws is a finding, `Fault` or not.
   */
  run(input: Uint8Array, clock: FrameClock): readonly string[] | Promise<readonly string[]>
}

/** Something that must never happen. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Fault(what)
}

export function mustEqual(got: unknown, wanted: unknown, what: string): void {
  if (!isDeepStrictEqual(got, wanted)) throw new Fault(what)
}

export function mustBeSameBytes(got: Uint8Array, wanted: Uint8Array, what: string): void {
  const same = got.length === wanted.length && Buffer.compare(got, wanted) === 0
  if (!same) throw new Fault(`${what}: ${got.length} and ${wanted.length} bytes`)
}

/**
 * Tells how long it has run: by the clock or by the processor's time, whichever is less. While other programs have the
 * processor the clock goes on; while V8's other threads collect garbage the processor's time does.
 */
export function stopwatch(): () => number {
  const begunMs = performance.now()
  const begun = process.cpuUsage()
  return () => {
    const { user, system } = process.cpuUsage(begun)
    return Math.min(performance.now() - begunMs, (user + system) / 1_000)
  }
}

/** Measures what the product does with one frame, without what the oracles do around it. */
export class FrameClock {
  slowestMs = 0

  time<T>(work: () => T): T {
    const elapsedMs = stopwatch()
    try {
      return work()
    } finally {
      this.note(elapsedMs())
    }
  }

  /** For one frame that was measured in parts. */
  note(durationMs: number): void {
    this.slowestMs = Math.max(this.slowestMs, durationMs)
  }
}

/** What happened, each with what happened before it. */
export function pairsOf(happened: readonly string[]): readonly string[] {
  return happened.map((what, at) => `${happened[at - 1] ?? 'begin'}, ${what}`)
}

export type Verdict =
  | { readonly kind: 'fine'; readonly happened: readonly string[]; readonly slowestMs: number }
  | { readonly kind: 'fault'; readonly what: string; readonly stack: string }

/** A collection of garbage or another program may fall into one measurement, hardly into all of them. */
const measurements = 4

/** Judges one input: what it throws is a fault, and what takes longer than `frameMsMax` every time. */
export async function judge(target: Target, input: Uint8Array, frameMsMax: number): Promise<Verdict> {
  let slowestMs = Number.POSITIVE_INFINITY
  for (let measurement = 0; measurement < measurements; measurement++) {
    const clock = new FrameClock()
    let happened: readonly string[]
    try {
      // A target may keep or change what it is given.
      happened = await target.run(input.slice(), clock)
    } catch (thrown) {
      const stack = thrown instanceof Error ? (thrown.stack ?? '') : ''
      return { kind: 'fault', what: String(thrown), stack }
    }
    slowestMs = Math.min(slowestMs, clock.slowestMs)
    if (slowestMs <= frameMsMax) return { kind: 'fine', happened, slowestMs }
  }
  return { kind: 'fault', what: `slow: ${slowestMs.toFixed(0)} ms for one frame, at best`, stack: '' }
}
