/** What a desktop notification may say of a new message, by the user's settings. */
import type { Message } from '../../../preload/contract/dto.ts'
import type { NodeMessage } from '../../../preload/contract/host.ts'
import type { NodeContext } from './context.ts'
import { toSettings } from './dto.ts'

const bodyLengthMax = 200

type Arrival = Extract<NodeMessage, { kind: 'arrived' }>

/** Null: the user wants to hear nothing. The text is one line, and cut. */
export function arrivalOf(context: NodeContext, message: Message, senderName: string): Arrival | null {
  const { notifications } = toSettings((key) => context.resident().setting(key))
  if (notifications === 'quiet') return null
  const text = message.body.kind === 'text' ? message.body.text.replace(/\s+/g, ' ') : null
  const short = text !== null && text.length > bodyLengthMax ? `${text.slice(0, bodyLengthMax - 1)}…` : text
  return {
    kind: 'arrived',
    conversation: message.conversation,
    event: message.event,
    title: senderName,
    body: notifications === 'full' ? short : null,
  }
}
