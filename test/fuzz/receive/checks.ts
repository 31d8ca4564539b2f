/** What must hold of a step, and of all that is stored, whoever sends what. */
import type { Effect, Refusal } from '../../../main/core/engine/effects.ts'
import { isEmptyRequest } from '../../../main/core/engine/missing.ts'
import { createState } from '../../../main/core/engine/restore.ts'
import type { State } from '../../../main/core/engine/state.ts'
import { utf8 } from '../../../main/core/bytes.ts'
import { implementationLimits, protocolLimits } from '../../../main/core/limits.ts'
import type { Change } from '../../../main/core/ports.ts'
import { decodeSession } from '../../../main/core/session/session.ts'
import { decodeFrame, encodeFrame } from '../../../main/core/wire/frame.ts'
import type { Disk } from '../../sim/disk.ts'
import { crypto } from '../../support/sessions.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'
import type { Done, Person } from './person.ts'

/** A contact whose key is another one is told to the user, and both stashes go; a pending one why it cannot be reached. */
function isKeyChange(change: Change, { changes }: Done): boolean {
  const isTold = (one: Change): boolean =>
    one.kind === 'putContact' && one.row.state === 'keyChanged' && one.row.offeredDescriptor !== null
  const isForgotten = change.kind === 'removePrekey' || change.kind === 'removeStash'
  return isTold(change) || (isForgotten && changes.some(isTold))
}
function isProblem(change: Change): boolean {
  return change.kind === 'putContact' && change.row.state === 'pending' && change.row.pendingProblem !== null
}
/** The content alone was refused: its envelope opened, so its session has moved on and it is known as seen. */
function isOfEnvelope(change: Change, { changes }: Done): boolean {
  // A handshake by a new invite ends what was between the two before, whatever its first content says.
  if (change.kind === 'removeStash') return changes.some(({ kind }) => kind === 'putInitial')
  return !['putEvent', 'putProgress', 'putDelivery', 'putStash', 'markRead', 'putSetting', 'putSelf'].includes(
    change.kind,
  )
}
const nothing = (): boolean => false

/** By why a peer's frame led to nothing: what may be stored all the same. */
const storedAtRefusal: Readonly<Record<Refusal, (change: Change, done: Done) => boolean>> = {
  frameMalformed: nothing,
  frameUnknown: nothing,
  notAContact: nothing,
  undecryptable: nothing,
  tooOften: nothing,
  itemRefused: nothing,
  initialRefused: isKeyChange,
  bundleRefused: isProblem,
  contentMalformed: isOfEnvelope,
  contentMisplaced: isOfEnvelope,
}

/** Whether a frame was refused; what it may have changed all the same is checked. */
export function checkRefusals(done: Done): readonly string[] {
  const { changes, effects } = done
  const refused: string[] = []
  // Bundles come in replies, and in the contents of envelopes that are stored all the same.
  // Who is away is not told at once that it is.
  const isEnvelope = effects.some(({ kind }) => kind === 'ack') || changes.some(({ kind }) => kind === 'putSeen')
  for (const effect of effects) {
    if (effect.kind === 'refused') {
      const may = effect.refusal === 'bundleRefused' && isEnvelope ? isOfEnvelope : storedAtRefusal[effect.refusal]
      const wrong = changes.find((change) => !may(change, done))
      must(wrong === undefined, `${effect.refusal} stored a ${wrong?.kind}`)
      refused.push(effect.refusal)
    } else if (effect.kind === 'send' && effect.frame.kind === 'reject') {
      const wrong = changes.find((change) => !isKeyChange(change, done))
      must(wrong === undefined, `an envelope was rejected as ${effect.frame.reason} and stored a ${wrong?.kind}`)
      refused.push(`rejected ${effect.frame.reason}`)
    }
  }
  return refused
}

/** Nothing leaves that does not decode, and nothing is acknowledged that is not stored. */
export function checkEffects(effects: readonly Effect[], disk: Disk): void {
  for (const effect of effects) {
    if (effect.kind === 'send') {
      const decoded = decodeFrame(encodeFrame(effect.frame))
      must(decoded.ok, 'a frame of ours does not decode')
      mustEqual(decoded.value, effect.frame, 'a frame of ours says another thing')
    }
    if (effect.kind === 'ack') {
      must(disk.seen.has(`${effect.device}/${effect.envelope}`), 'acknowledged, but not stored')
    }
  }
}

/** What the engine holds in memory is what is stored: a refused step has written into none of its rows. */
export function checkMemory(state: State, disk: Disk, people: readonly Person[]): void {
  for (const { device, identity } of people) {
    mustEqual(
      state.contact(identity.account),
      disk.contacts.get(identity.account) ?? null,
      'a contact changed in memory',
    )
    mustEqual(state.device(device), disk.devices.get(device) ?? null, 'a device changed in memory')
    const stored = [...disk.sessions.values()].filter((row) => row.device === device)
    if (isEmptyRequest(state.lacks({ stashOf: [device] }))) {
      const kept = [...disk.stash.values()].filter((row) => row.device === device)
      mustEqual(new Set(state.stashOf(device)), new Set(kept), 'a stash changed in memory')
    }
    if (!isEmptyRequest(state.lacks({ sessionsOf: [device] }))) continue
    const held = state.sessionsOf(device)
    must(held.length === stored.length, 'memory and disk hold other sessions')
    for (const row of held) {
      const kept = stored.find(({ session }) => session === row.session)
      must(kept !== undefined && kept.active === row.active, 'memory and disk hold other sessions')
      mustBeSameBytes(row.state, kept.state, 'a session changed in memory')
    }
  }
}

function checkRows(disk: Disk): void {
  const limits = protocolLimits
  for (const row of disk.contacts.values()) {
    must(utf8(row.claimedName).length <= limits.nameSizeBytesMax, 'a name over its limit is stored')
  }
  for (const row of disk.devices.values()) {
    must(row.addresses.length <= limits.addressesMax, 'more addresses than there may be')
    for (const address of row.addresses) {
      must(utf8(address).length <= limits.addressSizeBytesMax, 'an address over its limit is stored')
    }
  }
  for (const row of disk.events.values()) {
    must(utf8(row.text ?? '').length <= limits.messageTextSizeBytesMax, 'a text over its limit is stored')
    must(row.orderMs <= limits.timeMsMax + implementationLimits.aheadMsMax, 'an event beyond the end of time')
  }
  for (const row of disk.conversations.values()) {
    must(row.heads.length <= limits.eventHeadsMax, 'more heads than an event can name')
    must(Number.isSafeInteger(row.clockMs) && Number.isSafeInteger(row.clockCounter), 'a clock that is no number')
  }
  for (const row of disk.progress.values()) {
    must(row.above.length <= implementationLimits.sequenceGapsMax, 'more gaps than are remembered')
  }
}

/** All that is stored keeps to its limits, and another run can begin with it. */
export function checkDisk(disk: Disk): void {
  checkRows(disk)
  const stashed = new Map<string, number>()
  for (const { device } of disk.stash.values()) stashed.set(device, (stashed.get(device) ?? 0) + 1)
  for (const count of stashed.values()) must(count <= protocolLimits.stashBundlesMax, 'more bundles than are given')
  const given = new Map<string, number>()
  for (const { device, purpose } of disk.prekeys.values()) {
    if (device !== null && purpose !== 'renewal') given.set(device, (given.get(device) ?? 0) + 1)
  }
  const givenMax = implementationLimits.stashPrekeysPerDeviceMax
  for (const count of given.values()) must(count <= givenMax, 'more prekeys than are kept')
  const active = new Map<string, number>()
  const all = new Map<string, number>()
  for (const row of disk.sessions.values()) {
    must(decodeSession(row.state).ok, 'a stored session does not decode')
    all.set(row.device, (all.get(row.device) ?? 0) + 1)
    if (row.active) active.set(row.device, (active.get(row.device) ?? 0) + 1)
  }
  for (const count of active.values()) must(count === 1, 'two active sessions with a device')
  for (const count of all.values()) must(count <= protocolLimits.archivedSessionsMax + 1, 'more sessions than are kept')
  must(createState(crypto, disk.resident()).ok, 'no run can begin with what is stored')
}
