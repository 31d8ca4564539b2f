/** What only the peer itself could send: a message under its own keys that no honest device makes. */
import { concat } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { stepChain } from '../../../main/core/session/chain.ts'
import type { Header } from '../../../main/core/session/header.ts'
import { sealHeader } from '../../../main/core/session/header.ts'
import { sealBody } from '../../../main/core/session/messageKey.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { there } from './format.ts'

interface Nonces {
  readonly headerNonce: Uint8Array
  readonly bodyNonce: Uint8Array
}

/** The header of the next message in a turn that has begun. */
export function nextHeader({ ratchet }: Session): Header {
  const { n, epoch } = there(ratchet.send, 'sending chain')
  const { publicKey: ratchetKey } = there(ratchet.ownKey, 'ratchet key')
  return { ratchetKey, previousCount: ratchet.previousCount, n, epoch }
}

/** The next message of a turn that has begun, with this padded plaintext; the session stays where it is. */
export function forge(
  crypto: Crypto,
  session: Session,
  associatedData: Uint8Array,
  padded: Uint8Array,
  { headerNonce, bodyNonce }: Nonces,
): Uint8Array {
  const send = there(session.ratchet.send, 'sending chain')
  const header = sealHeader(crypto, send.headerKey, headerNonce, nextHeader(session))
  const kind = Uint8Array.of(2)
  const bound = concat(kind, session.transcript, associatedData, header)
  return concat(kind, header, sealBody(crypto, stepChain(crypto, send).messageKey, bodyNonce, padded, bound))
}
