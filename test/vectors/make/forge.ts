/** Messages that only the peer itself could send, and no honest device does. */
import { concat } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import type { Block } from '../../../main/core/session/block.ts'
import { encodeBlock } from '../../../main/core/session/block.ts'
import type { Header } from '../../../main/core/session/header.ts'
import { sealHeader, sealedHeaderSizeBytes } from '../../../main/core/session/header.ts'
import { pad } from '../../../main/core/wire/padding.ts'
import { there } from '../scenarios/format.ts'
import type { Side } from '../scenarios/conversation.ts'
import { forge, nextHeader } from '../scenarios/forge.ts'
import { bytesFor } from './people.ts'
import type { Talk } from './talk.ts'

export const nonces = { headerNonce: bytesFor('forged header', 24), bodyNonce: bytesFor('forged body', 24) }
const { headerNonce } = nonces

/** The next message of a turn that has begun, with this padded plaintext. */
export function forgedBody(talk: Talk, by: Side, padded: Uint8Array): Uint8Array {
  return forge(crypto, talk.session(by), talk.bound(by), padded, nonces)
}

/** The next message of a turn that has begun, with this block. */
export function forgedBlock(talk: Talk, by: Side, block: Block): Uint8Array {
  return forgedBody(talk, by, pad(encodeBlock(block)))
}

function replacedHeader(sealed: Uint8Array, header: Uint8Array): Uint8Array {
  return concat(sealed.slice(0, 1), header, sealed.slice(1 + sealedHeaderSizeBytes))
}

function headerKeyOf(talk: Talk, by: Side): Uint8Array {
  return there(talk.session(by).ratchet.send, 'sending chain').headerKey
}

/** An ordinary envelope with another header, sealed under the key of its turn; the rest is as it was. */
export function withHeader(talk: Talk, by: Side, sealed: Uint8Array, header: Partial<Header>): Uint8Array {
  const plain = { ...nextHeader(talk.session(by)), n: 0, ...header }
  return replacedHeader(sealed, sealHeader(crypto, headerKeyOf(talk, by), headerNonce, plain))
}

/** An ordinary envelope whose header's plaintext is this. */
export function withPlainHeader(talk: Talk, by: Side, sealed: Uint8Array, plain: Uint8Array): Uint8Array {
  const header = crypto.xchachaSeal(headerKeyOf(talk, by), headerNonce, plain, new Uint8Array(0))
  return replacedHeader(sealed, concat(headerNonce, header))
}

/** A header under the key of the sender's next turn, which it has not begun; the rest is of an envelope. */
export function inNextTurn(talk: Talk, by: Side, sealed: Uint8Array, header: Header): Uint8Array {
  return replacedHeader(sealed, sealHeader(crypto, talk.session(by).ratchet.nextSendHeaderKey, headerNonce, header))
}
