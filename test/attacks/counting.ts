/** What something costs in derivations: a count, because time says little on a machine that does other things too. */
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { crypto } from '../support/sessions.ts'

export interface Counted {
  readonly provider: Crypto
  /** Derivations and agreements since it was last set to zero. */
  derived: number
}

export function counting(): Counted {
  const counted = { provider: crypto, derived: 0 }
  const count = <Made>(made: Made): Made => {
    counted.derived++
    return made
  }
  counted.provider = {
    ...crypto,
    hmacSha256: (key, data) => count(crypto.hmacSha256(key, data)),
    hkdfSha256: (material, salt, info, lengthBytes) => count(crypto.hkdfSha256(material, salt, info, lengthBytes)),
    x25519: (secret, publicKey) => count(crypto.x25519(secret, publicKey)),
    x25519PublicKey: (secret) => count(crypto.x25519PublicKey(secret)),
    mlKem768KeyPair: (seed) => count(crypto.mlKem768KeyPair(seed)),
    mlKem768Decapsulate: (cipherText, secretKey) => count(crypto.mlKem768Decapsulate(cipherText, secretKey)),
  }
  return counted
}
