import type { Connection } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { deviceIdOf } from '../../core/ids.ts'
import type { DeviceId } from '../../core/ids.ts'
import { visitLimits } from '../../core/limits.ts'
import type { MailboxAddress } from '../../core/ports.ts'
import type { Visit } from '../visitor.ts'
import { withLength32 } from './messages.ts'
import { Sittings } from './sittings.ts'

const request = Uint8Array.of(1, 7)
const answer = { kind: 'answer', bytes: Uint8Array.of(1, 0) }

function device(number: number): DeviceId {
  return deviceIdOf(new Uint8Array(32).fill(number))
}

const mailbox: MailboxAddress = { device: device(1), addresses: ['/ip4/127.0.0.1/tcp/4001'] }

/** A stream that answers when told. */
class HandStream extends EventTarget {
  status = 'open'
  readonly #answer: () => void
  constructor(asked: (answer: () => void) => void) {
    super()
    this.#answer = () => {
      this.dispatchEvent(Object.assign(new Event('message'), { data: withLength32(answer.bytes) }))
    }
    this.send = () => asked(this.#answer)
  }
  send: () => void
  abort(): void {
    this.status = 'aborted'
  }
  close(): Promise<void> {
    this.status = 'closed'
    return Promise.resolve()
  }
}

class HandConnection extends EventTarget {
  closed = false
  readonly #asked: (answer: () => void) => void
  constructor(asked: (answer: () => void) => void) {
    super()
    this.#asked = asked
  }
  newStream(): Promise<HandStream> {
    return this.closed ? Promise.reject(new Error('Closed')) : Promise.resolve(new HandStream(this.#asked))
  }
  end(): void {
    this.closed = true
    this.dispatchEvent(new Event('close'))
  }
}

class Scene {
  readonly clock = new FakeClock()
  readonly connections: HandConnection[] = []
  /** Requests that wait for their answer; with `prompt` there are none. */
  readonly unanswered: (() => void)[] = []
  prompt = true
  reachable = true
  readonly sittings = new Sittings({ clock: this.clock, visit: () => Promise.resolve(this.#visit()) })

  ask(name: string): ReturnType<Sittings['ask']> {
    return this.sittings.ask(mailbox, name, request, 100)
  }

  get open(): number {
    return this.connections.filter(({ closed }) => !closed).length
  }

  #visit(): Visit | null {
    if (!this.reachable) return null
    const made = new HandConnection((reply) => {
      if (this.prompt) reply()
      else this.unanswered.push(reply)
    })
    this.connections.push(made)
    const connection: unknown = made
    return { connection: connection as Connection, close: () => made.end() }
  }
}

describe('Sittings', () => {
  it('makes one connection for each name at each mailbox', async () => {
    const scene = new Scene()
    for (const name of ['a', 'a', 'b', 'a']) expect(await scene.ask(name)).toEqual(answer)
    expect(scene.connections.length).toBe(2)
    const other = { ...mailbox, device: device(2) }
    expect(await scene.sittings.ask(other, 'a', request, 100)).toEqual(answer)
    expect(scene.connections.length).toBe(3)
  })

  it('ends one after a while without a request, and after a while in any case', async () => {
    const scene = new Scene()
    await scene.ask('a')
    await scene.clock.advance(visitLimits.sittingIdleMs - 1)
    expect([scene.open, scene.sittings.count]).toEqual([1, 1])
    await scene.clock.advance(1)
    expect([scene.open, scene.sittings.count]).toEqual([0, 0])
    const steps = 8
    for (let i = 0; i < steps; i++) {
      await scene.ask('a')
      await scene.clock.advance(visitLimits.sittingDurationMsMax / steps)
    }
    expect([scene.open, scene.sittings.count, scene.connections.length]).toEqual([0, 0, 2])
    await scene.ask('a')
    expect(scene.connections.length).toBe(3)
    expect(scene.clock.timerCount).toBe(1)
  })

  it('keeps so many, and gives up the oldest at rest for another', async () => {
    const scene = new Scene()
    for (let i = 0; i < visitLimits.sittingsMax; i++) await scene.ask(`${i}`)
    await scene.ask('another')
    expect([scene.sittings.count, scene.open]).toEqual([visitLimits.sittingsMax, visitLimits.sittingsMax])
    expect(scene.connections[0]?.closed).toBe(true)
    expect(scene.connections[1]?.closed).toBe(false)
  })

  it('is busy when all of them are at work, or too much waits in one', async () => {
    const scene = new Scene()
    scene.prompt = false
    const asked = Array.from({ length: visitLimits.sittingsMax }, (_, i) => scene.ask(`${i}`))
    expect(await scene.ask('another')).toEqual({ kind: 'busy' })
    const waiting = Array.from({ length: visitLimits.sittingRequestsMax - 1 }, () => scene.ask('0'))
    expect(await scene.ask('0')).toEqual({ kind: 'busy' })
    await scene.clock.advance(0)
    // One after the other: the first of each sitting is made.
    expect(scene.unanswered.length).toBe(visitLimits.sittingsMax)
    scene.prompt = true
    for (const reply of scene.unanswered) reply()
    // One sitting makes so many requests in a second.
    const seconds = visitLimits.sittingRequestsMax / visitLimits.mailboxAsksPerSecondMax + 2
    for (let i = 0; i < seconds * 10; i++) await scene.clock.advance(100)
    expect(await Promise.all([...asked, ...waiting])).toEqual(
      Array.from({ length: visitLimits.sittingsMax + visitLimits.sittingRequestsMax - 1 }, () => answer),
    )
    expect(scene.connections.length).toBe(visitLimits.sittingsMax)
  })

  it('begins another when the mailbox was not reached, hung up or said nothing', async () => {
    const scene = new Scene()
    scene.reachable = false
    expect(await scene.ask('a')).toEqual({ kind: 'unreachable' })
    scene.reachable = true
    expect(await scene.ask('a')).toEqual(answer)
    scene.connections[0]?.end()
    expect(scene.sittings.count).toBe(0)
    expect(await scene.ask('a')).toEqual(answer)
    scene.prompt = false
    const silent = scene.ask('a')
    await scene.clock.advance(0)
    await scene.clock.advance(visitLimits.mailboxRequestTimeoutMs)
    expect(await silent).toEqual({ kind: 'unreachable' })
    expect([scene.sittings.count, scene.open, scene.connections.length]).toEqual([0, 0, 2])
  })

  it('ends all when it stops, and leaves no timer', async () => {
    const scene = new Scene()
    await scene.ask('a')
    scene.prompt = false
    const underWay = scene.ask('b')
    await scene.clock.advance(0)
    expect(scene.unanswered.length).toBe(1)
    scene.sittings.stop()
    await scene.clock.advance(0)
    expect([scene.open, scene.sittings.count]).toEqual([0, 0])
    await scene.clock.advance(visitLimits.mailboxRequestTimeoutMs)
    expect([await underWay, scene.clock.timerCount]).toEqual([{ kind: 'unreachable' }, 0])
    scene.prompt = true
    expect(await scene.ask('a')).toEqual(answer)
  })
})
