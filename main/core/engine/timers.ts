/** What happens because time passes. */
import { decodeInvite } from '../identity/invite.ts'
import { durationsMs, implementationLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import { selfConversationId } from '../conversation/ids.ts'
import { advanceDelivery } from './compose.ts'
import type { Flow, InFlight } from './flow.ts'
import { hasElapsed, oldestSentAtMs, resendAfterMs } from './flow.ts'
import { leaveSoon } from './mail/leave.ts'
import { rendezvousWaitMs, seekSoon, tendRendezvous } from './mail/rendezvous.ts'
import { mailWaitMs } from './mail/state.ts'
import { setFetching } from './mail/tend.ts'
import type { OwnSetting } from './settings.ts'
import { applySwitches } from './settings.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

const limits = implementationLimits

/** Among the settings, though no user's: up to when expired rows have been forgotten. */
const prunedUpToKey: OwnSetting = 'engine.prunedUpToMs'

/** Whether something waits for a connected device although nothing of it is on its way. */
function isStalled(state: State, device: DeviceId, flow: Flow): boolean {
  return flow.inFlight.length === 0 && flow.ask === null && flow.writable && state.depth(device).rows > 0
}

/** How long until a mailbox is to be tried again for this device; null when none is waited for. */
function mailDelayMs(flow: Flow, nowMs: number): number | null {
  const times = flow.path === null ? flow.leaving.map((one) => one.waitUntilMs) : [flow.fetching?.waitUntilMs ?? null]
  const due = times.filter((time) => time !== null)
  return due.length === 0 ? null : Math.min(...due.map((time) => mailWaitMs(time, nowMs)))
}

/** Mailboxes whose time has come: ours to be asked, others' to be filled. */
function tryMailboxes(turn: Turn): void {
  for (const [device, flow] of turn.state.flows()) {
    if (mailDelayMs(flow, turn.nowMs) !== 0) continue
    if (flow.path === null) {
      for (const { mailbox, waitUntilMs } of flow.leaving) {
        if (waitUntilMs === null || mailWaitMs(waitUntilMs, turn.nowMs) > 0) continue
        turn.follow({ kind: 'leave', device, mailbox })
      }
    } else {
      setFetching(turn, device, { waitUntilMs: null })
      turn.follow({ kind: 'fetch', mailbox: device })
      turn.follow({ kind: 'tendMailboxes' })
    }
  }
}

/** How long until the earliest thing that a flow waits for; null when it waits for nothing. */
function flowDelayMs(state: State, device: DeviceId, flow: Flow, nowMs: number): number | null {
  const mailMs = mailDelayMs(flow, nowMs)
  if (flow.path === null) return mailMs
  const due: number[] = mailMs === null ? [] : [mailMs]
  const left = (sinceMs: number, durationMs: number): number =>
    hasElapsed(sinceMs, durationMs, nowMs) ? 0 : sinceMs + durationMs - nowMs
  const oldest = oldestSentAtMs(flow)
  if (oldest !== null) due.push(left(oldest, resendAfterMs(flow)))
  for (const entry of flow.inFlight) {
    if (!entry.recorded) due.push(left(entry.sentAtMs, limits.sentStateAfterMs))
  }
  if (flow.ask !== null) due.push(left(flow.ask.askedAtMs, limits.bundleRetryMs))
  if (isStalled(state, device, flow)) due.push(limits.bundleRetryMs)
  return due.length === 0 ? null : Math.min(...due)
}

/** How long the driver may sleep before it must give a tick. */
export function wakeAfterMs(state: State, nowMs: number): number {
  const { prunedAtMs } = state.run
  let delay: number = limits.pruneIntervalMs
  if (prunedAtMs === null || hasElapsed(prunedAtMs, limits.pruneIntervalMs, nowMs)) delay = durationsMs.second
  const rendezvousMs = rendezvousWaitMs(state, nowMs)
  if (rendezvousMs !== null && rendezvousMs < delay) delay = rendezvousMs
  for (const [device, flow] of state.flows()) {
    const wanted = flowDelayMs(state, device, flow, nowMs)
    if (wanted !== null && wanted < delay) delay = wanted
  }
  return delay
}

/** What is on its way for a while already and not shown as sent yet. */
function unrecorded(flow: Flow, nowMs: number): readonly InFlight[] {
  return flow.inFlight.filter((entry) => !entry.recorded && hasElapsed(entry.sentAtMs, limits.sentStateAfterMs, nowMs))
}

function recordSent(turn: Turn, device: DeviceId): void {
  const flow = turn.state.flow(device)
  const due = unrecorded(flow, turn.nowMs)
  if (due.length === 0) return
  for (const { event } of due) {
    const via = flow.path?.kind ?? null
    if (event === null || !advanceDelivery(turn, event, device, 'sent', { via })) continue
    const row = turn.state.event(event)
    if (row !== null) turn.noticeMessage(event, row.conversation)
  }
  const inFlight = flow.inFlight.map((entry) => (due.includes(entry) ? { ...entry, recorded: true } : entry))
  turn.setFlow(device, { inFlight })
}

/** An invite that was accepted here and has expired meanwhile will not be completed. */
function expirePending(turn: Turn, upToMs: number): void {
  for (const contact of Array.from(turn.state.contacts())) {
    if (contact.state !== 'pending' || contact.acceptedInvite === null || contact.pendingProblem !== null) continue
    const invite = decodeInvite(turn.crypto, contact.acceptedInvite)
    if (!invite.ok || upToMs < invite.value.expiresAtMs) continue
    const { account } = turn.putContact({ ...contact, pendingProblem: 'inviteExpired' })
    turn.notice({ kind: 'warning', warning: { kind: 'inviteFailed', account, problem: 'inviteExpired' } })
  }
}

function prune(turn: Turn): void {
  const { run } = turn.state
  const { pruneIntervalMs, pruneStepMsMax, seenEnvelopesPerDeviceMax } = limits
  if (run.prunedAtMs !== null && !hasElapsed(run.prunedAtMs, pruneIntervalMs, turn.nowMs)) return
  turn.state.setRun({ ...run, prunedAtMs: turn.nowMs })
  // The day may be another one.
  turn.follow({ kind: 'tendMailboxes' })
  // Its own clock, which follows ours in short steps, over restarts too: what a wrong clock says is not lost at once.
  const before = turn.state.setting(prunedUpToKey)
  const from = typeof before === 'number' ? before : turn.state.self.createdAtMs
  const upToMs = Math.min(turn.nowMs, from + pruneStepMsMax)
  if (upToMs !== before) turn.put({ kind: 'putSetting', key: prunedUpToKey, value: upToMs })
  turn.put({ kind: 'prune', nowMs: upToMs, seenPerDeviceMax: seenEnvelopesPerDeviceMax })
  expirePending(turn, upToMs)
}

export function onTick(turn: Turn): void {
  prune(turn)
  tryMailboxes(turn)
  tendRendezvous(turn)
  const connected = Array.from(turn.state.flows()).filter(([, flow]) => flow.path !== null)
  const events = connected.flatMap(([, flow]) => unrecorded(flow, turn.nowMs).flatMap(({ event }) => event ?? []))
  turn.state.require({ events, deliveries: events })
  for (const [device, flow] of connected) {
    recordSent(turn, device)
    const oldest = oldestSentAtMs(flow)
    if (oldest !== null && hasElapsed(oldest, resendAfterMs(flow), turn.nowMs)) {
      const first = Math.min(...flow.inFlight.map((entry) => entry.order))
      turn.setFlow(device, {
        inFlight: [],
        cursor: Math.min(flow.cursor, first - 1),
        attempt: flow.attempt + 1,
      })
      turn.follow({ kind: 'flush', device })
    }
    const asks = flow.ask !== null && hasElapsed(flow.ask.askedAtMs, limits.bundleRetryMs, turn.nowMs)
    if (asks || isStalled(turn.state, device, flow)) turn.follow({ kind: 'flush', device })
  }
}

/** Once per run: the peers, the switches, and the note to self. */
export function onStart(turn: Turn): void {
  const { account } = turn.state.identity
  const conversation = selfConversationId(turn.hash, account)
  if (turn.state.conversation(conversation) === null) {
    turn.put({
      kind: 'putConversation',
      row: {
        conversation,
        kind: 'self',
        members: [account],
        nextSequence: 1,
        heads: [],
        clockMs: 0,
        clockCounter: 0,
        unread: 0,
        createdAtMs: turn.nowMs,
      },
    })
    turn.noticeConversation(conversation)
  }
  applySwitches(turn, null)
  for (const device of turn.state.waitingDevices()) leaveSoon(turn, device, true)
  for (const { account } of turn.state.contacts()) {
    const device = turn.state.deviceOf(account)
    if (device !== null) seekSoon(turn, device)
  }
  turn.emit({ kind: 'peersChanged' })
}
