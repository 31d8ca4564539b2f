/** How talks come to post-quantum epochs, and the halves of exchanges in them. */
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import type { Block } from '../../../main/core/session/block.ts'
import type { Side } from '../scenarios/conversation.ts'
import { bytesFor, dayMs, startMs } from './people.ts'
import type { Talk } from './talk.ts'

/** Four days pass, in which the initiator only listens: then its offer is due. */
export function fourDays(talk: Talk): void {
  for (let day = 1; day <= 4; day++) talk.tell('B', `day ${day}`, { nowMs: startMs + day * dayMs, digest: true })
}

/** An epoch later: offered, answered and used. */
export function epochOne(talk: Talk): void {
  fourDays(talk)
  talk.tell('A', 'an offer', { digest: true })
  talk.tell('B', 'an answer', { digest: true })
  talk.tell('A', 'in epoch 1')
}

export type Offer = Extract<Block, { readonly kind: 'offer' }>
export type Answer = Extract<Block, { readonly kind: 'answer' }>

/** The half that a side is about to repeat. */
function halfOf(talk: Talk, by: Side): Block {
  const { exchange } = talk.session(by).ratchet.epochs
  if (exchange.kind !== 'offering' && exchange.kind !== 'answering') throw new Error('no exchange is under way')
  return exchange.block
}

export function offerOf(talk: Talk): Offer {
  const block = halfOf(talk, 'A')
  if (block.kind !== 'offer') throw new Error('no offer')
  return block
}

export function answerOf(talk: Talk): Answer {
  const block = halfOf(talk, 'B')
  if (block.kind !== 'answer') throw new Error('no answer')
  return block
}

/** A key that nobody offers. */
export const offerBlank = { kemKey: crypto.mlKem768KeyPair(bytesFor('another offer', 64)).publicKey }
