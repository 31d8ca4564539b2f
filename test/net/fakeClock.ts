/** A clock that moves only when told, for tests. */
import type { Clock } from '../../main/core/ports.ts'

interface Timer {
  readonly dueMs: number
  readonly call: () => void
}

export class FakeClock implements Clock {
  #nowMs: number
  #timers: Timer[] = []

  constructor(nowMs = 1_700_000_000_000) {
    this.#nowMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, call }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer)
    }
  }

  get timerCount(): number {
    return this.#timers.length
  }

  /** Moves time, calling what falls due in order, and lets promises settle after each call. */
  async advance(durationMs: number): Promise<void> {
    const untilMs = this.#nowMs + durationMs
    for (;;) {
      const due = this.#timers.filter((timer) => timer.dueMs <= untilMs).toSorted((a, b) => a.dueMs - b.dueMs)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((one) => one !== due)
      this.#nowMs = Math.max(this.#nowMs, due.dueMs)
      due.call()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#nowMs = untilMs
    await new Promise((resolve) => setImmediate(resolve))
  }

  /** The clock is set to another time, or the machine slept: no timer ran meanwhile. */
  jump(durationMs: number): void {
    this.#nowMs += durationMs
    this.#timers = this.#timers.map((timer) => ({ ...timer, dueMs: timer.dueMs + durationMs }))
  }
}
