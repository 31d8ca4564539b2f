/**
 * A map over a map: writes stay in the upper one until they are absorbed, or are forgotten with it.
 * So a step can see what it has done without having done it.
 */
export class Layered<K, V> {
  readonly #below: Layered<K, V> | null
  readonly #own = new Map<K, V>()
  constructor(below: Layered<K, V> | null) {
    this.#below = below
  }
  get(key: K): V | undefined {
    const own = this.#own.get(key)
    return own !== undefined || this.#below === null ? own : this.#below.get(key)
  }
  set(key: K, value: V): void {
    this.#own.set(key, value)
  }
  fork(): Layered<K, V> {
    return new Layered(this)
  }
  /** Takes over what a fork of this map holds, as the newest; entries that are `absent` are dropped. */
  absorb(upper: Layered<K, V>, absent?: V): void {
    for (const [key, value] of upper.#own) {
      this.#own.delete(key)
      // Only the lowest layer may forget: in an upper one the entry hides what lies below.
      if (value !== absent || this.#below !== null) this.#own.set(key, value)
    }
  }
  /** Every entry once. */
  *entries(): IterableIterator<[K, V]> {
    yield* this.#own
    if (this.#below === null) return
    for (const entry of this.#below.entries()) if (!this.#own.has(entry[0])) yield entry
  }
  *values(): IterableIterator<V> {
    for (const [, value] of this.entries()) yield value
  }
  /** Forgets all of this layer's entries; or, with a number, the oldest beyond it. */
  trim(max: number): void {
    if (max === 0) return this.#own.clear()
    for (const key of this.#own.keys()) {
      if (this.#own.size <= max) return
      this.#own.delete(key)
    }
  }
}
