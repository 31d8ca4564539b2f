/** What this user says: written first, sent when it can be. */
import { fromUtf8, utf8 } from '../bytes.ts'
import { sanitizeText } from '../identity/names.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import type { ContactRow, ConversationRow } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CommandError, CommandOf, Replies } from './commands.ts'
import { advanceDelivery, enqueue, otherMembers, writeText } from './compose.ts'
import { sendIfNext } from './flush.ts'
import type { Turn } from './turn.ts'

/** The text as it travels (lone surrogates replaced) and as it is shown. */
function checkText(text: string): Result<{ readonly text: string; readonly shown: string }, CommandError> {
  const bytes = utf8(text)
  const max = protocolLimits.messageTextSizeBytesMax
  if (bytes.length > max) return err({ kind: 'messageTooLong', got: bytes.length, max })
  const shown = sanitizeText(text)
  const sent = fromUtf8(bytes, 'text')
  if (shown.trim() === '' || !sent.ok) return err({ kind: 'messageEmpty' })
  return ok({ text: sent.value, shown })
}

/** The contacts that a message of this conversation goes to, if all of them may be written to. */
function recipients(turn: Turn, conversation: ConversationRow): Result<readonly ContactRow[], CommandError> {
  const contacts: ContactRow[] = []
  const max = implementationLimits.outboxPerDeviceMax
  for (const account of otherMembers(conversation, turn.state.identity.account)) {
    const contact = turn.state.contact(account)
    if (contact === null) return err({ kind: 'contactUnknown' })
    if (contact.state === 'blocked' || contact.state === 'removed') {
      return err({ kind: 'contactNotReady', state: contact.state })
    }
    const device = turn.state.deviceOf(account)
    const got = device === null ? 0 : turn.state.depth(device).rows
    if (got >= max) return err({ kind: 'outboxFull', got, max })
    contacts.push(contact)
  }
  return ok(contacts)
}

export function sendText(turn: Turn, command: CommandOf<'sendText'>): Result<Replies['sendText'], CommandError> {
  const max = implementationLimits.clientIdLengthMax
  if (command.clientId.length > max) return err({ kind: 'clientIdTooLong', got: command.clientId.length, max })
  const conversation = turn.state.conversation(command.conversation)
  if (conversation === null) return err({ kind: 'conversationUnknown' })
  const known = turn.state.eventByClientId(command.conversation, command.clientId)
  if (known !== null) return ok({ event: known })
  const text = checkText(command.text)
  if (!text.ok) return text
  const contacts = recipients(turn, conversation)
  if (!contacts.ok) return contacts

  const row = writeText(turn, conversation, text.value.text, text.value.shown, command.clientId)
  turn.state.beginDeliveries(row.event)
  // A note to self has arrived and is read by being written.
  if (conversation.kind === 'self') advanceDelivery(turn, row.event, row.device, 'read')
  for (const contact of contacts.value) {
    const device = turn.state.deviceOf(contact.account)
    if (device === null) continue
    advanceDelivery(turn, row.event, device, 'written')
    const waiting = enqueue(turn, device, row.content, row.event)
    if (waiting !== null) sendIfNext(turn, contact, waiting)
  }
  return ok({ event: row })
}
