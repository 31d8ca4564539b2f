/**
 * What one message key seals. XChaCha20-Poly1305 binds no key: one ciphertext can be made to open
 * under two. The commitment, derived beside the body's key, closes that.
 */
import { concat, equalBytes } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { label, nonceSizeBytes, tagSizeBytes } from './suite.ts'

const bodyLabel = label('body key')
const commitmentLabel = label('commitment')

export const commitmentSizeBytes = 32
/** Commitment, nonce and tag. */
export const bodyOverheadBytes = commitmentSizeBytes + nonceSizeBytes + tagSizeBytes

export type BodyError = { readonly kind: 'badCommitment' } | { readonly kind: 'badTag' }

function derive(crypto: Crypto, messageKey: Uint8Array): { key: Uint8Array; commitment: Uint8Array } {
  return { key: crypto.hmacSha256(messageKey, bodyLabel), commitment: crypto.hmacSha256(messageKey, commitmentLabel) }
}

/** commitment || nonce || ciphertext and tag. `associatedData` and the commitment are authenticated. */
export function sealBody(
  crypto: Crypto,
  messageKey: Uint8Array,
  nonce: Uint8Array,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
): Uint8Array {
  const { key, commitment } = derive(crypto, messageKey)
  const sealed = crypto.xchachaSeal(key, nonce, plaintext, concat(associatedData, commitment))
  const body = concat(commitment, nonce, sealed)
  crypto.wipe(key)
  return body
}

/** Undoes `sealBody`; `body` is at least `bodyOverheadBytes` long. */
export function openBody(
  crypto: Crypto,
  messageKey: Uint8Array,
  body: Uint8Array,
  associatedData: Uint8Array,
): Result<Uint8Array, BodyError> {
  const { key, commitment } = derive(crypto, messageKey)
  const sealedAt = commitmentSizeBytes + nonceSizeBytes
  const committed = equalBytes(commitment, body.subarray(0, commitmentSizeBytes))
  const plaintext = committed
    ? crypto.xchachaOpen(
        key,
        body.subarray(commitmentSizeBytes, sealedAt),
        body.subarray(sealedAt),
        concat(associatedData, commitment),
      )
    : null
  crypto.wipe(key)
  if (!committed) return err({ kind: 'badCommitment' })
  return plaintext === null ? err({ kind: 'badTag' }) : ok(plaintext)
}
