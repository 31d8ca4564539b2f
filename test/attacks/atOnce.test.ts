/** Both sides begin a session at once, in many worlds with other delays: they come to use one, and nothing is lost. */
import { describe, expect, it } from 'vitest'
import type { SessionId } from '../../main/core/ids.ts'
import { durationsMs } from '../../main/core/limits.ts'
import { decodeSession } from '../../main/core/session/session.ts'
import { checkHealed } from '../sim/checks.ts'
import type { Peer } from '../sim/peer.ts'
import { Scene } from '../sim/scene.ts'

const { day } = durationsMs

type Beginning = 'both have lost their sessions' | 'both have waited a week' | 'both accept an invite'

/** The session that a peer seals under, and whether it and the other have begun one each since `before`. */
function sessionsOf(peer: Peer, before: ReadonlySet<string>) {
  const rows = [...peer.disk.sessions.values()]
  const fresh = rows.filter(({ session }) => !before.has(session))
  const begunBy = fresh.map((row) => {
    const session = decodeSession(row.state)
    if (!session.ok) throw new Error('a stored session does not decode')
    return session.value.ratchet.epochs.isInitiator
  })
  return { active: rows.find(({ active }) => active)?.session ?? null, begunBy, count: rows.length }
}

class Together {
  readonly scene: Scene
  readonly #seed: number
  #said = 0

  constructor(seed: number) {
    this.#seed = seed
    this.scene = new Scene(2, seed)
  }

  get peers(): readonly [Peer, Peer] {
    return [this.scene.peer(0), this.scene.peer(1)]
  }

  say(from: Peer): void {
    const [a, b] = this.peers
    const conversation = this.scene.conversation(a, b)
    from.say({ kind: 'sendText', conversation, clientId: `c${this.#said}`, text: `CANARY ${this.#said++}` })
  }

  /** Both talk while the frames of the handshakes cross, each in its own time. */
  async talk(rounds: number): Promise<void> {
    const { chance } = this.scene.world
    for (let round = 0; round < rounds; round++) {
      this.say(chance.pick(this.peers))
      await this.scene.run(chance.between(1, 700))
    }
  }

  unsettle(): void {
    const { chance, ether } = this.scene.world
    const delayMsMax = chance.pick([30, 300, 3_000])
    Object.assign(ether.weather, { dropped: 0, delayMsMin: 1, delayMsMax, repeated: chance.pick([0, 0.2]) })
    ether.weather.reordered = chance.pick([0, 0.3])
  }

  async begin(beginning: Beginning): Promise<void> {
    const { scene } = this
    const [a, b] = this.peers
    await scene.begin()
    if (beginning === 'both accept an invite') {
      const [ofA, ofB] = [await scene.invite(a), await scene.invite(b)]
      this.unsettle()
      await Promise.all([scene.accept(a, ofB.link), scene.accept(b, ofA.link)])
      return
    }
    await scene.meet(a, b)
    for (const peer of [a, b, a]) {
      this.say(peer)
      await scene.run(1_000)
    }
    if (beginning === 'both have lost their sessions') {
      for (const peer of this.peers) {
        peer.crash()
        peer.disk.sessions.clear()
      }
      await scene.run(11_000)
      this.unsettle()
      for (const peer of this.peers) peer.start()
      return
    }
    // What both said a week ago has not been answered.
    scene.world.ether.weather.dropped = 1
    for (const peer of this.peers) this.say(peer)
    await scene.run(1_000)
    for (const peer of this.peers) peer.clockOffsetMs += 7 * day + this.#seed
    this.unsettle()
  }

  /** The sky clears, and what waits comes to its end. */
  async settle(): Promise<void> {
    const { weather } = this.scene.world.ether
    Object.assign(weather, { delayMsMin: 1, delayMsMax: 30, repeated: 0, reordered: 0 })
    await this.scene.run(150_000)
    for (const peer of this.peers) this.say(peer)
    await this.scene.run(150_000)
  }
}

describe('beginning at once', () => {
  it.each(['both have lost their sessions', 'both have waited a week', 'both accept an invite'] as const)(
    'handshake: simultaneous initiation is resolved to one session without loss (%s)',
    async (beginning) => {
      const seeds = 40
      const wrong: string[] = []
      let crossed = 0
      for (let seed = 1; seed <= seeds; seed++) {
        const together = new Together(seed)
        const [a, b] = together.peers
        let before: ReadonlySet<SessionId> = new Set()
        await together.begin(beginning)
        if (beginning === 'both have waited a week')
          before = new Set([...a.disk.sessions.values()].map((row) => row.session))
        await together.talk(12)
        await together.settle()
        const { world } = together.scene
        checkHealed(world)
        wrong.push(...world.watch.violations.map((violation) => `seed ${seed}: ${violation}`))
        wrong.push(...together.scene.warnings.map((warning) => `seed ${seed}: ${warning}`))
        const [ofA, ofB] = [sessionsOf(a, before), sessionsOf(b, before)]
        if (ofA.active === null || ofA.active !== ofB.active) wrong.push(`seed ${seed}: ${ofA.active}, ${ofB.active}`)
        if (a.disk.outbox.size + b.disk.outbox.size > 0) wrong.push(`seed ${seed}: something still waits`)
        if (ofA.begunBy.includes(true) && ofB.begunBy.includes(true)) crossed++
      }
      expect(wrong).toEqual([])
      console.log(`${beginning}: in ${crossed} of ${seeds} worlds both had begun one`)
      expect(crossed).toBeGreaterThan(seeds / 4)
    },
  )
})
