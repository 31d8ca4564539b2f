/**
 * A random conversation by seed, in which every step is made by the product and by its twin: bursts, loss,
 * duplicates, messages that come late or out of order, days that pass, restarts, and altered envelopes.
 */
import { join, text, u32 } from '../twin/bytes.ts'
import { acceptFirst, begin, person, prekeyOf, type End, type Person, type Prekey } from './lockstep.ts'
import { startMs } from './sessions.ts'

const dayMs = 24 * 3_600_000
const heldMax = 40

/** How people talk for a while. */
const moods = {
  chat: { bursts: [1, 1, 1, 2], lost: 0, disorder: 0, held: 0, pauses: [1_000, 60_000] },
  busy: { bursts: [1, 2, 3, 5, 8, 18, 40], lost: 0.03, disorder: 0.3, held: 0.05, pauses: [10, 5_000] },
  rough: { bursts: [1, 2, 4, 6], lost: 0.25, disorder: 0.5, held: 0.2, pauses: [1_000, 3_600_000, -3_600_000] },
  away: { bursts: [1, 2], lost: 0.05, disorder: 0.1, held: 0.05, pauses: [dayMs / 2, 2 * dayMs, 6 * dayMs] },
} as const

const sizes = [0, 1, 20, 158, 159, 300, 1_000, 5_000]

export interface Options {
  readonly seed: number
  readonly rounds: number
  readonly oneTime: boolean
  readonly psk: boolean
  /** Both begin a session before they have heard from the other. */
  readonly crossed: boolean
}

interface Flight {
  readonly session: number
  readonly to: 0 | 1
  readonly sealed: Uint8Array
  readonly content: Uint8Array
  readonly associatedData: Uint8Array
  /** The epoch of its turn. */
  readonly epoch: number
}

/** Numbers in [0, 1) by seed (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export class SmallTalk {
  readonly people: readonly [Person, Person]
  /** Per session, the ends of the two people; a session's initiator is the person with its number. */
  readonly ends: [End | null, End | null][] = []
  readonly tally = { steps: 0, sealed: 0, opened: 0, late: 0, lateEpoch: 0, repeated: 0, altered: 0, reloads: 0 }
  /** Messages that were sent once and did not open, by reason. */
  readonly unopened: Record<string, number> = {}
  private readonly prekeys: Prekey[] = []
  private readonly random: () => number
  private readonly options: Options
  private readonly pipes: [Flight[], Flight[]] = [[], []]
  private held: Flight[] = []
  private arrived: Flight[] = []
  private nowMs = startMs
  private mood: (typeof moods)[keyof typeof moods] = moods.chat

  constructor(options: Options) {
    this.options = options
    this.random = numbers(options.seed)
    this.people = [person(`one ${options.seed}`), person(`two ${options.seed}`)]
    for (const initiator of options.crossed ? ([0, 1] as const) : ([0] as const)) this.beginFrom(initiator)
  }

  private beginFrom(initiator: 0 | 1): void {
    const [me, peer] = initiator === 0 ? this.people : [this.people[1], this.people[0]]
    const seed = `${this.options.seed} by ${initiator}`
    const prekey = prekeyOf(peer, seed, this.options)
    const begun = begin(me, peer, prekey, { seed, generation: 1, nowMs: this.nowMs })
    if (begun.refused !== null) throw new Error(`not begun: ${begun.refused}`)
    this.prekeys[initiator] = prekey
    this.ends[initiator] = initiator === 0 ? [begun.product, null] : [null, begun.product]
  }

  run(): this {
    const { seed, rounds } = this.options
    let speaker: 0 | 1 = 0
    for (let round = 0; round < rounds; round++) {
      try {
        speaker = this.round(round, speaker)
      } catch (cause) {
        throw new Error(`seed ${seed}, round ${round}: ${String(cause)}`, { cause })
      }
    }
    return this
  }

  private round(round: number, before: 0 | 1): 0 | 1 {
    let speaker = before
    if (round % 25 === 0) this.mood = this.pick(Object.values(moods))
    if (this.chance(0.85)) speaker = speaker === 0 ? 1 : 0
    this.speak(speaker)
    this.deliver(speaker === 0 ? 1 : 0)
    if (this.chance(0.3)) this.deliver(speaker)
    if (this.chance(0.2)) this.releaseHeld()
    if (this.chance(0.3)) this.repeat()
    if (this.chance(0.5)) this.alter()
    if (this.chance(0.2)) this.reload()
    return speaker
  }

  private chance(probability: number): boolean {
    return this.random() < probability
  }

  private pick<T>(from: readonly T[]): T {
    const picked = from[Math.floor(this.random() * from.length)]
    if (picked === undefined) throw new Error('nothing to pick from')
    return picked
  }

  /** The session that a person seals under. */
  chosen(who: 0 | 1): number | null {
    const [me, peer] = who === 0 ? this.people : [this.people[1], this.people[0]]
    const known = this.ends.flatMap((ends, session) => (ends[who] ? [{ end: ends[who], session }] : []))
    const best = known.find(({ end }) => known.every((other) => other.end === end || end.outranks(other.end, me, peer)))
    return best?.session ?? null
  }

  private end(session: number, who: 0 | 1): End | null {
    return this.ends[session]?.[who] ?? null
  }

  private speak(who: 0 | 1): void {
    const burst = this.pick(this.mood.bursts)
    const session = this.chosen(who)
    const end = session === null ? null : this.end(session, who)
    if (session === null || end === null) return
    const to = who === 0 ? 1 : 0
    for (let i = 0; i < burst; i++) {
      this.nowMs += Math.round(this.random() * this.pick(this.mood.pauses))
      this.tally.steps++
      const content = join(u32(this.tally.sealed), new Uint8Array(this.pick(sizes)).fill(7))
      const associatedData = text(`from ${who}`)
      const sealed = end.seal(content, associatedData, this.nowMs)
      if (sealed.refused !== null) throw new Error(`not sealed: ${sealed.refused}`)
      this.tally.sealed++
      const epoch = end.twin.ratchet.sending?.epoch ?? 0
      if (this.chance(this.mood.lost)) continue
      const flight = { session, to, sealed: sealed.sealed, content, associatedData, epoch } as const
      if (this.chance(this.mood.held) && this.held.length < heldMax) this.held.push(flight)
      else this.pipes[to].push(flight)
    }
  }

  private deliver(to: 0 | 1): void {
    const pipe = this.pipes[to]
    while (pipe.length > 0 && this.chance(0.95)) {
      const index = this.chance(this.mood.disorder) ? Math.floor(this.random() * pipe.length) : 0
      for (const flight of pipe.splice(index, 1)) this.arrive(flight)
    }
  }

  private releaseHeld(): void {
    const [flight] = this.held.splice(Math.floor(this.random() * this.held.length), 1)
    if (flight !== undefined) this.arrive(flight)
  }

  private open(flight: Flight, sealed = flight.sealed, associatedData = flight.associatedData) {
    const { session, to } = flight
    const end = this.end(session, to)
    this.tally.steps++
    if (end !== null) return end.open(sealed, associatedData, this.nowMs)
    const [me, peer] = to === 0 ? this.people : [this.people[1], this.people[0]]
    const prekey = this.prekeys[session]
    if (prekey === undefined) throw new Error('a session without a prekey')
    const how = { seed: `${this.options.seed} with ${to}`, nowMs: this.nowMs }
    const accepted = acceptFirst(me, peer, prekey, sealed, associatedData, how)
    if (accepted.refused !== null) return accepted
    const ends = this.ends[session] ?? [null, null]
    ends[to] = accepted.end
    this.ends[session] = ends
    return { refused: null, content: accepted.content }
  }

  private arrive(flight: Flight): void {
    const end = this.end(flight.session, flight.to)
    const before = end?.twin.ratchet
    this.nowMs += Math.round(this.random() * this.pick(this.mood.pauses))
    const opened = this.open(flight)
    this.arrived = [...this.arrived.slice(-200), flight]
    if (opened.refused !== null) {
      this.unopened[opened.refused] = (this.unopened[opened.refused] ?? 0) + 1
      return
    }
    if (Buffer.compare(opened.content, flight.content) !== 0) throw new Error('another content came out')
    this.tally.opened++
    const receiving = this.end(flight.session, flight.to)?.twin.ratchet.receiving
    if (receiving !== before?.receiving) return
    this.tally.late++
    if (receiving && flight.epoch < receiving.epoch) this.tally.lateEpoch++
  }

  private repeat(): void {
    const flight = this.arrived.at(-1 - Math.floor(this.random() * Math.min(this.arrived.length, 60)))
    const end = flight === undefined ? null : this.end(flight.session, flight.to)
    if (flight === undefined || end === null) return
    const before = end.snapshot()
    if (this.open(flight).refused === null) throw new Error('a message opened twice')
    if (end.snapshot() !== before) throw new Error('a repetition changed the state')
    this.tally.repeated++
  }

  /** Something that is on its way, with a flipped bit, cut, lengthened, bound to other data, or given to another session. */
  private alter(): void {
    const waiting = [...this.pipes[0], ...this.pipes[1], ...this.held]
    if (waiting.length === 0) return
    const flight = this.pick(waiting)
    const { sealed } = flight
    const snapshot = () => this.ends[flight.session]?.map((end) => end?.snapshot()).join('\n')
    const before = snapshot()
    const at = Math.floor(this.random() * sealed.length)
    const flipped = sealed.slice()
    flipped[at] = (flipped[at] ?? 0) ^ (1 << Math.floor(this.random() * 8))
    const opened = this.pick([
      () => this.open(flight, flipped),
      () => this.open(flight, sealed.slice(0, at)),
      () => this.open(flight, join(sealed, Uint8Array.of(0))),
      () => this.open(flight, sealed, text('from another')),
      () => this.open({ ...flight, to: flight.to === 0 ? 1 : 0 }),
    ])()
    if (opened.refused === null) throw new Error('an altered message opened')
    if (snapshot() !== before) throw new Error('a refusal changed the state')
    this.tally.altered++
  }

  private reload(): void {
    this.end(this.pick([...this.ends.keys()]), this.pick([0, 1] as const))?.reload()
    this.tally.reloads++
  }
}
