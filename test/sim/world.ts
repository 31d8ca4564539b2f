/** A few computers, a network between them, and everything that can go wrong, by one seed. */
import { directConversationId } from '../../main/core/conversation/ids.ts'
import type { ConversationId } from '../../main/core/ids.ts'
import type { Log, Store } from '../../main/core/ports.ts'
import { createSodiumCrypto } from '../../main/node/crypto/sodium.ts'
import { Ether } from './network.ts'
import { Peer } from './peer.ts'
import { Chance, Schedule } from './schedule.ts'
import { Watch, canary } from './watch.ts'

const second = 1_000

/** How much of each trouble a world has. */
export interface Climate {
  readonly peersMin: number
  readonly peersMax: number
  readonly durationMs: number
  readonly actionEveryMs: number
  /** Whether machines die, disks fill, clocks jump, streams break. */
  readonly troubles: boolean
  /** Plants a bug between the driver and its store; null in an honest world. */
  readonly tamper: ((store: Store, peer: Peer) => Store) | null
  /** A generator that gives the same bytes every time; false in an honest world. */
  readonly brokenRandom: boolean
}

export const stormy: Climate = {
  peersMin: 2,
  peersMax: 4,
  durationMs: 75 * second,
  actionEveryMs: 700,
  troubles: true,
  tamper: null,
  brokenRandom: false,
}

/** Nothing breaks: for what peers do to each other on purpose. */
export const calm: Climate = { ...stormy, troubles: false }

export interface Report {
  readonly seed: number
  readonly violations: readonly string[]
  readonly texts: number
  readonly frames: number
  /** Items that lay in mailboxes. */
  readonly items: number
  readonly commits: number
  readonly deaths: number
  readonly simulatedMs: number
}

const crypto = createSodiumCrypto()

export class World {
  readonly seed: number
  readonly climate: Climate
  readonly chance: Chance
  readonly schedule = new Schedule()
  readonly watch = new Watch(crypto)
  readonly ether: Ether
  readonly peers: readonly Peer[]
  readonly links: string[] = []
  #texts = 0

  constructor(seed: number, climate: Climate, log: Log) {
    this.seed = seed
    this.climate = climate
    this.chance = new Chance(seed)
    this.ether = new Ether(this.schedule, new Chance(seed ^ 0x5eed), (from, to, frame) =>
      this.watch.noteFrame(from, to, frame),
    )
    const count = this.chance.between(climate.peersMin, climate.peersMax)
    this.peers = Array.from({ length: count }, (_, number) => {
      const chance = new Chance(seed * 31 + number)
      const { schedule, ether, watch } = this
      const { tamper, brokenRandom } = climate
      return new Peer(`P${number}`, { schedule, ether, chance, watch, log, tamper, brokenRandom })
    })
  }

  conversationOf(a: Peer, b: Peer): ConversationId {
    return directConversationId((bytes) => crypto.sha256(bytes), a.identity.account, b.identity.account)
  }

  otherThan(peer: Peer): Peer {
    return this.chance.pick(this.peers.filter((other) => other !== peer))
  }

  say(peer: Peer, conversation: ConversationId): void {
    const clientId = `c${this.#texts++}`
    const text = `${canary} ${clientId} ${'x'.repeat(this.chance.below(300))}`
    peer.say({ kind: 'sendText', conversation, clientId, text })
  }

  /** Everybody runs, nothing breaks any more: from here everything must come right. */
  async heal(): Promise<void> {
    const { weather } = this.ether
    const clocksToo = this.chance.happens(0.5)
    Object.assign(weather, { delayMsMin: 1, delayMsMax: 30, dropped: 0, repeated: 0, reordered: 0 })
    Object.assign(this.ether.post.weather, { unanswered: 0, withheld: 0, repeated: 0, reordered: 0, damaged: 0 })
    for (const peer of this.peers) {
      Object.assign(peer.diskWeather, { dies: 0, full: false })
      if (clocksToo) peer.clockOffsetMs = 0
      for (const other of this.peers) this.ether.partition(peer.identity.device, other.identity.device, false)
    }
    for (let round = 0; round < 240; round++) {
      for (const peer of this.peers) {
        peer.start()
        peer.retryIntents()
      }
      await this.schedule.runUntil(this.schedule.nowMs + 10 * second)
      if (round > 2 && this.#isQuiet()) return this.#rest()
    }
    this.watch.violation(`not quiet after ${this.schedule.nowMs} ms: ${this.#noise()}`)
  }

  /** A world in which nothing is to be done does nothing: no timer runs in circles. */
  async #rest(): Promise<void> {
    const { schedule, peers } = this
    await schedule.runUntil(schedule.nowMs + 60 * second)
    const before = schedule.done
    await schedule.runUntil(schedule.nowMs + 60 * second)
    // What is left is the simulated network's own dialling and a few timers.
    const max = 60 * peers.length * peers.length
    if (schedule.done - before > max) this.watch.violation(`restless: ${schedule.done - before} things in a minute`)
  }

  /** What still waits although it could go. */
  #waiting(peer: Peer): number {
    let waiting = 0
    for (const row of peer.disk.outbox.values()) {
      const theirs = this.peers.find((other) => other.identity.device === row.device)
      if (theirs !== undefined && this.areFriends(peer, theirs)) waiting++
    }
    return waiting
  }

  #isQuiet(): boolean {
    // Whose clock is years ahead has only expired invites, and lets no stranger in.
    const isAhead = (account: string): boolean =>
      this.peers.some((peer) => peer.identity.account === account && peer.clockOffsetMs > 6 * 86_400_000)
    const undecided = (peer: Peer): boolean =>
      [...peer.disk.contacts.values()].some(
        (row) => row.state === 'pending' && row.pendingProblem === null && !isAhead(row.account),
      )
    const open = (peer: Peer): boolean => peer.intents.some((intent) => !intent.settled)
    return !this.peers.some((peer) => undecided(peer) || open(peer) || this.#waiting(peer) > 0)
  }

  #noise(): string {
    const lines = this.peers.map((peer) => {
      const states = [...peer.disk.contacts.values()].map((row) => `${row.state}:${row.pendingProblem ?? '-'}`)
      const open = peer.intents.filter((intent) => !intent.settled).length
      return `${peer.name} waiting ${this.#waiting(peer)} open ${open} contacts ${states.join(',')}`
    })
    return lines.join('; ')
  }

  areFriends(a: Peer, b: Peer): boolean {
    const one = a.disk.contacts.get(b.identity.account)?.state === 'active'
    return one && b.disk.contacts.get(a.identity.account)?.state === 'active'
  }

  report(): Report {
    return {
      seed: this.seed,
      violations: this.watch.violations,
      texts: this.#texts,
      frames: this.watch.frames,
      items: this.ether.post.deposits,
      commits: this.watch.commits,
      deaths: this.peers.reduce((sum, peer) => sum + peer.deaths, 0),
      simulatedMs: this.schedule.nowMs,
    }
  }
}
