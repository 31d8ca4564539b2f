/** Identifiers that both sides compute for themselves (PROTOCOL.md, "Events and order"). */
import { compareBytes, concat, utf8, ByteWriter } from '../bytes.ts'
import type { AccountId, ConversationId, DeviceId, EventId } from '../ids.ts'
import { conversationIdOf, eventIdOf, idBytes } from '../ids.ts'

/** SHA-256, given in because this layer knows no primitives. */
export type Hash = (bytes: Uint8Array) => Uint8Array

/** The conversation of two accounts: the same on both sides. */
export function directConversationId(hash: Hash, one: AccountId, other: AccountId): ConversationId {
  const roots = [idBytes(one), idBytes(other)].sort(compareBytes)
  return conversationIdOf(hash(concat(utf8('waxwing/conversation/direct/1'), ...roots)))
}

/** The note to self. */
export function selfConversationId(hash: Hash, account: AccountId): ConversationId {
  return conversationIdOf(hash(concat(utf8('waxwing/conversation/self/1'), idBytes(account))))
}

/**
 * An event's id as everybody keeps it: a hash over who said it where and in which place, and over the
 * 16 bytes that travel. So nobody can give an event the id of somebody else's, or of an earlier one.
 */
export function eventIdFor(
  hash: Hash,
  device: DeviceId,
  conversation: ConversationId,
  sequence: number,
  nonce: Uint8Array,
): EventId {
  const place = new ByteWriter().u64(sequence).done()
  const bytes = concat(utf8('waxwing/event/1'), idBytes(device), idBytes(conversation), place, nonce)
  return eventIdOf(hash(bytes).slice(0, 16))
}
