/** What is asked of whom, and under which name. */
import type { Connection } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { deviceIdOf } from '../../core/ids.ts'
import type { DeviceId } from '../../core/ids.ts'
import { visitLimits } from '../../core/limits.ts'
import type { Visit } from '../visitor.ts'
import { Mailboxes } from './mailboxes.ts'
import { decodeRequest, encodeRecord, encodeStatus, withLength32 } from './messages.ts'
import type { Request } from './messages.ts'

function device(number: number): DeviceId {
  return deviceIdOf(new Uint8Array(32).fill(number))
}

/** Those that serve us, and one that serves somebody else. */
const [mailbox, relay, foreign] = [device(1), device(2), device(3)]
const record = Uint8Array.of(7, 7, 7)
const tag = new Uint8Array(16).fill(5)

/** Answers done, or with the record, as a device that is honest does. */
class HandStream extends EventTarget {
  status = 'open'
  readonly #asked: (request: Request) => void
  constructor(asked: (request: Request) => void) {
    super()
    this.#asked = asked
  }
  send(bytes: Uint8Array): void {
    const request = decodeRequest(bytes.slice(4))
    if (!request.ok) throw new Error('Not a request')
    this.#asked(request.value)
    const answer = request.value.kind === 'lookup' ? encodeRecord(record) : encodeStatus('done')
    this.dispatchEvent(Object.assign(new Event('message'), { data: withLength32(answer) }))
  }
  abort(): void {
    this.status = 'aborted'
  }
  close(): Promise<void> {
    this.status = 'closed'
    return Promise.resolve()
  }
}

class Scene {
  readonly clock = new FakeClock()
  /** What was asked: by us, or by a visitor. */
  readonly asked: string[] = []
  mailboxes: DeviceId[] = [mailbox]
  relays: DeviceId[] = [relay]
  readonly #connections = new Map<DeviceId, Connection>(
    [mailbox, relay, foreign].map((one) => [one, this.#to(one, 'own')]),
  )
  readonly mail = new Mailboxes({
    clock: this.clock,
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    store: null,
    isContact: () => false,
    hold: () => null,
    mailboxes: () => this.mailboxes,
    keepers: () => [...this.mailboxes, ...this.relays],
    connectionOf: (one) => this.#connections.get(one) ?? null,
    waiting: () => undefined,
    visit: (one): Promise<Visit> => Promise.resolve({ connection: this.#to(one, 'visit'), close: () => undefined }),
  })

  cut(one: DeviceId): void {
    this.#connections.delete(one)
  }

  #to(one: DeviceId, name: 'own' | 'visit'): Connection {
    const who = one === mailbox ? 'mailbox' : one === relay ? 'relay' : 'foreign'
    const connection: unknown = Object.assign(new EventTarget(), {
      newStream: async () => new HandStream(({ kind }) => this.asked.push(`${name} ${who} ${kind}`)),
    })
    return connection as Connection
  }
}

const at = (one: DeviceId) => ({ device: one, addresses: ['/ip4/127.0.0.1/tcp/4001'] })
const tags = [{ tag, day: 20_000, use: 'record' as const }]

describe('what we have to do with those that serve us', () => {
  it('registers at a relay as at a mailbox, and watches mailboxes alone', async () => {
    const scene = new Scene()
    for (const one of [relay, mailbox]) expect(await scene.mail.registerTags(one, tags)).toBe('done')
    scene.mail.connected(relay)
    scene.mail.targetsChanged()
    await scene.clock.advance(0)
    expect(scene.asked).toEqual(['own relay register', 'own mailbox register', 'own mailbox watch'])
  })

  it('watches one no more that goes on as a relay', async () => {
    const scene = new Scene()
    scene.mail.targetsChanged()
    await scene.clock.advance(0)
    expect(scene.asked).toEqual(['own mailbox watch'])
    scene.relays.push(mailbox)
    scene.mailboxes = []
    scene.mail.targetsChanged()
    scene.mail.connected(mailbox)
    expect(await scene.mail.registerTags(mailbox, tags)).toBe('done')
    await scene.clock.advance(0)
    expect(scene.asked).toEqual(['own mailbox watch', 'own mailbox register'])
  })

  it('publishes under our own name there, and as nobody anywhere else', async () => {
    const scene = new Scene()
    const publish = (one: DeviceId) => scene.mail.publishRecord(at(one), 'own', tag, record, 60_000)
    for (const one of [mailbox, relay, foreign]) expect(await publish(one)).toBe('stored')
    scene.cut(relay)
    expect(await publish(relay)).toBe('stored')
    expect(await scene.mail.registerTags(relay, tags)).toBe('notConnected')
    expect(scene.asked).toEqual([
      'own mailbox publish',
      'own relay publish',
      'visit foreign publish',
      'visit relay publish',
    ])
  })

  it('looks up as nobody, wherever that is', async () => {
    const scene = new Scene()
    for (const one of [mailbox, relay, foreign]) {
      expect(await scene.mail.lookupRecord(at(one), 's', tag)).toEqual(record)
    }
    expect(scene.asked).toEqual(['visit mailbox lookup', 'visit relay lookup', 'visit foreign lookup'])
  })

  it('keeps to a pace at a relay, whatever changes meanwhile', async () => {
    const scene = new Scene()
    const max = visitLimits.mailboxAsksPerSecondMax
    const publish = () => scene.mail.publishRecord(at(relay), 'own', tag, record, 1)
    const count = () => scene.asked.filter((one) => one.startsWith('own relay')).length
    const first = await Promise.all(Array.from({ length: max }, publish))
    expect([first, count()]).toEqual([Array(max).fill('stored'), max])
    scene.mail.targetsChanged()
    const next = publish()
    await scene.clock.advance(900)
    expect(count()).toBe(max)
    await scene.clock.advance(1_000)
    expect([await next, count()]).toEqual(['stored', max + 1])
  })
})
