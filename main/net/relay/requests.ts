/** What is watched on the streams of relay requests, from outside of the code that serves them. */
import type { Stream } from '@libp2p/interface'
import { networkLimits } from '../../core/limits.ts'

/**
 * Calls once when the stream gets its next reader, before that sees a byte. A listener of ours alone would be told
 * what came with the opening of the stream, and the reader after it would not.
 */
export function onReader(stream: Stream, call: () => void): void {
  const addEventListener = stream.addEventListener.bind(stream)
  let called = false
  stream.addEventListener = (type, listener, options) => {
    addEventListener(type, listener, options)
    if (type !== 'message' || called) return
    called = true
    call()
  }
}

/** Ends a stream whose other end says more than a request before we have said anything. */
export function boundRequest(stream: Stream): void {
  let got = 0
  const count = (event: { readonly data: { readonly byteLength: number } }): void => {
    got += event.data.byteLength
    if (got > networkLimits.relayRequestSizeBytesMax) stream.abort(new Error('Request too long'))
  }
  onReader(stream, () => stream.addEventListener('message', count))
  const send = stream.send.bind(stream)
  stream.send = (data) => {
    stream.removeEventListener('message', count)
    return send(data)
  }
}

/** A HopMessage of type STATUS that says RESOURCE_LIMIT_EXCEEDED, with its length before it. */
const limitExceeded = Uint8Array.of(5, 0x08, 2, 0x28, 0xc9, 1)

/** Refuses a call for the quota's sake; the library's own refusal, which knows one status only, is then swallowed. */
export function sayLimitExceeded(stream: Stream): void {
  stream.send(limitExceeded)
  stream.send = () => true
}

/** Has a stream flow again. What it had read before its connection ended is passed on all the same. */
function letFlow(stream: Stream): void {
  try {
    stream.resume()
  } catch {
    // The library tells the other end that there is room, over a connection that may have ended while it was held.
  }
}

/** Holds who sends while more than `relayBufferBytesMax` of it waits for a slower receiver; tells how much each sends. */
export function holdBack(from: Stream, to: Stream, passed: (sizeBytes: number) => void): void {
  const max = networkLimits.relayBufferBytesMax
  /** Came, and was not yet handed to the receiver's stream. */
  let waiting = 0
  let held = false
  const look = (): void => {
    const bytes = waiting + to.writeBufferLength
    if (!held && bytes > max && from.readStatus === 'readable') {
      held = true
      from.pause()
    } else if (held && bytes < max / 2 && from.readStatus === 'paused') {
      held = false
      letFlow(from)
    }
  }
  from.addEventListener('message', (event) => {
    waiting += event.data.byteLength
    passed(event.data.byteLength)
    look()
  })
  const send = to.send.bind(to)
  to.send = (data) => {
    waiting = Math.max(0, waiting - data.byteLength)
    const more = send(data)
    look()
    return more
  }
  // Not from within the stream's own send loop.
  to.addEventListener('idle', () => queueMicrotask(look))
}
