/**
 * Frames on the stream `/waxwing/frames/1`: a u16 big-endian length, then that many bytes. A length of
 * zero is a heartbeat. No length is too large, because two bytes cannot say one. PROTOCOL.md, "Transport".
 */
export const framesProtocol = '/waxwing/frames/1'

/** The length before each frame, in bytes. */
export const prefixBytes = 2

/** A heartbeat: an empty frame. */
export const heartbeat = new Uint8Array(prefixBytes)

export type FrameRead =
  | { readonly kind: 'frame'; readonly frame: Uint8Array }
  | { readonly kind: 'heartbeat' }
  /** Nothing whole is left; `begun` when part of a frame or of its length is. */
  | { readonly kind: 'more'; readonly begun: boolean }

/** A frame of at most `frameSizeBytesMax` with its length before it, in bytes of its own. */
export function withLength(frame: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(prefixBytes + frame.length)
  new DataView(bytes.buffer).setUint16(0, frame.length)
  bytes.set(frame, prefixBytes)
  return bytes
}

/**
 * Puts frames together from chunks of any size. Holds at most one frame's bytes beside the chunks that
 * were pushed and not yet read.
 */
export class FrameReader {
  readonly #prefix = new Uint8Array(prefixBytes)
  #prefixFilled = 0
  #body: Uint8Array | null = null
  #bodyFilled = 0
  #chunks: Uint8Array[] = []
  #at = 0

  /** The chunk is kept until it is read: the caller gives it away. */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
  }

  /** The next frame, copied into bytes of its own. */
  next(): FrameRead {
    if (this.#body === null) {
      this.#prefixFilled += this.#fill(this.#prefix, this.#prefixFilled)
      if (this.#prefixFilled < prefixBytes) return { kind: 'more', begun: this.#prefixFilled > 0 }
      const lengthBytes = new DataView(this.#prefix.buffer).getUint16(0)
      this.#prefixFilled = 0
      if (lengthBytes === 0) return { kind: 'heartbeat' }
      this.#body = new Uint8Array(lengthBytes)
      this.#bodyFilled = 0
    }
    this.#bodyFilled += this.#fill(this.#body, this.#bodyFilled)
    if (this.#bodyFilled < this.#body.length) return { kind: 'more', begun: true }
    const frame = this.#body
    this.#body = null
    return { kind: 'frame', frame }
  }

  #fill(target: Uint8Array, from: number): number {
    let filled = from
    while (filled < target.length) {
      const chunk = this.#chunks[0]
      if (chunk === undefined) break
      const part = chunk.subarray(this.#at, this.#at + target.length - filled)
      target.set(part, filled)
      filled += part.length
      this.#at += part.length
      if (this.#at === chunk.length) {
        this.#chunks.shift()
        this.#at = 0
      }
    }
    return filled - from
  }
}
