/**
 * Ten thousand messages that waited for somebody, counted: how many commits they take, how much the loop does without
 * letting others in, and how long a request waits in commits. The times stand in test/bench/results.md.
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { implementationLimits } from '../../main/core/limits.ts'
import type { Store } from '../../main/core/ports.ts'
import { createDatabase } from '../../main/store/database.ts'
import { databaseKey, inThread, makeDirectory, opened } from '../conformance/sqlcipher.ts'
import { settled } from '../sim/schedule.ts'
import { Desk, meet } from './desk.ts'

const { driverBatchMax, inboundFramesPerPeerMax, messagePageMax } = implementationLimits
const count = 10_000

/** A store that does one thing after the other, as the one behind a thread does, and counts. */
class Counted {
  commits = 0
  /** Steps since the driver last waited for the store, and the most that there ever were. */
  steps = 0
  stepsMax = 0
  readonly store: Store
  #last: Promise<unknown> = Promise.resolve()

  constructor(below: Store) {
    const waits = <T>(run: () => Promise<T>, isCommit = false): Promise<T> => {
      this.steps = 0
      const answer = this.#last.then(async () => {
        await settled()
        if (isCommit) this.commits++
        return run()
      })
      this.#last = answer
      return answer
    }
    this.store = {
      resident: () => waits(() => below.resident()),
      load: (request) => waits(() => below.load(request)),
      commit: (changes) => waits(() => below.commit(changes), true),
      conversations: () => waits(() => below.conversations()),
      messages: (conversation, before, limit) => waits(() => below.messages(conversation, before, limit)),
      messagesById: (events) => waits(() => below.messagesById(events)),
      deliveries: (event) => waits(() => below.deliveries(event)),
      close: () => waits(() => below.close()),
    }
  }

  noteStep(): void {
    this.steps++
    this.stepsMax = Math.max(this.stepsMax, this.steps)
  }
}

/** The frames that are on their way from one to another, as many at a time as its network lets in. */
class Line {
  readonly #from: Desk
  readonly #to: Desk
  readonly #waiting: Uint8Array[] = []
  #unsettled = 0

  constructor(from: Desk, to: Desk) {
    this.#from = from
    this.#to = to
  }

  carry(): void {
    this.#waiting.push(...this.#from.sent.splice(0).map(({ frame }) => frame))
    while (this.#unsettled < inboundFramesPerPeerMax) {
      const frame = this.#waiting.shift()
      if (frame === undefined) return
      this.#unsettled++
      void this.#to.handler.frame(this.#from.device, frame).then(() => this.#unsettled--)
    }
  }
}

/** Asks a desk's driver and its store for something again and again; how many commits each answer took at most. */
class Asker {
  readonly #desk: Desk
  readonly #counted: Counted
  readonly most = { command: 0, page: 0 }
  answers = 0
  #isAsking = false

  constructor(desk: Desk, counted: Counted) {
    this.#desk = desk
    this.#counted = counted
  }

  ask(other: Desk): void {
    if (this.#isAsking) return
    this.#isAsking = true
    const before = this.#counted.commits
    const took = () => this.#counted.commits - before
    // One goes through the loop, the other to the store alone.
    const command = this.#desk.driver
      .submit<'inspectInvite'>({ kind: 'inspectInvite', link: 'none' })
      .then(() => (this.most.command = Math.max(this.most.command, took())))
    const page = this.#desk.store
      .messages(this.#desk.conversation(other), null, messagePageMax)
      .then(() => (this.most.page = Math.max(this.most.page, took())))
    void Promise.all([command, page]).then(() => {
      this.answers++
      this.#isAsking = false
    })
  }
}

async function withDesks(run: (desks: { anna: Desk; ben: Desk; counts: readonly Counted[] }) => Promise<void>) {
  const directory = makeDirectory()
  const databases = ['anna', 'ben'].map((name) =>
    opened(createDatabase({ path: join(directory, `${name}.db`), key: databaseKey })),
  )
  try {
    const counts = databases.map((database) => new Counted(inThread(database)))
    const [anna, ben] = counts.map(({ store }, at) => new Desk(at + 1, store)) as [Desk, Desk]
    anna.onStep = () => counts[0]?.noteStep()
    ben.onStep = () => counts[1]?.noteStep()
    await Promise.all([anna.start('Anna'), ben.start('Ben')])
    await run({ anna, ben, counts })
  } finally {
    for (const database of databases) database.close()
    rmSync(directory, { recursive: true })
  }
}

describe('10,000 messages that waited', () => {
  it('case 58: drain in few commits, and a request waits for two of them at most', async () => {
    await withDesks(async ({ anna, ben, counts }) => {
      await meet(anna, ben)
      anna.down(ben.device)
      ben.down(anna.device)
      const conversation = anna.conversation(ben)
      for (let at = 0; at < count; at += 1_000) {
        const some = Array.from({ length: 1_000 }, (_, number) => `text ${at + number}`)
        await Promise.all(
          some.map((text) => anna.do<'sendText'>({ kind: 'sendText', conversation, clientId: text, text })),
        )
      }
      const depth = () => anna.driver.state().depth(ben.device).rows
      expect(depth()).toBeGreaterThanOrEqual(count)

      for (const one of counts) Object.assign(one, { commits: 0, stepsMax: 0 })
      const askers = [anna, ben].map((desk, at) => new Asker(desk, counts[at] as Counted))
      const lines = [new Line(anna, ben), new Line(ben, anna)]
      anna.up(ben.device)
      ben.up(anna.device)
      for (let turns = 0; depth() > 0 && turns < 100_000; turns++) {
        for (const line of lines) line.carry()
        askers[0]?.ask(ben)
        askers[1]?.ask(anna)
        await settled()
      }
      expect(depth()).toBe(0)

      const arrived = ben.notices.filter(({ kind }) => kind === 'arrived').length
      expect(arrived).toBe(count)
      for (const [at, { commits, stepsMax }] of counts.entries()) {
        const { most, answers } = askers[at] as Asker
        const figures = `${commits} commits, ${stepsMax} steps in a row, ${answers} requests of ${most.command} and ${most.page} commits`
        console.log(`${at === 0 ? 'sender' : 'receiver'}: ${figures} at most`)
        // A window of 64 is filled by halves: 16 messages a commit.
        expect(commits).toBeLessThan(count / 12)
        expect(stepsMax).toBeLessThanOrEqual(driverBatchMax)
        expect(answers).toBeGreaterThan(100)
        // The batch that runs, and the one that the request is in; the store has at most one commit before a page.
        expect(most.command).toBeLessThanOrEqual(2)
        expect(most.page).toBeLessThanOrEqual(1)
      }
    })
  }, 240_000)
})
