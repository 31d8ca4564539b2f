/** Everything small, for a client that begins or has missed something. */
import type { Snapshot } from '../../../preload/contract/dto.ts'
import type { ContractError } from '../../../preload/contract/errors.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import type { InviteRow } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import type { NodeContext } from './context.ts'
import { toContact, toConversation, toInvite, toSelf, toSettings } from './dto.ts'
import { stored } from './handlers.ts'
import { toNearby } from './nearby.ts'

function newestInvites(rows: Iterable<InviteRow>): readonly InviteRow[] {
  return [...rows].sort((a, b) => b.createdAtMs - a.createdAtMs).slice(0, contractLimits.invitesMax)
}

/** `sequence` is read before everything else: what changes meanwhile comes as an event again, which harms nothing. */
export async function takeSnapshot(context: NodeContext, sequence: number): Promise<Result<Snapshot, ContractError>> {
  const conversations = await context.store.conversations()
  return stored(conversations, (records) => {
    const resident = context.resident()
    const contacts = [...resident.contacts()].slice(0, contractLimits.contactsMax)
    return {
      sequence,
      self: toSelf(context),
      contacts: contacts.map((row) => toContact(context, row)),
      conversations: records.slice(0, contractLimits.conversationsMax).map((record) => toConversation(context, record)),
      invites: newestInvites(resident.invites()).map((row) => toInvite(context, row)),
      settings: toSettings((key) => resident.setting(key)),
      network: context.network.status(),
      nearby: toNearby(context),
    }
  })
}
