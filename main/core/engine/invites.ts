/** Invites: made, shown again, withdrawn; inspected and accepted. */
import type { Invite, InviteError } from '../identity/invite.ts'
import { decodeInviteText, encodeInvite, encodeInviteLink } from '../identity/invite.ts'
import { sanitizeName } from '../identity/names.ts'
import { looksLike } from '../identity/skeleton.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import { accountIdOf, deviceIdOf, inviteIdOf } from '../ids.ts'
import type { AccountId, InviteId } from '../ids.ts'
import type { ContactRow, InviteRow } from '../ports.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { suiteId } from '../session/suite.ts'
import type { CommandError, Replies } from './commands.ts'
import { queueHello } from './establish.ts'
import { inviteAddresses, inviteIn, readInviteAddresses } from './mail/invites.ts'
import { seekSoon } from './mail/rendezvous.ts'
import { contactCount, ensureConversation } from './people.ts'
import { makeBundle } from './prekeys.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

const inviteIdSizeBytes = 16
const secretSizeBytes = 32

function openInvites(state: State, nowMs: number): number {
  let open = 0
  for (const row of state.invites()) if (row.state === 'open' && nowMs < row.expiresAtMs) open++
  return open
}

export function createInvite(turn: Turn, wantedMs: number | null): Result<Replies['createInvite'], CommandError> {
  const lifetimeMs = wantedMs ?? implementationLimits.inviteLifetimeMsDefault
  const lifetimeMsMax = protocolLimits.inviteLifetimeMsMax
  if (!(lifetimeMs > 0 && lifetimeMs <= lifetimeMsMax)) {
    return err({ kind: 'inviteLifetime', got: lifetimeMs, max: lifetimeMsMax })
  }
  const got = openInvites(turn.state, turn.nowMs)
  const max = implementationLimits.openInvitesMax
  if (got >= max) return err({ kind: 'inviteLimit', got, max })

  const { identity } = turn.state
  const inviteId = inviteIdOf(turn.entropy.take(inviteIdSizeBytes))
  const secret = turn.entropy.take(secretSizeBytes)
  const expiresAtMs = turn.nowMs + lifetimeMs
  const { prekey, bundle } = makeBundle(turn, { purpose: 'invite', invite: inviteId, device: null, expiresAtMs })
  const invite: Invite = {
    suite: suiteId,
    inviteId,
    rootKey: identity.rootKey,
    deviceKey: identity.deviceKey,
    secret,
    bundleHash: turn.hash(bundle),
    expiresAtMs,
    name: turn.state.self.name,
    addresses: inviteAddresses(turn),
  }
  const row: InviteRow = {
    invite: inviteId,
    payload: encodeInvite(turn.crypto, invite),
    prekey,
    state: 'open',
    usedBy: null,
    createdAtMs: turn.nowMs,
    expiresAtMs,
  }
  turn.put({ kind: 'putInvite', row })
  turn.noticeInvite(inviteId)
  turn.follow({ kind: 'tendMailboxes' })
  return ok({ invite: row, link: encodeInviteLink(turn.crypto, invite) })
}

/** The invite, if it can still be accepted. */
function openInvite(turn: Turn, id: InviteId): Result<InviteRow, CommandError> {
  const row = turn.state.invite(id)
  if (row === null) return err({ kind: 'inviteUnknown' })
  if (row.state === 'used') return err({ kind: 'inviteUsed' })
  if (row.state === 'withdrawn') return err({ kind: 'inviteWithdrawn' })
  if (turn.nowMs >= row.expiresAtMs) return err({ kind: 'inviteExpired', expiresAtMs: row.expiresAtMs })
  return ok(row)
}

export function inviteLink(turn: Turn, id: InviteId): Result<Replies['inviteLink'], CommandError> {
  const row = openInvite(turn, id)
  if (!row.ok) return row
  return ok({ invite: row.value, link: encodeInviteLink(turn.crypto, inviteIn(turn.crypto, row.value.payload)) })
}

/** Withdrawing twice, or after the expiry, is no error: the invite can no longer be accepted. */
export function withdrawInvite(turn: Turn, id: InviteId): Result<Replies['withdrawInvite'], CommandError> {
  const row = turn.state.invite(id)
  if (row === null) return err({ kind: 'inviteUnknown' })
  if (row.state === 'used') return err({ kind: 'inviteUsed' })
  if (row.state === 'withdrawn') return ok({ invite: row })
  const invite: InviteRow = { ...row, state: 'withdrawn' }
  turn.put({ kind: 'putInvite', row: invite })
  turn.put({ kind: 'removePrekey', prekey: row.prekey })
  turn.noticeInvite(id)
  turn.follow({ kind: 'tendMailboxes' })
  return ok({ invite })
}

const errorOf: Readonly<Record<Exclude<InviteError['kind'], 'unknownVersion' | 'unknownSuite'>, CommandError>> = {
  notALink: { kind: 'inviteMalformed' },
  tooLong: { kind: 'inviteMalformed' },
  malformed: { kind: 'inviteMalformed' },
  incomplete: { kind: 'inviteIncomplete' },
}

interface Readable {
  readonly invite: Invite
  readonly account: AccountId
}

/** A device has a key of its own, is not this one, and belongs to nobody else: an invite cannot move it. */
function isPlausibleDevice(turn: Turn, invite: Invite, account: AccountId): boolean {
  const device = deviceIdOf(invite.deviceKey)
  const owner = turn.state.device(device)?.account ?? account
  return device !== turn.state.identity.device && (device as string) !== account && owner === account
}

/** The invite in a link, if it is one that this account could accept. */
function readInvite(turn: Turn, link: string): Result<Readable, CommandError> {
  const decoded = decodeInviteText(turn.crypto, link)
  if (!decoded.ok) {
    const { error } = decoded
    if (error.kind === 'unknownVersion') return err({ kind: 'inviteNewer', got: error.got, known: 1 })
    if (error.kind === 'unknownSuite') return err({ kind: 'inviteNewer', got: error.got, known: suiteId })
    return err(errorOf[error.kind])
  }
  const invite = decoded.value
  const account = accountIdOf(invite.rootKey)
  if (account === turn.state.identity.account) return err({ kind: 'inviteOwn' })
  if (!isPlausibleDevice(turn, invite, account)) return err({ kind: 'inviteMalformed' })
  if (turn.nowMs >= invite.expiresAtMs) return err({ kind: 'inviteExpired', expiresAtMs: invite.expiresAtMs })
  return ok({ invite, account })
}

function nameOf(contact: ContactRow): string {
  return contact.petName ?? contact.claimedName
}

export function inspectInvite(turn: Turn, link: string): Result<Replies['inspectInvite'], CommandError> {
  const read = readInvite(turn, link)
  if (!read.ok) return read
  const { invite, account } = read.value
  const name = sanitizeName(invite.name)
  let similar: AccountId | null = null
  for (const contact of turn.state.contacts()) {
    if (contact.account !== account && looksLike(nameOf(contact), name)) similar ??= contact.account
  }
  return ok({ account, name, expiresAtMs: invite.expiresAtMs, looksLike: similar })
}

/** A contact that waits for its invite's maker to be reached; with what the user had noted about them. */
function pendingContact(turn: Turn, { invite, account }: Readable): ContactRow {
  const known = turn.state.contact(account)
  return {
    account,
    state: 'pending',
    pendingProblem: null,
    claimedName: sanitizeName(invite.name),
    petName: known?.petName ?? null,
    descriptor: new Uint8Array(0),
    offeredDescriptor: null,
    verifiedAtMs: null,
    createdAtMs: known?.createdAtMs ?? turn.nowMs,
    lastSeenAtMs: known?.lastSeenAtMs ?? null,
    acceptedInvite: encodeInvite(turn.crypto, invite),
    lanKey: null,
  }
}

export function acceptInvite(turn: Turn, link: string): Result<Replies['acceptInvite'], CommandError> {
  const read = readInvite(turn, link)
  if (!read.ok) return read
  const { invite, account } = read.value
  const known = turn.state.contact(account)
  if (known !== null && known.state !== 'pending' && known.state !== 'removed') {
    return err({ kind: 'inviteAlreadyContact', account, state: known.state })
  }
  const max = implementationLimits.contactsMax
  const got = contactCount(turn.state)
  if (known?.state !== 'pending' && got >= max) return err({ kind: 'contactLimit', got, max })

  const contact = turn.putContact(pendingContact(turn, read.value))
  const device = deviceIdOf(invite.deviceKey)
  const before = turn.state.device(device)
  const { addresses, mailboxes } = readInviteAddresses(invite.addresses)
  turn.put({
    kind: 'putDevice',
    // By which clock these addresses are how old, nobody knows: whatever their owner says is newer.
    row: {
      device,
      account,
      certificate: before?.certificate ?? new Uint8Array(0),
      addresses,
      addressesAtMs: 0,
      toldAtMs: 0,
      services: before?.services ?? 0,
      mailboxes: mailboxes.length > 0 ? mailboxes : (before?.mailboxes ?? []),
      relays: before?.relays ?? [],
      mail: before?.mail ?? null,
      use: before?.use ?? 'auto',
    },
  })
  const conversation = ensureConversation(turn, account)
  // Who was removed has nothing of us any more that would still count.
  if (known?.state !== 'pending') queueHello(turn, device, conversation)
  turn.setFlow(device, { ask: null, renewedAtMs: null })
  turn.emit({ kind: 'peersChanged' })
  turn.follow({ kind: 'flush', device })
  if (turn.state.flow(device).path === null) seekSoon(turn, device, implementationLimits.seekInviteAfterMs)
  return ok({ contact })
}
