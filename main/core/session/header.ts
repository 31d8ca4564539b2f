/** The encrypted header of a message: Double Ratchet rev 4, section 4, with random nonces. */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Result } from '../result.ts'
import { encodeX25519, keySizeBytes, nonceSizeBytes, readX25519, tagSizeBytes } from './suite.ts'

const noAssociatedData = new Uint8Array(0)
const plainSizeBytes = 1 + keySizeBytes + 4 + 4 + 2

export const sealedHeaderSizeBytes = nonceSizeBytes + plainSizeBytes + tagSizeBytes

export interface Header {
  /** The sender's current ratchet key. */
  readonly ratchetKey: Uint8Array
  /** Messages in the sender's previous chain, and the number of this one in the present chain. */
  readonly previousCount: number
  readonly n: number
  /** The post-quantum epoch of the chain. */
  readonly epoch: number
}

/** nonce || ciphertext and tag. */
export function sealHeader(crypto: Crypto, headerKey: Uint8Array, nonce: Uint8Array, header: Header): Uint8Array {
  const { ratchetKey, previousCount, n, epoch } = header
  const plain = new ByteWriter().bytes(encodeX25519(ratchetKey)).u32(previousCount).u32(n).u16(epoch).done()
  return concat(nonce, crypto.xchachaSeal(headerKey, nonce, plain, noAssociatedData))
}

/** The header if this key sealed it, else null. What then does not decode was written so by the peer. */
export function openHeader(
  crypto: Crypto,
  headerKey: Uint8Array,
  sealed: Uint8Array,
): Result<Header, DecodeError> | null {
  const nonce = sealed.subarray(0, nonceSizeBytes)
  const plain = crypto.xchachaOpen(headerKey, nonce, sealed.subarray(nonceSizeBytes), noAssociatedData)
  if (plain === null) return null
  return decode(plain, (reader) => ({
    ratchetKey: readX25519(reader, 'ratchetKey'),
    previousCount: reader.u32(),
    n: reader.u32(),
    epoch: reader.u16(),
  }))
}
