/** Invites: making, looking into, accepting, withdrawing. */
import type { InviteReply } from '../../core/engine/commands.ts'
import type { NodeContext } from './context.ts'
import { fingerprintOfAccount, shortName, toContact, toInvite } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { reply } from './handlers.ts'
import { inviteIdFrom } from './ids.ts'

type InviteMethods = 'invite.create' | 'invite.link' | 'invite.withdraw' | 'invite.inspect' | 'invite.accept'

export function inviteHandlers(context: NodeContext): Handlers<InviteMethods> {
  const withLink = ({ invite, link }: InviteReply) => ({
    invite: toInvite(context, invite),
    link,
    fingerprint: fingerprintOfAccount(context, context.resident().identity.account),
  })
  return {
    'invite.create': async ({ lifetimeMs }) =>
      reply(await context.submit<'createInvite'>({ kind: 'createInvite', lifetimeMs }), withLink),
    'invite.link': async ({ invite }) =>
      reply(await context.submit<'inviteLink'>({ kind: 'inviteLink', invite: inviteIdFrom(invite) }), withLink),
    'invite.withdraw': async ({ invite }) =>
      reply(await context.submit<'withdrawInvite'>({ kind: 'withdrawInvite', invite: inviteIdFrom(invite) }), (value) =>
        toInvite(context, value.invite),
      ),
    'invite.inspect': async ({ link }) =>
      reply(await context.submit<'inspectInvite'>({ kind: 'inspectInvite', link }), (claim) => ({
        name: shortName(claim.name),
        account: claim.account,
        fingerprint: fingerprintOfAccount(context, claim.account),
        expiresAtMs: claim.expiresAtMs,
        looksLike: claim.looksLike,
      })),
    'invite.accept': async ({ link }) =>
      reply(await context.submit<'acceptInvite'>({ kind: 'acceptInvite', link }), ({ contact }) =>
        toContact(context, contact),
      ),
  }
}
