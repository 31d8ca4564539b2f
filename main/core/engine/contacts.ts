/** What the user decides about contacts, and what happens when a contact's key is another one. */
import { utf8 } from '../bytes.ts'
import type { PublicIdentity } from '../identity/account.ts'
import { verifyDescriptor } from '../identity/descriptor.ts'
import { sanitizeName } from '../identity/names.ts'
import { assert } from '../assert.ts'
import { protocolLimits } from '../limits.ts'
import type { AccountId } from '../ids.ts'
import type { ContactRow } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CommandError, CommandOf, Replies } from './commands.ts'
import { lanKey } from './keys.ts'
import { rewind } from './flush.ts'
import { forgetStash } from './stash.ts'
import type { Turn } from './turn.ts'

type ContactReply = Result<{ readonly contact: ContactRow }, CommandError>

function contactNamed(turn: Turn, account: AccountId): Result<ContactRow, CommandError> {
  const contact = turn.state.contact(account)
  return contact === null ? err({ kind: 'contactUnknown' }) : ok(contact)
}

/** The name as it will be shown, if it fits. */
export function checkName(name: string): Result<string, CommandError> {
  const got = utf8(name).length
  const max = protocolLimits.nameSizeBytesMax
  return got > max ? err({ kind: 'nameTooLong', got, max }) : ok(sanitizeName(name))
}

/** What we tell contacts of ourselves is another thing now. */
function introduceAnew(turn: Turn): void {
  for (const [device, flow] of turn.state.flows()) {
    if (flow.path !== null) turn.follow({ kind: 'introduce', device })
  }
}

export function renameSelf(turn: Turn, name: string): Result<Replies['renameSelf'], CommandError> {
  const checked = checkName(name)
  if (!checked.ok) return checked
  const self = { ...turn.state.self, name: checked.value }
  turn.put({ kind: 'putSelf', row: self })
  turn.notice({ kind: 'self' })
  introduceAnew(turn)
  return ok({ self })
}

export function renameContact(turn: Turn, command: CommandOf<'renameContact'>): ContactReply {
  const contact = contactNamed(turn, command.account)
  if (!contact.ok) return contact
  const name = command.petName === null ? ok(null) : checkName(command.petName)
  if (!name.ok) return name
  // A name of nothing visible is no name.
  return ok({ contact: turn.putContact({ ...contact.value, petName: name.value === '' ? null : name.value }) })
}

/**
 * Takes what the contact's device does for others, or leaves it. Those who are connected are told at once
 * where we can be reached and where messages for us can be left from now on.
 */
export function setServiceUse(turn: Turn, command: CommandOf<'setServiceUse'>): ContactReply {
  const contact = contactNamed(turn, command.account)
  if (!contact.ok) return contact
  const { account, state } = contact.value
  const device = turn.state.deviceOf(account)
  const row = device === null ? null : turn.state.device(device)
  if (row === null) return err({ kind: 'contactNotReady', state })
  if (row.use === command.use) return ok({ contact: contact.value })
  turn.put({ kind: 'putDevice', row: { ...row, use: command.use } })
  turn.noticeContact(account)
  turn.emit({ kind: 'peersChanged' })
  introduceAnew(turn)
  return ok({ contact: contact.value })
}

export function setVerified(turn: Turn, command: CommandOf<'setVerified'>): ContactReply {
  const contact = contactNamed(turn, command.account)
  if (!contact.ok) return contact
  const { state } = contact.value
  if (command.verified && state !== 'active') return err({ kind: 'contactNotReady', state })
  const verifiedAtMs = command.verified ? turn.nowMs : null
  return ok({ contact: turn.putContact({ ...contact.value, verifiedAtMs }) })
}

/** Another identity key under the same root: nothing is sent or taken until the user says so. */
export function changeKey(turn: Turn, offered: PublicIdentity): void {
  const contact = turn.state.contact(offered.account)
  assert(contact !== null, 'only a contact can change its key')
  turn.putContact({
    ...contact,
    state: 'keyChanged',
    verifiedAtMs: null,
    offeredDescriptor: offered.descriptor,
  })
  turn.notice({ kind: 'warning', warning: { kind: 'keyChanged', account: contact.account } })
  turn.emit({ kind: 'peersChanged' })
  const device = turn.state.deviceOf(contact.account)
  if (device === null) return
  // Theirs are of the old key, and ours were for who had it.
  forgetStash(turn, device)
  turn.emit({ kind: 'disconnect', device })
}

/** Takes the offered key: the old sessions are over, a new one is begun at the next contact. */
export function acceptKey(turn: Turn, account: AccountId): ContactReply {
  const contact = contactNamed(turn, account)
  if (!contact.ok) return contact
  const { state, offeredDescriptor } = contact.value
  if (state !== 'keyChanged' || offeredDescriptor === null) return err({ kind: 'contactNotReady', state })
  const offered = verifyDescriptor(turn.crypto, offeredDescriptor)
  assert(offered.ok, 'a stored descriptor does not verify')
  const device = turn.state.deviceOf(account)
  if (device !== null) {
    for (const row of turn.state.sessionsOf(device)) {
      turn.put({ kind: 'removeSession', device, session: row.session })
    }
    rewind(turn, device)
    turn.follow({ kind: 'flush', device })
  }
  const accepted = turn.putContact({
    ...contact.value,
    state: 'active',
    descriptor: offeredDescriptor,
    offeredDescriptor: null,
    lanKey: lanKey(turn.crypto, turn.state.identity, offered.value),
  })
  turn.emit({ kind: 'peersChanged' })
  return ok({ contact: accepted })
}

function part(turn: Turn, contact: ContactRow, state: 'removed' | 'blocked'): ContactRow {
  const device = turn.state.deviceOf(contact.account)
  if (device !== null) {
    forgetStash(turn, device)
    turn.emit({ kind: 'disconnect', device })
  }
  turn.emit({ kind: 'peersChanged' })
  return turn.putContact({ ...contact, state, acceptedInvite: null, pendingProblem: null, offeredDescriptor: null })
}

/** Nothing more is sent to or taken from them; what waits for them stays unsent. */
export function removeContact(turn: Turn, account: AccountId): ContactReply {
  const contact = contactNamed(turn, account)
  if (!contact.ok) return contact
  if (contact.value.state === 'blocked') return err({ kind: 'contactNotReady', state: 'blocked' })
  return ok({ contact: part(turn, contact.value, 'removed') })
}

/** Unblocked, a contact is removed: to talk again takes a new invite. */
export function blockContact(turn: Turn, command: CommandOf<'blockContact'>): ContactReply {
  const contact = contactNamed(turn, command.account)
  if (!contact.ok) return contact
  if (command.blocked) return ok({ contact: part(turn, contact.value, 'blocked') })
  if (contact.value.state !== 'blocked') return contact.ok ? ok({ contact: contact.value }) : contact
  return ok({ contact: turn.putContact({ ...contact.value, state: 'removed' }) })
}
