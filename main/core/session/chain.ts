/**
 * The two symmetric ratchets of one turn, stepped together: that of the elliptic curve and that of the
 * post-quantum epoch (Double Ratchet rev 4, sections 5.2 and 6). A message key needs both.
 */
import type { Crypto } from '../crypto/provider.ts'

const messageKeyConstant = Uint8Array.of(1)
const chainKeyConstant = Uint8Array.of(2)

/** A sending or receiving chain: `n` is the number of its next message. One epoch serves a whole chain. */
export interface Chain {
  readonly chainKey: Uint8Array
  readonly pqChainKey: Uint8Array
  readonly headerKey: Uint8Array
  readonly epoch: number
  readonly n: number
}

export interface ChainStep {
  readonly chain: Chain
  readonly messageKey: Uint8Array
}

/** The message key of the chain's next message (KDF_CK twice, KDF_HYBRID once), and the chain behind it. */
export function stepChain(crypto: Crypto, chain: Chain): ChainStep {
  const { chainKey, pqChainKey } = chain
  const ecKey = crypto.hmacSha256(chainKey, messageKeyConstant)
  const pqKey = crypto.hmacSha256(pqChainKey, messageKeyConstant)
  const messageKey = crypto.hmacSha256(pqKey, ecKey)
  crypto.wipe(ecKey, pqKey)
  return {
    chain: {
      chainKey: crypto.hmacSha256(chainKey, chainKeyConstant),
      pqChainKey: crypto.hmacSha256(pqChainKey, chainKeyConstant),
      headerKey: chain.headerKey,
      epoch: chain.epoch,
      n: chain.n + 1,
    },
    messageKey,
  }
}
