/** How often something may happen in a second, whatever the clock does. */
import type { Clock } from '../core/ports.ts'

export class Rate {
  readonly #clock: Clock
  readonly #perSecondMax: number
  #takenMs: readonly number[] = []

  constructor(clock: Clock, perSecondMax: number) {
    this.#clock = clock
    this.#perSecondMax = perSecondMax
  }

  /** Whether it may happen once more now; then it counts. */
  take(): boolean {
    if (!this.mayTake()) return false
    this.#takenMs = [...this.#takenMs, this.#clock.nowMs()]
    return true
  }

  /** Whether it may happen once more now. */
  mayTake(): boolean {
    const nowMs = this.#clock.nowMs()
    this.#takenMs = this.#takenMs.filter((atMs) => Math.abs(nowMs - atMs) < 1_000)
    return this.#takenMs.length < this.#perSecondMax
  }

  /** Whether nothing happened within the last second, so that this one can be forgotten. */
  get idle(): boolean {
    const nowMs = this.#clock.nowMs()
    return this.#takenMs.every((atMs) => Math.abs(nowMs - atMs) >= 1_000)
  }
}

/** Has things wait until they may happen. */
export class Pace {
  readonly #clock: Clock
  readonly #rate: Rate
  readonly #lookMs: number
  #last: Promise<unknown> = Promise.resolve()

  constructor(clock: Clock, perSecondMax: number, lookMs: number) {
    this.#clock = clock
    this.#rate = new Rate(clock, perSecondMax)
    this.#lookMs = lookMs
  }

  /** Settles when it is the caller's turn: one after the other, as they came. */
  turn(): Promise<void> {
    const turn = this.#last.then(() => this.#free())
    this.#last = turn
    return turn
  }

  async #free(): Promise<void> {
    while (!this.#rate.take()) await new Promise<void>((resolve) => this.#clock.after(this.#lookMs, resolve))
  }
}

/** A rate of each key's own. What is idle is forgotten, so that the map holds what one second brings. */
export class Rates<Key> {
  readonly #clock: Clock
  readonly #perSecondMax: number
  readonly #rates = new Map<Key, Rate>()

  constructor(clock: Clock, perSecondMax: number) {
    this.#clock = clock
    this.#perSecondMax = perSecondMax
  }

  of(key: Key): Rate {
    const known = this.#rates.get(key)
    if (known !== undefined) return known
    for (const [one, rate] of this.#rates) if (rate.idle) this.#rates.delete(one)
    const rate = new Rate(this.#clock, this.#perSecondMax)
    this.#rates.set(key, rate)
    return rate
  }
}
