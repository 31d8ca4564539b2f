/** Writes changes inside a transaction that the caller holds. */
import { unreachable } from './errors.ts'
import type { Change } from '../core/ports.ts'
import type { Queries } from './queries/queries.ts'

/**
 * Rows refer to conversations and to events, and a step may list its changes in any order: conversations
 * are written first, then events, then the rest, each group in the order given. No group touches
 * another's tables, so the outcome is that of the list as it stands.
 */
function rank(change: Change): 0 | 1 | 2 {
  if (change.kind === 'putConversation') return 0
  return change.kind === 'putEvent' || change.kind === 'markRead' ? 1 : 2
}

export function applyChanges(queries: Queries, changes: readonly Change[]): void {
  for (const turn of [0, 1, 2] as const) {
    for (const change of changes) {
      if (rank(change) === turn) applyChange(queries, change)
    }
  }
}

function applyChange(queries: Queries, change: Change): void {
  switch (change.kind) {
    case 'putSelf':
      return queries.self.put(change.row)
    case 'putContact':
      return queries.contacts.put(change.row)
    case 'putDevice':
      return queries.devices.put(change.row)
    case 'putMailSlot':
      return queries.mailSlots.put(change.row)
    case 'removeMailSlot':
      return queries.mailSlots.remove(change.slot)
    case 'putSession':
      return queries.sessions.put(change.row)
    case 'removeSession':
      return queries.sessions.remove(change.device, change.session)
    case 'putPrekey':
      return queries.prekeys.put(change.row)
    case 'removePrekey':
      return queries.prekeys.remove(change.prekey)
    case 'putStash':
      return queries.stash.put(change.row)
    case 'removeStash':
      return queries.stash.remove(change.device, change.prekey)
    case 'putInvite':
      return queries.invites.put(change.row)
    case 'putInitial':
      return queries.initials.put(change.hash, change.device, change.untilMs)
    case 'putConversation':
      return queries.conversations.put(change.row)
    case 'putEvent':
      return queries.events.put(change.row)
    case 'markRead':
      return queries.events.markRead(change.event)
    case 'putDelivery':
      return queries.deliveries.put(change.row)
    case 'putOutbox':
      return queries.outbox.put(change.row)
    case 'removeOutbox':
      return queries.outbox.remove(change.device, change.order)
    case 'putProgress':
      return queries.progress.put(change.row)
    case 'putSeen':
      return queries.seen.put(change.device, change.envelope, change.atMs)
    case 'putSetting':
      return queries.settings.put(change.key, change.value)
    case 'prune': {
      queries.initials.prune(change.nowMs)
      queries.prekeys.prune(change.nowMs)
      queries.stash.prune(change.nowMs)
      return queries.seen.prune(change.seenPerDeviceMax)
    }
    default:
      return unreachable(change)
  }
}
