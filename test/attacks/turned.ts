/** A contact whose owner turns: it has every key of its own, and writes with them what no honest program would. */
import { concat, utf8 } from '../../main/core/bytes.ts'
import { sealContext } from '../../main/core/engine/keys.ts'
import type { Entropy } from '../../main/core/entropy.ts'
import type { DeviceId, EventId } from '../../main/core/ids.ts'
import { eventIdOf, idBytes } from '../../main/core/ids.ts'
import type { Block } from '../../main/core/session/block.ts'
import { encodeBlock, noBlock } from '../../main/core/session/block.ts'
import { stepChain } from '../../main/core/session/chain.ts'
import type { Header } from '../../main/core/session/header.ts'
import { sealHeader } from '../../main/core/session/header.ts'
import { sealBody } from '../../main/core/session/messageKey.ts'
import type { Session } from '../../main/core/session/session.ts'
import { open, seal } from '../../main/core/session/session.ts'
import type { KnownBody } from '../../main/core/wire/contents.ts'
import { encodeContent } from '../../main/core/wire/contents.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { pad } from '../../main/core/wire/padding.ts'
import { crypto, seeded } from '../support/sessions.ts'
import type { Machine } from './machine.ts'
import { epochMs } from './machine.ts'

/** What an honest message would have otherwise. */
export interface Forgery {
  readonly header?: Partial<Header>
  /** In place of the encoded header, before it is sealed. */
  readonly headerBytes?: Uint8Array
  readonly block?: Block
  readonly content?: Uint8Array
  /** In place of block, content and padding. */
  readonly padded?: Uint8Array
}

/** The next message of `session`'s sending chain, which must have begun, with any part of it forged. */
export function forge(session: Session, context: Uint8Array, forgery: Forgery, entropy: Entropy): Uint8Array {
  const { send, ownKey, previousCount } = session.ratchet
  if (send === null || ownKey === null) throw new Error('no chain to forge in')
  const { n, epoch } = send
  const genuine = { ratchetKey: ownKey.publicKey, previousCount, n, epoch }
  const nonce = entropy.take(24)
  const header =
    forgery.headerBytes === undefined
      ? sealHeader(crypto, send.headerKey, nonce, { ...genuine, ...forgery.header })
      : concat(nonce, crypto.xchachaSeal(send.headerKey, nonce, forgery.headerBytes, new Uint8Array(0)))
  const kind = Uint8Array.of(session.prologue === null ? 2 : 1)
  const bound = concat(kind, session.transcript, context, header)
  const plain = concat(encodeBlock(forgery.block ?? noBlock), forgery.content ?? utf8('forged'))
  const { messageKey } = stepChain(crypto, send)
  const body = sealBody(crypto, messageKey, entropy.take(24), forgery.padded ?? pad(plain), bound)
  return concat(kind, session.prologue ?? new Uint8Array(0), header, body)
}

export class Turned {
  readonly device: DeviceId
  readonly context: Uint8Array
  readonly entropy: Entropy
  session: Session
  readonly #from: Machine
  readonly #victim: Machine

  constructor(from: Machine, victim: Machine) {
    this.#from = from
    this.#victim = victim
    this.device = from.device
    this.context = sealContext(from.device, victim.device)
    this.entropy = seeded(`turned ${from.device}`)
    this.session = from.session(victim)
  }

  /** Seals as the honest program does. */
  seal(content: Uint8Array): Uint8Array {
    const sealed = seal(crypto, this.session, content, this.context, this.entropy, this.#from.nowMs)
    if (!sealed.ok) throw new Error(sealed.error.kind)
    this.session = sealed.value.session
    return sealed.value.sealed
  }

  /** Opens what the victim sent, as the honest program does. */
  open(sealed: Uint8Array): void {
    const back = sealContext(this.#victim.device, this.device)
    const opened = open(crypto, this.session, sealed, back, this.#from.nowMs)
    if (!opened.ok) throw new Error(opened.error.kind)
    this.session = opened.value.session
  }

  /** One more message of the chain, which never leaves: what is forged has its number, or comes behind it. */
  skip(count = 1): void {
    for (let i = 0; i < count; i++) this.seal(utf8('lost'))
  }

  forge(forgery: Forgery): Uint8Array {
    return forge(this.session, this.context, forgery, this.entropy)
  }

  /** The content of an event of this contact's. */
  event(sequence: number, body: KnownBody, over: { readonly id?: EventId; readonly timeMs?: number } = {}): Uint8Array {
    const id = over.id ?? eventIdOf(this.entropy.take(16))
    const conversation = this.#from.conversation(this.#victim)
    const timeMs = over.timeMs ?? epochMs + sequence
    return encodeContent({
      kind: 'event',
      event: { id, conversation, sequence, timeMs, counter: 0, heads: [], body },
    })
  }

  text(sequence: number, text = `m${sequence}`): Uint8Array {
    return this.event(sequence, { kind: 'text', text })
  }

  /** The content of an event whose body is a field that no program knows, or that it knows otherwise. */
  strange(sequence: number, field: number, body: Uint8Array): Uint8Array {
    const event = concat(
      protoBytes(1, this.entropy.take(16)),
      protoBytes(2, idBytes(this.#from.conversation(this.#victim))),
      protoNumber(3, sequence),
      protoNumber(4, epochMs),
      protoBytes(field, body),
    )
    return protoBytes(1, event)
  }
}

export function envelope(sealed: Uint8Array): Uint8Array {
  return encodeFrame({ kind: 'envelope', sealed })
}

// ── Protobuf by hand ─────────────────────────────────────────────────────────────────────────

export function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let left = value
  for (; left >= 0x80; left = Math.floor(left / 0x80)) bytes.push((left % 0x80) | 0x80)
  return Uint8Array.of(...bytes, left)
}

export function protoBytes(field: number, bytes: Uint8Array): Uint8Array {
  return concat(varint(field * 8 + 2), varint(bytes.length), bytes)
}

export function protoNumber(field: number, value: number): Uint8Array {
  return concat(varint(field * 8), varint(value))
}
