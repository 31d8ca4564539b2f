/** Messages on a stream: put together from chunks, with a bound that is looked at before anything is allocated. */
import type { Connection, Stream } from '@libp2p/interface'
import { visitLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { deadline } from '../deadline.ts'
import { mailboxProtocol, withLength32 } from './messages.ts'

const prefixBytes = 4

export type MessageRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }

/** Holds one message's bytes beside the chunks that were pushed and not yet read. */
export class MessageReader {
  readonly #sizeBytesMax: number
  readonly #prefix = new Uint8Array(prefixBytes)
  #filled = 0
  #body: Uint8Array | null = null
  #chunks: Uint8Array[] = []

  constructor(sizeBytesMax: number) {
    this.#sizeBytesMax = sizeBytesMax
  }

  /** The chunk is kept until it is read: the caller gives it away. */
  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
  }

  /** Whether part of a message, or anything unread, is here. */
  get begun(): boolean {
    return this.#filled > 0 || this.#body !== null || this.#chunks.length > 0
  }

  /** The next message, in bytes of its own. After `tooLong` there is no sense in what follows. */
  next(): MessageRead {
    if (this.#body === null) {
      if (!this.#fill(this.#prefix)) return { kind: 'more' }
      const got = new DataView(this.#prefix.buffer).getUint32(0)
      const max = this.#sizeBytesMax
      if (got > max) return { kind: 'tooLong', got, max }
      this.#filled = 0
      this.#body = new Uint8Array(got)
    }
    if (!this.#fill(this.#body)) return { kind: 'more' }
    const bytes = this.#body
    this.#body = null
    this.#filled = 0
    return { kind: 'message', bytes }
  }

  /** True once the target is full. */
  #fill(target: Uint8Array): boolean {
    while (this.#filled < target.length) {
      const chunk = this.#chunks.shift()
      if (chunk === undefined) return false
      const part = chunk.subarray(0, target.length - this.#filled)
      target.set(part, this.#filled)
      this.#filled += part.length
      if (part.length < chunk.length) this.#chunks.unshift(chunk.subarray(part.length))
    }
    return true
  }
}

export type OneMessage =
  | { readonly kind: 'message'; readonly bytes: Uint8Array }
  | { readonly kind: 'tooLong' }
  /** The stream ended first, or the time did. */
  | { readonly kind: 'none' }

/** The one message that a stream brings. Who says more than one has broken the protocol: the stream is reset. */
export function oneMessage(stream: Stream, sizeBytesMax: number, signal: AbortSignal): Promise<OneMessage> {
  const reader = new MessageReader(sizeBytesMax)
  return new Promise((resolve) => {
    let done = false
    const none = (): void => finish({ kind: 'none' })
    const finish = (one: OneMessage): void => {
      done = true
      signal.removeEventListener('abort', none)
      resolve(one)
    }
    signal.addEventListener('abort', none)
    stream.addEventListener('close', none, { once: true })
    stream.addEventListener('message', (event) => {
      if (done) return stream.abort(new Error('More than one message'))
      for (const chunk of event.data instanceof Uint8Array ? [event.data] : event.data) reader.push(chunk)
      const read = reader.next()
      if (read.kind === 'tooLong') finish({ kind: 'tooLong' })
      if (read.kind !== 'message') return
      if (!reader.begun) return finish(read)
      stream.abort(new Error('More than one message'))
      none()
    })
    // What came while nobody listened is not told by an event.
    if (stream.status !== 'open' || signal.aborted) none()
  })
}

/** Sends what there is to say and closes our end; the whole stream is gone soon, whatever the other end does. */
export function sayLast(stream: Stream, message: Uint8Array, clock: Clock): Promise<void> {
  const abort = (): void => stream.abort(new Error('Done'))
  const cancel = clock.after(visitLimits.mailboxRequestTimeoutMs, abort)
  stream.addEventListener('close', cancel, { once: true })
  try {
    stream.send(withLength32(message))
    return stream.close().catch(abort)
  } catch {
    // The stream closed between its event and this call.
    abort()
    return Promise.resolve()
  }
}

/** Makes one request on a stream of its own; the answer's bytes, or null when there is none. Never rejects. */
export async function ask(
  connection: Connection,
  request: Uint8Array,
  answerSizeBytesMax: number,
  clock: Clock,
): Promise<Uint8Array | null> {
  const { signal, clear } = deadline(clock, visitLimits.mailboxRequestTimeoutMs)
  try {
    const stream = await connection.newStream(mailboxProtocol, { signal, runOnLimitedConnection: true })
    const answer = oneMessage(stream, answerSizeBytesMax, signal)
    stream.send(withLength32(request))
    const read = await answer
    if (read.kind === 'message') stream.close().catch(() => stream.abort(new Error('Done')))
    else stream.abort(new Error('No answer'))
    return read.kind === 'message' ? read.bytes : null
  } catch {
    return null
  } finally {
    clear()
  }
}
