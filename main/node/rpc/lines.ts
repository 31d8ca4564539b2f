/** Lines from a stream of bytes, bounded: what is over-long is counted and dropped, never kept. */

export type Line =
  | { readonly kind: 'line'; readonly bytes: Uint8Array }
  /** Told once, as soon as the bound is passed; the rest of the line is skipped. */
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }

const newline = 0x0a

/** Splits at line feeds. Holds at most `sizeBytesMax` bytes of an unfinished line. */
export class LineSplitter {
  readonly #sizeBytesMax: number
  #parts: Uint8Array[] = []
  #held = 0
  #skipping = false

  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax
  }

  /** The lines that this chunk ends, in order. */
  push(chunk: Uint8Array): Line[] {
    const lines: Line[] = []
    for (let at = 0; at < chunk.length;) {
      const found = chunk.indexOf(newline, at)
      const end = found < 0 ? chunk.length : found
      const refused = this.#take(chunk.subarray(at, end))
      if (refused) lines.push(refused)
      if (found >= 0) {
        const line = this.#finish()
        if (line) lines.push(line)
      }
      at = end + 1
    }
    return lines
  }

  #take(part: Uint8Array): Line | null {
    if (this.#skipping) return null
    const got = this.#held + part.length
    if (got > this.#sizeBytesMax) {
      this.#parts = []
      this.#held = 0
      this.#skipping = true
      return { kind: 'tooLong', got, max: this.#sizeBytesMax }
    }
    // A copy, since the stream may use its chunk again; a Buffer's own `slice` makes none.
    if (part.length > 0) this.#parts.push(new Uint8Array(part))
    this.#held = got
    return null
  }

  #finish(): Line | null {
    const bytes = new Uint8Array(this.#held)
    let at = 0
    for (const part of this.#parts) {
      bytes.set(part, at)
      at += part.length
    }
    const skipped = this.#skipping
    this.#parts = []
    this.#held = 0
    this.#skipping = false
    return skipped ? null : { kind: 'line', bytes }
  }
}
