/** Devices and libp2p's names for them: a device id is the hex of the Ed25519 key in the peer id. */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey, peerIdFromString } from '@libp2p/peer-id'
import { deviceIdOf, idBytes } from '../core/ids.ts'
import type { DeviceId } from '../core/ids.ts'
import { isUnsafeKey } from './unsafeKeys.ts'

/** The libp2p key of this device, from its 32-byte seed. */
export function deviceKey(seed: Uint8Array): Promise<PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', seed)
}

export function deviceOfKey(key: PrivateKey): DeviceId {
  return deviceIdOf(key.publicKey.raw)
}

/** Null for a peer whose key is not Ed25519, or is one that anybody can prove: no device of ours. */
export function deviceOf(peer: PeerId): DeviceId | null {
  if (peer.type !== 'Ed25519' || isUnsafeKey(peer.publicKey.raw)) return null
  return deviceIdOf(peer.publicKey.raw)
}

/** The device of a peer id's text; null when it is none of ours. */
export function deviceOfText(text: string): DeviceId | null {
  try {
    return deviceOf(peerIdFromString(text))
  } catch {
    return null
  }
}

/** Null when the id's bytes are no point of the curve, so that nobody can prove it, or one that anybody can. */
export function peerOf(device: DeviceId): PeerId | null {
  const bytes = idBytes(device)
  if (isUnsafeKey(bytes)) return null
  try {
    const key = publicKeyFromRaw(bytes)
    return key.type === 'Ed25519' ? peerIdFromPublicKey(key) : null
  } catch {
    return null
  }
}
