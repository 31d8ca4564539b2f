/** Telling our mailboxes and relays the tags of the coming days, and contacts where those are. */
import type { DeviceId } from '../../ids.ts'
import { implementationLimits } from '../../limits.ts'
import type { MailboxTag } from '../../ports.ts'
import { contactOf } from '../people.ts'
import type { OwnSetting } from '../settings.ts'
import { privacyOf } from '../settings.ts'
import { mailboxDevices, ownMailboxes, ownRecordRelays, recordRelays, servicesOf } from '../services.ts'
import type { Turn } from '../turn.ts'
import { dayOf, mailRoot, mailTagUnder } from './keys.ts'
import { inviteTags, liveInvites } from './invites.ts'
import { daysAhead, freeLeftSlots, hasTagsOn, slotKey, slotsPerDay } from './slots.ts'
import type { Fetching } from './state.ts'
import { idleFetching, mailRetryAtMs, mailWaitMs } from './state.ts'

const { mailboxTagsMax, mailboxDaysAheadMax, mailDaysKept } = implementationLimits
const uses = ['item', 'record'] as const

/** Notes what changed about fetching from a mailbox of ours. */
export function setFetching(turn: Turn, mailbox: DeviceId, facts: Partial<Fetching>): void {
  const before = turn.state.flow(mailbox).fetching ?? idleFetching
  turn.setFlow(mailbox, { fetching: { ...before, ...facts } })
}

/** How far fetching from a mailbox of ours is. */
export function fetchingAt(turn: Turn, mailbox: DeviceId): Fetching {
  return turn.state.flow(mailbox).fetching ?? idleFetching
}

/** Among the settings, though no user's: days on which tags were registered, the latest first, each of another month. */
const mailDaysKey: OwnSetting = 'engine.mailDays'

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

/** The days of which mailboxes know tags: also yesterday, for whose clock is late. */
function daysInSight(turn: Turn): { readonly from: number; readonly to: number } {
  const today = dayOf(turn.nowMs)
  return { from: Math.max(0, today - 1), to: today + daysAhead(slotsPerDay(turn.state)) }
}

function tagsAt(turn: Turn, mailbox: DeviceId, isMailbox: boolean): readonly MailboxTag[] {
  const tags: MailboxTag[] = []
  const { from, to } = daysInSight(turn)
  const owner = turn.state.identity.device
  for (const slot of turn.state.mailSlots()) {
    const key = slotKey(turn.crypto, slot)
    const root = mailRoot(turn.crypto, key)
    for (let day = from; day <= to; day++) {
      if (!hasTagsOn(slot, day)) continue
      for (const use of isMailbox ? uses : (['record'] as const)) {
        tags.push({ tag: mailTagUnder(turn.crypto, root, { key, mailbox, owner, day, use }), day, use })
      }
    }
    turn.crypto.wipe(key, root)
  }
  const ofInvites = isMailbox ? inviteTags(turn, mailbox) : []
  return [...ofInvites, ...tags].slice(0, mailboxTagsMax)
}

/** What the tags there depend on. Who has a slot is nothing of it, nor what is beyond the days that mailboxes know. */
function signature(turn: Turn, isMailbox: boolean): string {
  const { from, to } = daysInSight(turn)
  const slots = Array.from(turn.state.mailSlots(), ({ slot, fromDay, untilDay }) =>
    fromDay > to || (untilDay !== null && untilDay < from)
      ? ''
      : `${slot} ${Math.max(fromDay, from)} ${Math.min(untilDay ?? to, to)}`,
  )
  const live = isMailbox ? liveInvites(turn.state, turn.nowMs) : []
  const invites = live.map((row) => `${row.invite} ${row.state}`)
  return `${isMailbox ? 'all' : 'records'}/${from}-${to}/${slots
    .filter((one) => one !== '')
    .sort()
    .join('/')}/${invites.join('/')}`
}

/** Tells our mailboxes and relays that are connected what they should know, and contacts where those are. */
export function tendMailboxes(turn: Turn): void {
  freeLeftSlots(turn)
  const [mailboxes, relays] = [mailboxDevices(turn.state), recordRelays(turn.state)]
  for (const row of [...mailboxes, ...relays]) {
    const { device } = row
    // Also one that others took the place of since: contacts who are away leave things there yet.
    const isMailbox = servicesOf(row, privacyOf(turn.state)).mailbox
    const wanted = signature(turn, isMailbox)
    const { registered, registering, waitUntilMs } = fetchingAt(turn, device)
    const mayAsk = waitUntilMs === null || mailWaitMs(waitUntilMs, turn.nowMs) === 0
    if (turn.state.flow(device).path === null || registering || registered === wanted || !mayAsk) continue
    noteDay(turn)
    setFetching(turn, device, { registering: true, registered: wanted })
    turn.emit({ kind: 'registerTags', mailbox: device, tags: tagsAt(turn, device, isMailbox) })
  }
  const told = JSON.stringify([ownMailboxes(turn.state), ownRecordRelays(turn.state)])
  if (told === turn.state.run.keepers) return
  turn.state.setRun({ ...turn.state.run, keepers: told })
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
