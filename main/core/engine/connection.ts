/** What the network says about peers and about ourselves. Nothing of it is stored in the step that hears it. */
import type { DeviceId } from '../ids.ts'
import type { NetworkEvent, PathKind } from '../ports.ts'
import { asideContent, enqueue, introductionOf, reachFor } from './compose.ts'
import type { Flow } from './flow.ts'
import { idleFlow } from './flow.ts'
import { sendIfNext, takeOutOfFlight } from './flush.ts'
import { leaveSoon } from './mail/leave.ts'
import { publishSoon, seekSoon } from './mail/rendezvous.ts'
import { contactOf, ensureConversation } from './people.ts'
import type { Turn } from './turn.ts'

export function onPeerUp(
  turn: Turn,
  device: DeviceId,
  path: { readonly kind: PathKind; readonly address: string },
): void {
  const { rows, orderMax } = turn.state.depth(device)
  turn.setFlow(device, {
    path,
    writable: true,
    inFlight: [],
    cursor: rows === 0 ? orderMax : 0,
    attempt: 0,
    leaving: [],
    owed: [],
    fetching: null,
    seeking: null,
  })
  const contact = contactOf(turn.state, device)
  if (contact === null) return
  turn.noticeContact(contact.account)
  turn.follow({ kind: 'introduce', device })
  turn.follow({ kind: 'giveStash', device })
  turn.follow({ kind: 'flush', device })
  turn.follow({ kind: 'tendMailboxes' })
  turn.follow({ kind: 'fetch', mailbox: device })
}

/** The same peer by another way: what is under way goes on. */
export function onPathChanged(turn: Turn, device: DeviceId, path: Flow['path']): void {
  if (turn.state.flow(device).path !== null) turn.setFlow(device, { path })
}

export function onPeerDown(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  // Of a stranger nothing is remembered; of a contact what bounds it.
  if (contact === null) return turn.state.setFlow(device, idleFlow)
  turn.setFlow(device, { path: null, writable: false, inFlight: [], cursor: 0, ask: null, fetching: null })
  leaveSoon(turn, device, true)
  seekSoon(turn, device)
  turn.noticeContact(contact.account)
  turn.follow({ kind: 'parted', device })
}

/** When the contact was last seen, for the next run to know. */
export function onParted(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  if (contact !== null && contact.state === 'active') turn.putContact({ ...contact, lastSeenAtMs: turn.nowMs })
}

export function onWritable(turn: Turn, device: DeviceId): void {
  turn.setFlow(device, { writable: true })
  turn.follow({ kind: 'flush', device })
}

/** Frames of the outbox that the network did not take are not in flight. */
export function onNotTaken(
  turn: Turn,
  device: DeviceId,
  outcome: 'full' | 'notConnected',
  orders: readonly number[],
): void {
  if (turn.state.flow(device).path === null) return
  turn.setFlow(device, { writable: outcome === 'full' ? false : turn.state.flow(device).writable })
  if (orders.length > 0) takeOutOfFlight(turn, device, orders)
}

export function onAddresses(turn: Turn, event: Extract<NetworkEvent, { kind: 'addresses' }>): void {
  turn.state.setRun({ ...turn.state.run, addresses: event.addresses })
  publishSoon(turn)
  for (const [device, flow] of turn.state.flows()) {
    if (flow.path !== null) turn.follow({ kind: 'introduce', device })
  }
}

/** Tells a connected contact our name and addresses, unless it was told the same in this run. */
export function introduce(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  const flow = turn.state.flow(device)
  const introduction = introductionOf(turn)
  if (contact?.state !== 'active' || flow.path === null || flow.told === introduction) return
  const content = asideContent(turn, ensureConversation(turn, contact.account), {
    kind: 'profile',
    name: turn.state.self.name,
    ...reachFor(turn, device),
  })
  const row = enqueue(turn, device, content, null)
  if (row === null) return
  turn.setFlow(device, { told: introduction })
  sendIfNext(turn, contact, row)
}
