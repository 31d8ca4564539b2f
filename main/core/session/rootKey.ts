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
  const part = (at: number): Uint8Array => output.slice(at * keySizeBytes, (at + 1) * keySizeBytes)
  const step = { rootKey: part(0), chainKey: part(1), nextHeaderKey: part(2) }
  crypto.wipe(output)
  return step
}
