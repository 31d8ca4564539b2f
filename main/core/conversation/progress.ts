/** Which numbered events of a sender's device are here, and which are missing. */
import { implementationLimits } from '../limits.ts'
import type { ConversationId, DeviceId } from '../ids.ts'
import type { ProgressMark, ProgressRow } from '../ports.ts'

const nothing: ProgressMark = { sequence: 0, orderMs: 0, counter: 0 }

/** Whether this number has been stored, or given up. */
export function hasSequence(row: ProgressRow | null, sequence: number): boolean {
  if (row === null) return false
  return sequence <= row.contiguous.sequence || row.above.some((mark) => mark.sequence === sequence)
}

/** The nearest stored events of the same sender on both sides of a number. */
export function neighboursOf(
  row: ProgressRow | null,
  sequence: number,
): { readonly before: ProgressMark | null; readonly after: ProgressMark | null } {
  if (row === null) return { before: null, after: null }
  let before = row.contiguous.sequence > 0 ? row.contiguous : null
  for (const mark of row.above) {
    if (mark.sequence > sequence) return { before, after: mark }
    before = mark
  }
  return { before, after: null }
}

/**
 * The row with one more number. Beyond `sequenceGapsMax` numbers above a gap the oldest gap is no
 * longer waited for: it stays visible, and what still arrives there is told from a repetition by its id.
 */
export function withMark(
  row: ProgressRow | null,
  conversation: ConversationId,
  device: DeviceId,
  mark: ProgressMark,
): ProgressRow {
  const known = row ?? { conversation, device, contiguous: nothing, above: [] }
  if (hasSequence(known, mark.sequence)) return known
  const above = [...known.above, mark]
  // Almost always it is the last already.
  if ((known.above.at(-1)?.sequence ?? 0) > mark.sequence) above.sort((a, b) => a.sequence - b.sequence)
  let contiguous = known.contiguous
  let taken = 0
  if (above.length > implementationLimits.sequenceGapsMax) contiguous = above[taken++] as ProgressMark
  while (above[taken]?.sequence === contiguous.sequence + 1) contiguous = above[taken++] as ProgressMark
  return { conversation, device, contiguous, above: above.slice(taken) }
}
