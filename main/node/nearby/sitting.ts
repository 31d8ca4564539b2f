/**
 * One sitting of people nearby: who is here, how far it has come with each, and for how long. What the messages mean
 * is decided in core/identity/nearby; this keeps the channels, the times and the bounds.
 */
import type {
  Meeting,
  MeetingEnd,
  MeetingInput,
  MeetingPhase,
  MeetingStep,
  MeetingWant,
} from '../../core/identity/nearby/meeting.ts'
import { beginMeeting, stepMeeting } from '../../core/identity/nearby/meeting.ts'
import type { NearbyAccount, NearbyOutcome } from '../../core/identity/nearby/messages.ts'
import { decodeNearby, encodeNearby } from '../../core/identity/nearby/messages.ts'
import { nearbyNonceSizeBytes } from '../../core/identity/nearby/digits.ts'
import { idBytes } from '../../core/ids.ts'
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import type { Clock, Crypto, Log, Random } from '../../core/ports.ts'
import type { NearbyHandler, NearbyLink, NearbyNetwork } from '../../net/nearby/nearby.ts'

export type NearbyProblem = MeetingEnd | 'declined'

/** Somebody who is here, or was a moment ago, as far as this sitting knows them. */
export interface NearbyPerson {
  readonly peer: DeviceId
  /** As they sent it: not sanitised. */
  readonly name: string
  readonly phase: MeetingPhase
  readonly isHere: boolean
  readonly problem: NearbyProblem | null
  /** Known once both people have found the digits the same. */
  readonly account: NearbyAccount | null
}

export interface NearbyInvite {
  readonly link: string
  /** It is not needed, or was not taken. */
  readonly withdraw: () => void
}

export interface SittingOptions {
  readonly clock: Clock
  readonly random: Random
  readonly crypto: Crypto
  readonly log: Log
  readonly network: NearbyNetwork
  readonly ownName: string
  readonly ownAccount: NearbyAccount
  readonly durationMs: number
  /** A fresh single-use invite; null if none could be made. */
  readonly makeInvite: () => Promise<NearbyInvite | null>
  /** Accepts an invite if it is of this account. */
  readonly acceptInvite: (link: string, account: NearbyAccount) => Promise<NearbyOutcome>
  /** Both people found the digits the same: this is the account of the one in front of the user. */
  readonly met: (account: NearbyAccount) => void
  readonly changed: () => void
  /** The sitting has ended by itself. */
  readonly ended: (why: 'time' | 'attempts') => void
}

interface Entry {
  link: NearbyLink | null
  meeting: Meeting
  messages: number
  /** What became of earlier meetings with them. */
  problem: NearbyProblem | null
  account: NearbyAccount | null
  cancelTimer: () => void
  withdrawInvite: () => void
}

export type ClickOutcome = 'done' | 'unknown' | 'busy'

/** How long what is under way may take; null while nothing is. */
function timeOf(phase: MeetingPhase): number | null {
  switch (phase.kind) {
    case 'greeting':
      return nearbyLimits.helloMs
    case 'asked':
    case 'asking':
      return nearbyLimits.askMs
    case 'committed':
    case 'awaiting':
    case 'answered':
      return nearbyLimits.proofMs
    case 'comparing':
      return nearbyLimits.compareMs
    case 'adding':
      return nearbyLimits.addMs
    case 'here':
    case 'done':
    case 'ended':
      return null
  }
}

const busyPhases: ReadonlySet<MeetingPhase['kind']> = new Set([
  'asked',
  'committed',
  'awaiting',
  'answered',
  'comparing',
  'adding',
])

/** How often a sitting looks whether it is over: a timer alone would not know that the machine slept. */
const lookMs = 5_000

export class Sitting implements NearbyHandler {
  readonly #options: SittingOptions
  readonly #entries = new Map<DeviceId, Entry>()
  #own: DeviceId | null = null
  #endsAtMs: number
  #failures = 0
  #isOver = false
  #cancelLook: () => void = () => undefined

  constructor(options: SittingOptions) {
    this.#options = options
    this.#endsAtMs = options.clock.nowMs() + options.durationMs
  }

  get endsAtMs(): number {
    return this.#endsAtMs
  }

  async start(): Promise<void> {
    this.#look()
    this.#own = await this.#options.network.start(this)
  }

  /** Goes on for so long from now, if it would end before. */
  extend(durationMs: number): void {
    this.#endsAtMs = Math.max(this.#endsAtMs, this.#options.clock.nowMs() + durationMs)
  }

  async stop(): Promise<void> {
    this.#isOver = true
    this.#cancelLook()
    for (const entry of this.#entries.values()) entry.cancelTimer()
    await this.#options.network.stop()
  }

  people(): readonly NearbyPerson[] {
    const people: NearbyPerson[] = []
    for (const [peer, { meeting, link, problem, account }] of this.#entries) {
      const { phase } = meeting
      const isShown = phase.kind !== 'greeting' && (link !== null || problem !== null || phase.kind === 'done')
      if (isShown) people.push({ peer, name: meeting.theirName, phase, isHere: link !== null, problem, account })
    }
    return people
  }

  // ── What the user does ─────────────────────────────────────────────────────────────────────

  ask(peer: DeviceId): ClickOutcome {
    const entry = this.#entries.get(peer)
    // Who is asked already need not be asked.
    if (entry?.meeting.phase.kind === 'asking') return this.answer(peer, true)
    return this.#click(peer, 'here', { kind: 'ask' }, true)
  }

  /** No also withdraws what the user asked. */
  answer(peer: DeviceId, accept: boolean): ClickOutcome {
    const kind = this.#entries.get(peer)?.meeting.phase.kind
    if (kind === 'asked' && !accept) return this.#click(peer, 'asked', { kind: 'answer', accept }, false)
    return this.#click(peer, 'asking', { kind: 'answer', accept }, accept)
  }

  compare(peer: DeviceId, same: boolean): ClickOutcome {
    return this.#click(peer, 'comparing', { kind: 'compare', same }, false)
  }

  #click(peer: DeviceId, kind: MeetingPhase['kind'], input: MeetingInput, begins: boolean): ClickOutcome {
    const entry = this.#entries.get(peer)
    if (entry === undefined || entry.link === null || entry.meeting.phase.kind !== kind) return 'unknown'
    // One comparison at a time: two strings on a screen would be mistaken for each other.
    if (begins && [...this.#entries.values()].some((one) => busyPhases.has(one.meeting.phase.kind))) return 'busy'
    entry.problem = null
    this.#step(peer, entry, input)
    return 'done'
  }

  // ── What the network tells ─────────────────────────────────────────────────────────────────

  opened(link: NearbyLink): void {
    const { ownName, ownAccount } = this.#options
    const own = this.#own
    const before = this.#entries.get(link.peer)
    if (own === null || this.#isOver || (before === undefined && !this.#hasRoom())) return link.close()
    before?.cancelTimer()
    const [ours, theirs] = [idBytes(own), idBytes(link.peer)]
    const begun = beginMeeting({ ours, theirs, ownName, ownAccount, asks: before?.meeting.asks ?? 0 })
    const entry: Entry = {
      link,
      meeting: begun.meeting,
      messages: 0,
      problem: before?.problem ?? null,
      account: before?.account ?? null,
      cancelTimer: () => undefined,
      withdrawInvite: () => undefined,
    }
    this.#entries.set(link.peer, entry)
    this.#plan(link.peer, entry)
    this.#take(link.peer, entry, begun)
  }

  message(link: NearbyLink, bytes: Uint8Array): void {
    const entry = this.#entries.get(link.peer)
    if (entry?.link !== link) return
    entry.messages++
    const decoded = decodeNearby(bytes)
    if (!decoded.ok || entry.messages > nearbyLimits.messagesMax) {
      this.#options.log.debug('nearby.refused', { kind: decoded.ok ? 'tooMany' : decoded.error.kind })
      return link.close()
    }
    this.#step(link.peer, entry, { kind: 'message', message: decoded.value })
  }

  closed(link: NearbyLink): void {
    const entry = this.#entries.get(link.peer)
    if (entry?.link !== link) return
    entry.link = null
    const { kind } = entry.meeting.phase
    this.#step(link.peer, entry, { kind: 'gone' })
    const isIdle = kind === 'here' || kind === 'greeting' || kind === 'asking'
    if (isIdle) entry.problem = null
    // Who asked is remembered, so that going and coming back buys no more asks.
    if (isIdle && entry.meeting.asks === 0 && entry.account === null) this.#entries.delete(link.peer)
    this.#options.changed()
  }

  /** Who has left makes room, first those who did nothing. */
  #hasRoom(): boolean {
    if (this.#entries.size < nearbyLimits.peopleMax) return true
    const gone = [...this.#entries].filter(([, entry]) => entry.link === null)
    const [peer] = gone.find(([, entry]) => entry.account === null) ?? gone[0] ?? []
    return peer !== undefined && this.#entries.delete(peer)
  }

  // ── One step ───────────────────────────────────────────────────────────────────────────────

  #step(peer: DeviceId, entry: Entry, input: MeetingInput): void {
    const { crypto, random } = this.#options
    const before = entry.meeting.phase
    const step = stepMeeting(crypto, entry.meeting, input, random.bytes(nearbyNonceSizeBytes))
    entry.meeting = step.meeting
    if (step.meeting.phase.kind !== before.kind) this.#plan(peer, entry)
    this.#take(peer, entry, step)
  }

  #take(peer: DeviceId, entry: Entry, { sends, want, meeting: { phase } }: MeetingStep): void {
    for (const message of sends) entry.link?.send(encodeNearby(message))
    if (phase.kind === 'here' && phase.problem !== null) entry.problem = phase.problem
    if (phase.kind === 'adding' && phase.account !== null && entry.account === null) {
      entry.account = phase.account
      this.#options.met(phase.account)
    }
    if (want !== null) void this.#do(peer, entry, want)
    // A channel that was lost is no reason: they may have accepted it.
    const isUnused =
      phase.kind === 'done' ? phase.outcome === 'known' : phase.kind === 'ended' && phase.why === 'refused'
    if (isUnused) {
      entry.withdrawInvite()
      entry.withdrawInvite = () => undefined
    }
    if (phase.kind === 'ended') this.#ended(entry, phase)
    this.#options.changed()
  }

  #ended(entry: Entry, { why, spent }: Extract<MeetingPhase, { kind: 'ended' }>): void {
    entry.problem ??= why
    if (spent && !this.#isOver) this.#failures++
    entry.meeting = { ...entry.meeting, phase: { kind: 'ended', why, spent: false } }
    entry.link?.close()
    if (this.#failures >= nearbyLimits.attemptsMax) this.#over('attempts')
  }

  async #do(peer: DeviceId, entry: Entry, want: MeetingWant): Promise<void> {
    const { makeInvite, acceptInvite } = this.#options
    let input: MeetingInput
    if (want.kind === 'accept') {
      input = { kind: 'accepted', outcome: await acceptInvite(want.link, want.account) }
    } else {
      const made = await makeInvite()
      if (made !== null) entry.withdrawInvite = made.withdraw
      input = made === null ? { kind: 'accepted', outcome: 'refused' } : { kind: 'invite', link: made.link }
    }
    if (this.#entries.get(peer) === entry && !this.#isOver) this.#step(peer, entry, input)
  }

  // ── Time ───────────────────────────────────────────────────────────────────────────────────

  #plan(peer: DeviceId, entry: Entry): void {
    const { clock } = this.#options
    const { phase } = entry.meeting
    entry.cancelTimer()
    const timeMs = timeOf(phase)
    if (timeMs !== null) entry.cancelTimer = clock.after(timeMs, () => this.#step(peer, entry, { kind: 'late' }))
    // What both have begun is not broken off by the end of the sitting.
    const begun = phase.kind === 'committed' || phase.kind === 'awaiting'
    if (begun) this.extend(nearbyLimits.proofMs + nearbyLimits.compareMs + nearbyLimits.addMs)
  }

  #look(): void {
    const { clock } = this.#options
    const leftMs = this.#endsAtMs - clock.nowMs()
    if (leftMs <= 0) return this.#over('time')
    this.#cancelLook = clock.after(Math.min(leftMs, lookMs), () => this.#look())
  }

  #over(why: 'time' | 'attempts'): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#cancelLook()
    this.#options.ended(why)
  }
}
