/** What this run knows of the stream with one device: nothing of it is stored. */
import { implementationLimits } from '../limits.ts'
import type { EnvelopeId, EventId, PrekeyId } from '../ids.ts'
import type { PathKind } from '../ports.ts'
import type { Fetching, Leaving, Owed } from './mail/state.ts'

const limits = implementationLimits

/** An envelope that was handed to the network and is not acknowledged yet. */
export interface InFlight {
  readonly order: number
  readonly envelope: EnvelopeId
  readonly event: EventId | null
  readonly sentAtMs: number
  /** Whether its delivery row says `sent` already. */
  readonly recorded: boolean
}

/** A bundle that was asked for. `requestId` in hexadecimal. */
export interface Ask {
  readonly requestId: string
  readonly purpose: 'invite' | 'renew'
  readonly askedAtMs: number
}

export interface Flow {
  readonly path: { readonly kind: PathKind; readonly address: string } | null
  readonly writable: boolean
  /** Every outbox row up to this order has been handed over on this connection, or is gone. */
  readonly cursor: number
  readonly inFlight: readonly InFlight[]
  /** How often in a row the oldest frame went unacknowledged. */
  readonly attempt: number
  readonly ask: Ask | null
  /** When a renewal was last begun from this side. */
  readonly renewedAtMs: number | null
  /** What the peer was last told of us in this run. */
  readonly told: string | null
  /** When the peer was given bundles, and when it opened sessions, in the last hour. */
  readonly fetchesMs: readonly number[]
  readonly initialsMs: readonly number[]
  /** When envelopes of the peer's did not open, in the last hour: each may cost as much as a thousand that do. */
  readonly unopenedMs: readonly number[]
  /** A bundle made for the peer's renewal and not used yet, with its expiry. */
  readonly renewal: { readonly prekey: PrekeyId; readonly bundle: Uint8Array; readonly expiresAtMs: number } | null
  /** When it was last seen to that the peer has a stash of ours; null when that has to be looked at. */
  readonly stashLookedAtMs: number | null
  /** Leaving what waits for it in its mailboxes, and what it is to be told there. */
  readonly leaving: readonly Leaving[]
  readonly owed: readonly Owed[]
  /** When word of where it is is looked for next. */
  readonly seeking: { readonly attempt: number; readonly atMs: number } | null
  /** Where it is a mailbox of ours: what it was asked for. */
  readonly fetching: Fetching | null
}

export const idleFlow: Flow = {
  path: null,
  writable: false,
  cursor: 0,
  inFlight: [],
  attempt: 0,
  ask: null,
  renewedAtMs: null,
  told: null,
  fetchesMs: [],
  initialsMs: [],
  unopenedMs: [],
  renewal: null,
  stashLookedAtMs: null,
  leaving: [],
  owed: [],
  seeking: null,
  fetching: null,
}

/** Whether `sinceMs` lies at least `durationMs` back; a clock that was set back counts as elapsed. */
export function hasElapsed(sinceMs: number, durationMs: number, nowMs: number): boolean {
  return nowMs < sinceMs || nowMs - sinceMs >= durationMs
}

/** How long the oldest unacknowledged frame may wait for its acknowledgment. */
export function resendAfterMs(flow: Flow): number {
  return Math.min(limits.resendAfterMs * 2 ** Math.min(flow.attempt, 16), limits.resendAfterMsMax)
}

/** The oldest moment at which a frame in flight was handed over. */
export function oldestSentAtMs(flow: Flow): number | null {
  let oldest: number | null = null
  for (const { sentAtMs } of flow.inFlight) if (oldest === null || sentAtMs < oldest) oldest = sentAtMs
  return oldest
}

/** The times within the hour before `nowMs`, at most `max` of them. */
export function withinHour(times: readonly number[], nowMs: number, max: number): readonly number[] {
  return times.filter((time) => !hasElapsed(time, 3_600_000, nowMs)).slice(-max)
}
