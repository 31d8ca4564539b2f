/** Envelopes of a peer that has all keys of a session and does not keep to the protocol. */
import { join, u16, u32, u8, type KeyType, key } from './bytes.ts'
import { pad } from './padding.ts'
import { primitives } from './primitives.ts'
import { bodyKey, chainStep, commitmentOf, type Header, type Ratchet } from './ratchet.ts'
import type { Session } from './session.ts'

export interface Forgery {
  /** What is done to a copy of the sender's state before it seals. */
  readonly state?: (ratchet: Ratchet) => void
  readonly header?: Partial<Header>
  readonly keyType?: KeyType
  readonly block?: Uint8Array
  /** The whole padded body. */
  readonly padded?: Uint8Array
}

const nonce = new Uint8Array(24).fill(9)

/** The forged envelope; the session stays as it was. */
export function forge(session: Session, associatedData: Uint8Array, forgery: Forgery): Uint8Array {
  const ratchet = session.ratchet.copy()
  forgery.state?.(ratchet)
  const turn = ratchet.sending ?? ratchet.beginSending(new Uint8Array(32).fill(8))
  const { ratchetKey, previous, n, epoch } = { ...turn, previous: ratchet.previous, ...forgery.header }
  const header = join(key(forgery.keyType ?? 'x25519', ratchetKey), u32(previous), u32(n), u16(epoch))
  const sealedHeader = join(nonce, primitives.xchachaSeal(turn.headerKey, nonce, header, new Uint8Array(0)))

  const { messageKey } = chainStep(turn)
  const commitment = commitmentOf(messageKey)
  const kind = u8(session.prologue === null ? 2 : 1)
  const bound = join(kind, session.h1, associatedData, sealedHeader, commitment)
  const padded = forgery.padded ?? pad(join(forgery.block ?? u8(0), Uint8Array.of(1, 2, 3)))
  const body = primitives.xchachaSeal(bodyKey(messageKey), nonce, padded, bound)
  return join(kind, session.prologue ?? new Uint8Array(0), sealedHeader, commitment, nonce, body)
}
