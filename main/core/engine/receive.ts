/** What peers send: opened, checked, stored, and only then acknowledged. */
import { unreachable } from '../assert.ts'
import { implementationLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { SessionRow } from '../ports.ts'
import { classifyEnvelope, encodeSession, open } from '../session/session.ts'
import { decodeFrame } from '../wire/frame.ts'
import { onAck, onReject } from './acks.ts'
import { confirmContact, markStored, rejectEnvelope } from './answers.ts'
import { onBundleReply, onBundleRequest } from './bundles.ts'
import { takeContent } from './content.ts'
import { withinHour } from './flow.ts'
import { acceptInitial } from './initial.ts'
import { envelopeIdFor, sealContext } from './keys.ts'
import { contactOf } from './people.ts'
import { sessionIn } from './sessions.ts'
import type { Turn } from './turn.ts'

/** The active session first, then the one that was used last. */
function inOrderOfUse(rows: readonly SessionRow[]): readonly SessionRow[] {
  return [...rows].sort((a, b) => Number(b.active) - Number(a.active) || b.usedAtMs - a.usedAtMs)
}

/**
 * Opens an envelope with one of the device's sessions and stores that session. Which of them is sealed under
 * does not change: their rank says that, so that both sides come to use the same after beginning one each.
 */
function openWithSessions(turn: Turn, device: DeviceId, sealed: Uint8Array): Uint8Array | null {
  const context = sealContext(device, turn.state.identity.device)
  const rows = turn.state.sessionsOf(device)
  for (const row of inOrderOfUse(rows)) {
    const opened = open(turn.crypto, sessionIn(row), sealed, context, turn.nowMs)
    if (!opened.ok) continue
    const state = encodeSession(opened.value.session)
    turn.put({ kind: 'putSession', row: { ...row, state, usedAtMs: turn.nowMs } })
    return opened.value.plaintext
  }
  return null
}

function onEnvelope(turn: Turn, device: DeviceId, sealed: Uint8Array): void {
  const envelope = envelopeIdFor(turn.crypto, sealed)
  const contact = contactOf(turn.state, device)
  if (contact?.state === 'blocked') return turn.refuse(device, 'notAContact')
  if (contact?.state === 'keyChanged') return rejectEnvelope(turn, device, envelope, 'busy')
  const { unopenedPerHourMax } = implementationLimits
  const unopenedMs = withinHour(turn.state.flow(device).unopenedMs, turn.nowMs, unopenedPerHourMax)
  if (unopenedMs.length >= unopenedPerHourMax) {
    turn.refuse(device, 'tooOften')
    return rejectEnvelope(turn, device, envelope, 'busy')
  }
  if (contact !== null && contact.state !== 'removed') {
    const plaintext = openWithSessions(turn, device, sealed)
    if (plaintext !== null) {
      confirmContact(turn, contact)
      takeContent(turn, device, contact.account, plaintext)
      return markStored(turn, device, envelope)
    }
    // Nothing opens twice: only what does not open can be a repetition, and only then is it looked up.
    if (turn.state.hasSeen(device, envelope)) return turn.emit({ kind: 'ack', device, envelope })
    turn.setFlow(device, { unopenedMs: [...unopenedMs, turn.nowMs] })
  }
  if (classifyEnvelope(sealed) === 'initial') return acceptInitial(turn, device, sealed, envelope)
  turn.refuse(device, contact === null ? 'notAContact' : 'undecryptable')
  const known = contact !== null && contact.state !== 'removed'
  const hasSession = known && turn.state.sessionsOf(device).length > 0
  rejectEnvelope(turn, device, envelope, !known ? 'notAContact' : hasSession ? 'undecryptable' : 'noSession')
}

/** One frame of a peer that proved to be `device`. Whatever it holds, it ends in changes or in a refusal. */
export function onFrame(turn: Turn, device: DeviceId, bytes: Uint8Array): void {
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) {
    // Of a later version: another frame may be fine. Everything else is no peer of ours.
    if (decoded.error.kind === 'unknownType') return turn.refuse(device, 'frameUnknown')
    turn.refuse(device, 'frameMalformed')
    return turn.emit({ kind: 'disconnect', device })
  }
  const frame = decoded.value
  switch (frame.kind) {
    case 'envelope':
      return onEnvelope(turn, device, frame.sealed)
    case 'ack':
      return onAck(turn, device, frame.envelopeIds)
    case 'reject':
      return onReject(turn, device, frame.envelopeId, frame.reason)
    case 'bundleRequest':
      return onBundleRequest(turn, device, frame.requestId, frame.purpose)
    case 'bundleReply':
      return onBundleReply(turn, device, frame.requestId, frame.status)
    case 'goodbye':
      return undefined
    default:
      return unreachable(frame)
  }
}
