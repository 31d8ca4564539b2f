/** Devices and libp2p's names for them: a device id is the hex of the Ed25519 key in the peer id. */
import { generateKeyPairFromSeed, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { PeerId, PrivateKey } from '@libp2p/interface'
import { peerIdFromPublicKey } from '@libp2p/peer-id'
import { deviceIdOf, idBytes } from '../core/ids.ts'
import type { DeviceId } from '../core/ids.ts'

/** The libp2p key of this device, from its 32-byte seed. */
export function deviceKey(seed: Uint8Array): Promise<PrivateKey> {
  return generateKeyPairFromSeed('Ed25519', seed)
}

export function deviceOfKey(key: PrivateKey): DeviceId {
  return deviceIdOf(key.publicKey.raw)
}

/** Null for a peer whose key is not Ed25519: no device of ours. */
export function deviceOf(peer: PeerId): DeviceId | null {
  return peer.type === 'Ed25519' ? deviceIdOf(peer.publicKey.raw) : null
}

/** Null when the id's bytes are no point of the curve, so that nobody can prove it. */
export function peerOf(device: DeviceId): PeerId | null {
  try {
    const key = publicKeyFromRaw(idBytes(device))
    return key.type === 'Ed25519' ? peerIdFromPublicKey(key) : null
  } catch {
    return null
  }
}
