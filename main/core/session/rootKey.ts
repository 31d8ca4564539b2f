/** KDF_RK_HE of Double Ratchet rev 4, section 4.2. */
import type { Crypto } from '../crypto/provider.ts'
import { keySizeBytes, label } from './suite.ts'

const rootLabel = label('root key')

export interface RootStep {
  readonly rootKey: Uint8Array
  readonly chainKey: Uint8Array
  readonly nextHeaderKey: Uint8Array
}

/** Mixes one Diffie-Hellman output into the root key: the next root, chain and header keys. */
export function stepRootKey(crypto: Crypto, rootKey: Uint8Array, shared: Uint8Array): RootStep {
  const output = crypto.hkdfSha256(shared, rootKey, rootLabel, 3 * keySizeBytes)
  return {
    rootKey: output.slice(0, keySizeBytes),
    chainKey: output.slice(keySizeBytes, 2 * keySizeBytes),
    nextHeaderKey: output.slice(2 * keySizeBytes),
  }
}
