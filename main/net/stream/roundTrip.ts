/** How long it takes until the other end of a connection answers. It is asked only while somebody wants to know. */
import { networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'

export class RoundTrip {
  readonly #clock: Clock
  readonly #ask: () => Promise<unknown>
  #measuredMs: number | null = null
  #askedAtMs: number | null = null
  #waiting = false

  /** `ask` settles with the answer of the other end; it need not settle when there is none. */
  constructor(clock: Clock, ask: () => Promise<unknown>) {
    this.#clock = clock
    this.#ask = ask
  }

  /** The last measure, or how long the present one takes already if that is more; null before the first. Asks anew. */
  latestMs(): number | null {
    const nowMs = this.#clock.nowMs()
    const sinceMs = this.#askedAtMs === null ? Infinity : nowMs - this.#askedAtMs
    if (this.#waiting) return this.#measuredMs === null ? null : Math.max(this.#measuredMs, sinceMs)
    // A clock that was set back must not end the asking.
    if (sinceMs >= networkLimits.roundTripGapMs || sinceMs < 0) this.#begin(nowMs)
    return this.#measuredMs
  }

  #begin(nowMs: number): void {
    this.#askedAtMs = nowMs
    this.#waiting = true
    this.#ask().then(
      () => {
        this.#waiting = false
        this.#measuredMs = Math.max(0, this.#clock.nowMs() - nowMs)
      },
      () => {
        this.#waiting = false
      },
    )
  }
}
