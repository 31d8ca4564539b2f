/**
 * The stash: bundles that each device gives to a contact's beforehand, inside the session, so that a new one can
 * be begun while the giver is away or does not answer. PROTOCOL.md, "Prekey bundles".
 */
import { assert } from '../assert.ts'
import { equalBytes } from '../bytes.ts'
import type { Descriptor } from '../identity/descriptor.ts'
import { verifyDescriptor } from '../identity/descriptor.ts'
import { implementationLimits } from '../limits.ts'
import type { DeviceId, PrekeyId } from '../ids.ts'
import type { ContactRow, OutboxRow, PrekeyRow, StashRow } from '../ports.ts'
import { openBundle } from '../session/bundle.ts'
import { noPsk } from '../session/handshake.ts'
import { openStash } from '../session/stash.ts'
import { decodeContent } from '../wire/contents.ts'
import { begin } from './begin.ts'
import { asideContent, enqueue } from './compose.ts'
import { hasElapsed } from './flow.ts'
import { contactOf, ensureConversation } from './people.ts'
import { makeBundle, ownerOf } from './prekeys.ts'
import { activeSession, sessionIn } from './sessions.ts'
import type { Turn } from './turn.ts'

const { stashOneTimeMax, stashLifetimeMs, stashLookIntervalMs, stashPrekeysPerDeviceMax, stashWaitingMax } =
  implementationLimits

/** Of one stash: the one-time bundles, and the one of last resort. */
const stashSize = stashOneTimeMax + 1

/** An order of rows that is the same over every store. */
function byName(a: { readonly prekey: PrekeyId }, b: { readonly prekey: PrekeyId }): number {
  return a.prekey < b.prekey ? -1 : 1
}

// ── Giving ───────────────────────────────────────────────────────────────────────────────────

/** Whether what this device was given should be looked at: it costs a look into the store. */
export function isStashDue(turn: Turn, device: DeviceId): boolean {
  const { stashLookedAtMs } = turn.state.flow(device)
  return stashLookedAtMs === null || hasElapsed(stashLookedAtMs, stashLookIntervalMs, turn.nowMs)
}

/** Whether none of a stash was used, and it is good for a while yet. */
function isWhole(given: readonly PrekeyRow[], nowMs: number): boolean {
  return given.length === stashSize && !given.some((row) => hasElapsed(row.createdAtMs, stashLifetimeMs / 2, nowMs))
}

/** Earlier stashes may still be used, as their successor may be under way; the oldest of them are let go. */
function retire(turn: Turn, device: DeviceId): void {
  const rows = turn.state.prekeysOf(device)
  const last = rows.filter(({ purpose }) => purpose === 'stash')
  const earlier = rows.filter(({ purpose }) => purpose === 'replaced')
  earlier.sort((a, b) => b.createdAtMs - a.createdAtMs || byName(a, b))
  for (const row of last) turn.put({ kind: 'putPrekey', row: { ...row, purpose: 'replaced' } })
  // What was given last is let go last, whatever a clock that was set back says of its age.
  for (const { prekey } of earlier.slice(Math.max(0, stashPrekeysPerDeviceMax - stashSize - last.length))) {
    turn.put({ kind: 'removePrekey', prekey })
  }
}

/** Gives a contact's device a stash, unless it has a whole one of ours. */
export function giveStash(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  if (contact?.state !== 'active' || turn.state.depth(device).rows >= stashWaitingMax) return
  turn.state.require({ sessionsOf: [device], prekeysOf: [device] })
  const active = activeSession(turn, device)
  // A session in which nothing came back may be none to the peer: what is said in it may be lost.
  if (active === null || sessionIn(active).lastReceivedAtMs === null) return
  turn.setFlow(device, { stashLookedAtMs: turn.nowMs })
  const given = turn.state.prekeysOf(device).filter(({ purpose }) => purpose === 'stash')
  if (isWhole(given, turn.nowMs)) return
  const conversation = ensureConversation(turn, contact.account)
  retire(turn, device)
  const use = { purpose: 'stash', invite: null, device, expiresAtMs: turn.nowMs + stashLifetimeMs } as const
  const bundles: Uint8Array[] = []
  while (bundles.length < stashSize) {
    bundles.push(makeBundle(turn, use, bundles.length === stashOneTimeMax).bundle)
  }
  enqueue(turn, device, asideContent(turn, conversation, { kind: 'prekeys', bundles }), null)
  turn.follow({ kind: 'flush', device })
}

/**
 * Of what waits for a device, what is still true: bundles that were taken back meanwhile are not given any more, though
 * they may be sealed already.
 */
export function withoutTakenBack(turn: Turn, device: DeviceId, rows: readonly OutboxRow[]): readonly OutboxRow[] {
  return rows.filter((row) => {
    const content = row.event === null ? decodeContent(row.content) : null
    if (content?.ok !== true || content.value.kind !== 'event') return true
    const { body } = content.value.event
    if (body.kind !== 'prekeys') return true
    const kept = turn.state.prekeysOf(device)
    if (body.bundles.every((bundle) => kept.some((one) => equalBytes(one.bundle, bundle)))) return true
    turn.put({ kind: 'removeOutbox', device, order: row.order })
    return false
  })
}

// ── Taking ───────────────────────────────────────────────────────────────────────────────────

/** The keys that are pinned for a contact. */
function pinnedKeys(turn: Turn, contact: ContactRow): Descriptor {
  const descriptor = verifyDescriptor(turn.crypto, contact.descriptor)
  assert(descriptor.ok, 'a stored descriptor does not verify')
  return descriptor.value
}

function lastExpiryMs(rows: readonly StashRow[]): number {
  return Math.max(0, ...rows.map((row) => row.expiresAtMs))
}

/** Keeps what a contact's device gave, in place of what it had given before. */
export function takeStash(turn: Turn, device: DeviceId, bundles: readonly Uint8Array[]): void {
  const contact = contactOf(turn.state, device)
  const isActive = contact?.state === 'active'
  const stash = isActive ? openStash(bundles, ownerOf(turn, device, pinnedKeys(turn, contact))) : null
  if (stash?.ok !== true) return turn.refuse(device, 'bundleRefused')
  const rows = stash.value.map(({ bytes, prekeyId, lastResort, expiresAtMs }) => ({
    device,
    prekey: prekeyId,
    bundle: bytes.slice(),
    lastResort,
    // So that no clock of theirs makes it last for ever, nor hides what comes after it.
    expiresAtMs: Math.min(expiresAtMs, turn.nowMs + stashLifetimeMs),
  }))
  const kept = turn.state.stashOf(device)
  // The same again would bring back what was used of it, and an earlier one what the giver lets go.
  if (lastExpiryMs(rows) <= lastExpiryMs(kept)) return
  for (const { prekey } of kept) turn.put({ kind: 'removeStash', device, prekey })
  for (const row of rows) turn.put({ kind: 'putStash', row })
}

// ── Using ────────────────────────────────────────────────────────────────────────────────────

/** What can be used, in the order in which it is: what is for one session before what is for several. */
function inOrderOfUse(rows: readonly StashRow[], nowMs: number): readonly StashRow[] {
  const good = rows.filter((row) => nowMs < row.expiresAtMs)
  const byLife = (a: StashRow, b: StashRow) => a.expiresAtMs - b.expiresAtMs || byName(a, b)
  return good.sort((a, b) => Number(a.lastResort) - Number(b.lastResort) || byLife(a, b))
}

/**
 * Begins a session with a bundle of the contact's stash, its owner connected or away. False when there is none
 * that is any use. A bundle fetched from its maker is better: it is fresh, and nobody else's.
 */
export function beginFromStash(turn: Turn, device: DeviceId, contact: ContactRow): boolean {
  if (contact.state !== 'active') return false
  const { descriptor } = contact
  for (const row of inOrderOfUse(turn.state.stashOf(device), turn.nowMs)) {
    const bundle = openBundle(row.bundle, ownerOf(turn, device, pinnedKeys(turn, contact)), 0)
    const begun = bundle.ok && begin(turn, device, { bundle: bundle.value, descriptor, psk: noPsk })
    if (!begun || !row.lastResort) turn.put({ kind: 'removeStash', device, prekey: row.prekey })
    if (begun) return true
  }
  return false
}

// ── Forgetting ───────────────────────────────────────────────────────────────────────────────

/** What this device was given, and what it gave, is over. */
export function forgetStash(turn: Turn, device: DeviceId): void {
  turn.state.require({ prekeysOf: [device], stashOf: [device] })
  for (const { prekey, purpose } of turn.state.prekeysOf(device)) {
    if (purpose === 'stash' || purpose === 'replaced') turn.put({ kind: 'removePrekey', prekey })
  }
  for (const { prekey } of turn.state.stashOf(device)) turn.put({ kind: 'removeStash', device, prekey })
  turn.setFlow(device, { stashLookedAtMs: null })
}
