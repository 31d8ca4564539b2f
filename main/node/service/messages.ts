/** Messages and conversations: reading pages, writing, marking as read. */
import type { DeliveryDetails, Message } from '../../../preload/contract/dto.ts'
import type { ContractError } from '../../../preload/contract/errors.ts'
import { mailProblem } from '../../core/engine/mail/leave.ts'
import type { ConversationId, DeviceId, EventId } from '../../core/ids.ts'
import type { ConversationRecord, DeliveryRow, MessageRecord, StoreError } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { contractError, fromStoreError, fromSubmitError } from '../errors.ts'
import type { NodeContext } from './context.ts'
import { contactOfDevice } from './connections.ts'
import { toMessage } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { reply, stored } from './handlers.ts'
import { recentConversation, recentRecord } from './recent.ts'
import { conversationIdFrom, eventIdFrom } from './ids.ts'

type MessageMethods = 'messages.page' | 'message.send' | 'message.details' | 'conversation.markRead'

/** One message as it stands in the store; null when it does not. */
async function messageById(context: NodeContext, event: EventId): Promise<Result<MessageRecord | null, StoreError>> {
  const records = await context.store.messagesById([event])
  return records.ok ? ok(records.value[0] ?? null) : records
}

/** One conversation with its newest message; null when there is none of this id. */
export async function conversationById(
  context: NodeContext,
  conversation: ConversationId,
): Promise<Result<ConversationRecord | null, StoreError>> {
  const recent = recentConversation(context.resident(), conversation)
  const [slice, newest] = await Promise.all([
    recent === null ? context.store.load({ conversations: [conversation] }) : null,
    context.store.messages(conversation, null, 1),
  ])
  if (slice?.ok === false) return slice
  if (!newest.ok) return newest
  const row = recent ?? slice?.value.conversations[0]
  return ok(row === undefined ? null : { row, last: newest.value[0] ?? null })
}

async function answerMessage(context: NodeContext, event: EventId): Promise<Result<Message, ContractError>> {
  const recent = recentRecord(context.resident(), event)
  if (recent !== null) return ok(toMessage(context, recent))
  const record = await messageById(context, event)
  if (!record.ok) return err(fromStoreError(record.error))
  return record.value === null ? err(contractError('messageUnknown')) : ok(toMessage(context, record.value))
}

function accountOfDevice(context: NodeContext, device: DeviceId, fallback: string): string {
  const { identity } = context.resident()
  if (device === identity.device) return identity.account
  return context.resident().device(device)?.account ?? fallback
}

function toDetails(context: NodeContext, row: DeliveryRow, sender: string): DeliveryDetails {
  const { device, state, atMs, via, mailbox } = row
  const underWay = state === 'sent' && via === 'relay'
  return {
    account: accountOfDevice(context, device, sender),
    device,
    delivery: { state, atMs },
    via,
    mailbox: contactOfDevice(context, mailbox),
    relay: underWay ? contactOfDevice(context, context.network.relayTo(device)) : null,
    mailProblem: state === 'written' ? mailProblem(context.resident(), device) : null,
  }
}

export function messageHandlers(context: NodeContext): Handlers<MessageMethods> {
  return {
    async 'messages.page'({ conversation, before, limit }) {
      const id = conversationIdFrom(conversation)
      const cursor = before && { ...before, event: eventIdFrom(before.event) }
      const page = await context.store.messages(id, cursor, limit)
      if (!page.ok) return err(fromStoreError(page.error))
      const last = page.value.at(-1)?.row
      const older = last && page.value.length === limit ? await context.store.messages(id, last, 1) : ok([])
      return stored(older, (rest) => ({
        messages: page.value.map((record) => toMessage(context, record)),
        more: rest.length > 0,
      }))
    },

    async 'message.send'({ conversation, clientId, text }) {
      const sent = await context.submit<'sendText'>({
        kind: 'sendText',
        conversation: conversationIdFrom(conversation),
        clientId,
        text,
      })
      return sent.ok ? answerMessage(context, sent.value.event.event) : err(fromSubmitError(sent.error))
    },

    async 'message.details'({ event }) {
      const id = eventIdFrom(event)
      const [message, deliveries] = await Promise.all([answerMessage(context, id), context.store.deliveries(id)])
      if (!message.ok) return message
      return stored(deliveries, (rows) => ({
        message: message.value,
        deliveries: rows.map((row) => toDetails(context, row, message.value.sender)),
      }))
    },

    async 'conversation.markRead'({ conversation, upTo }) {
      const marked = await context.submit<'markRead'>({
        kind: 'markRead',
        conversation: conversationIdFrom(conversation),
        upTo: eventIdFrom(upTo),
      })
      return reply(marked, () => ({}))
    },
  }
}
