/** What is derived for first contact, the LAN and the seal. PROTOCOL.md, "First contact" and "Delivery". */
import { compareBytes, concat, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { DeviceId, EnvelopeId, InviteId } from '../ids.ts'
import { envelopeIdOf, idBytes } from '../ids.ts'

const none = new Uint8Array(0)

/** Shows knowledge of an invite's secret to its maker, for this pair of devices alone. 32 bytes. */
export function bundleProof(
  crypto: Crypto,
  secret: Uint8Array,
  invite: InviteId,
  requester: DeviceId,
  responder: DeviceId,
): Uint8Array {
  const key = crypto.hkdfSha256(secret, none, utf8('waxwing/1/bundle-proof'), 32)
  const proof = crypto.hmacSha256(key, concat(idBytes(invite), idBytes(requester), idBytes(responder)))
  crypto.wipe(key)
  return proof
}

/** The key of a pair of accounts for LAN tokens: the same on both sides. Null for a low-order key. 32 bytes. */
export function lanKey(
  crypto: Crypto,
  own: { readonly identitySecret: Uint8Array; readonly rootKey: Uint8Array },
  theirs: { readonly identityKey: Uint8Array; readonly rootKey: Uint8Array },
): Uint8Array | null {
  const shared = crypto.x25519(own.identitySecret, theirs.identityKey)
  if (shared === null) return null
  const roots = [own.rootKey, theirs.rootKey].sort(compareBytes)
  const key = crypto.hkdfSha256(shared, none, concat(utf8('waxwing/1/lan'), ...roots), 32)
  crypto.wipe(shared)
  return key
}

/** The associated data of every seal: who seals for whom. */
export function sealContext(sender: DeviceId, recipient: DeviceId): Uint8Array {
  return concat(utf8('waxwing/1/envelope'), idBytes(sender), idBytes(recipient))
}

export function envelopeIdFor(crypto: Crypto, sealed: Uint8Array): EnvelopeId {
  return envelopeIdOf(crypto.sha256(sealed).slice(0, 16))
}
