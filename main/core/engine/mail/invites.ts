/**
 * A first contact while the maker of the invite sleeps: its bundle lies in their mailboxes under a tag that only the
 * invite's secret tells, and so may the first envelopes. PROTOCOL.md, "Invites and mailboxes".
 */
import { ByteWriter, concat, decode, fromHex, utf8 } from '../../bytes.ts'
import type { DecodeError } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'
import { decodeInvite } from '../../identity/invite.ts'
import type { Invite } from '../../identity/invite.ts'
import type { DeviceId } from '../../ids.ts'
import { deviceIdOf, idBytes } from '../../ids.ts'
import { durationsMs, implementationLimits, protocolLimits } from '../../limits.ts'
import type { ContactRow, InviteRow, MailboxAddress, MailboxTag } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { assert } from '../../assert.ts'
import type { BundleStatus } from '../../wire/frame.ts'
import { ownAddresses } from '../compose.ts'
import { ownMailboxes } from '../services.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import type { Place } from './keys.ts'
import { dayOf, mailTag, sealForMailbox } from './keys.ts'

const none = new Uint8Array(0)
const version = 1
const problems = { unknown: 1, used: 2, expired: 3, withdrawn: 4 } as const
const addressStart = '/waxwing-mailbox/'
/** An invite is used once: what lies under its tags needs no other tag each day. */
const noDay = 0

// ── Mailboxes among the addresses of an invite ───────────────────────────────────────────────

/** Where an invite's maker can be reached: directly, through relays, and by mailboxes, of each a few. */
export function inviteAddresses(turn: Turn): readonly string[] {
  const max = protocolLimits.addressesMax
  const mailboxes = ownMailboxes(turn.state).flatMap(({ device, addresses: [address] }) => {
    const text = address === undefined ? '' : `${addressStart}${device}${address}`
    return text === '' || utf8(text).length > protocolLimits.addressSizeBytesMax ? [] : [text]
  })
  const own = ownAddresses(turn)
  const relayed = own.filter((address) => address.includes('/p2p-circuit')).slice(0, 3)
  const direct = own.filter((address) => !address.includes('/p2p-circuit'))
  return [...direct.slice(0, max - relayed.length - mailboxes.length), ...relayed, ...mailboxes]
}

/** An invite's addresses, and its mailboxes apart. */
export function readInviteAddresses(addresses: readonly string[]): {
  readonly addresses: readonly string[]
  readonly mailboxes: readonly MailboxAddress[]
} {
  const mailboxes = new Map<DeviceId, string[]>()
  const others: string[] = []
  for (const address of addresses) {
    if (!address.startsWith(addressStart)) {
      others.push(address)
      continue
    }
    const key = fromHex(address.slice(addressStart.length, addressStart.length + 64))
    const where = address.slice(addressStart.length + 64)
    if (!key.ok || key.value.length !== 32 || !where.startsWith('/')) continue
    const device = deviceIdOf(key.value)
    mailboxes.set(device, [...(mailboxes.get(device) ?? []), where].slice(0, protocolLimits.mailboxAddressesMax))
  }
  const named = [...mailboxes].map(([device, where]) => ({ device, addresses: where }))
  return { addresses: others, mailboxes: named.slice(0, protocolLimits.mailboxesMax) }
}

// ── Places ───────────────────────────────────────────────────────────────────────────────────

/** What the holders of an invite derive tags and keys from, in place of the key of a slot. 32 bytes. */
function inviteKey(crypto: Crypto, secret: Uint8Array): Uint8Array {
  return crypto.hkdfSha256(secret, none, utf8('waxwing/1/invite-mailbox'), 32)
}

/** Where the maker's bundle lies (`record`), and where what is said with it is left (`item`). */
export function invitePlace(crypto: Crypto, invite: Invite, mailbox: DeviceId, use: Place['use']): Place {
  const owner = deviceIdOf(invite.deviceKey)
  return { key: inviteKey(crypto, invite.secret), mailbox, owner, day: noDay, use }
}

/** An invite as it was stored with its row. */
export function inviteIn(crypto: Crypto, payload: Uint8Array): Invite {
  const invite = decodeInvite(crypto, payload)
  assert(invite.ok, 'a stored invite does not decode')
  return invite.value
}

/** The invite by which a contact is being reached who has not answered in the session yet; null when there is none. */
export function openInviteOf(turn: Turn, contact: ContactRow): Invite | null {
  return contact.acceptedInvite === null ? null : inviteIn(turn.crypto, contact.acceptedInvite)
}

/** Our invites that have not expired, the newest first: under the tags of each something may have been left. */
export function unexpiredInvites(state: State, nowMs: number): readonly InviteRow[] {
  const live = [...state.invites()].filter((row) => nowMs < row.expiresAtMs)
  return live.sort((a, b) => b.createdAtMs - a.createdAtMs || (a.invite < b.invite ? -1 : 1))
}

/** Those of them that our mailboxes know of: what became of the others is told as long. */
export function liveInvites(state: State, nowMs: number): readonly InviteRow[] {
  return unexpiredInvites(state, nowMs).slice(0, implementationLimits.mailInvitesMax)
}

/** The tags of our invites at a mailbox. */
export function inviteTags(turn: Turn, mailbox: DeviceId): readonly MailboxTag[] {
  const last = dayOf(turn.nowMs) + implementationLimits.mailboxDaysAheadMax
  return liveInvites(turn.state, turn.nowMs).flatMap((row) => {
    const invite = inviteIn(turn.crypto, row.payload)
    const day = Math.min(dayOf(row.expiresAtMs), last)
    const uses = row.state === 'open' ? (['item', 'record'] as const) : (['record'] as const)
    return uses.map((use) => ({ tag: mailTag(turn.crypto, invitePlace(turn.crypto, invite, mailbox, use)), day, use }))
  })
}

// ── What lies there ──────────────────────────────────────────────────────────────────────────

/** version (1), status (1), and for `ok` (0) the offer with its length. */
export function encodeInviteRecord(status: BundleStatus): Uint8Array {
  const writer = new ByteWriter().u8(version)
  if (status.kind === 'ok') return writer.u8(0).prefixed(status.bundle).done()
  assert(status.kind !== 'busy', 'a record is never busy')
  return writer.u8(problems[status.kind]).done()
}

/** What lies for an invite at a mailbox, read whole. */
export function decodeInviteRecord(bytes: Uint8Array): Result<BundleStatus, DecodeError> {
  return decode(bytes, (reader): BundleStatus => {
    reader.version('record', version)
    const code = reader.u8()
    if (code === 0) return { kind: 'ok', bundle: reader.prefixed('bundle', protocolLimits.bundleReplySizeBytesMax) }
    for (const kind of ['unknown', 'used', 'expired', 'withdrawn'] as const)
      if (problems[kind] === code) return { kind }
    return reader.refuse({ kind: 'badValue', field: 'status', got: code })
  })
}

/** Leaves the bundles of our invites at a mailbox, or why there is none any more. */
export function publishInvites(turn: Turn, mailbox: MailboxAddress, statusOf: (row: InviteRow) => BundleStatus): void {
  for (const row of liveInvites(turn.state, turn.nowMs)) {
    const place = invitePlace(turn.crypto, inviteIn(turn.crypto, row.payload), mailbox.device, 'record')
    turn.emit({
      kind: 'publish',
      mailbox,
      tag: mailTag(turn.crypto, place),
      record: sealForMailbox(turn.crypto, place, encodeInviteRecord(statusOf(row)), turn.entropy),
      lifetimeMs: Math.min(row.expiresAtMs - turn.nowMs, 30 * durationsMs.day),
    })
  }
}

/** Whoever uses an invite says in the item which device they are: their first envelope must prove it. */
export function withSender(turn: Turn, frame: Uint8Array): Uint8Array {
  return concat(idBytes(turn.state.identity.device), frame)
}

/** Who left an item of an invite, by its own word, and the frame; null when there is none. */
export function splitSender(content: Uint8Array): { readonly device: DeviceId; readonly frame: Uint8Array } | null {
  if (content.length <= 32) return null
  return { device: deviceIdOf(content.slice(0, 32)), frame: content.subarray(32) }
}
