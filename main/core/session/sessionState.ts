import type { SessionId } from '../ids.ts'
import type { Ratchet } from './ratchet.ts'

/**
 * Skipped keys, post-quantum epochs and the wait for the first reply age by this clock: it stands still when the
 * wall clock goes back and moves at most a day at a time, so that a wall clock that is years off does not end
 * them all at once.
 */
export interface SessionClock {
  readonly lastNowMs: number
  readonly elapsedMs: number
}

/** A session between two devices. Immutable; outside this folder only `id` is of interest. */
export interface Session {
  readonly suite: number
  readonly id: SessionId
  /** The handshake's hash: associated data of every message. */
  readonly transcript: Uint8Array
  /** Which of the sessions between the two devices this is, by its initiator's count: see `outranks`. */
  readonly generation: number
  /** Of an initiator until the first reply: what stands before each of its messages. */
  readonly prologue: Uint8Array | null
  /** Of a responder: the hash of the prologue that made the session. */
  readonly prologueHash: Uint8Array | null
  readonly ratchet: Ratchet
  readonly clock: SessionClock
  readonly createdAtMs: number
  /** Messages sealed since the last one that was opened, and when the first of them was. */
  readonly sentUnanswered: number
  readonly unansweredSinceMs: number | null
  readonly lastReceivedAtMs: number | null
}
