/** What this run knows of leaving messages in mailboxes and of fetching them: nothing of it is stored. */
import type { DeviceId, EnvelopeId } from '../../ids.ts'
import { implementationLimits } from '../../limits.ts'
import type { DepositOutcome } from '../../ports.ts'
import type { RejectReason } from '../../wire/frame.ts'

const limits = implementationLimits

/** What a device that is away is to be told of its envelopes. */
export type Owed =
  | { readonly kind: 'ack'; readonly envelope: EnvelopeId }
  | { readonly kind: 'reject'; readonly envelope: EnvelopeId; readonly reason: RejectReason }

/** Why a mailbox did not take something. */
export type MailRefusal = Exclude<DepositOutcome, 'stored'>

/** Leaving what waits for one device in one of its mailboxes. */
export interface Leaving {
  readonly mailbox: DeviceId
  /** Every outbox row up to this order was left there in this run, is under way, or is gone. */
  readonly cursor: number
  /** Orders of the rows that are on their way there. */
  readonly underWay: readonly number[]
  /** Whether what is owed is on its way there. */
  readonly telling: boolean
  /** How often in a row the mailbox took nothing, and what it said last; null when it took something since. */
  readonly attempt: number
  readonly refusal: MailRefusal | null
  /** Nothing is left before this time. */
  readonly waitUntilMs: number | null
}

/** A mailbox where nothing is left yet. */
export function idleLeaving(mailbox: DeviceId, waitUntilMs: number | null): Leaving {
  return { mailbox, cursor: 0, underWay: [], telling: false, attempt: 0, refusal: null, waitUntilMs }
}

/** What a device that is a mailbox of ours was asked for. */
export interface Fetching {
  /** What it knows of our tags, as one text to compare; null before it was told. */
  readonly registered: string | null
  readonly registering: boolean
  readonly collecting: boolean
  /** Something lies there that came while we collected. */
  readonly again: boolean
  /** Items that are taken, in hexadecimal: to be removed there. */
  readonly taken: readonly string[]
  /** Batches in a row, and those with something that was nobody's: to find that out costs much. */
  readonly batches: number
  readonly refused: number
  readonly attempt: number
  readonly waitUntilMs: number | null
}

export const idleFetching: Fetching = {
  registered: null,
  registering: false,
  collecting: false,
  again: false,
  taken: [],
  batches: 0,
  refused: 0,
  attempt: 0,
  waitUntilMs: null,
}

/** When a mailbox that refused, or did not answer, is tried again; doubling up to the maximum. */
export function mailRetryAtMs(attempt: number, nowMs: number): number {
  return nowMs + Math.min(limits.mailRetryMs * 2 ** Math.min(attempt, 16), limits.mailRetryMsMax)
}

/**
 * Whether the time has come for what waits so long at most. One that is further ahead was set when the clock was wrong.
 */
export function isDue(atMs: number, nowMs: number, waitMsMax: number): boolean {
  return nowMs >= atMs || atMs - nowMs > waitMsMax
}

/** How long a mailbox is left alone yet; 0 when its time has come. */
export function mailWaitMs(untilMs: number, nowMs: number): number {
  return isDue(untilMs, nowMs, limits.mailRetryMsMax) ? 0 : untilMs - nowMs
}
