/**
 * Finding each other again after both have moved: each leaves word of where it is at its own mailboxes, a sealed
 * record for each contact, and looks at those of contacts who are away. PROTOCOL.md, "Rendezvous".
 */
import { ByteWriter, decode, toHex } from '../../bytes.ts'
import type { DecodeError } from '../../bytes.ts'
import type { DeviceId } from '../../ids.ts'
import { durationsMs, implementationLimits, protocolLimits } from '../../limits.ts'
import type { ContactRow, DepositOutcome, MailboxAddress } from '../../ports.ts'
import type { Result } from '../../result.ts'
import { ownAddresses } from '../compose.ts'
import { contactOf } from '../people.ts'
import { mailboxDevices, ownMailboxes } from '../services.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import { onBundleFound, seekBundle } from './firstContact.ts'
import type { Place } from './keys.ts'
import { dayOf, mailRoot, mailTag, mailTagUnder, openFromMailbox, sealForMailbox } from './keys.ts'
import { mailboxesOf } from './leave.ts'
import { isDue } from './state.ts'
import { depositors } from './tend.ts'

const limits = implementationLimits
const version = 1

/** Where somebody was at a time of theirs. */
export interface Whereabouts {
  readonly timeMs: number
  readonly addresses: readonly string[]
}

/** version (1), time (8), number of addresses (1), and each as a text with its length. */
export function encodeWhereabouts({ timeMs, addresses }: Whereabouts): Uint8Array {
  const writer = new ByteWriter().u8(version).u64(timeMs).u8(addresses.length)
  for (const address of addresses) writer.text(address)
  return writer.done()
}

/** Word of where somebody is, read whole. */
export function decodeWhereabouts(bytes: Uint8Array): Result<Whereabouts, DecodeError> {
  return decode(bytes, (reader) => {
    reader.version('record', version)
    const timeMs = reader.u64('timeMs')
    if (timeMs > protocolLimits.timeMsMax) return reader.refuse({ kind: 'badValue', field: 'timeMs', got: timeMs })
    const got = reader.u8()
    const max = protocolLimits.addressesMax
    if (got > max) return reader.refuse({ kind: 'tooLong', field: 'addresses', got, max })
    const addresses = Array.from({ length: got }, () => reader.text('address', protocolLimits.addressSizeBytesMax))
    return { timeMs, addresses }
  })
}

// ── Leaving word ─────────────────────────────────────────────────────────────────────────────

/** The record of one contact, which only its device can open. */
function recordPlace(
  contact: ContactRow & { lanKey: Uint8Array },
  mailbox: DeviceId,
  recipient: DeviceId,
  day: number,
): Place {
  return { pairKey: contact.lanKey, mailbox, recipient, day, use: 'record' }
}

/** All that word is left under, of contacts who are away, at the mailboxes that are there. */
function placesOfRecords(
  turn: Turn,
): readonly { readonly mailbox: MailboxAddress; readonly place: Place; readonly tag: string }[] {
  const connected = new Set(
    mailboxDevices(turn.state).flatMap(({ device }) => (turn.state.flow(device).path === null ? [] : device)),
  )
  const mailboxes = ownMailboxes(turn.state).filter(({ device }) => connected.has(device))
  return depositors(turn.state).flatMap((contact) => {
    const other = turn.state.deviceOf(contact.account)
    if (other === null || turn.state.flow(other).path !== null) return []
    const root = mailRoot(turn.crypto, contact.lanKey)
    const places = mailboxes.flatMap((mailbox) => {
      if (other === mailbox.device) return []
      const place = recordPlace(contact, mailbox.device, other, dayOf(turn.nowMs))
      return { mailbox, place, tag: toHex(mailTagUnder(turn.crypto, root, place)) }
    })
    turn.crypto.wipe(root)
    return places
  })
}

/** Leaves word of where we are for the contacts who are away; those who are there are told directly. */
export function publishWhereabouts(turn: Turn): void {
  const { run } = turn.state
  const content = encodeWhereabouts({ timeMs: turn.nowMs, addresses: ownAddresses(turn) })
  // In an order that is another one every day: the place in it would say whose tag it is.
  const rest = placesOfRecords(turn).filter(({ tag }) => tag > run.publishedUpTo)
  const places = rest.toSorted((a, b) => (a.tag < b.tag ? -1 : 1)).slice(0, limits.recordsPerStepMax)
  for (const { mailbox, place } of places) {
    const tag = mailTag(turn.crypto, place)
    const record = sealForMailbox(turn.crypto, place, content, turn.entropy)
    turn.emit({ kind: 'publish', mailbox, tag, record, lifetimeMs: limits.recordLifetimeMs })
  }
  const last = places.length < rest.length ? places.at(-1) : undefined
  const publishAtMs = turn.nowMs + (last === undefined ? limits.recordRenewMs : limits.recordStepMs)
  turn.state.setRun({ ...run, publishAtMs, publishedUpTo: last?.tag ?? '' })
}

/** Soon, once our addresses have settled. */
export function publishSoon(turn: Turn): void {
  const { run } = turn.state
  const dueMs = turn.nowMs + limits.recordSettleMs
  const publishAtMs = run.publishAtMs === null ? dueMs : Math.min(run.publishAtMs, dueMs)
  turn.state.setRun({ ...run, publishAtMs, publishedUpTo: '' })
}

/** A mailbox has answered to a record; what it did not take is tried again. */
export function onPublished(turn: Turn, outcome: DepositOutcome): void {
  const { run } = turn.state
  const retryMs = turn.nowMs + limits.mailRetryMsMax
  if (outcome === 'stored' || (run.publishAtMs !== null && run.publishAtMs <= retryMs)) return
  turn.state.setRun({ ...run, publishAtMs: retryMs })
}

// ── Looking ──────────────────────────────────────────────────────────────────────────────────

/** Looks for word of a contact who is away, later and later. */
export function seek(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  const { path, seeking } = turn.state.flow(device)
  const isWanted = contact?.state === 'active' || (contact?.state === 'pending' && contact.pendingProblem === null)
  if (path !== null || contact === null || !isWanted) return turn.setFlow(device, { seeking: null })
  const attempt = (seeking?.attempt ?? 0) + 1
  const waitMs = Math.min(limits.seekRetryMs * 2 ** Math.min(attempt, 16), limits.seekRetryMsMax)
  turn.setFlow(device, { seeking: { attempt, atMs: turn.nowMs + waitMs } })
  if (contact.state === 'pending') seekBundle(turn, device, contact)
  else lookAt(turn, device, contact, dayOf(turn.nowMs))
}

function lookAt(turn: Turn, device: DeviceId, contact: ContactRow, day: number): void {
  const { lanKey } = contact
  if (lanKey === null || day < 0) return
  for (const mailbox of mailboxesOf(turn, device)) {
    const place = recordPlace({ ...contact, lanKey }, mailbox.device, turn.state.identity.device, day)
    turn.emit({ kind: 'lookup', device, mailbox, day, tag: mailTag(turn.crypto, place) })
  }
}

export interface LookedUp {
  readonly device: DeviceId
  readonly mailbox: DeviceId
  readonly day: number
  readonly record: Uint8Array | null
}

/** What lay there, if anything: newer addresses are where to dial. */
export function onLookedUp(turn: Turn, { device, mailbox, day, record }: LookedUp): void {
  const contact = contactOf(turn.state, device)
  const row = turn.state.device(device)
  if (contact?.state === 'pending') {
    if (record !== null && turn.state.flow(device).path === null)
      onBundleFound(turn, device, contact, { mailbox, record })
    return
  }
  if (contact?.state !== 'active' || contact.lanKey === null || row === null || turn.state.flow(device).path !== null)
    return
  if (record === null) {
    // They may have left word before midnight, and not be awake since.
    if (day === dayOf(turn.nowMs)) lookAt(turn, device, contact, day - 1)
    return
  }
  const place = recordPlace({ ...contact, lanKey: contact.lanKey }, mailbox, turn.state.identity.device, day)
  const content = openFromMailbox(turn.crypto, place, record)
  const found = content === null ? null : decodeWhereabouts(content)
  if (found?.ok !== true) return turn.refuse(device, 'itemRefused')
  const { addresses, timeMs } = found.value
  const saidAtMs = Math.min(timeMs, turn.nowMs + limits.aheadMsMax)
  if (saidAtMs <= row.addressesAtMs || addresses.join(' ') === row.addresses.join(' ')) return
  turn.put({ kind: 'putDevice', row: { ...row, addresses, addressesAtMs: saidAtMs } })
  turn.emit({ kind: 'peersChanged' })
}

/** A contact who parts, or was never there in this run, is looked for after a while; who is met anew, sooner. */
export function seekSoon(turn: Turn, device: DeviceId, afterMs: number = limits.seekAfterMs): void {
  if (mailboxesOf(turn, device).length === 0) return
  turn.setFlow(device, { seeking: { attempt: 0, atMs: turn.nowMs + afterMs } })
}

/** Leaving word needs no such care: the day is another one then, and tags that are registered anew bring it about. */
const isTimeToSeek = (atMs: number, nowMs: number): boolean => isDue(atMs, nowMs, limits.seekRetryMsMax)

/** How long until word is left, or looked for; null when neither is waited for. */
export function rendezvousWaitMs(state: State, nowMs: number): number | null {
  const { publishAtMs } = state.run
  const waits = publishAtMs === null ? [] : [Math.max(0, publishAtMs - nowMs)]
  for (const [, { seeking }] of state.flows()) {
    if (seeking !== null) waits.push(isTimeToSeek(seeking.atMs, nowMs) ? 0 : seeking.atMs - nowMs)
  }
  // Not a call with that many arguments.
  return waits.length === 0 ? null : waits.reduce((a, b) => Math.min(a, b), durationsMs.hour)
}

/** What of it is due. */
export function tendRendezvous(turn: Turn): void {
  const { publishAtMs } = turn.state.run
  if (publishAtMs !== null && publishAtMs <= turn.nowMs) turn.follow({ kind: 'publishWhereabouts' })
  let due = 0
  for (const [device, { seeking }] of Array.from(turn.state.flows())) {
    if (seeking === null || !isTimeToSeek(seeking.atMs, turn.nowMs)) continue
    // No more visits are made at once: those of whom there was no room for would be looked for last for ever.
    const round = Math.floor(due++ / limits.seeksPerTickMax)
    if (round === 0) turn.follow({ kind: 'seek', device })
    else turn.setFlow(device, { seeking: { ...seeking, atMs: turn.nowMs + round * limits.seekRoundMs } })
  }
}
