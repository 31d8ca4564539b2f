/**
 * Finding each other again after both have moved: each leaves word of where it is at its own mailboxes and
 * relays, a sealed record for each contact, and looks at those of contacts who are away. PROTOCOL.md, "Rendezvous".
 */
import { toHex, utf8 } from '../../bytes.ts'
import type { DeviceId } from '../../ids.ts'
import { durationsMs, implementationLimits } from '../../limits.ts'
import type { DepositOutcome, MailSlotRow, MailboxAddress } from '../../ports.ts'
import { ownAddresses } from '../compose.ts'
import { contactOf } from '../people.ts'
import { ownMailboxes, ownRecordRelays } from '../services.ts'
import type { State } from '../state.ts'
import type { Turn } from '../turn.ts'
import { onBundleFound, seekBundle } from './firstContact.ts'
import type { Place } from './keys.ts'
import { dayOf, mailRoot, mailTag, mailTagUnder, openFromMailbox, sealForMailbox } from './keys.ts'
import { keepersOf } from './leave.ts'
import { isDue } from './state.ts'
import { hasTagsOn, slotKey, slotSigner } from './slots.ts'
import { fetchingAt } from './tend.ts'
import { decodeWhereabouts, encodeWhereabouts, whereaboutsSizeBytes } from './whereabouts.ts'
import type { Whereabouts } from './whereabouts.ts'

const limits = implementationLimits

// ── Leaving word ─────────────────────────────────────────────────────────────────────────────

/** A record that is to be left, under a tag of one slot. */
interface Leaf {
  readonly mailbox: MailboxAddress
  readonly slot: MailSlotRow
  /** Whom it is for; null: it is for nobody, and says so to nobody. */
  readonly reader: DeviceId | null
  readonly place: Place
  readonly tag: string
}

/** Whether it is there, and has taken our tags. */
function knowsTags(turn: Turn, keeper: DeviceId): boolean {
  const { registered, registering } = fetchingAt(turn, keeper)
  return turn.state.flow(keeper).path !== null && registered !== null && !registering
}

/**
 * Something lies under every slot's tag, whether its contact is away, is there, or there is none: what keeps it does not
 * see which.
 */
function leaves(turn: Turn): readonly Leaf[] {
  const keepers = [...ownMailboxes(turn.state), ...ownRecordRelays(turn.state)]
  const mailboxes = keepers.filter(({ device }) => knowsTags(turn, device))
  const [owner, day] = [turn.state.identity.device, dayOf(turn.nowMs)]
  return Array.from(turn.state.mailSlots()).flatMap((slot) => {
    if (!hasTagsOn(slot, day)) return []
    const isRead = slot.device !== null && contactOf(turn.state, slot.device)?.state === 'active'
    const key = slotKey(turn.crypto, slot)
    const root = mailRoot(turn.crypto, key)
    const found = mailboxes.map((mailbox): Leaf => {
      const place: Place = { key, mailbox: mailbox.device, owner, day, use: 'record' }
      const reader = isRead && slot.device !== mailbox.device ? slot.device : null
      return { mailbox, slot, reader, place, tag: toHex(mailTagUnder(turn.crypto, root, place)) }
    })
    turn.crypto.wipe(root)
    return found
  })
}

/** Of one that is for nobody only the size is true: it is nothing, sealed with a key that is forgotten at once. */
function noiseFor(turn: Turn, { place, tag }: Leaf, said: Whereabouts, noiseKey: Uint8Array): Uint8Array {
  const key = turn.crypto.hmacSha256(noiseKey, utf8(tag))
  const nothing = new Uint8Array(whereaboutsSizeBytes(said))
  const noise = sealForMailbox(turn.crypto, { ...place, key }, nothing, turn.entropy)
  turn.crypto.wipe(key)
  return noise
}

function recordFor(turn: Turn, leaf: Leaf, said: Whereabouts, noiseKey: Uint8Array): Uint8Array {
  const { slot, reader, place } = leaf
  if (reader === null) return noiseFor(turn, leaf, said, noiseKey)
  const signer = slotSigner(turn.crypto, slot)
  const content = encodeWhereabouts(turn.crypto, said, { author: place.owner, reader }, signer)
  turn.crypto.wipe(signer)
  return sealForMailbox(turn.crypto, place, content, turn.entropy)
}

/** Leaves word of where we are for all contacts: those who are there may part. */
export function publishWhereabouts(turn: Turn): void {
  const { run } = turn.state
  const said = { timeMs: turn.nowMs, addresses: ownAddresses(turn) }
  const noiseKey = turn.entropy.take(32)
  const all = leaves(turn)
  // In an order that is another one every day: the place in it would say whose tag it is.
  const rest = all.filter(({ tag }) => tag > run.publishedUpTo)
  const some = rest.toSorted((a, b) => (a.tag < b.tag ? -1 : 1)).slice(0, limits.recordsPerStepMax)
  for (const leaf of some) {
    const tag = mailTag(turn.crypto, leaf.place)
    const record = recordFor(turn, leaf, said, noiseKey)
    turn.emit({ kind: 'publish', mailbox: leaf.mailbox, tag, record, lifetimeMs: limits.recordLifetimeMs })
  }
  turn.crypto.wipe(noiseKey, ...all.map(({ place }) => place.key))
  const last = some.length < rest.length ? some.at(-1) : undefined
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
  else {
    // They may have left word before midnight, and not be awake since. One after the other from one place, both days’ tags
    // would be known to belong together.
    const day = dayOf(turn.nowMs) - (attempt % 2 === 0 ? 1 : 0)
    for (const mailbox of keepersOf(turn, device)) lookAt(turn, device, mailbox, day)
  }
}

/** Where a contact's device leaves word for us at this mailbox of its; null before it has said with which key. */
function placeOfWord(turn: Turn, device: DeviceId, mailbox: DeviceId, day: number): Place | null {
  const grant = turn.state.device(device)?.mail ?? null
  return grant === null ? null : { key: grant.key, mailbox, owner: device, day, use: 'record' }
}

function lookAt(turn: Turn, device: DeviceId, mailbox: MailboxAddress, day: number): void {
  const place = day < 0 ? null : placeOfWord(turn, device, mailbox.device, day)
  if (place !== null) turn.emit({ kind: 'lookup', device, mailbox, day, tag: mailTag(turn.crypto, place) })
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
  const place = placeOfWord(turn, device, mailbox, day)
  if (contact?.state !== 'active' || row === null || row.mail === null || place === null) return
  if (turn.state.flow(device).path !== null) return
  const content = record === null ? null : openFromMailbox(turn.crypto, place, record)
  // What is not for us is nobody's.
  if (content === null) return
  const parties = { author: device, reader: turn.state.identity.device }
  const found = decodeWhereabouts(turn.crypto, content, parties, row.mail.signer)
  if (!found.ok) return turn.refuse(device, 'itemRefused')
  const { addresses, timeMs } = found.value
  const saidAtMs = Math.min(timeMs, turn.nowMs + limits.aheadMsMax)
  if (saidAtMs <= row.addressesAtMs || addresses.join(' ') === row.addresses.join(' ')) return
  turn.put({ kind: 'putDevice', row: { ...row, addresses, addressesAtMs: saidAtMs } })
  turn.emit({ kind: 'peersChanged' })
}

/** A contact who parts, or was never there in this run, is looked for after a while; who is met anew, sooner. */
export function seekSoon(turn: Turn, device: DeviceId, afterMs: number = limits.seekAfterMs): void {
  if (keepersOf(turn, device).length === 0) return
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
