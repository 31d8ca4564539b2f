/**
 * Slots at our mailboxes: each contact's device has one, and many are nobody's. All of a day's tags are made known to a
 * mailbox when the day comes into sight, and stay: who takes a slot or gives it up is nothing that it sees, and tags of
 * two days have nothing to do with each other. PROTOCOL.md, "While a device is away".
 */
import { assert } from '../../assert.ts'
import { utf8 } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'
import type { DeviceId } from '../../ids.ts'
import { implementationLimits } from '../../limits.ts'
import type { MailGrant, MailSlotRow } from '../../ports.ts'
import { contactOf } from '../people.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import { dayOf } from './keys.ts'

const none = new Uint8Array(0)
const { mailboxTagsMax, mailboxDaysAheadMax, mailInvitesMax, mailSlotsStep, mailSlotsReserve } = implementationLimits
const { mailSlotsFreedMax, mailSlotDaysKept } = implementationLimits
const seedSizeBytes = 32

/** The secret that a slot's tags and keys come from: ours and its contact's. 32 bytes. */
export function slotKey(crypto: Crypto, { seed }: MailSlotRow): Uint8Array {
  return crypto.hkdfSha256(seed, none, utf8('waxwing/1/mail-slot'), 32)
}

/** The seed of the Ed25519 key that signs a slot's records: nobody's but ours. 32 bytes. */
export function slotSigner(crypto: Crypto, { seed }: MailSlotRow): Uint8Array {
  return crypto.hkdfSha256(seed, none, utf8('waxwing/1/mail-signer'), 32)
}

/** What whoever has the slot is told. */
export function grantOf(crypto: Crypto, row: MailSlotRow): MailGrant {
  const signer = slotSigner(crypto, row)
  const grant = { key: slotKey(crypto, row), signer: crypto.ed25519PublicKey(signer) }
  crypto.wipe(signer)
  return grant
}

/** The slot of a contact's device; null before it was given one. */
function slotOf(state: State, device: DeviceId): MailSlotRow | null {
  for (const row of state.mailSlots()) if (row.device === device) return row
  return null
}

/** Whether mailboxes know tags of the slot for this day. */
export function hasTagsOn({ fromDay, untilDay }: MailSlotRow, day: number): boolean {
  return fromDay <= day && (untilDay === null || day <= untilDay)
}

/** How many slots each day has: each that ends is followed by another. */
export function slotsPerDay(state: State): number {
  let count = 0
  for (const { untilDay } of state.mailSlots()) if (untilDay === null) count++
  return count
}

/** For how many days ahead there is room for the tags of so many slots. */
export function daysAhead(slots: number): number {
  // Two uses, also of invites; and yesterday and today beside the days ahead.
  const room = mailboxTagsMax - 2 * mailInvitesMax
  return Math.max(0, Math.min(mailboxDaysAheadMax, Math.floor(room / (2 * Math.max(1, slots))) - 2))
}

/** Adds free slots. However many they are, their seeds come out of 32 bytes of the step's entropy. */
function addSlots(turn: Turn, count: number, fromDay: number): void {
  const random = turn.entropy.take(seedSizeBytes)
  const seeds = turn.crypto.hkdfSha256(random, none, utf8('waxwing/1/mail-seeds'), count * seedSizeBytes)
  let last = -1
  for (const { slot } of turn.state.mailSlots()) last = Math.max(last, slot)
  for (let number = 0; number < count; number++) {
    const seed = seeds.slice(number * seedSizeBytes, (number + 1) * seedSizeBytes)
    turn.put({
      kind: 'putMailSlot',
      row: { slot: last + 1 + number, seed, device: null, fromDay, untilDay: null },
    })
  }
  turn.crypto.wipe(random, seeds)
}

/** Those that are nobody's, and can be given to somebody within a month: others a clock that leapt has made. */
function spareSlots(turn: Turn): readonly MailSlotRow[] {
  const within = firstDayUnseen(turn)
  return [...turn.state.mailSlots()].filter(
    ({ device, fromDay, untilDay }) => device === null && untilDay === null && fromDay <= within,
  )
}

/** Those of them whose tags mailboxes know of all days, yesterday's too: a contact's clock may be late. */
function freeSlots(turn: Turn): readonly MailSlotRow[] {
  const yesterday = Math.max(0, dayOf(turn.nowMs) - 1)
  const free = spareSlots(turn).filter((row) => row.fromDay <= yesterday)
  // Of the oldest: one that came only because our clock leapt may be unknown again.
  const oldest = Math.min(...free.map(({ fromDay }) => fromDay))
  return free.filter(({ fromDay }) => fromDay === oldest)
}

/** The first day that no mailbox has been told of. */
function firstDayUnseen(turn: Turn): number {
  return dayOf(turn.nowMs) + mailboxDaysAheadMax + 1
}

/** The slot of a contact's device, which is given one now if it has none. */
export function takeSlot(turn: Turn, device: DeviceId): MailSlotRow {
  const known = slotOf(turn.state, device)
  if (known !== null) return known
  // Only for who makes many contacts in a month: on the days that are known these are apart from the others.
  if (freeSlots(turn).length === 0) addSlots(turn, mailSlotsStep, 0)
  const free = freeSlots(turn)
  // Any: a profile that was restored from a copy would else give the next contact the very slot that it gave another
  // after the copy. It still may, once in as many as are free.
  const [high = 0, low = 0] = turn.entropy.take(2)
  const chosen = free[((high << 8) | low) % free.length]
  assert(chosen !== undefined, 'slots were added')
  // Should our clock be set back, the contact has its tags all the same.
  const row = { ...chosen, device, fromDay: 0 }
  turn.put({ kind: 'putMailSlot', row })
  // In good time, on days that come into sight with all their slots.
  if (spareSlots(turn).length < mailSlotsReserve) addSlots(turn, mailSlotsStep, firstDayUnseen(turn))
  return row
}

type Left = 'removed' | 'blocked'

/** How a device has ceased to be a contact's; null: it has not. */
function howLeft(turn: Turn, device: DeviceId): Left | null {
  const state = contactOf(turn.state, device)?.state ?? 'removed'
  return state === 'removed' || state === 'blocked' ? state : null
}

/**
 * Takes back the slots of those who are contacts no more. Their tags stay as long as mailboxes know them, and what comes
 * under them is nobody's; from then on another slot, with other tags, has their place. Who was blocked is to leave
 * nothing more from now on: those tags go at once, and a mailbox may see that they were one contact's.
 */
export function freeLeftSlots(turn: Turn): void {
  const today = dayOf(turn.nowMs)
  const left: { readonly row: MailSlotRow; readonly how: Left }[] = []
  for (const row of Array.from(turn.state.mailSlots())) {
    const isOver = row.untilDay !== null && row.untilDay < today - mailSlotDaysKept
    if (isOver) turn.put({ kind: 'removeMailSlot', slot: row.slot })
    const how = row.device === null ? null : howLeft(turn, row.device)
    if (how !== null) left.push({ row, how })
  }
  const freed = left.slice(0, mailSlotsFreedMax)
  if (freed.length === 0) return
  const fromDay = firstDayUnseen(turn)
  for (const { row, how } of freed) {
    const untilDay = how === 'blocked' ? today - 2 : fromDay - 1
    turn.put({ kind: 'putMailSlot', row: { ...row, device: null, untilDay } })
  }
  addSlots(turn, freed.length, fromDay)
}
