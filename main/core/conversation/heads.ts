/** The heads of a conversation: events that nothing seen so far names. */
import { protocolLimits } from '../limits.ts'
import type { EventId } from '../ids.ts'

/** After an event that named `named`: those are covered, the event is a head. The oldest go first. */
export function headsAfter(heads: readonly EventId[], event: EventId, named: readonly EventId[]): readonly EventId[] {
  const covered = new Set<EventId>([...named, event])
  const left = heads.filter((head) => !covered.has(head))
  return [...left, event].slice(-protocolLimits.eventHeadsMax)
}

/** Whether the sender of an event that named `named` had seen all that is here. */
export function coversAll(heads: readonly EventId[], named: readonly EventId[]): boolean {
  const known = new Set(named)
  return heads.length > 0 && heads.every((head) => known.has(head))
}
