/** Contacts: names, removing, blocking, a changed key. */
import type { Command } from '../../core/engine/commands.ts'
import { sanitizeName } from '../../core/identity/names.ts'
import type { NodeContext } from './context.ts'
import { toContact } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { reply } from './handlers.ts'
import { accountIdFrom } from './ids.ts'

type ContactMethods =
  | 'contact.rename'
  | 'contact.remove'
  | 'contact.block'
  | 'contact.acceptKey'
  | 'contact.setServiceUse'
type ContactCommand = Extract<
  Command,
  { kind: 'renameContact' | 'removeContact' | 'blockContact' | 'acceptKey' | 'setVerified' | 'setServiceUse' }
>

/** Runs a command that answers with the contact. */
export async function changeContact(context: NodeContext, command: ContactCommand) {
  return reply(await context.submit<ContactCommand['kind']>(command), ({ contact }) => toContact(context, contact))
}

export function contactHandlers(context: NodeContext): Handlers<ContactMethods> {
  return {
    'contact.rename'({ account, petName }) {
      const cleaned = petName === null ? null : sanitizeName(petName)
      return changeContact(context, {
        kind: 'renameContact',
        account: accountIdFrom(account),
        petName: cleaned === '' ? null : cleaned,
      })
    },
    'contact.remove': ({ account }) =>
      changeContact(context, { kind: 'removeContact', account: accountIdFrom(account) }),
    'contact.block': ({ account, blocked }) =>
      changeContact(context, { kind: 'blockContact', account: accountIdFrom(account), blocked }),
    'contact.acceptKey': ({ account }) =>
      changeContact(context, { kind: 'acceptKey', account: accountIdFrom(account) }),
    'contact.setServiceUse': ({ account, use }) =>
      changeContact(context, { kind: 'setServiceUse', account: accountIdFrom(account), use }),
  }
}
