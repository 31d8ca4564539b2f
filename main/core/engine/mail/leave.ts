/** What waits for a contact who is away is left in their mailboxes: the very bytes that would go over the stream. */
import { protocolLimits, implementationLimits } from '../../limits.ts'
import type { DeviceId, EnvelopeId } from '../../ids.ts'
import type { ContactRow, DepositOutcome, MailboxAddress, OutboxRow } from '../../ports.ts'
import { needsRenewal } from '../../session/session.ts'
import { encodeFrame } from '../../wire/frame.ts'
import type { Frame } from '../../wire/frame.ts'
import { advanceDelivery } from '../compose.ts'
import { hasElapsed } from '../flow.ts'
import { contactOf } from '../people.ts'
import { sealRows } from '../sealing.ts'
import { activeSession, sessionIn } from '../sessions.ts'
import { beginFromStash, withoutTakenBack } from '../stash.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import { invitePlace, openInviteOf, withSender } from './invites.ts'
import type { Place } from './keys.ts'
import { dayOf, mailTag, sealForMailbox } from './keys.ts'
import type { Leaving, MailRefusal, Owed } from './state.ts'
import { idleLeaving, mailRetryAtMs, mailWaitMs } from './state.ts'

const { depositWindowItems, mailItemLifetimeMs, mailOwedMax, mailRetryMsMax, leaveAfterMs } = implementationLimits

function leavingAt(turn: Turn, device: DeviceId, mailbox: DeviceId): Leaving {
  return turn.state.flow(device).leaving.find((one) => one.mailbox === mailbox) ?? idleLeaving(mailbox, null)
}

function setLeaving(turn: Turn, device: DeviceId, leaving: Leaving): void {
  const others = turn.state.flow(device).leaving.filter((one) => one.mailbox !== leaving.mailbox)
  // Whoever names other mailboxes again and again is remembered with the last of them.
  const named = new Set(mailboxesOf(turn, device).map((mailbox) => mailbox.device))
  turn.setFlow(device, { leaving: [...others, leaving].filter(({ mailbox }) => named.has(mailbox)) })
}

/** The mailboxes of a device, ourselves and the device itself excepted. */
export function mailboxesOf(turn: Turn, device: DeviceId): readonly MailboxAddress[] {
  const named = turn.state.device(device)?.mailboxes ?? []
  return named
    .filter((mailbox) => mailbox.device !== device && mailbox.device !== turn.state.identity.device)
    .slice(0, protocolLimits.mailboxesMax)
}

/** Where a device leaves word of itself: its mailboxes, and relays. */
export function keepersOf(turn: Turn, device: DeviceId): readonly MailboxAddress[] {
  const mailboxes = mailboxesOf(turn, device)
  const known = new Set([device, turn.state.identity.device, ...mailboxes.map((one) => one.device)])
  const relays = (turn.state.device(device)?.relays ?? []).filter((one) => !known.has(one.device))
  return [...mailboxes, ...relays.slice(0, protocolLimits.recordRelaysMax)]
}

/** Whether something waits for a device that is away, and we know with which key it can be left at its mailboxes. */
export function mayLeave(turn: Turn, device: DeviceId): boolean {
  const flow = turn.state.flow(device)
  const contact = contactOf(turn.state, device)
  if (flow.path !== null || contact?.state !== 'active') return false
  if (contact.acceptedInvite === null && (turn.state.device(device)?.mail ?? null) === null) return false
  return turn.state.depth(device).rows > 0 || flow.owed.length > 0
}

/** Has every mailbox of the device be filled, now or after a moment in which they may come back. */
export function leaveSoon(turn: Turn, device: DeviceId, delayed: boolean): void {
  if (!mayLeave(turn, device)) return
  for (const mailbox of mailboxesOf(turn, device)) {
    if (delayed) setLeaving(turn, device, idleLeaving(mailbox.device, turn.nowMs + leaveAfterMs))
    else turn.follow({ kind: 'leave', device, mailbox: mailbox.device })
  }
}

/** The device has another key for what is left for it: nothing that lies there is its own any more. */
export function leaveAnew(turn: Turn, device: DeviceId): void {
  turn.setFlow(device, { leaving: [] })
  leaveSoon(turn, device, false)
}

/** What came to the device and was not taken by it lies nowhere any more: it is left once more, much later. */
export function leaveAgain(turn: Turn, row: OutboxRow): void {
  const { device } = row
  turn.put({ kind: 'putOutbox', row: { ...row, held: [] } })
  for (const mailbox of mailboxesOf(turn, device)) {
    const leaving = leavingAt(turn, device, mailbox.device)
    setLeaving(turn, device, {
      ...leaving,
      cursor: Math.min(leaving.cursor, row.order - 1),
      waitUntilMs: leaving.waitUntilMs ?? turn.nowMs + mailRetryMsMax,
    })
  }
}

/** Whatever way is found first: the session that there is, or one that is begun with what the contact gave for this. */
function hasSession(turn: Turn, device: DeviceId, contact: ContactRow): boolean {
  const active = activeSession(turn, device)
  const isGood = active !== null && !needsRenewal(sessionIn(active), turn.nowMs)
  return isGood || beginFromStash(turn, device, contact) || active !== null
}

function placeAt(turn: Turn, device: DeviceId, contact: ContactRow, mailbox: DeviceId): Place | null {
  // Until they have answered, the invite's secret is all that their mailboxes can know us by.
  const invite = openInviteOf(turn, contact)
  if (invite !== null) return invitePlace(turn.crypto, invite, mailbox, 'item')
  const grant = turn.state.device(device)?.mail ?? null
  return grant === null ? null : { key: grant.key, mailbox, owner: device, day: dayOf(turn.nowMs), use: 'item' }
}

function deposit(turn: Turn, mailbox: MailboxAddress, place: Place, frame: Frame, row: OutboxRow | null): void {
  const bytes = encodeFrame(frame)
  const contact = contactOf(turn.state, place.owner)
  const content = contact === null || contact.acceptedInvite === null ? bytes : withSender(turn, bytes)
  turn.emit({
    kind: 'deposit',
    device: place.owner,
    mailbox,
    tag: mailTag(turn.crypto, place),
    item: sealForMailbox(turn.crypto, place, content, turn.entropy),
    order: row?.order ?? null,
    envelope: row?.sealed?.envelope ?? null,
    atMs: turn.nowMs,
    told: frame.kind === 'ack' ? frame.envelopeIds : frame.kind === 'reject' ? [frame.envelopeId] : [],
  })
}

/** Of what is owed, as much as one frame tells: acknowledgments together, a refusal alone. */
function owedFrame(owed: readonly Owed[]): Frame | null {
  const [first] = owed
  if (first === undefined) return null
  if (first.kind === 'reject') return { kind: 'reject', envelopeId: first.envelope, reason: first.reason }
  const acks = owed.filter((one) => one.kind === 'ack').slice(0, protocolLimits.ackEnvelopesMax)
  return { kind: 'ack', envelopeIds: acks.map((one) => one.envelope) }
}

/** From when on what is left for the device is its own there; a time to come was said by a clock that was wrong. */
function grantedAtMs(turn: Turn, device: DeviceId): number {
  const sinceMs = turn.state.device(device)?.mail?.sinceMs ?? 0
  return sinceMs > turn.nowMs ? 0 : sinceMs
}

function isHeld(row: OutboxRow, mailbox: DeviceId, sinceMs: number, nowMs: number): boolean {
  const lasts = (atMs: number): boolean => atMs >= sinceMs && !hasElapsed(atMs, mailItemLifetimeMs, nowMs)
  return row.held.some((copy) => copy.mailbox === mailbox && lasts(copy.atMs))
}

/** Of these rows, as many as there is room for that are not there yet; and up to where no row is left out. */
function choose(
  turn: Turn,
  device: DeviceId,
  mailbox: DeviceId,
  leaving: Leaving,
  range: readonly OutboxRow[],
  room: number,
): { readonly wanted: readonly OutboxRow[]; readonly cursor: number } {
  const wanted: OutboxRow[] = []
  const sinceMs = grantedAtMs(turn, device)
  let { cursor } = leaving
  for (const row of range) {
    if (!leaving.underWay.includes(row.order) && !isHeld(row, mailbox, sinceMs, turn.nowMs)) {
      if (wanted.length === room) break
      wanted.push(row)
    }
    cursor = row.order
  }
  return { wanted, cursor }
}

/** Nothing is to be left there, so nothing is waited for. */
function forgetWait(turn: Turn, device: DeviceId, mailbox: DeviceId): void {
  const { leaving } = turn.state.flow(device)
  if (leaving.some((one) => one.mailbox === mailbox && one.waitUntilMs !== null)) {
    turn.setFlow(device, { leaving: leaving.filter((one) => one.mailbox !== mailbox) })
  }
}

function isWaiting({ waitUntilMs }: Leaving, nowMs: number): boolean {
  return waitUntilMs !== null && mailWaitMs(waitUntilMs, nowMs) > 0
}

/** Seals what waits, as far as the window allows, and sends it to one of the device's mailboxes. */
export function leave(turn: Turn, device: DeviceId, mailboxDevice: DeviceId): void {
  const contact = contactOf(turn.state, device)
  const mailbox = mailboxesOf(turn, device).find((one) => one.device === mailboxDevice)
  if (contact === null || mailbox === undefined || !mayLeave(turn, device))
    return forgetWait(turn, device, mailboxDevice)
  const place = placeAt(turn, device, contact, mailboxDevice)
  let leaving = leavingAt(turn, device, mailboxDevice)
  if (place === null || isWaiting(leaving, turn.nowMs)) return
  leaving = { ...leaving, waitUntilMs: null }
  const owed = leaving.telling ? null : owedFrame(turn.state.flow(device).owed)
  if (owed !== null) {
    deposit(turn, mailbox, place, owed, null)
    leaving = { ...leaving, telling: true }
  }
  setLeaving(turn, device, leaving)
  const room = depositWindowItems - leaving.underWay.length
  if (room <= 0 || turn.state.depth(device).orderMax <= leaving.cursor || !hasSession(turn, device, contact)) return
  const active = activeSession(turn, device)
  const range = turn.outboxRange(device, leaving.cursor, depositWindowItems)
  const chosen = choose(turn, device, mailboxDevice, leaving, range, room)
  const wanted = withoutTakenBack(turn, device, chosen.wanted)
  const ready = active === null ? [] : sealRows(turn, device, active, wanted)
  for (const row of ready) {
    if (row.sealed !== null) deposit(turn, mailbox, place, { kind: 'envelope', sealed: row.sealed.bytes }, row)
  }
  const unsealed = wanted[ready.length]
  setLeaving(turn, device, {
    ...leaving,
    cursor: unsealed === undefined ? chosen.cursor : unsealed.order - 1,
    underWay: [...leaving.underWay, ...ready.map(({ order }) => order)],
  })
  // What was there already costs no room: look further.
  if (wanted.length === 0 && range.length > 0) turn.follow({ kind: 'leave', device, mailbox: mailboxDevice })
}

/** The mailbox that took a row is noted with it, and with the message that it carries. */
function noteHeld(turn: Turn, device: DeviceId, mailbox: DeviceId, envelope: EnvelopeId, atMs: number): void {
  if (atMs < grantedAtMs(turn, device)) return
  const row = turn.state.outboxRow(device, envelope)
  if (row?.sealed?.envelope !== envelope) return
  const others = row.held.filter((copy) => copy.mailbox !== mailbox)
  turn.put({ kind: 'putOutbox', row: { ...row, held: [...others, { mailbox, atMs }] } })
  if (row.event === null || !advanceDelivery(turn, row.event, device, 'held', { via: 'mailbox', mailbox })) return
  const event = turn.state.event(row.event)
  if (event !== null) turn.noticeMessage(event.event, event.conversation)
}

export interface Deposited {
  readonly device: DeviceId
  readonly mailbox: DeviceId
  /** The row that was left, and its envelope; null for what was owed. */
  readonly order: number | null
  readonly envelope: EnvelopeId | null
  readonly outcome: DepositOutcome
  /** What was owed and told with it. */
  readonly told: readonly EnvelopeId[]
  /** When it was sealed, by our clock. */
  readonly atMs: number
}

/** A mailbox has answered. */
export function onDeposited(turn: Turn, { device, mailbox, order, envelope, outcome, told, atMs }: Deposited): void {
  if (outcome === 'stored' && envelope !== null) noteHeld(turn, device, mailbox, envelope, atMs)
  const flow = turn.state.flow(device)
  if (outcome === 'stored' && order === null) {
    turn.setFlow(device, { owed: flow.owed.filter((one) => !told.includes(one.envelope)) })
  }
  const before = leavingAt(turn, device, mailbox)
  const underWay = before.underWay.filter((one) => one !== order)
  const telling = order === null ? false : before.telling
  if (outcome === 'stored') {
    setLeaving(turn, device, { ...before, underWay, telling, attempt: 0, refusal: null })
    if (underWay.length <= depositWindowItems / 2) turn.follow({ kind: 'leave', device, mailbox })
    return
  }
  setLeaving(turn, device, {
    ...before,
    underWay,
    telling,
    cursor: order === null ? before.cursor : Math.min(before.cursor, order - 1),
    refusal: outcome,
    // Several that were under way fail together: they count once.
    attempt: before.waitUntilMs === null ? before.attempt + 1 : before.attempt,
    waitUntilMs: before.waitUntilMs ?? mailRetryAtMs(before.attempt, turn.nowMs),
  })
}

/** Why nothing is left for a device that is away; null when it is not, or a mailbox takes it. */
export function mailProblem(state: Pick<State, 'flow'>, device: DeviceId): MailRefusal | null {
  const { path, leaving } = state.flow(device)
  const refusals = leaving.map(({ refusal }) => refusal)
  return path !== null || refusals.includes(null) ? null : (refusals[0] ?? null)
}

/** Owes a device that is away an answer. */
export function owe(turn: Turn, device: DeviceId, owed: readonly Owed[]): void {
  const known = turn.state.flow(device).owed
  const fresh = owed.filter((one) => !known.some((other) => other.envelope === one.envelope))
  turn.setFlow(device, { owed: [...known, ...fresh].slice(-mailOwedMax) })
  leaveSoon(turn, device, false)
}
