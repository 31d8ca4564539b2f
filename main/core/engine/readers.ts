/** What the user has read, and telling its senders. */
import { protocolLimits } from '../limits.ts'
import type { ConversationId, EventId } from '../ids.ts'
import type { ConversationRow, EventRow } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CommandError, Replies } from './commands.ts'
import { asideContent, enqueue } from './compose.ts'
import { sendIfNext } from './flush.ts'
import { contactOf, mayTalk } from './people.ts'
import { isOn } from './settings.ts'
import type { Turn } from './turn.ts'

const receiptMax = protocolLimits.receiptEventsMax

/** Tells each sender which of its events were read. */
function sendReceipts(turn: Turn, conversation: ConversationRow, rows: readonly EventRow[]): void {
  for (const device of new Set(rows.map((row) => row.device))) {
    const read = rows.filter((row) => row.device === device)
    const contact = contactOf(turn.state, device)
    if (contact === null || !mayTalk(contact)) continue
    const events = read.map((row) => row.event)
    const content = asideContent(turn, conversation, { kind: 'receipt', state: 'read', events })
    const waiting = enqueue(turn, device, content, null)
    if (waiting !== null) sendIfNext(turn, contact, waiting)
  }
}

/** Marks as read everything up to `upTo`, at most as many as one receipt can name at a time. */
export function markRead(turn: Turn, id: ConversationId, upTo: EventId): Result<Replies['markRead'], CommandError> {
  const conversation = turn.state.conversation(id)
  if (conversation === null) return err({ kind: 'conversationUnknown' })
  const event = turn.state.event(upTo)
  if (event === null || event.conversation !== id) return err({ kind: 'messageUnknown' })
  const rows = turn.unreadUpTo(id, upTo, receiptMax)
  if (rows.length === 0) return ok({})
  for (const row of rows) {
    turn.put({ kind: 'markRead', event: row.event })
    turn.noticeMessage(row.event, id)
  }
  const unread = Math.max(0, conversation.unread - rows.length)
  turn.put({ kind: 'putConversation', row: { ...conversation, unread } })
  turn.noticeConversation(id)
  if (isOn(turn.state, 'sendReadReceipts')) sendReceipts(turn, conversation, rows)
  if (rows.length === receiptMax) turn.follow({ kind: 'markReadRest', conversation: id, upTo })
  return ok({})
}
