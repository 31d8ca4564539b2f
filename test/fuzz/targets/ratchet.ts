/** A session against somebody who holds the keys of its other end: what is refused must leave it as it was. */
import { utf8 } from '../../../main/core/bytes.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { encodeSession, decodeSession, open, seal } from '../../../main/core/session/session.ts'
import { countSkipped } from '../../../main/core/session/skippedKeys.ts'
import { bound, crypto, ends, joined, seeded, startMs } from '../../support/sessions.ts'
import { Attacker } from '../attacker.ts'
import { Tape, patched } from '../tape.ts'
import type { FrameClock, Target } from '../target.ts'
import { must, mustBeSameBytes, pairsOf } from '../target.ts'

interface Pair {
  readonly attacker: Session
  readonly victim: Session
}

/** Both ends of a session after this many turns of talk. */
function pairAfter(turns: number, attackerBegan: boolean): Pair {
  const { anna, ben } = ends({ label: `${turns}${attackerBegan}` })
  for (let turn = 0; turn < turns; turn++) {
    const [from, to] = turn % 2 === 0 ? [ben, anna] : [anna, ben]
    to.open(from.seal(`turn ${turn}`))
  }
  const [attacker, victim] = attackerBegan ? [anna, ben] : [ben, anna]
  return { attacker: attacker.session, victim: victim.session }
}

function makePairs(): readonly Pair[] {
  const fresh = joined()
  return [
    { attacker: fresh.a, victim: fresh.b },
    { attacker: fresh.b, victim: fresh.a },
    pairAfter(4, true),
    pairAfter(15, false),
    pairAfter(16, true),
    pairAfter(17, false),
    pairAfter(34, true),
  ]
}

let pairs: readonly Pair[] | null = null

const opsMax = 24

class Duel {
  victim: Session
  readonly happened: string[] = []
  readonly #attacker: Attacker
  readonly #entropy = seeded('victim')
  readonly #clock: FrameClock
  readonly #sent: Uint8Array[] = []
  /** Sealed before anything happened, and not sent yet: it opens for as long as nothing was accepted. */
  readonly #honest: Uint8Array | null
  #accepted = false
  #nowMs = startMs

  constructor(pair: Pair, clock: FrameClock) {
    this.victim = pair.victim
    this.#clock = clock
    this.#attacker = new Attacker(crypto, pair.attacker, seeded('attacker'))
    const honest = new Attacker(crypto, pair.attacker, seeded('honest'))
    this.#honest = honest.seal(utf8('honest'), new Tape(new Uint8Array(0)), bound)
  }

  /** Gives the victim an envelope: opened, or refused with nothing changed. */
  #give(envelope: Uint8Array): void {
    const before = encodeSession(this.victim)
    const opened = this.#clock.time(() => open(crypto, this.victim, envelope, bound, this.#nowMs))
    mustBeSameBytes(encodeSession(this.victim), before, 'opening changed the session that was given')
    if (!opened.ok) {
      this.happened.push(opened.error.kind === 'badBlock' ? `badBlock ${opened.error.error.kind}` : opened.error.kind)
      return
    }
    this.#accepted = true
    this.victim = opened.value.session
    this.#check()
    this.happened.push(`opened ${this.victim.ratchet.epochs.exchange.kind}`)
    must(!open(crypto, this.victim, envelope, bound, this.#nowMs).ok, 'one envelope opens twice')
  }

  #check(): void {
    const stored = encodeSession(this.victim)
    const restored = decodeSession(stored)
    must(restored.ok, 'a session cannot be stored')
    mustBeSameBytes(encodeSession(restored.value), stored, 'a session is stored as another')
    const { skipped } = this.victim.ratchet
    must(countSkipped(skipped) <= protocolLimits.skippedKeysMax, 'more skipped keys than are kept')
    must(skipped.length <= protocolLimits.oldReceiveChainsMax + 1, 'more earlier chains than are kept')
  }

  /** The victim says something, which an honest or a deaf attacker hears. */
  #answer(tape: Tape): void {
    const sealed = this.#clock.time(() => seal(crypto, this.victim, utf8('yes'), bound, this.#entropy, this.#nowMs))
    this.happened.push(sealed.ok ? 'sealed' : sealed.error.kind)
    if (!sealed.ok) return
    this.victim = sealed.value.session
    this.#check()
    if (tape.below(4) !== 3) this.#attacker.open(sealed.value.sealed, bound, this.#nowMs)
  }

  act(tape: Tape): void {
    switch (tape.below(6)) {
      case 0: {
        const envelope = this.#attacker.seal(tape.chunk(), tape, bound)
        if (envelope === null) return
        this.#sent.push(envelope)
        return this.#give(envelope)
      }
      case 1:
        return this.#answer(tape)
      case 2: {
        const earlier = this.#sent[tape.u8() % Math.max(1, this.#sent.length)]
        return earlier === undefined ? undefined : this.#give(earlier)
      }
      case 3: {
        const envelope = this.#attacker.seal(utf8('x'), new Tape(new Uint8Array(0)), bound)
        return envelope === null ? undefined : this.#give(patched(envelope, tape))
      }
      case 4:
        return this.#give(tape.chunk())
      default:
        this.#nowMs += tape.pick([1_000, 86_400_000, 15 * 86_400_000, -86_400_000, 365 * 86_400_000])
    }
  }

  end(): void {
    if (this.#accepted || this.#honest === null) return
    must(
      open(crypto, this.victim, this.#honest, bound, this.#nowMs).ok,
      'an honest message does not open after refusals',
    )
  }
}

const ratchet: Target = {
  name: 'ratchet',
  what: 'session open and seal against a hostile end that holds its keys: a refusal leaves the session byte for byte',
  inputSizeBytesMax: 1_024,
  weight: 5,
  tokens: [],
  seeds: () => [
    ...[0, 1, 2, 3, 4, 5, 6].map((pair) =>
      Uint8Array.of(pair, 0, 1, 65, 0, 0, 1, 0, 0, 2, 66, 67, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0),
    ),
    // One deviation each.
    ...Array.from({ length: 12 }, (_, bit) =>
      Uint8Array.of(2, 0, 1, 65, (1 << bit) >> 8, (1 << bit) & 0xff, 1, 1, 1, 0, 1, 65, 0, 0),
    ),
    Uint8Array.of(3, 3, 0, 40, 0, 7, 4, 3, 1, 2, 3, 5, 2, 0, 1, 65, 0, 0, 2, 0),
  ],
  run(input, clock) {
    pairs ??= makePairs()
    const tape = new Tape(input)
    const duel = new Duel(tape.pick(pairs), clock)
    for (let op = 0; op < opsMax && !tape.isAtEnd; op++) duel.act(tape)
    duel.end()
    return pairsOf(duel.happened)
  },
}

export const ratchetTargets: readonly Target[] = [ratchet]
