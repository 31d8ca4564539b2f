/** A transaction writes each row once: of the changes to one row only the last is kept. */
import type { Change } from '../../core/ports.ts'

/** The row that a change writes whole, or removes; null for what is rare, or builds on what is there. */
function rowOf(change: Change): string | null {
  switch (change.kind) {
    case 'putSession':
      return `session/${change.row.device}/${change.row.session}`
    case 'removeSession':
      return `session/${change.device}/${change.session}`
    case 'putConversation':
      return `conversation/${change.row.conversation}`
    case 'putDelivery':
      return `delivery/${change.row.event}/${change.row.device}`
    case 'putOutbox':
      return `outbox/${change.row.device}/${change.row.order}`
    case 'removeOutbox':
      return `outbox/${change.device}/${change.order}`
    case 'putProgress':
      return `progress/${change.row.conversation}/${change.row.device}`
    default:
      return null
  }
}

/**
 * The same outcome with fewer writes: a session, a conversation or a sender's progress is put by every
 * message of a batch, and only the last one stays. What is left keeps its order.
 */
export function coalesce(changes: readonly Change[]): readonly Change[] {
  const last = new Map<string, number>()
  changes.forEach((change, at) => {
    const row = rowOf(change)
    if (row !== null) last.set(row, at)
  })
  return changes.filter((change, at) => {
    const row = rowOf(change)
    return row === null || last.get(row) === at
  })
}
