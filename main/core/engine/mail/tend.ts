/** Looking after our mailboxes: they know the tags of the coming days, and nobody else's. */
import { toHex } from '../../bytes.ts'
import type { DeviceId } from '../../ids.ts'
import { implementationLimits } from '../../limits.ts'
import type { ContactRow, MailboxTag } from '../../ports.ts'
import { contactOf } from '../people.ts'
import { mailboxDevices, ownMailboxes } from '../services.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import { dayOf, mailTag } from './keys.ts'
import { inviteTags, liveInvites } from './invites.ts'
import type { Fetching } from './state.ts'
import { idleFetching, mailRetryAtMs, mailWaitMs } from './state.ts'

const { mailboxTagsMax, mailboxDaysAheadMax, mailDaysKept } = implementationLimits

/** Notes what changed about fetching from a mailbox of ours. */
export function setFetching(turn: Turn, mailbox: DeviceId, facts: Partial<Fetching>): void {
  const before = turn.state.flow(mailbox).fetching ?? idleFetching
  turn.setFlow(mailbox, { fetching: { ...before, ...facts } })
}

/** How far fetching from a mailbox of ours is. */
export function fetchingAt(turn: Turn, mailbox: DeviceId): Fetching {
  return turn.state.flow(mailbox).fetching ?? idleFetching
}

/** The contacts who may leave something for us. */
export function depositors(state: State): readonly (ContactRow & { readonly lanKey: Uint8Array })[] {
  const found: (ContactRow & { readonly lanKey: Uint8Array })[] = []
  for (const contact of state.contacts()) {
    const { lanKey } = contact
    if (contact.state === 'active' && lanKey !== null) found.push({ ...contact, lanKey })
  }
  return found
}

/** For how many days ahead there is room, so many being contacts. */
export function daysAhead(contacts: number): number {
  // Two uses, and yesterday and today beside the days ahead.
  return Math.max(0, Math.min(mailboxDaysAheadMax, Math.floor(mailboxTagsMax / (2 * Math.max(1, contacts))) - 2))
}

/** Among the settings, though no user's: days on which tags were registered, the latest first, each of another month. */
const mailDaysKey = 'engine.mailDays'

/** Days around which mailboxes know tags of ours: today, and what the clock said when it said something else. */
export function daysRegistered(turn: Turn): readonly number[] {
  const today = dayOf(turn.nowMs)
  const kept = turn.state.setting(mailDaysKey)
  const days = typeof kept === 'string' ? kept.split(' ').map(Number).filter(Number.isSafeInteger) : []
  const others = days.filter((day) => Math.abs(day - today) > mailboxDaysAheadMax)
  return [today, ...others].slice(0, mailDaysKept)
}

function noteDay(turn: Turn): void {
  const value = daysRegistered(turn).join(' ')
  if (value !== turn.state.setting(mailDaysKey)) turn.put({ kind: 'putSetting', key: mailDaysKey, value })
}

function tagsAt(turn: Turn, mailbox: DeviceId): readonly MailboxTag[] {
  const tags: MailboxTag[] = []
  const today = dayOf(turn.nowMs)
  const recipient = turn.state.identity.device
  const contacts = depositors(turn.state)
  for (const { lanKey: pairKey, account } of contacts) {
    const other = turn.state.deviceOf(account)
    if (other === null || other === mailbox) continue
    for (let day = Math.max(0, today - 1); day <= today + daysAhead(contacts.length); day++) {
      // Items are left for us; word of where we are is left by us, for the other.
      const places = [
        { pairKey, mailbox, recipient, day, use: 'item' },
        { pairKey, mailbox, recipient: other, day, use: 'record' },
      ] as const
      for (const place of places) tags.push({ tag: mailTag(turn.crypto, place), day, use: place.use })
    }
  }
  return [...inviteTags(turn, mailbox), ...tags].slice(0, mailboxTagsMax)
}

/** What the tags depend on. */
function signature(turn: Turn): string {
  const contacts = depositors(turn.state).map(({ account, lanKey }) => `${account} ${toHex(lanKey.subarray(0, 4))}`)
  const invites = liveInvites(turn.state, turn.nowMs).map((row) => `${row.invite} ${row.state}`)
  return `${dayOf(turn.nowMs)}/${contacts.join('/')}/${invites.join('/')}`
}

/** Tells the mailboxes of ours that are connected what they should know, and contacts where those are. */
export function tendMailboxes(turn: Turn): void {
  const mailboxes = mailboxDevices(turn.state)
  const wanted = mailboxes.length === 0 ? '' : signature(turn)
  for (const { device } of mailboxes) {
    const { registered, registering, waitUntilMs } = fetchingAt(turn, device)
    const mayAsk = waitUntilMs === null || mailWaitMs(waitUntilMs, turn.nowMs) === 0
    if (turn.state.flow(device).path === null || registering || registered === wanted || !mayAsk) continue
    noteDay(turn)
    setFetching(turn, device, { registering: true, registered: wanted })
    turn.emit({ kind: 'registerTags', mailbox: device, tags: tagsAt(turn, device) })
  }
  const told = JSON.stringify(ownMailboxes(turn.state))
  if (told === turn.state.run.mailboxes) return
  turn.state.setRun({ ...turn.state.run, mailboxes: told })
  for (const [device, flow] of turn.state.flows()) {
    if (flow.path !== null && contactOf(turn.state, device) !== null) turn.follow({ kind: 'introduce', device })
  }
}

/** A mailbox has answered to our tags; what it did not take is tried again. */
export function onRegistered(turn: Turn, mailbox: DeviceId, outcome: 'done' | 'refused' | 'notConnected'): void {
  const { attempt } = fetchingAt(turn, mailbox)
  if (outcome === 'done') {
    setFetching(turn, mailbox, { registering: false, attempt: 0, waitUntilMs: null })
    turn.follow({ kind: 'tendMailboxes' })
    turn.follow({ kind: 'publishSoon' })
    turn.follow({ kind: 'publishInvites', mailbox })
    return turn.follow({ kind: 'fetch', mailbox })
  }
  const waitUntilMs = mailRetryAtMs(attempt, turn.nowMs)
  setFetching(turn, mailbox, { registering: false, registered: null, attempt: attempt + 1, waitUntilMs })
}
