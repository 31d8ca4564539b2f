/** What a happening will surely read, so that the driver can load for many at once. Only speed depends on it. */
import type { SliceRequest } from '../ports.ts'
import type { Crypto } from '../crypto/provider.ts'
import { classifyEnvelope, initialMessageHash, peekInitial } from '../session/session.ts'
import { directConversationId } from '../conversation/ids.ts'
import type { DeviceId } from '../ids.ts'
import { decodeFrame } from '../wire/frame.ts'
import type { Happening } from './inputs.ts'
import { readsOfAck } from './acks.ts'
import { contactOf } from './people.ts'
import type { State } from './state.ts'

function readsOfEnvelope(crypto: Crypto, state: State, device: DeviceId, sealed: Uint8Array): SliceRequest {
  const contact = contactOf(state, device)
  if (contact !== null) {
    const direct = directConversationId((bytes) => crypto.sha256(bytes), state.identity.account, contact.account)
    return { sessionsOf: [device], conversations: [direct], progress: [{ conversation: direct, device }] }
  }
  // Of a stranger no more than what decides whether it is opened: others' rows must not make way for theirs.
  if (classifyEnvelope(sealed) !== 'initial') return {}
  const peeked = peekInitial(sealed)
  const hash = initialMessageHash(crypto, sealed)
  return peeked.ok && hash.ok ? { prekeys: [peeked.value.prekeyId], initials: [hash.value] } : {}
}

function readsOf(crypto: Crypto, state: State, happening: Happening): SliceRequest {
  if (happening.kind === 'frame' || happening.kind === 'mail') {
    const frame = decodeFrame(happening.bytes)
    if (!frame.ok) return {}
    if (frame.value.kind === 'envelope') return readsOfEnvelope(crypto, state, happening.device, frame.value.sealed)
    if (contactOf(state, happening.device) === null) return {}
    return frame.value.kind === 'ack' ? readsOfAck(state, happening.device, frame.value.envelopeIds) : {}
  }
  if (happening.kind === 'command' && happening.command.kind === 'sendText') {
    const { conversation, clientId } = happening.command
    return { conversations: [conversation], clientIds: [{ conversation, clientId }] }
  }
  return {}
}

/** What to load before this happening's step. Never a range. */
export function sliceFor(crypto: Crypto, state: State, happening: Happening): SliceRequest {
  return state.lacks(readsOf(crypto, state, happening))
}
