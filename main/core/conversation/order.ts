/**
 * The order of a conversation: a hybrid logical clock on the sender's side, and on the receiver's a
 * place that keeps every sender's own order whatever their clocks say (PROTOCOL.md, "Events and order").
 */
import { implementationLimits } from '../limits.ts'
import type { ConversationRow, ProgressMark, ProgressRow } from '../ports.ts'
import { neighboursOf } from './progress.ts'

/** A reading of the hybrid logical clock, and the place of an event: by time, then by counter. */
export interface Stamp {
  readonly timeMs: number
  readonly counter: number
}

export function compareStamps(a: Stamp, b: Stamp): number {
  return a.timeMs - b.timeMs || a.counter - b.counter
}

export function clockOf(row: ConversationRow): Stamp {
  return { timeMs: row.clockMs, counter: row.clockCounter }
}

/** The wire carries counters of 32 bits. */
const counterMax = 0xffffffff

/** A later reading; a counter at its end carries into the time. */
function later(stamp: Stamp, by: number): Stamp {
  const counter = stamp.counter + by
  return counter <= counterMax ? { timeMs: stamp.timeMs, counter } : { timeMs: stamp.timeMs + 1, counter: 0 }
}

/** An earlier one; where the counter does not reach, the time before. */
function earlier(stamp: Stamp, by: number): Stamp {
  const counter = stamp.counter - by
  return counter >= 0 ? { timeMs: stamp.timeMs, counter } : { timeMs: Math.max(0, stamp.timeMs - 1), counter: 0 }
}

function least(a: Stamp, b: Stamp): Stamp {
  return compareStamps(a, b) <= 0 ? a : b
}

function greatest(a: Stamp, b: Stamp): Stamp {
  return compareStamps(a, b) >= 0 ? a : b
}

/** The next reading: later than every one before it, and not before the wall clock. */
export function nextStamp(clock: Stamp, nowMs: number): Stamp {
  return nowMs > clock.timeMs ? { timeMs: nowMs, counter: 0 } : later(clock, 1)
}

/** The clock after an event was placed: never behind it. */
export function observe(clock: Stamp, placed: Stamp): Stamp {
  return greatest(clock, placed)
}

function stampOf(mark: ProgressMark): Stamp {
  return { timeMs: mark.orderMs, counter: mark.counter }
}

/** The distance in counters that is left for the events between two sequence numbers. */
function distance(from: number, to: number): number {
  return Math.min(to - from, implementationLimits.sequenceGapsMax)
}

/**
 * Where an event goes. A sender's clock that runs ahead is cut to `aheadMsMax` after `nowMs`; an event
 * whose sender had seen all that is here (`floor`) comes after all of it; and the place lies between
 * those of the same sender's neighbours by sequence, so that no clock can turn a sender's order round.
 */
export function placeFor(
  said: Stamp,
  sequence: number,
  progress: ProgressRow | null,
  floor: Stamp | null,
  nowMs: number,
): Stamp {
  const latestMs = nowMs + implementationLimits.aheadMsMax
  let place: Stamp = said.timeMs > latestMs ? { timeMs: latestMs, counter: 0 } : said
  if (floor !== null && compareStamps(place, floor) <= 0) {
    place = later(floor, 1)
  }
  // The bounds leave room for every number that is still missing between the neighbours.
  const { before, after } = neighboursOf(progress, sequence)
  if (after !== null) place = least(place, earlier(stampOf(after), distance(sequence, after.sequence)))
  if (before !== null) place = greatest(place, later(stampOf(before), distance(before.sequence, sequence)))
  return place
}
