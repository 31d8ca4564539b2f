/** What lies in our mailboxes is fetched, opened with the key of its slot, taken like any frame, and then removed there. */
import { fromHex, toHex } from '../../bytes.ts'
import type { DeviceId } from '../../ids.ts'
import { implementationLimits } from '../../limits.ts'
import type { InviteRow, MailSlotRow, MailboxItem } from '../../ports.ts'
import { decodeFrame } from '../../wire/frame.ts'
import type { Effect, FollowInput } from '../effects.ts'
import { idleFlow } from '../flow.ts'
import { contactOf } from '../people.ts'
import { onFrame } from '../receive.ts'
import { servicesOf } from '../services.ts'
import { privacyOf } from '../settings.ts'
import type { Turn } from '../turn.ts'
import { inviteIn, invitePlace, splitSender, unexpiredInvites } from './invites.ts'
import { mailRoot, mailTag, mailTagUnder, openFromMailbox } from './keys.ts'
import type { Place } from './keys.ts'
import { owe } from './leave.ts'
import { daysAhead, slotKey, slotsPerDay } from './slots.ts'
import type { Owed } from './state.ts'
import { mailRetryAtMs, mailWaitMs } from './state.ts'
import { daysRegistered, fetchingAt, setFetching } from './tend.ts'

const { mailItemLifetimeMs, mailBatchesMax, mailPauseMs, mailRefusedBatchesMax } = implementationLimits
const daysBack = Math.ceil(mailItemLifetimeMs / 86_400_000) + 1

/** Whether something may lie there for us: also at one that others took the place of since. */
function isOurs(turn: Turn, mailbox: DeviceId): boolean {
  const contact = contactOf(turn.state, mailbox)
  const row = turn.state.device(mailbox)
  if (contact?.state !== 'active' || row === null || turn.state.flow(mailbox).path === null) return false
  return servicesOf(row, privacyOf(turn.state)).mailbox
}

/** Asks for what lies there, unless we are at it. */
export function fetch(turn: Turn, mailbox: DeviceId): void {
  if (!isOurs(turn, mailbox)) return
  const { collecting, waitUntilMs } = fetchingAt(turn, mailbox)
  if (collecting) return setFetching(turn, mailbox, { again: true })
  if (waitUntilMs !== null && mailWaitMs(waitUntilMs, turn.nowMs) > 0) return
  setFetching(turn, mailbox, { collecting: true, again: false, waitUntilMs: null })
  turn.emit({ kind: 'collect', mailbox })
}

/** Where an item lay, and whose it is: a contact's device's, or that of whoever uses an invite; or nobody's any more. */
type Found = { readonly place: Place } & ({ readonly device: DeviceId | null } | { readonly invite: InviteRow })

/** Whether this device may say something by an invite: anybody while it is open, then who used it. */
function mayUse(turn: Turn, invite: InviteRow, device: DeviceId): boolean {
  if (invite.state !== 'used') return invite.state === 'open'
  return invite.usedBy !== null && turn.state.deviceOf(invite.usedBy) === device
}

/** The frame in an item and the device that left it; null for what no contact, nor holder of an invite, sealed. */
function openItem(
  turn: Turn,
  found: Found | undefined,
  item: Uint8Array,
): { readonly device: DeviceId; readonly frame: Uint8Array } | null {
  const content = found === undefined ? null : openFromMailbox(turn.crypto, found.place, item)
  if (found === undefined || content === null) return null
  if ('invite' in found) {
    const said = splitSender(content)
    return said !== null && mayUse(turn, found.invite, said.device) ? said : null
  }
  return found.device === null ? null : { device: found.device, frame: content }
}

/**
 * Days on which something may have been left, likely ones first; also those to come: the other's clock may be ahead. And
 * those around days that ours has said before: it may be wrong now, or have been, and what is not recognised is gone.
 */
function daysOfMail(turn: Turn, ahead: number): ReadonlySet<number> {
  const days = daysRegistered(turn).flatMap((today) => {
    const past = Array.from({ length: daysBack + 1 }, (_, count) => today - count)
    const coming = Array.from({ length: Math.max(1, ahead) }, (_, count) => today + 1 + count)
    return [...past, ...coming]
  })
  return new Set(days.filter((day) => day >= 0))
}

/** Who is heard of what lies under a slot's tags: a contact, nobody after they are one no more. */
function heardBy(turn: Turn, { device }: MailSlotRow): DeviceId | null {
  return device !== null && contactOf(turn.state, device)?.state === 'active' ? device : null
}

/** Who left an item, and when: the tag says it. */
function placesOf(turn: Turn, mailbox: DeviceId, items: readonly MailboxItem[]): ReadonlyMap<string, Found> {
  const unknown = new Set(items.map(({ tag }) => toHex(tag)))
  const places = new Map<string, Found>()
  const owner = turn.state.identity.device
  for (const row of unexpiredInvites(turn.state, turn.nowMs)) {
    if (unknown.size === 0) break
    const place = invitePlace(turn.crypto, inviteIn(turn.crypto, row.payload), mailbox, 'item')
    const tag = toHex(mailTag(turn.crypto, place))
    if (unknown.delete(tag)) places.set(tag, { place, invite: row })
  }
  const slots = Array.from(turn.state.mailSlots(), (slot) => {
    const key = slotKey(turn.crypto, slot)
    return { key, root: mailRoot(turn.crypto, key), device: heardBy(turn, slot) }
  })
  for (const day of daysOfMail(turn, daysAhead(slotsPerDay(turn.state)))) {
    if (unknown.size === 0) break
    for (const { key, root, device } of slots) {
      const place: Place = { key, mailbox, owner, day, use: 'item' }
      const tag = toHex(mailTagUnder(turn.crypto, root, place))
      if (unknown.delete(tag)) places.set(tag, { place, device })
    }
  }
  for (const { root } of slots) turn.crypto.wipe(root)
  return places
}

/** A batch came: each item becomes an input of its own, behind them what ends the batch. */
export function onCollected(
  turn: Turn,
  mailbox: DeviceId,
  batch: { readonly items: readonly MailboxItem[]; readonly more: boolean } | null,
): void {
  const { attempt } = fetchingAt(turn, mailbox)
  if (batch === null) {
    const waitUntilMs = mailRetryAtMs(attempt, turn.nowMs)
    return setFetching(turn, mailbox, { collecting: false, attempt: attempt + 1, waitUntilMs })
  }
  const places = placesOf(turn, mailbox, batch.items)
  const done: string[] = []
  let refused = 0
  for (const item of batch.items) {
    const found = places.get(toHex(item.tag))
    const opened = openItem(turn, found, item.bytes)
    const id = toHex(item.id)
    if (found !== undefined && 'device' in found && found.device === null) {
      // Of somebody who was a contact: it is no fault of the mailbox.
      done.push(id)
    } else if (opened === null) {
      // Nobody's that we know, or damaged: nothing that waiting would mend.
      turn.refuse(mailbox, 'itemRefused')
      done.push(id)
      refused = 1
    } else {
      const byInvite = found !== undefined && 'invite' in found
      const input = { kind: 'mail', mailbox, id, device: opened.device, byInvite, bytes: opened.frame } as const
      turn.emit({ kind: 'follow', input })
    }
  }
  const before = fetchingAt(turn, mailbox)
  setFetching(turn, mailbox, { attempt: 0, taken: [...before.taken, ...done], refused: before.refused + refused })
  const input = { kind: 'mailTaken', mailbox, items: batch.items.length, more: batch.more } as const
  turn.emit({ kind: 'follow', input })
}

/** What the peer would be told on the stream, and cannot be while it is away. */
function takeOwed(turn: Turn, device: DeviceId): readonly Owed[] {
  const owed: Owed[] = []
  const others: Effect[] = []
  for (const effect of turn.effects) {
    if (effect.kind === 'ack' && effect.device === device) owed.push({ kind: 'ack', envelope: effect.envelope })
    else if (effect.kind === 'send' && effect.device === device && effect.frame.kind === 'reject') {
      owed.push({ kind: 'reject', envelope: effect.frame.envelopeId, reason: effect.frame.reason })
    } else others.push(effect)
  }
  turn.effects.splice(0, turn.effects.length, ...others)
  return owed
}

export type Mail = Extract<FollowInput, { kind: 'mail' }>

/**
 * A frame by an invite, of whom it says itself that it is: whoever holds the link may say so. Unless the envelope proves
 * it, nothing is counted against that device, nor is it told anything.
 */
function onUnproven(turn: Turn, { device, bytes }: Mail): void {
  const before = turn.state.flow(device)
  onFrame(turn, device, bytes)
  if (turn.effects.some((effect) => effect.kind === 'ack' && effect.device === device)) return
  takeOwed(turn, device)
  turn.state.setFlow(device, before)
}

/** One frame that a contact left for us. What it says is done as if it had come on the stream. */
export function onMail(turn: Turn, mail: Mail): void {
  const { device, mailbox, id, byInvite, bytes } = mail
  const frame = decodeFrame(bytes)
  const kinds = byInvite ? ['envelope'] : ['envelope', 'ack', 'reject']
  if (!frame.ok || !kinds.includes(frame.value.kind)) turn.refuse(device, 'frameMalformed')
  else if (byInvite) onUnproven(turn, mail)
  else onFrame(turn, device, bytes)
  if (turn.state.flow(device).path === null) {
    const owed = takeOwed(turn, device)
    // Of a stranger nothing is remembered.
    if (contactOf(turn.state, device) === null) turn.state.setFlow(device, idleFlow)
    else if (owed.length > 0) owe(turn, device, owed)
  }
  setFetching(turn, mailbox, { taken: [...fetchingAt(turn, mailbox).taken, id] })
}

/** A batch is stored: only now the mailbox may let go of it. */
export function onMailTaken(turn: Turn, mailbox: DeviceId, items: number, more: boolean): void {
  const { taken, batches, again, refused } = fetchingAt(turn, mailbox)
  const ids = taken.flatMap((hex) => {
    const id = fromHex(hex)
    return id.ok ? [id.value] : []
  })
  if (ids.length > 0) turn.emit({ kind: 'removeItems', mailbox, ids })
  // One that offers the same for ever, or more than anybody could have left, is given a rest.
  const isOver = batches + 1 >= mailBatchesMax || refused >= mailRefusedBatchesMax
  // And what could not be stored is asked for again when the disk may have recovered.
  const tired = isOver || ids.length < items
  setFetching(turn, mailbox, {
    collecting: false,
    taken: [],
    batches: tired ? 0 : more ? batches + 1 : 0,
    refused: tired ? 0 : refused,
    waitUntilMs: tired ? turn.nowMs + mailPauseMs : null,
  })
  if ((more || again) && !tired) turn.follow({ kind: 'fetch', mailbox })
}
