/** Two ends of a session that take turns as a vector says, each state stored and read again after every step. */
import { compareBytes, concat, toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { sealContext } from '../../../main/core/engine/keys.ts'
import type { Result } from '../../../main/core/result.ts'
import type { Ratchet } from '../../../main/core/session/ratchet.ts'
import { responderRatchet } from '../../../main/core/session/ratchet.ts'
import type { OpenError, SealError, Session } from '../../../main/core/session/session.ts'
import { decodeSession, encodeSession, open, seal } from '../../../main/core/session/session.ts'
import { countSkipped } from '../../../main/core/session/skippedKeys.ts'
import type { EntropySource, GivenEntropy, Json, Library, Parts } from './format.ts'
import { bytesOf, entropyFrom, given, plain, there } from './format.ts'
import { pad } from '../../../main/core/wire/padding.ts'
import { Recorder } from './recorder.ts'
import { forge } from './forge.ts'
import type { HandshakeInput, Met } from './handshake.ts'
import { meet } from './handshake.ts'
import { traceExchange, traceMessage, traceTurn } from './trace.ts'

/** A began the session, B accepted it. */
export type Side = 'A' | 'B'

export interface Start {
  /** The vector whose handshake both have behind them, the first message opened. */
  readonly handshake: string
  /** B's session stands, but its first message was not opened. */
  readonly isUnopened?: true
  /** So many messages are said to have been sealed in A's turn. */
  readonly sealedByA?: number
}

/** A long envelope by its SHA-256 and length. */
interface Digest {
  readonly sha256: string
  readonly bytes: number
}

export interface SealStep {
  readonly by: Side
  readonly seal: Parts
  readonly nowMs?: number
  /** The same content so many times; only the last envelope is spoken of. */
  readonly times?: number
  readonly sealed: Parts | Digest
  readonly trace?: Json
}

export interface OpenStep {
  readonly by: Side
  /** An envelope, or the number of the step that sealed it. */
  readonly open: Parts | number
  readonly nowMs?: number
  /** Of an envelope that no step sealed. */
  readonly content?: Parts
}

/** The bytes `from` to `to` (exclusive) of what a step sealed. */
interface StepSlice {
  readonly step: number
  readonly from: number
  readonly to: number
}

/** What the other side would seal next in its turn, but with this in place of block and content: too long to write. */
export interface Forged {
  readonly plaintext: Parts
  readonly headerNonce: Parts
  readonly bodyNonce: Parts
  readonly sealed: Digest
}

export type Step = SealStep | OpenStep

export interface SessionInput {
  readonly start: Start
  readonly entropy: { readonly A: EntropySource; readonly B: EntropySource }
  readonly steps: readonly Step[]
  /** What must be refused. */
  readonly attempt?:
    | {
        readonly by: Side
        readonly open: Parts | number | readonly (string | StepSlice)[] | Forged
        readonly nowMs?: number
        readonly associatedData?: Parts
      }
    | { readonly by: Side; readonly seal: Parts; readonly nowMs?: number }
  /** What goes on as if nothing had been tried. */
  readonly after?: readonly Step[]
}

/** Begins as B, the first message yet to come. */
function unopened(crypto: Crypto, met: Met): Ratchet {
  const [rootKey, headerKey, nextHeaderKey, epochSeed] = there(met.initiating.derived('session'), 'session').parts
  const { transcript } = met.b
  const keys = { rootKey, headerKey, nextHeaderKey, epochSeed, transcript } as Parameters<typeof responderRatchet>[1]
  const secret = met.secrets.ratchetSecret
  return responderRatchet(crypto, keys, { secret, publicKey: crypto.x25519PublicKey(secret) })
}

function begin(crypto: Crypto, start: Start, met: Met): Record<Side, Session> {
  const { a, b } = met
  const send = a.ratchet.send
  const A =
    start.sealedByA === undefined || send === null
      ? a
      : { ...a, ratchet: { ...a.ratchet, send: { ...send, n: start.sealedByA } } }
  return { A, B: start.isUnopened === true ? { ...b, ratchet: unopened(crypto, met) } : b }
}

export class Conversation {
  readonly #crypto: Crypto
  readonly #sessions: Record<Side, Session>
  readonly #entropy: Record<Side, GivenEntropy>
  readonly #bound: Record<Side, Uint8Array>
  #nowMs: number
  /** What each step sealed, and the content in it. */
  readonly #said: { readonly sealed: Uint8Array; readonly content: Uint8Array }[] = []

  constructor(crypto: Crypto, input: Pick<SessionInput, 'start' | 'entropy'>, library: Library) {
    const from = library(input.start.handshake).input as unknown as HandshakeInput
    const met = meet(crypto, from)
    const [ofA, ofB] = [met.initiator.device, met.responder.device]
    this.#crypto = crypto
    this.#sessions = begin(crypto, input.start, met)
    this.#entropy = { A: entropyFrom(crypto, input.entropy.A), B: entropyFrom(crypto, input.entropy.B) }
    this.#bound = { A: sealContext(ofA, ofB), B: sealContext(ofB, ofA) }
    this.#nowMs = from.nowMs
  }

  session(by: Side): Session {
    return this.#sessions[by]
  }

  /** The associated data of what a side says. */
  bound(by: Side): Uint8Array {
    return this.#bound[by]
  }

  #store(by: Side, session: Session): void {
    this.#sessions[by] = given(decodeSession(encodeSession(session)))
  }

  #at(nowMs: number | undefined): number {
    this.#nowMs = nowMs ?? this.#nowMs
    return this.#nowMs
  }

  /** Seals, and keeps the session behind it. */
  seal(by: Side, content: Uint8Array, nowMs?: number): { readonly sealed: Uint8Array; readonly trace: Json } {
    const before = this.#sessions[by]
    const recorder = new Recorder(this.#crypto)
    const atMs = this.#at(nowMs)
    const made = given(seal(recorder.crypto, before, content, this.#bound[by], this.#entropy[by], atMs))
    this.#store(by, made.session)
    const turn = traceTurn(recorder)
    const chain = turn ?? there(before.ratchet.send, 'sending chain')
    const trace = { turn, exchange: traceExchange(recorder), message: traceMessage(recorder, chain) }
    return { sealed: made.sealed, trace: plain(trace) }
  }

  /** Opens, and keeps the session behind it. */
  open(by: Side, sealed: Uint8Array, nowMs?: number): Uint8Array {
    const bound = this.#bound[by === 'A' ? 'B' : 'A']
    const opened = given(open(this.#crypto, this.#sessions[by], sealed, bound, this.#at(nowMs)))
    this.#store(by, opened.session)
    return opened.plaintext
  }

  envelope(open: Parts | number): Uint8Array {
    return typeof open === 'number' ? there(this.#said[open], `step ${open} that sealed`).sealed : bytesOf(open)
  }

  #part(part: Parts | StepSlice): Uint8Array {
    if (typeof part !== 'object' || !('step' in part)) return bytesOf(part)
    return this.envelope(part.step).slice(part.from, part.to)
  }

  /** One step; throws if it does not go as the vector says. */
  run(step: Step): void {
    if ('open' in step) {
      const wanted = typeof step.open === 'number' ? this.#said[step.open]?.content : bytesOf(step.content ?? '')
      const content = this.open(step.by, this.envelope(step.open), step.nowMs)
      this.#check('content', toHex(content), toHex(there(wanted, 'content')))
      this.#said.push({ sealed: new Uint8Array(0), content })
      return
    }
    const content = bytesOf(step.seal)
    for (let i = 1; i < (step.times ?? 1); i++) this.seal(step.by, content, step.nowMs)
    const { sealed, trace } = this.seal(step.by, content, step.nowMs)
    if (step.trace !== undefined) this.#check('trace', trace, step.trace)
    if (typeof step.sealed === 'object' && 'sha256' in step.sealed)
      this.#check('sealed', digestOf(this.#crypto, sealed), step.sealed)
    else this.#check('sealed', toHex(sealed), toHex(bytesOf(step.sealed)))
    this.#said.push({ sealed, content })
  }

  #check(what: string, is: unknown, wanted: unknown): void {
    const [got, expected] = [JSON.stringify(is), JSON.stringify(wanted)]
    if (got !== expected) throw new Error(`step ${this.#said.length}, ${what}: ${got} and not ${expected}`)
  }

  /** What must be refused, and must leave the state as it was. */
  attempt(attempt: NonNullable<SessionInput['attempt']>): Result<unknown, SealError | OpenError> {
    const { by } = attempt
    const session = this.#sessions[by]
    const before = encodeSession(session)
    const atMs = this.#at(attempt.nowMs)
    const result =
      'seal' in attempt
        ? seal(this.#crypto, session, bytesOf(attempt.seal), this.#bound[by], this.#entropy[by], atMs)
        : open(this.#crypto, session, this.#tried(by, attempt.open), this.#otherBound(by, attempt.associatedData), atMs)
    if (compareBytes(before, encodeSession(session)) !== 0) throw new Error('what was refused changed the state')
    return result
  }

  #tried(by: Side, tried: Exclude<SessionInput['attempt'], { readonly seal: Parts } | undefined>['open']): Uint8Array {
    if (tried instanceof Array) return concat(...tried.map((part) => this.#part(part)))
    if (typeof tried !== 'object' || !('plaintext' in tried)) return this.envelope(tried)
    const from = by === 'A' ? 'B' : 'A'
    const nonces = { headerNonce: bytesOf(tried.headerNonce), bodyNonce: bytesOf(tried.bodyNonce) }
    const sealed = forge(this.#crypto, this.#sessions[from], this.#bound[from], pad(bytesOf(tried.plaintext)), nonces)
    this.#check('forged', digestOf(this.#crypto, sealed), tried.sealed)
    return sealed
  }

  #otherBound(by: Side, given: Parts | undefined): Uint8Array {
    return given === undefined ? this.#bound[by === 'A' ? 'B' : 'A'] : bytesOf(given)
  }

  drawn(by: Side): number {
    return this.#entropy[by].drawn()
  }

  /** Entropy that was given and not drawn. */
  left(): number {
    return this.#entropy.A.left() + this.#entropy.B.left()
  }

  /** Where a side stands in the end. */
  facts(by: Side) {
    const { ratchet } = this.#sessions[by]
    const { newest, previous, exchange, turns } = ratchet.epochs
    return {
      rootKey: ratchet.rootKey,
      epoch: newest.number,
      epochRootKey: newest.rootKey,
      isEpochBeforeHeld: previous !== null,
      exchange: exchange.kind,
      turnsInEpoch: turns,
      skippedKeys: countSkipped(ratchet.skipped),
    }
  }
}

export function digestOf(crypto: Crypto, sealed: Uint8Array): Digest {
  return { sha256: toHex(crypto.sha256(sealed)), bytes: sealed.length }
}
