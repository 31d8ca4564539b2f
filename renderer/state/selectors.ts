/** What views ask of the state. Plain functions over it; a view makes memos of them where it pays. */
import type { Contact, Conversation } from '../../preload/contract/dto.ts'
import type { State } from './model.ts'

/** The other member of a conversation of two; undefined for others. */
export function contactOf(state: State, conversation: Conversation): Contact | undefined {
  if (conversation.kind !== 'direct') return undefined
  const account = conversation.members[0]
  return account === undefined ? undefined : state.contacts[account]
}

export function conversationOf(state: State, id: string | null): Conversation | undefined {
  return id === null ? undefined : state.conversations[id]
}

export function lastTimeMs(conversation: Conversation): number {
  return conversation.last?.orderMs ?? conversation.createdAtMs
}

/** Newest first. The note to self stands among the others, by its last message. */
export function conversationsInOrder(state: State): readonly Conversation[] {
  return Object.values(state.conversations)
    .filter((conversation) => !isHidden(state, conversation))
    .toSorted((a, b) => lastTimeMs(b) - lastTimeMs(a) || (a.conversation < b.conversation ? -1 : 1))
}

/** Somebody who was removed disappears from the list, unless there is something to read. */
function isHidden(state: State, conversation: Conversation): boolean {
  return contactOf(state, conversation)?.state === 'removed' && conversation.last === null
}

export function unreadTotal(state: State): number {
  return Object.values(state.conversations).reduce((sum, conversation) => sum + conversation.unread, 0)
}

/** The conversation above or below the selected one, in the order of the list. */
export function neighbour(order: readonly string[], selected: string | null, step: 1 | -1): string | undefined {
  const place = selected === null ? -1 : order.indexOf(selected)
  if (place < 0) return step === 1 ? order[0] : order.at(-1)
  return order[place + step]
}

export type SealState = 'whole' | 'plain' | 'cracked'

/** The one sign of trust. */
export function sealOf(contact: Contact): SealState {
  if (contact.state === 'keyChanged') return 'cracked'
  return contact.verifiedAtMs === null ? 'plain' : 'whole'
}

/** Whether a message may be written to them at this moment. It may wait for the session, but not for a key. */
export function mayWrite(contact: Contact | undefined): boolean {
  return contact === undefined || contact.state === 'active' || contact.state === 'pending'
}

/** Whether the invite of a pending contact came to nothing; one of a newer Waxwing goes on after an update. */
export function inviteFailed(contact: Contact): boolean {
  const { state, pendingProblem } = contact
  return state === 'pending' && pendingProblem !== null && pendingProblem !== 'peerTooNew'
}
