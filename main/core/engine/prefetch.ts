/** What a happening will surely read, so that the driver can load for many at once. Only speed depends on it. */
import type { SliceRequest } from '../ports.ts'
import type { Crypto } from '../crypto/provider.ts'
import { classifyEnvelope, initialMessageHash, peekInitial } from '../session/session.ts'
import { directConversationId } from '../conversation/ids.ts'
import type { DeviceId } from '../ids.ts'
import type { Frame } from '../wire/frame.ts'
import { decodeFrame } from '../wire/frame.ts'
import type { Happening } from './inputs.ts'
import { ackReads } from './acks.ts'
import { envelopeIdFor } from './keys.ts'
import { missingOf } from './missing.ts'
import { contactOf } from './people.ts'
import type { State } from './state.ts'

type Read = () => unknown

function envelopeReads(crypto: Crypto, state: State, device: DeviceId, sealed: Uint8Array): readonly Read[] {
  const reads: Read[] = [() => state.hasSeen(device, envelopeIdFor(crypto, sealed)), () => state.sessionsOf(device)]
  const contact = contactOf(state, device)
  if (contact !== null) {
    const direct = directConversationId(crypto.sha256.bind(crypto), state.identity.account, contact.account)
    reads.push(
      () => state.conversation(direct),
      () => state.progress(direct, device),
    )
  }
  if (contact === null && classifyEnvelope(sealed) === 'initial') {
    const peeked = peekInitial(sealed)
    const hash = initialMessageHash(crypto, sealed)
    if (peeked.ok) reads.push(() => state.prekey(peeked.value.prekeyId))
    if (hash.ok) reads.push(() => state.hasInitial(hash.value))
  }
  return reads
}

function frameReads(crypto: Crypto, state: State, device: DeviceId, frame: Frame): readonly Read[] {
  if (frame.kind === 'envelope') return envelopeReads(crypto, state, device, frame.sealed)
  if (frame.kind !== 'ack') return []
  return ackReads(state, device, frame.envelopeIds)
}

/** What to load before this happening's step. Never a range. */
export function sliceFor(crypto: Crypto, state: State, happening: Happening): SliceRequest {
  if (happening.kind === 'frame') {
    const frame = decodeFrame(happening.bytes)
    return frame.ok ? missingOf(frameReads(crypto, state, happening.device, frame.value)) : {}
  }
  if (happening.kind === 'command' && happening.command.kind === 'sendText') {
    const { conversation, clientId } = happening.command
    return missingOf([() => state.conversation(conversation), () => state.eventByClientId(conversation, clientId)])
  }
  return {}
}
