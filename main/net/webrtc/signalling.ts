/**
 * How two devices exchange their descriptions: on a stream of the relayed connection, one each way, and then an empty
 * message by which who proposed says that it has the answer.
 */
import type { Stream } from '@libp2p/interface'
import { concat } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { prefixBytes, withLength } from '../stream/frames.ts'
import { decodeDescription, encodeDescription } from './description.ts'
import type { Description } from './description.ts'

/** The stream's protocol: messages with a u16 length before them. */
export const webrtcProtocol = '/waxwing/webrtc/1'

/** What is asked of a stream here. */
export type SignallingStream = Pick<Stream, 'send' | 'abort' | 'status' | 'addEventListener'>

export type MessageRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'message'; readonly message: Uint8Array; readonly rest: Uint8Array }
  | { readonly kind: 'tooLong' }

/** The first message of the bytes that came so far. */
export function readMessage(bytes: Uint8Array): MessageRead {
  if (bytes.length < prefixBytes) return { kind: 'more' }
  const end = prefixBytes + new DataView(bytes.buffer, bytes.byteOffset).getUint16(0)
  if (end - prefixBytes > networkLimits.webrtcDescriptionSizeBytesMax) return { kind: 'tooLong' }
  if (bytes.length < end) return { kind: 'more' }
  return { kind: 'message', message: bytes.slice(prefixBytes, end), rest: bytes.slice(end) }
}

export class Signalling {
  readonly #stream: SignallingStream
  #bytes: Uint8Array = new Uint8Array(0)
  #changed: () => void = () => undefined

  constructor(stream: SignallingStream) {
    this.#stream = stream
    stream.addEventListener('close', () => this.#changed())
    stream.addEventListener('message', (event) => this.#onBytes(event.data.subarray()))
  }

  /** Throws when the stream has closed. */
  say(description: Description): void {
    this.#stream.send(withLength(encodeDescription(description)))
  }

  sayBegin(): void {
    this.#stream.send(withLength(new Uint8Array(0)))
  }

  /** Null when none came that could be read, before the stream or the time ended. */
  async hear(signal: AbortSignal): Promise<Description | null> {
    const message = await this.#next(signal)
    const description = message === null ? null : decodeDescription(message)
    return description?.ok === true ? description.value : null
  }

  /** Whether the other device has the answer. */
  async hearBegin(signal: AbortSignal): Promise<boolean> {
    return (await this.#next(signal))?.length === 0
  }

  end(): void {
    this.#stream.abort(new Error('Done'))
  }

  #onBytes(bytes: Uint8Array): void {
    this.#bytes = concat(this.#bytes, bytes)
    // No more than three messages are ever said, of which this side hears two.
    if (this.#bytes.length > 2 * (prefixBytes + networkLimits.webrtcDescriptionSizeBytesMax)) this.end()
    this.#changed()
  }

  #next(signal: AbortSignal): Promise<Uint8Array | null> {
    return new Promise((resolve) => {
      const settle = (message: Uint8Array | null): void => {
        this.#changed = () => undefined
        signal.removeEventListener('abort', end)
        resolve(message)
      }
      const end = (): void => settle(null)
      this.#changed = () => {
        const read = readMessage(this.#bytes)
        if (read.kind === 'message') {
          this.#bytes = read.rest
          settle(read.message)
        } else if (read.kind === 'tooLong' || this.#stream.status !== 'open') {
          end()
        }
      }
      signal.addEventListener('abort', end)
      if (signal.aborted) end()
      else this.#changed()
    })
  }
}
