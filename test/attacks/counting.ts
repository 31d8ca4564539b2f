/** What something costs in derivations: a count, because time says little on a machine that does other things too. */
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { crypto } from '../support/sessions.ts'

export interface Counted {
  readonly provider: Crypto
  /** Derivations and agreements since it was last set to zero. */
  derived: number
}

export function counting(): Counted {
  const counted: { provider: Crypto; derived: number } = { provider: crypto, derived: 0 }
  const counts = <Given extends readonly unknown[], Made>(derive: (...given: Given) => Made) => {
    return (...given: Given): Made => {
      counted.derived++
      return derive(...given)
    }
  }
  counted.provider = {
    ...crypto,
    hmacSha256: counts(crypto.hmacSha256),
    hkdfSha256: counts(crypto.hkdfSha256),
    x25519: counts(crypto.x25519),
    x25519PublicKey: counts(crypto.x25519PublicKey),
    mlKem768KeyPair: counts(crypto.mlKem768KeyPair),
    mlKem768Decapsulate: counts(crypto.mlKem768Decapsulate),
  }
  return counted
}
