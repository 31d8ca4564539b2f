/** Reads decisions out of bytes, so that a mutation of the bytes is another course of events. */

const empty = new Uint8Array(0)

/** Where the bytes are used up it answers with zeros, and zero stands everywhere for what an honest peer does. */
export class Tape {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length
  }
  u8(): number {
    return this.#bytes[this.#at++] ?? 0
  }
  u16(): number {
    return this.u8() * 0x100 + this.u8()
  }
  u32(): number {
    return this.u16() * 0x10000 + this.u16()
  }
  /** A whole number below `limit`, which is at most 256. */
  below(limit: number): number {
    return this.u8() % limit
  }
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from')
    return items[this.below(items.length)] as T
  }
  /** A length of one byte and as many bytes, or what is left of them. */
  chunk(): Uint8Array {
    return this.#take(this.u8())
  }
  /** As `chunk`, with a length of two bytes. */
  longChunk(): Uint8Array {
    return this.#take(this.u16())
  }
  rest(): Uint8Array {
    return this.#take(this.#bytes.length)
  }

  /** `honest`, or a number that somebody may say instead. */
  number(honest: number, max: number): number {
    const within = (value: number): number => Math.max(0, Math.min(max, value))
    switch (this.below(8)) {
      case 0:
        return within(honest)
      case 1:
        return within(honest + 1 + this.u8())
      case 2:
        return within(honest - 1 - this.u8())
      case 3:
        return 0
      case 4:
        return max
      case 5:
        return within(this.u16())
      case 6:
        return within(this.u32())
      default:
        return within(max - this.u8())
    }
  }

  #take(length: number): Uint8Array {
    if (this.isAtEnd) return empty
    const taken = this.#bytes.slice(this.#at, this.#at + length)
    this.#at += length
    return taken
  }
}

/** The bytes with one place changed as the tape says; cut, prolonged or altered. */
export function patched(bytes: Uint8Array, tape: Tape): Uint8Array {
  const at = bytes.length === 0 ? 0 : tape.u16() % bytes.length
  switch (tape.below(4)) {
    case 0: {
      const copy = bytes.slice()
      copy[at] = (copy[at] ?? 0) ^ (tape.u8() || 1)
      return copy
    }
    case 1:
      return bytes.slice(0, at)
    case 2: {
      const added = tape.chunk()
      const longer = new Uint8Array(bytes.length + added.length)
      longer.set(bytes.subarray(0, at))
      longer.set(added, at)
      longer.set(bytes.subarray(at), at + added.length)
      return longer
    }
    default: {
      const copy = bytes.slice()
      copy.set(tape.chunk().subarray(0, copy.length - at), at)
      return copy
    }
  }
}
