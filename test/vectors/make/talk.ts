/** Writes down a conversation while it is held. */
import { toHex, utf8 } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import type { Session } from '../../../main/core/session/session.ts'
import type { EntropySource, Library, Parts } from '../scenarios/format.ts'
import { streamOf } from '../scenarios/format.ts'
import type { SessionInput, Side, Start, Step } from '../scenarios/conversation.ts'
import { Conversation, digestOf } from '../scenarios/conversation.ts'
import type { Draft } from './author.ts'
import { sliced } from './shortener.ts'

export interface How {
  readonly nowMs?: number
  readonly times?: number
  /** With all that is derived on the way. */
  readonly trace?: boolean
  /** The envelope's SHA-256 and length in place of its bytes. */
  readonly digest?: boolean
}

/** More entropy than this is written as the name of a stream; so is all where no envelope is written in full. */
const entropyWrittenMax = 600

const common: Start = { handshake: 'handshake/with-one-time-prekey' }

export class Talk {
  readonly #name: string
  readonly #isBrief: boolean
  readonly #start: Start
  readonly #conversation: Conversation
  readonly #streams: Record<Side, string>
  readonly #before: Step[] = []
  readonly #after: Step[] = []
  readonly #said: { readonly sealed: Uint8Array; readonly content: Uint8Array }[] = []
  #attempt: SessionInput['attempt']

  /** `isBrief`: envelopes are written as digests, unless it is said otherwise. */
  constructor(library: Library, name: string, start: Partial<Start> = {}, isBrief = false) {
    this.#name = name
    this.#isBrief = isBrief
    this.#start = { ...common, ...start }
    this.#streams = { A: `waxwing vectors/session/${name} A`, B: `waxwing vectors/session/${name} B` }
    const entropy = { A: { stream: this.#streams.A }, B: { stream: this.#streams.B } }
    this.#conversation = new Conversation(crypto, { start: this.#start, entropy }, library)
  }

  session(by: Side): Session {
    return this.#conversation.session(by)
  }

  bound(by: Side): Uint8Array {
    return this.#conversation.bound(by)
  }

  /** The envelope that a step sealed. */
  sealed(step: number): Uint8Array {
    return this.#said[step]?.sealed ?? new Uint8Array(0)
  }

  #note(step: Step, sealed: Uint8Array, content: Uint8Array): number {
    ;(this.#attempt === undefined ? this.#before : this.#after).push(step)
    this.#said.push({ sealed, content })
    return this.#said.length - 1
  }

  /** Seals; what comes back is the number of the step. */
  say(by: Side, text: string, how: How = {}): number {
    const content = utf8(text)
    for (let i = 1; i < (how.times ?? 1); i++) this.#conversation.seal(by, content, how.nowMs)
    const { sealed, trace } = this.#conversation.seal(by, content, how.nowMs)
    const { nowMs, times } = how
    const step: Step = {
      by,
      ...(nowMs !== undefined && { nowMs }),
      seal: toHex(content),
      ...(times !== undefined && { times }),
      sealed: (how.digest ?? this.#isBrief) ? digestOf(crypto, sealed) : toHex(sealed),
      ...(how.trace === true && { trace }),
    }
    return this.#note(step, sealed, content)
  }

  /** Opens what a step sealed. */
  hear(by: Side, step: number, nowMs?: number): void {
    const content = this.#conversation.open(by, this.sealed(step), nowMs)
    this.#note({ by, ...(nowMs !== undefined && { nowMs }), open: step }, new Uint8Array(0), content)
  }

  /** Opens an envelope that the other side did not seal, with no content in it; the other side is where it was. */
  hearForged(by: Side, sealed: Uint8Array): void {
    const content = this.#conversation.open(by, sealed)
    this.#note({ by, open: toHex(sealed), content: toHex(content) }, new Uint8Array(0), content)
  }

  /** Says something that the other side hears at once. */
  tell(by: Side, text: string, how: How = {}): number {
    const step = this.say(by, text, how)
    this.hear(by === 'A' ? 'B' : 'A', step)
    return step
  }

  /** What must be refused; what is said from now on shows that nothing has changed. */
  attempt(attempt: NonNullable<SessionInput['attempt']>): void {
    this.#attempt = attempt
  }

  /** Tries to open these bytes, written as what is changed of the last envelope; or what a step sealed. */
  tryOpening(by: Side, sealed: Uint8Array | number | Parts, other: { associatedData?: string } = {}): void {
    this.attempt({ by, open: sealed instanceof Uint8Array ? this.#changed(toHex(sealed)) : sealed, ...other })
  }

  #changed(hex: string): Extract<NonNullable<SessionInput['attempt']>, { readonly open: unknown }>['open'] {
    const step = this.#said.findLastIndex(({ sealed }) => sealed.length > 0)
    const slices = sliced(hex, toHex(this.sealed(step)))
    return slices === null ? hex : slices.map((part) => (typeof part === 'string' ? part : { step, ...part }))
  }

  #entropy(by: Side): EntropySource {
    const stream = this.#streams[by]
    const drawn = this.#conversation.drawn(by)
    const isFull = this.#before.some((step) => 'seal' in step && typeof step.sealed === 'string')
    const isShort = drawn <= entropyWrittenMax && isFull
    return !isShort && drawn > 0 ? { stream } : toHex(streamOf(crypto, stream).take(drawn))
  }

  draft(describes: string, error?: object): Draft {
    const attempt = this.#attempt
    const input: SessionInput = {
      start: this.#start,
      entropy: { A: this.#entropy('A'), B: this.#entropy('B') },
      steps: this.#before,
      ...(attempt !== undefined && { attempt }),
      ...(this.#after.length > 0 && { after: this.#after }),
    }
    const name = `session/${this.#name}`
    return { name, describes, scenario: 'session', input, ...(error !== undefined && { error }) }
  }
}
