/** How often something is done for strangers, of whom nothing else is remembered: a figure for each hour, of this run. */
import { durationsMs } from '../limits.ts'
import { hasElapsed } from './flow.ts'
import type { Turn } from './turn.ts'

/** Whether it may be done once more in this hour; counts it. */
export function mayOnceMore(turn: Turn, what: string, perHourMax: number): boolean {
  const known = turn.state.quota(what)
  const isOver = known === null || hasElapsed(known.sinceMs, durationsMs.hour, turn.nowMs)
  const { sinceMs, count } = isOver ? { sinceMs: turn.nowMs, count: 0 } : known
  if (count >= perHourMax) return false
  turn.state.setQuota(what, { sinceMs, count: count + 1 })
  return true
}
