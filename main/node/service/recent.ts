/** Messages out of the engine's memory: what has just been written need not be read again to be told. */
import type { ConversationId, DeviceId, EventId } from '../../core/ids.ts'
import type {
  ConversationRow,
  DeliveryRow,
  DeliveryState,
  EventRow,
  MessageRecord,
  ProgressRow,
  SliceRequest,
} from '../../core/ports.ts'
import { isEmptyRequest } from '../../core/engine/missing.ts'

/** Rows that the engine keeps for a while, as of the last commit. Reading what `lacks` names throws. */
export interface RecentView {
  lacks(request: SliceRequest): SliceRequest
  conversation(conversation: ConversationId): ConversationRow | null
  event(event: EventId): EventRow | null
  deliveries(event: EventId): readonly DeliveryRow[]
  progress(conversation: ConversationId, device: DeviceId): ProgressRow | null
}

const ranks: Readonly<Record<DeliveryState, number>> = { written: 0, sent: 1, held: 2, delivered: 3, read: 4 }

/** The least of what the devices have, and since when all of them have it; null without any. */
function leastOf(rows: readonly DeliveryRow[]): MessageRecord['delivery'] {
  let least: MessageRecord['delivery'] = null
  for (const { state, atMs } of rows) {
    if (least === null || ranks[state] < ranks[least.state]) least = { state, atMs }
    else if (state === least.state && atMs > least.atMs) least = { state, atMs }
  }
  return least
}

/** The conversation as it stands; null when only the store can say. */
export function recentConversation(recent: RecentView, conversation: ConversationId): ConversationRow | null {
  return isEmptyRequest(recent.lacks({ conversations: [conversation] })) ? recent.conversation(conversation) : null
}

/** The message as the store would answer it; null when only the store can. */
export function recentRecord(recent: RecentView, event: EventId): MessageRecord | null {
  const knows = (request: SliceRequest): boolean => isEmptyRequest(recent.lacks(request))
  const row = knows({ events: [event] }) ? recent.event(event) : null
  if (row === null) return null
  if (row.clientId !== null) {
    if (!knows({ deliveries: [event] })) return null
    return { row, delivery: leastOf(recent.deliveries(event)), missingBefore: 0 }
  }
  const { conversation, device, sequence } = row
  if (!knows({ progress: [{ conversation, device }] })) return null
  // What is missing before it, if anything, is in the store's tables.
  const isWhole = (recent.progress(conversation, device)?.contiguous.sequence ?? 0) >= sequence - 1
  return isWhole ? { row, delivery: null, missingBefore: 0 } : null
}
