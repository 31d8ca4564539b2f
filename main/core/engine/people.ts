/** Who is behind a device, and what may pass between us. */
import { directConversationId } from '../conversation/ids.ts'
import type { AccountId, ConversationId, DeviceId } from '../ids.ts'
import type { ContactRow, ConversationRow, PeerTarget } from '../ports.ts'
import { servicesOf } from './services.ts'
import { privacyOf } from './settings.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * The contact whose device this is, in whatever state; null for a stranger. A device that the account
 * has no longer, or never had (an invite named it), is a stranger's.
 */
export function contactOf(state: State, device: DeviceId): ContactRow | null {
  const row = state.device(device)
  return row === null || state.deviceOf(row.account) !== device ? null : state.contact(row.account)
}

/** Whether frames may pass between us and this contact. */
export function mayTalk(contact: ContactRow): boolean {
  return contact.state === 'pending' || contact.state === 'active'
}

export function directConversation(turn: Turn, account: AccountId): ConversationId {
  return directConversationId(turn.hash, turn.state.identity.account, account)
}

/** The conversation with a contact; it is begun when it is not there. */
export function ensureConversation(turn: Turn, account: AccountId): ConversationRow {
  const conversation = directConversation(turn, account)
  const known = turn.state.conversation(conversation)
  if (known !== null) return known
  const row: ConversationRow = {
    conversation,
    kind: 'direct',
    members: [turn.state.identity.account, account].sort(),
    nextSequence: 1,
    heads: [],
    clockMs: 0,
    clockCounter: 0,
    unread: 0,
    createdAtMs: turn.nowMs,
  }
  turn.put({ kind: 'putConversation', row })
  turn.noticeConversation(conversation)
  return row
}

/** The devices to keep a stream with. */
export function peerTargets(state: State): readonly PeerTarget[] {
  const targets: PeerTarget[] = []
  const privacy = privacyOf(state)
  const nothing = { relay: false, mailbox: false }
  for (const contact of state.contacts()) {
    const device = state.deviceOf(contact.account)
    if (device === null || !mayTalk(contact)) continue
    const row = state.device(device)
    const services = row !== null && contact.state === 'active' ? servicesOf(row, privacy) : nothing
    const side = state.identity.account < contact.account ? 0 : 1
    targets.push({
      device,
      addresses: row?.addresses ?? [],
      lan: contact.lanKey === null ? null : { key: contact.lanKey, side },
      ...services,
    })
  }
  return targets
}

/**
 * Whether a device that dialled us may open a stream: contacts, and anybody while an invite of ours has
 * not expired. A used or withdrawn one counts: who holds its link is to be told so.
 */
export function admits(state: State, device: DeviceId, nowMs: number): boolean {
  const contact = contactOf(state, device)
  // Who was removed is a stranger again, and may have been given an invite.
  if (contact !== null && contact.state !== 'removed') return mayTalk(contact)
  for (const invite of state.invites()) {
    if (nowMs < invite.expiresAtMs) return true
  }
  return false
}

/** Contacts that count against `contactsMax`. */
export function contactCount(state: State): number {
  let count = 0
  for (const contact of state.contacts()) if (contact.state !== 'removed') count++
  return count
}
