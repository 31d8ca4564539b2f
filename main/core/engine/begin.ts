/** A session is begun from here: in one way, whether its bundle was fetched this moment or kept for when its maker is away. */
import { encodeIdentityPayload } from '../identity/account.ts'
import type { DeviceId } from '../ids.ts'
import type { PrekeyBundle } from '../session/bundle.ts'
import { initiate } from '../session/handshake.ts'
import { keepBegun, nextGeneration } from './sessions.ts'
import type { Turn } from './turn.ts'

/**
 * Begins a session with the maker of a checked bundle. Everything that waits goes out under it, from the oldest on.
 * False, and nothing done, when one of the bundle's keys is no use.
 */
export function begin(
  turn: Turn,
  device: DeviceId,
  from: { readonly bundle: PrekeyBundle; readonly descriptor: Uint8Array; readonly psk: Uint8Array },
): boolean {
  const { identity } = turn.state
  const begun = initiate({
    crypto: turn.crypto,
    entropy: turn.entropy,
    nowMs: turn.nowMs,
    local: { identitySecret: identity.identitySecret, identityPayload: encodeIdentityPayload(identity) },
    bundle: from.bundle,
    remoteDescriptor: from.descriptor,
    psk: from.psk,
    generation: nextGeneration(turn, device),
  })
  if (!begun.ok) return false
  keepBegun(turn, device, begun.value.session)
  turn.setFlow(device, { ask: null, renewedAtMs: turn.nowMs, inFlight: [], cursor: 0 })
  turn.follow({ kind: 'introduce', device })
  turn.follow({ kind: 'flush', device })
  return true
}
