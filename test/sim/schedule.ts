/** One clock for a whole simulated world, and one source of chance. */

/** A small generator (xoshiro128**, public domain by Blackman and Vigna): the same seed, the same world. */
export class Chance {
  readonly #state: Uint32Array
  constructor(seed: number) {
    this.#state = new Uint32Array(4)
    let mixed = seed >>> 0
    for (let i = 0; i < 4; i++) {
      // splitmix32, so that neighbouring seeds begin far apart.
      mixed = (mixed + 0x9e3779b9) >>> 0
      let z = mixed
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
      this.#state[i] = z ^ (z >>> 15)
    }
  }
  next32(): number {
    const s = this.#state
    const [s0, s1, s2, s3] = [s[0] as number, s[1] as number, s[2] as number, s[3] as number]
    const product = Math.imul(s1, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const a = s2 ^ s0
    const b = s3 ^ s1
    s[1] = s1 ^ a
    s[0] = s0 ^ b
    s[2] = a ^ (s1 << 9)
    s[3] = (b << 11) | (b >>> 21)
    return result
  }
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number {
    return Math.floor((this.next32() / 0x1_0000_0000) * below)
  }
  between(min: number, max: number): number {
    return min + this.below(max - min + 1)
  }
  happens(probability: number): boolean {
    return this.next32() / 0x1_0000_0000 < probability
  }
  pick<T>(items: readonly T[]): T {
    const item = items[this.below(items.length)]
    if (item === undefined) throw new RangeError('nothing to pick from')
    return item
  }
  bytes(length: number): Uint8Array {
    const words = new Uint32Array(Math.ceil(length / 4))
    for (let i = 0; i < words.length; i++) words[i] = this.next32()
    return new Uint8Array(words.buffer, 0, length).slice()
  }
}

interface Planned {
  readonly atMs: number
  readonly number: number
  readonly call: () => void
  cancelled: boolean
}

/** What will happen when, in the order of time and, at the same time, in the order of planning. */
export class Schedule {
  nowMs = 0
  #count = 0
  /** A binary heap. */
  readonly #heap: Planned[] = []

  /** How many things have happened. */
  done = 0

  after(delayMs: number, call: () => void): () => void {
    const planned: Planned = { atMs: this.nowMs + Math.max(0, delayMs), number: this.#count++, call, cancelled: false }
    this.#heap.push(planned)
    this.#up(this.#heap.length - 1)
    return () => {
      planned.cancelled = true
    }
  }

  /** How much is planned. */
  get waiting(): number {
    return this.#heap.filter(({ cancelled }) => !cancelled).length
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve))
  }

  /** Runs everything up to `untilMs`; between two things every promise that can settle settles. */
  async runUntil(untilMs: number): Promise<void> {
    await settled()
    for (;;) {
      const first = this.#heap[0]
      if (first === undefined || first.atMs > untilMs) break
      this.#pop()
      if (first.cancelled) continue
      this.nowMs = first.atMs
      this.done++
      first.call()
      await settled()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  #before(a: number, b: number): boolean {
    const [one, other] = [this.#heap[a] as Planned, this.#heap[b] as Planned]
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.number < other.number)
  }
  #swap(a: number, b: number): void {
    const kept = this.#heap[a] as Planned
    this.#heap[a] = this.#heap[b] as Planned
    this.#heap[b] = kept
  }
  #up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1
      if (!this.#before(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }
  #pop(): void {
    const last = this.#heap.pop() as Planned
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    for (let at = 0; ;) {
      let least = at
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < this.#heap.length && this.#before(child, least)) least = child
      }
      if (least === at) return
      this.#swap(at, least)
      at = least
    }
  }
}

/** Every microtask that waits has run: nothing in a simulated world waits for anything else. */
export function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
