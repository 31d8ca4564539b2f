/** What a peer is told about its envelopes, and what its answers tell us. */
import type { DeviceId, EnvelopeId } from '../ids.ts'
import { implementationLimits } from '../limits.ts'
import type { ContactRow } from '../ports.ts'
import type { RejectReason } from '../wire/frame.ts'
import { contactOf } from './people.ts'
import { mayOnceMore } from './quota.ts'
import type { Turn } from './turn.ts'

export function rejectEnvelope(turn: Turn, device: DeviceId, envelopeId: EnvelopeId, reason: RejectReason): void {
  const isStranger = contactOf(turn.state, device) === null
  if (isStranger && !mayOnceMore(turn, 'rejections', implementationLimits.unprovedAnswersPerHourMax)) return
  turn.emit({ kind: 'send', device, frame: { kind: 'reject', envelopeId, reason }, order: null })
}

/** An invite is completed once its maker has answered in the session. */
export function confirmContact(turn: Turn, contact: ContactRow): void {
  if (contact.acceptedInvite === null || contact.state !== 'active') return
  turn.putContact({ ...contact, acceptedInvite: null })
}

export function markStored(turn: Turn, device: DeviceId, envelope: EnvelopeId): void {
  turn.put({ kind: 'putSeen', device, envelope, atMs: turn.nowMs })
  turn.emit({ kind: 'ack', device, envelope })
}
