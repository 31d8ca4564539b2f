/** The two ends of a first contact by way of a mailbox: leaving bundles for it, and taking one from there. */
import type { DeviceId } from '../../ids.ts'
import type { ContactRow } from '../../ports.ts'
import { beginSession, fail, inviteStatus, problemOf } from '../bundles.ts'
import { ownMailboxes } from '../services.ts'
import type { Turn } from '../turn.ts'
import { decodeInviteRecord, invitePlace, liveInvites, openInviteOf, publishInvites } from './invites.ts'
import { mailTag, openFromMailbox } from './keys.ts'
import { leaveSoon, mailboxesOf } from './leave.ts'

/** Leaves the bundles of our invites at one of our mailboxes. */
export function leaveInvites(turn: Turn, mailbox: DeviceId): void {
  const address = ownMailboxes(turn.state).find((one) => one.device === mailbox)
  if (address === undefined) return
  const open = liveInvites(turn.state, turn.nowMs).filter((row) => row.state === 'open')
  turn.state.require({ prekeys: open.map((row) => row.prekey) })
  publishInvites(turn, address, (row) => inviteStatus(turn, row))
}

/** Looks at the mailboxes that an invite names for its bundle. */
export function seekBundle(turn: Turn, device: DeviceId, contact: ContactRow): void {
  const invite = openInviteOf(turn, contact)
  if (invite === null) return
  for (const mailbox of mailboxesOf(turn, device)) {
    const place = invitePlace(turn.crypto, invite, mailbox.device, 'record')
    turn.emit({ kind: 'lookup', device, mailbox, day: place.day, tag: mailTag(turn.crypto, place) })
  }
}

/** What lay there: a session is begun with it, or the user is told why not. */
export function onBundleFound(
  turn: Turn,
  device: DeviceId,
  contact: ContactRow,
  found: { readonly mailbox: DeviceId; readonly record: Uint8Array },
): void {
  const invite = openInviteOf(turn, contact)
  if (invite === null || contact.state !== 'pending') return
  const content = openFromMailbox(turn.crypto, invitePlace(turn.crypto, invite, found.mailbox, 'record'), found.record)
  const status = content === null ? null : decodeInviteRecord(content)
  // What the secret did not seal is the mailbox's own, and says nothing of the invite.
  if (status?.ok !== true) return turn.refuse(device, 'itemRefused')
  if (status.value.kind === 'ok') {
    beginSession(turn, device, contact, status.value.bundle)
    return leaveSoon(turn, device, false)
  }
  if (status.value.kind !== 'busy') fail(turn, device, contact, problemOf[status.value.kind])
}
