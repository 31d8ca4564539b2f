/** Bundles of this device, whose secrets are stored with them; and whose bundle another one must be. */
import { sshsigNamespaces, sshsigSign, sshsigVerify } from '../identity/sshsig.ts'
import type { DeviceId, InviteId, PrekeyId } from '../ids.ts'
import type { PrekeyPurpose } from '../ports.ts'
import type { BundleOwner } from '../session/bundle.ts'
import { createBundle } from '../session/bundle.ts'
import { encodeBundleSecrets } from '../session/bundleSecrets.ts'
import type { Turn } from './turn.ts'

export interface BundleUse {
  readonly purpose: PrekeyPurpose
  readonly invite: InviteId | null
  readonly device: DeviceId | null
  readonly expiresAtMs: number
}

/** Makes a bundle of this device and stores its secrets. Only one of last resort is for more than one session. */
export function makeBundle(
  turn: Turn,
  use: BundleUse,
  lastResort = false,
): { readonly prekey: PrekeyId; readonly bundle: Uint8Array } {
  const { identity } = turn.state
  const { prekeyId, bundle, secrets } = createBundle(turn.crypto, turn.entropy, {
    device: identity.device,
    identityKey: identity.identityKey,
    expiresAtMs: use.expiresAtMs,
    oneTime: !lastResort,
    sign: (bytes) => sshsigSign(turn.crypto, identity.rootSeed, sshsigNamespaces.prekey, bytes),
  })
  turn.put({
    kind: 'putPrekey',
    row: { prekey: prekeyId, bundle, secrets: encodeBundleSecrets(secrets), ...use, createdAtMs: turn.nowMs },
  })
  return { prekey: prekeyId, bundle }
}

/** The owner of a bundle: this device, under the keys of a descriptor that was verified. */
export function ownerOf(
  turn: Turn,
  device: DeviceId,
  keys: { readonly rootKey: Uint8Array; readonly identityKey: Uint8Array },
): BundleOwner {
  return {
    device,
    identityKey: keys.identityKey,
    verify: (signed, signature) => sshsigVerify(turn.crypto, keys.rootKey, sshsigNamespaces.prekey, signed, signature),
  }
}
