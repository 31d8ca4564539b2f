/** Makes the events that this device says. */
import { idBytes, eventIdOf } from '../ids.ts'
import type { AccountId, EventId } from '../ids.ts'
import { eventIdFor } from '../conversation/ids.ts'
import { headsAfter } from '../conversation/heads.ts'
import { clockOf, nextStamp } from '../conversation/order.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import { utf8 } from '../bytes.ts'
import type { ConversationRow, DeliveryRow, DeliveryState, EventRow, OutboxRow } from '../ports.ts'
import type { KnownBody, Reach } from '../wire/contents.ts'
import { encodeContent } from '../wire/contents.ts'
import type { DeviceId } from '../ids.ts'
import { grantOf, takeSlot } from './mail/slots.ts'
import { ownMailboxes, ownRecordRelays, ownServices } from './services.ts'
import type { Turn } from './turn.ts'

const nonceSizeBytes = 16

/** Writes a text of ours into its conversation. `shown` is the text as it is displayed. */
export function writeText(
  turn: Turn,
  conversation: ConversationRow,
  text: string,
  shown: string,
  clientId: string,
): EventRow {
  const { account, device } = turn.state.identity
  const nonce = turn.entropy.take(nonceSizeBytes)
  const sequence = conversation.nextSequence
  const stamp = nextStamp(clockOf(conversation), turn.nowMs)
  const event = eventIdFor(turn.hash, device, conversation.conversation, sequence, nonce)
  const content = encodeContent({
    kind: 'event',
    event: {
      id: eventIdOf(nonce),
      conversation: conversation.conversation,
      sequence,
      ...stamp,
      heads: conversation.heads,
      body: { kind: 'text', text },
    },
  })
  const row: EventRow = {
    event,
    conversation: conversation.conversation,
    account,
    device,
    sequence,
    timeMs: stamp.timeMs,
    orderMs: stamp.timeMs,
    counter: stamp.counter,
    kind: 'text',
    text: shown,
    content,
    clientId,
    storedAtMs: turn.nowMs,
    unread: false,
  }
  turn.put({ kind: 'putEvent', row })
  turn.put({
    kind: 'putConversation',
    row: {
      ...conversation,
      nextSequence: sequence + 1,
      heads: headsAfter(conversation.heads, event, conversation.heads),
      clockMs: stamp.timeMs,
      clockCounter: stamp.counter,
    },
  })
  turn.noticeMessage(event, conversation.conversation)
  turn.noticeConversation(conversation.conversation)
  return row
}

/** The content of something that is not part of the history: it has no place in the sender's sequence. */
export function asideContent(turn: Turn, conversation: ConversationRow, body: KnownBody): Uint8Array {
  return encodeContent({
    kind: 'event',
    event: {
      id: eventIdOf(turn.entropy.take(nonceSizeBytes)),
      conversation: conversation.conversation,
      sequence: 0,
      ...nextStamp(clockOf(conversation), turn.nowMs),
      heads: [],
      body,
    },
  })
}

/** Puts a content at the end of what waits for a device. Null when too much waits already. */
export function enqueue(turn: Turn, device: DeviceId, content: Uint8Array, event: EventId | null): OutboxRow | null {
  const { rows, orderMax } = turn.state.depth(device)
  if (rows >= implementationLimits.outboxPerDeviceMax) return null
  const row: OutboxRow = {
    device,
    order: orderMax + 1,
    event,
    content,
    sealed: null,
    held: [],
    createdAtMs: turn.nowMs,
  }
  turn.put({ kind: 'putOutbox', row })
  return row
}

const ranks: Readonly<Record<DeliveryState, number>> = { written: 0, sent: 1, held: 2, delivered: 3, read: 4 }

/** By which way an event went or came, where that is known. */
export type Way = Partial<Pick<DeliveryRow, 'via' | 'mailbox'>>

/** Records how far an event has come with a device; never backwards. The way it took stays with it. */
export function advanceDelivery(
  turn: Turn,
  event: EventId,
  device: DeviceId,
  state: DeliveryState,
  way: Way = {},
): boolean {
  const known = turn.state.deliveries(event).find((row) => row.device === device)
  if (known !== undefined && ranks[known.state] >= ranks[state]) return false
  const { via = known?.via ?? null, mailbox = known?.mailbox ?? null } = way
  turn.put({ kind: 'putDelivery', row: { event, device, state, atMs: turn.nowMs, via, mailbox } })
  return true
}

/** Our addresses as far as a frame or an invite has room for them. */
export function ownAddresses(turn: Turn): readonly string[] {
  const { addressesMax, addressSizeBytesMax } = protocolLimits
  const fitting = turn.state.run.addresses.filter((address) => {
    const size = utf8(address).length
    return size > 0 && size <= addressSizeBytesMax
  })
  return fitting.slice(0, addressesMax)
}

function publicReach(turn: Turn): Omit<Reach, 'mail'> {
  return {
    addresses: ownAddresses(turn),
    services: ownServices(turn.state),
    mailboxes: ownMailboxes(turn.state),
    relays: ownRecordRelays(turn.state),
  }
}

/** Where we are and what we do for others, as a contact's device is told. It is given a slot at our mailboxes for that. */
export function reachFor(turn: Turn, device: DeviceId): Reach {
  return { ...publicReach(turn), mail: grantOf(turn.crypto, takeSlot(turn, device)) }
}

/** What a device was told of us, as one text to compare; its slot is the same as long as it is a contact's. */
export function introductionOf(turn: Turn): string {
  return JSON.stringify([turn.state.self.name, publicReach(turn)])
}

export function otherMembers(conversation: ConversationRow, own: AccountId): readonly AccountId[] {
  return conversation.members.filter((member) => member !== own)
}

/** The bytes of a device's Ed25519 key. */
export function deviceKeyOf(device: DeviceId): Uint8Array {
  return idBytes(device)
}
