/**
 * Asking a relay for a place, in the protocol of circuit relay v2. libp2p's own client renews when the relay's
 * clock says so, and fails for good against one whose clock is hours off; this one renews by our own.
 *
 * A message is protobuf with its length before it. Of the answer only the status is read: the addresses that a
 * relay claims to have are nobody's word but its own.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import { networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { err, ok } from '../../core/result.ts'
import type { Result } from '../../core/result.ts'
import { deadline } from '../deadline.ts'

export type ReservationError =
  | { readonly kind: 'notConnected' }
  /** It speaks no relay protocol at all. */
  | { readonly kind: 'notARelay' }
  | { readonly kind: 'refused'; readonly status: number }
  /** It hung up or said nothing in time. */
  | { readonly kind: 'noAnswer' }
  | { readonly kind: 'answerMalformed' }
  | { readonly kind: 'answerTooLong'; readonly got: number; readonly max: number }

/** A HopMessage of type RESERVE. */
export const reserveRequest = Uint8Array.of(2, 0x08, 0)

const typeStatus = 2
const statusOk = 100

interface Varint {
  readonly value: number
  readonly next: number
}

/** A varint of at most seven bytes, which a number holds; null when there is none. */
function varint(bytes: Uint8Array, at: number): Varint | null {
  let value = 0
  for (let i = 0; i < 7; i++) {
    const byte = bytes[at + i]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) return { value, next: at + i + 1 }
  }
  return null
}

/** Where the field that begins at `at` ends; a varint's value beside it. */
function field(bytes: Uint8Array, wire: number, at: number): Varint | null {
  if (wire === 0) return varint(bytes, at)
  const length = wire === 2 ? varint(bytes, at) : null
  const next = length === null ? at + (wire === 1 ? 8 : 4) : length.next + length.value
  const known = wire === 1 || wire === 5 || length !== null
  return known && next <= bytes.length ? { value: 0, next } : null
}

/** The status of a HopMessage of type STATUS; null when it is no such message. */
export function statusOf(message: Uint8Array): number | null {
  let type: number | null = null
  let status: number | null = null
  for (let at = 0; at < message.length;) {
    const key = varint(message, at)
    if (key === null) return null
    const wire = key.value % 8
    const read = field(message, wire, key.next)
    if (read === null) return null
    if (wire === 0 && key.value === 8) type = read.value
    if (wire === 0 && key.value === 40) status = read.value
    at = read.next
  }
  return type === typeStatus ? status : null
}

export type AnswerRead =
  | { readonly kind: 'more' }
  | { readonly kind: 'done'; readonly result: Result<void, ReservationError> }

/** What the bytes that came so far say. */
export function readAnswer(bytes: Uint8Array): AnswerRead {
  const done = (result: Result<void, ReservationError>): AnswerRead => ({ kind: 'done', result })
  const max = networkLimits.reservationAnswerBytesMax
  const length = varint(bytes, 0)
  if (length === null) return bytes.length < 7 ? { kind: 'more' } : done(err({ kind: 'answerMalformed' }))
  if (length.value > max) return done(err({ kind: 'answerTooLong', got: length.value, max }))
  if (bytes.length < length.next + length.value) return { kind: 'more' }
  const status = statusOf(bytes.subarray(length.next, length.next + length.value))
  if (status === null) return done(err({ kind: 'answerMalformed' }))
  return done(status === statusOk ? ok(undefined) : err({ kind: 'refused', status }))
}

function answerOn(stream: Stream, signal: AbortSignal): Promise<Result<void, ReservationError>> {
  return new Promise((resolve) => {
    let bytes = new Uint8Array(0)
    let isRead = false
    const silent = (): void => resolve(err({ kind: 'noAnswer' }))
    signal.addEventListener('abort', silent, { once: true })
    stream.addEventListener('close', silent)
    stream.addEventListener('message', (event) => {
      // There is nothing more to say, and it is not kept.
      if (isRead) return stream.abort(new Error('More than an answer'))
      const chunk = event.data.subarray()
      const joined = new Uint8Array(bytes.length + chunk.length)
      joined.set(bytes)
      joined.set(chunk, bytes.length)
      bytes = joined
      const read = readAnswer(bytes)
      isRead = read.kind === 'done'
      if (read.kind === 'done') resolve(read.result)
    })
    // What came while nobody listened is not told by an event.
    if (stream.status !== 'open') silent()
  })
}

/** A relay takes back what it granted on a stream that is reset before it has closed its own end. */
function part(stream: Stream, clock: Clock, granted: boolean): void {
  const abort = (): void => stream.abort(new Error('Done'))
  if (!granted) return abort()
  stream.addEventListener('close', clock.after(networkLimits.reservationTimeoutMs, abort), { once: true })
  stream.close().catch(abort)
}

/** Asks for a place, or for the one that we have to last longer. Never rejects. */
export async function reserve(connection: Connection, clock: Clock): Promise<Result<void, ReservationError>> {
  const { signal, clear } = deadline(clock, networkLimits.reservationTimeoutMs)
  try {
    const stream = await connection.newStream(RELAY_V2_HOP_CODEC, { signal })
    const answer = answerOn(stream, signal)
    stream.send(reserveRequest)
    const result = await answer
    part(stream, clock, result.ok)
    return result
  } catch (thrown) {
    const unspoken = thrown instanceof Error && thrown.name === 'UnsupportedProtocolError'
    return err({ kind: unspoken ? 'notARelay' : 'noAnswer' })
  } finally {
    clear()
  }
}
