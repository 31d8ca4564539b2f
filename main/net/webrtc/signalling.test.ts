import { describe, expect, it } from 'vitest'
import { concat } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import { withLength } from '../stream/frames.ts'
import { encodeDescription } from './description.ts'
import type { Description } from './description.ts'
import { readMessage, Signalling } from './signalling.ts'
import type { SignallingStream } from './signalling.ts'

const description: Description = {
  name: 'aB3+',
  password: '0123456789abcdefghij+/',
  fingerprint: new Uint8Array(32).fill(2),
  candidates: [{ kind: 'host', address: { family: 'ip4', host: '10.0.0.1', port: 5_000 } }],
}
const message = withLength(encodeDescription(description))

class FakeStream extends EventTarget {
  readonly sent: Uint8Array[] = []
  status: 'open' | 'aborted' = 'open'
  send(bytes: Uint8Array): boolean {
    this.sent.push(bytes)
    return true
  }
  abort(): void {
    this.status = 'aborted'
    this.dispatchEvent(new Event('close'))
  }
  hear(bytes: Uint8Array): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: { subarray: () => bytes } }))
  }
}

function scene(): { readonly stream: FakeStream; readonly signalling: Signalling; readonly over: AbortController } {
  const stream = new FakeStream()
  return { stream, signalling: new Signalling(stream as unknown as SignallingStream), over: new AbortController() }
}

describe('readMessage', () => {
  it('reads messages however they were cut', () => {
    const two = concat(message, withLength(new Uint8Array(0)))
    for (let cut = 0; cut < message.length; cut++) {
      expect(readMessage(two.subarray(0, cut))).toEqual({ kind: 'more' })
    }
    const first = readMessage(two)
    expect(first).toEqual({ kind: 'message', message: message.slice(2), rest: Uint8Array.of(0, 0) })
    const rest = first.kind === 'message' ? readMessage(first.rest) : first
    expect(rest).toEqual({ kind: 'message', message: new Uint8Array(0), rest: new Uint8Array(0) })
  })

  it('refuses a length that is too great before anything has come', () => {
    const max = networkLimits.webrtcDescriptionSizeBytesMax
    expect(readMessage(Uint8Array.of(max >> 8, max & 255))).toEqual({ kind: 'more' })
    expect(readMessage(Uint8Array.of((max + 1) >> 8, (max + 1) & 255))).toEqual({ kind: 'tooLong' })
  })
})

describe('Signalling', () => {
  it('hears a description and then the word to begin, together or byte by byte', async () => {
    const all = concat(message, withLength(new Uint8Array(0)))
    for (const pieces of [[all], [...all].map((byte) => Uint8Array.of(byte))]) {
      const { stream, signalling, over } = scene()
      const heard = signalling.hear(over.signal)
      for (const piece of pieces) stream.hear(piece)
      expect(await heard).toEqual(description)
      expect(await signalling.hearBegin(over.signal)).toBe(true)
    }
  })

  it('says the same that it hears', () => {
    const { stream, signalling } = scene()
    signalling.say(description)
    signalling.sayBegin()
    expect(stream.sent).toEqual([message, Uint8Array.of(0, 0)])
  })

  it.each([
    ['what is no description', withLength(Uint8Array.of(1, 2, 3))],
    ['an empty one', withLength(new Uint8Array(0))],
    ['a length too great', Uint8Array.of(0xff, 0xff)],
  ])('hears nothing of %s', async (_, bytes) => {
    const { stream, signalling, over } = scene()
    const heard = signalling.hear(over.signal)
    stream.hear(bytes)
    expect(await heard).toBeNull()
  })

  it('takes a description for no word to begin', async () => {
    const { stream, signalling, over } = scene()
    stream.hear(message)
    expect(await signalling.hearBegin(over.signal)).toBe(false)
  })

  it('ends with the stream and with the time', async () => {
    const [one, other] = [scene(), scene()]
    const heard = [one.signalling.hear(one.over.signal), other.signalling.hear(other.over.signal)]
    one.stream.abort()
    other.over.abort()
    expect(await Promise.all(heard)).toEqual([null, null])
    expect(await one.signalling.hear(one.over.signal)).toBeNull()
    expect(await other.signalling.hear(other.over.signal)).toBeNull()
  })

  it('ends a stream that says more than there is to say', () => {
    const { stream } = scene()
    stream.hear(new Uint8Array(2 * (2 + networkLimits.webrtcDescriptionSizeBytesMax)))
    expect(stream.status).toBe('open')
    stream.hear(Uint8Array.of(0))
    expect(stream.status).toBe('aborted')
  })
})
