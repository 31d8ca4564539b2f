/** What waits for a device goes out as far as its window allows: sealed once, and the same bytes again until acknowledged. */
import { implementationLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { ContactRow, OutboxRow } from '../ports.ts'
import { needsRenewal } from '../session/session.ts'
import { assert } from '../assert.ts'
import { askForBundle } from './ask.ts'
import type { InFlight } from './flow.ts'
import { leaveSoon } from './mail/leave.ts'
import { contactOf, mayTalk } from './people.ts'
import { sealRows } from './sealing.ts'
import { activeSession, sessionIn } from './sessions.ts'
import { withoutTakenBack } from './stash.ts'
import type { Turn } from './turn.ts'

const { sendWindowFrames, sealsPerStepMax } = implementationLimits

/** Hands sealed rows to the network and remembers that they are in flight. */
function dispatch(turn: Turn, device: DeviceId, rows: readonly OutboxRow[]): void {
  const flow = turn.state.flow(device)
  const inFlight: InFlight[] = [...flow.inFlight]
  for (const { order, event, sealed } of rows) {
    assert(sealed !== null, 'only sealed rows are dispatched')
    const { envelope, bytes } = sealed
    inFlight.push({ order, envelope, event, sentAtMs: turn.nowMs, recorded: event === null })
    turn.emit({ kind: 'send', device, frame: { kind: 'envelope', sealed: bytes }, order })
  }
  const last = rows.at(-1)
  if (last !== undefined) turn.setFlow(device, { inFlight, cursor: Math.max(flow.cursor, last.order) })
}

/** Seals and sends a new row at once when nothing waits before it; else it waits for its turn. */
export function sendIfNext(turn: Turn, contact: ContactRow, row: OutboxRow): void {
  const flow = turn.state.flow(row.device)
  if (flow.path === null) return leaveSoon(turn, row.device, false)
  if (!mayTalk(contact)) return
  const isNext = flow.writable && flow.cursor === row.order - 1 && flow.inFlight.length < sendWindowFrames
  const active = isNext ? activeSession(turn, row.device) : null
  if (active === null) {
    // With a full window the acknowledgments will call for more.
    if (flow.inFlight.length === 0) turn.follow({ kind: 'flush', device: row.device })
    return
  }
  dispatch(turn, row.device, sealRows(turn, row.device, active, [row]))
}

/** Sends what waits for the device, or asks for what is missing to do so. */
export function flush(turn: Turn, device: DeviceId): void {
  const contact = contactOf(turn.state, device)
  const flow = turn.state.flow(device)
  if (contact === null || flow.path === null || !mayTalk(contact)) return
  const active = activeSession(turn, device)
  if (active === null || contact.state === 'pending') {
    askForBundle(turn, device, contact)
    return
  }
  const wantsRenewal = flow.ask !== null || needsRenewal(sessionIn(active), turn.nowMs)
  // Under the new session it goes on in a step of its own.
  if (wantsRenewal && askForBundle(turn, device, contact)) return
  const room = sendWindowFrames - flow.inFlight.length
  if (!flow.writable || room <= 0 || turn.state.depth(device).orderMax <= flow.cursor) return

  const known = new Set(flow.inFlight.map((entry) => entry.order))
  const range = turn.outboxRange(device, flow.cursor, sendWindowFrames)
  const waiting = range.filter((row) => !known.has(row.order))
  const taken = withoutTakenBack(turn, device, waiting.slice(0, Math.min(room, sealsPerStepMax)))
  const ready = sealRows(turn, device, active, taken)
  const isAtItsEnd = ready.length < taken.length
  if (isAtItsEnd && askForBundle(turn, device, contact)) return
  dispatch(turn, device, ready)
  // Nothing more can be sealed before there is another session: then everything goes out again.
  if (isAtItsEnd) return
  if (ready.length < waiting.length) {
    // With a full window the acknowledgments will call for more.
    if (ready.length < room) turn.follow({ kind: 'flush', device })
  } else if (range.length < sendWindowFrames) {
    turn.setFlow(device, { cursor: turn.state.depth(device).orderMax })
  }
}

/** Takes a row out of the flight, so that the next flush sends it again. */
export function takeOutOfFlight(turn: Turn, device: DeviceId, orders: readonly number[]): void {
  const flow = turn.state.flow(device)
  const lowest = Math.min(...orders)
  turn.setFlow(device, {
    inFlight: flow.inFlight.filter((entry) => !orders.includes(entry.order)),
    cursor: Math.min(flow.cursor, lowest - 1),
  })
}

/** Everything in flight counts as lost: the next flush begins at the oldest. */
export function rewind(turn: Turn, device: DeviceId): void {
  turn.setFlow(device, { inFlight: [], cursor: 0 })
}
