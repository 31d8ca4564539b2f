/** KDF_CK of Double Ratchet rev 4, section 5.2: HMAC-SHA-256 with one constant for each output. */
import type { Crypto } from '../crypto/provider.ts'

const messageKeyConstant = Uint8Array.of(1)
const chainKeyConstant = Uint8Array.of(2)

/** A sending or receiving chain: `n` is the number of its next message. */
export interface Chain {
  readonly chainKey: Uint8Array
  readonly headerKey: Uint8Array
  readonly n: number
}

export interface ChainStep {
  readonly chain: Chain
  readonly messageKey: Uint8Array
}

/** The message key of the chain's next message, and the chain behind it. */
export function stepChain(crypto: Crypto, chain: Chain): ChainStep {
  const messageKey = crypto.hmacSha256(chain.chainKey, messageKeyConstant)
  const chainKey = crypto.hmacSha256(chain.chainKey, chainKeyConstant)
  return { chain: { chainKey, headerKey: chain.headerKey, n: chain.n + 1 }, messageKey }
}
