/** Asking a peer for a bundle: to complete an invite, or to renew a session. */
import { fromHex, toHex } from '../bytes.ts'
import { assert } from '../assert.ts'
import { decodeInvite } from '../identity/invite.ts'
import { implementationLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { ContactRow } from '../ports.ts'
import type { BundlePurpose } from '../wire/frame.ts'
import { hasElapsed } from './flow.ts'
import { bundleProof } from './keys.ts'
import { beginFromStash } from './stash.ts'
import type { Turn } from './turn.ts'

const requestIdSizeBytes = 16

function purposeFor(turn: Turn, device: DeviceId, contact: ContactRow): BundlePurpose {
  if (contact.state !== 'pending' || contact.acceptedInvite === null) return { kind: 'renew' }
  const invite = decodeInvite(turn.crypto, contact.acceptedInvite)
  assert(invite.ok, 'a stored invite does not decode')
  const { inviteId, secret } = invite.value
  const proof = bundleProof(turn.crypto, secret, inviteId, turn.state.identity.device, device)
  return { kind: 'invite', inviteId, proof }
}

/** Whether a session with this device was begun from here too short a while ago to begin another. */
export function begunLately(turn: Turn, device: DeviceId): boolean {
  const { renewedAtMs } = turn.state.flow(device)
  return renewedAtMs !== null && !hasElapsed(renewedAtMs, implementationLimits.rehandshakeIntervalMs, turn.nowMs)
}

/**
 * Asks once, and again when no answer comes; a session that is to be renewed is then begun from the stash. True
 * if it was: all that waits is to be sent again, from the oldest on.
 */
export function askForBundle(turn: Turn, device: DeviceId, contact: ContactRow): boolean {
  const { ask } = turn.state.flow(device)
  const waiting = ask !== null && !hasElapsed(ask.askedAtMs, implementationLimits.bundleRetryMs, turn.nowMs)
  if (waiting) return false
  // Not repeated now: whoever still wants a session asks when the interval is over.
  if (begunLately(turn, device)) {
    turn.setFlow(device, { ask: null })
    return false
  }
  const purpose = purposeFor(turn, device, contact)
  const wasRenewal = ask?.purpose === 'renew' && purpose.kind === 'renew'
  if (wasRenewal && beginFromStash(turn, device, contact)) return true
  const asked = ask?.purpose === purpose.kind ? fromHex(ask.requestId) : null
  const requestId = asked?.ok === true ? asked.value : turn.entropy.take(requestIdSizeBytes)
  turn.setFlow(device, {
    ask: { requestId: toHex(requestId), purpose: purpose.kind, askedAtMs: turn.nowMs },
  })
  turn.emit({ kind: 'send', device, frame: { kind: 'bundleRequest', requestId, purpose }, order: null })
  return false
}
