/** What a peer says about our envelopes: stored, or not to be opened. */
import { implementationLimits } from '../limits.ts'
import type { DeviceId, EnvelopeId, EventId } from '../ids.ts'
import type { ContactRow, SliceRequest } from '../ports.ts'
import type { RejectReason } from '../wire/frame.ts'
import { confirmContact } from './answers.ts'
import { askForBundle, begunLately } from './ask.ts'
import type { Way } from './compose.ts'
import { advanceDelivery } from './compose.ts'
import { takeOutOfFlight } from './flush.ts'
import { leaveAgain, leaveSoon } from './mail/leave.ts'
import { contactOf, mayTalk } from './people.ts'
import { activeSession } from './sessions.ts'
import { beginFromStash } from './stash.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

const { sendWindowFrames } = implementationLimits

interface Acked {
  readonly order: number
  readonly event: EventId | null
}

/** What was on its way on the stream arrived by it; of the rest the way that was noted stays. */
function wayOf(turn: Turn, device: DeviceId, { order }: Acked): Way {
  const { path, inFlight } = turn.state.flow(device)
  const onStream = path !== null && inFlight.some((entry) => entry.order === order)
  return onStream ? { via: path.kind, mailbox: null } : {}
}

/** The row that an acknowledged envelope carried, when it still waits. */
function ackedRow(turn: Turn, device: DeviceId, envelope: EnvelopeId): Acked | null {
  const flying = turn.state.flow(device).inFlight.find((entry) => entry.envelope === envelope)
  return flying ?? turn.state.outboxRow(device, envelope)
}

/** What acknowledgments of these envelopes will read. */
export function readsOfAck(state: State, device: DeviceId, envelopes: readonly EnvelopeId[]): SliceRequest {
  const flying = new Map(state.flow(device).inFlight.map((entry) => [entry.envelope, entry.event]))
  const events = envelopes.flatMap((envelope) => flying.get(envelope) ?? [])
  const others = envelopes.filter((envelope) => !flying.has(envelope))
  return {
    events,
    deliveries: events,
    outboxEnvelopes: others.map((envelope) => ({ device, envelope })),
  }
}

/** The peer has stored these envelopes: they are done. */
export function onAck(turn: Turn, device: DeviceId, envelopes: readonly EnvelopeId[]): void {
  const contact = contactOf(turn.state, device)
  if (contact === null || !mayTalk(contact)) return turn.refuse(device, 'notAContact')
  turn.state.require(readsOfAck(turn.state, device, envelopes))
  const named = [...new Set(envelopes)]
  const carried = named.flatMap((envelope) => ackedRow(turn, device, envelope)?.event ?? [])
  turn.state.require({ events: carried, deliveries: carried })
  const done: number[] = []
  for (const envelope of named) {
    const row = ackedRow(turn, device, envelope)
    if (row === null) continue
    turn.put({ kind: 'removeOutbox', device, order: row.order })
    turn.state.forgetEnvelope(device, envelope)
    done.push(row.order)
    if (row.event === null || !advanceDelivery(turn, row.event, device, 'delivered', wayOf(turn, device, row))) continue
    const event = turn.state.event(row.event)
    if (event !== null) turn.noticeMessage(event.event, event.conversation)
  }
  if (done.length === 0) return
  confirmContact(turn, contact)
  const flow = turn.state.flow(device)
  const inFlight = flow.inFlight.filter((entry) => !done.includes(entry.order))
  turn.setFlow(device, { inFlight, attempt: 0 })
  const waiting = turn.state.depth(device).orderMax > flow.cursor
  // Half a window at a time, so that a long queue does not cost a commit for every acknowledgment.
  if (waiting && inFlight.length <= sendWindowFrames / 2) turn.follow({ kind: 'flush', device })
}

/** The invite's maker does not know our session: it was perhaps used by somebody else. Ask again. */
function askInviteAgain(turn: Turn, device: DeviceId, contact: ContactRow): void {
  for (const row of turn.state.sessionsOf(device)) {
    if (row.active) turn.put({ kind: 'putSession', row: { ...row, active: false } })
  }
  const pending = turn.putContact({ ...contact, state: 'pending' })
  turn.setFlow(device, { inFlight: [], cursor: 0 })
  askForBundle(turn, device, pending)
}

/** The peer could not open this envelope. It is sealed anew, but only under a new session. */
export function onReject(turn: Turn, device: DeviceId, envelope: EnvelopeId, reason: RejectReason): void {
  const contact = contactOf(turn.state, device)
  if (contact === null || !mayTalk(contact)) return
  // Who is away answers nothing: what they gave for this is used.
  const isAway = turn.state.flow(device).path === null
  if (reason === 'busy' && !isAway) return
  const row = turn.state.outboxRow(device, envelope)
  if (row === null || row.sealed === null) return
  if (reason === 'busy') return leaveAgain(turn, row)
  const active = activeSession(turn, device)
  if (active === null || active.session === row.sealed.session) {
    if (contact.acceptedInvite !== null) return askInviteAgain(turn, device, contact)
    if (reason === 'notAContact') return
    if (!isAway) return void askForBundle(turn, device, contact)
    // One that is refused at once would be followed by another, as fast as mail goes.
    if (begunLately(turn, device)) return leaveAgain(turn, row)
    if (!beginFromStash(turn, device, contact)) return
  }
  turn.state.forgetEnvelope(device, envelope)
  turn.put({ kind: 'putOutbox', row: { ...row, sealed: null, held: [] } })
  takeOutOfFlight(turn, device, [row.order])
  turn.setFlow(device, { leaving: [] })
  leaveSoon(turn, device, false)
  turn.follow({ kind: 'flush', device })
}
