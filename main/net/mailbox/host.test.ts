/** What is answered to whom, by what this device serves as; strangers on real streams are among interop. */
import type { Connection, Stream } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { MemoryMailbox, itemIdOf } from '../../../test/interop/memoryMailbox.ts'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { toHex } from '../../core/bytes.ts'
import type { DeviceId } from '../../core/ids.ts'
import { visitLimits } from '../../core/limits.ts'
import type { MailboxTag, Serving } from '../../core/ports.ts'
import { deviceKey, deviceOfKey, peerOf } from '../keys.ts'
import { MailboxHost } from './host.ts'
import { decodeStatus, encodeRequest, withLength32 } from './messages.ts'
import type { Request, Status } from './messages.ts'

async function somebody(number: number): Promise<DeviceId> {
  return deviceOfKey(await deviceKey(new Uint8Array(32).fill(number)))
}

const [owner, stranger] = [await somebody(1), await somebody(2)]

const asNothing: Serving = { relay: false, mailbox: false }
const asRelay: Serving = { relay: true, mailbox: false }
const asMailbox: Serving = { relay: false, mailbox: true }
const asBoth: Serving = { relay: true, mailbox: true }

const name = (fill: number): Uint8Array => new Uint8Array(16).fill(fill)
const [forItems, forRecords, fresh] = [name(1), name(2), name(3)]

function register(...tags: readonly [tag: Uint8Array, use: MailboxTag['use']][]): Request {
  return { kind: 'register', tags: tags.map(([tag, use]) => ({ tag, day: 20_000, use })) }
}

const deposit: Request = { kind: 'deposit', tag: forItems, item: name(9) }
const collect: Request = { kind: 'collect', sizeBytesMax: 1_000 }
const publish: Request = { kind: 'publish', tag: forRecords, record: name(8), lifetimeMs: 60_000 }
const lookup: Request = { kind: 'lookup', tag: forRecords }
const watch: Request = { kind: 'watch' }

/** The mailbox's end of a stream. */
class HandStream extends EventTarget {
  status = 'open'
  readonly said: Status[] = []
  send(bytes: Uint8Array): void {
    const message = bytes.slice(4)
    const answer = decodeStatus(message.slice(0, 2))
    if (answer.ok) this.said.push(answer.value.status)
  }
  /** What the other end says. */
  says(request: Request): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: withLength32(encodeRequest(request)) }))
  }
  abort(): void {
    this.#end('aborted')
  }
  close(): Promise<void> {
    this.#end('closed')
    return Promise.resolve()
  }
  #end(status: string): void {
    if (this.status !== 'open') return
    this.status = status
    this.dispatchEvent(new Event('close'))
  }
}

class HandConnection extends EventTarget {
  status = 'open'
  readonly remotePeer
  constructor(device: DeviceId) {
    super()
    this.remotePeer = peerOf(device)
  }
  close(): Promise<void> {
    this.status = 'closed'
    this.dispatchEvent(new Event('close'))
    return Promise.resolve()
  }
  abort(): void {
    void this.close()
  }
}

async function settled(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
}

/** A host where `forItems` and `forRecords` are registered for the owner, and something lies under each. */
class Scene {
  readonly clock = new FakeClock()
  readonly store = new MemoryMailbox()
  readonly host: MailboxHost
  readonly connections = new Map<DeviceId, HandConnection>()
  /** Requests that keep a connection. */
  held = 0

  private constructor(withStore: boolean) {
    this.host = new MailboxHost({
      clock: this.clock,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
      store: withStore ? this.store : null,
      isContact: (device) => device === owner,
      hold: () => {
        this.held++
        return () => this.held--
      },
    })
  }

  static async serving(serving: Serving, withStore = true): Promise<Scene> {
    const scene = new Scene(withStore)
    const { tags } = register([forItems, 'item'], [forRecords, 'record']) as Request & { kind: 'register' }
    await scene.store.register(owner, tags, 0, 'all')
    await scene.store.deposit(forItems, name(7))
    await scene.store.publish(forRecords, name(8), scene.clock.nowMs() + 60_000)
    scene.host.setServing(serving)
    return scene
  }

  /** The device opens a stream. */
  open(device: DeviceId): HandStream {
    const known = this.connections.get(device)
    const connection = known?.status === 'open' ? known : new HandConnection(device)
    this.connections.set(device, connection)
    const stream = new HandStream()
    const [asStream, asConnection]: readonly unknown[] = [stream, connection]
    this.host.opened(asStream as Stream, asConnection as Connection)
    return stream
  }

  /** The device asks; what it is told, and whether its connection stands. */
  async asks(device: DeviceId, request: Request): Promise<readonly [answer: string, stands: boolean]> {
    const stream = this.open(device)
    stream.says(request)
    await settled()
    return [stream.said.join() || stream.status, this.connections.get(device)?.status === 'open']
  }

  get kept(): readonly string[] {
    return [...this.store.tags].map(([tag, { use }]) => `${use} ${tag.slice(0, 2)}`)
  }
}

describe('a relay that is no mailbox', () => {
  it.each<[string, Request, Status]>([
    ['registers a tag for records', register([fresh, 'record']), 'done'],
    ['registers no tag at all', register(), 'done'],
    ['publishes', publish, 'done'],
    ['looks up what lies there', lookup, 'done'],
    ['looks up what does not', { ...lookup, tag: fresh }, 'nothing'],
    ['registers tags of which one is for items', register([forRecords, 'record'], [fresh, 'item']), 'refused'],
    ['deposits', deposit, 'refused'],
    ['collects', collect, 'refused'],
    ['removes', { kind: 'remove', ids: [itemIdOf(name(7))] }, 'refused'],
    ['watches', watch, 'refused'],
  ])('answers a contact who %s, and stays connected', async (_, request, status) => {
    const scene = await Scene.serving(asRelay)
    expect(await scene.asks(owner, request)).toEqual([status, true])
    expect(scene.store.items.map(({ bytes }) => bytes)).toEqual([name(7)])
    if (status === 'refused') expect(scene.kept).toEqual(['item 01', 'record 02'])
    expect(scene.held).toBe(0)
  })

  it.each<[string, Request, Status, boolean]>([
    ['publishes', publish, 'done', true],
    ['looks up what lies there', lookup, 'done', true],
    ['looks up what does not', { ...lookup, tag: fresh }, 'nothing', true],
    ['publishes under no tag', { ...publish, tag: fresh } as Request, 'unknownTag', false],
    ['publishes under a tag for items', { ...publish, tag: forItems } as Request, 'unknownTag', false],
    ['registers a tag for records', register([fresh, 'record']), 'refused', false],
    ['deposits', deposit, 'refused', false],
    ['collects', collect, 'refused', false],
    ['removes', { kind: 'remove', ids: [itemIdOf(name(7))] }, 'refused', false],
    ['watches', watch, 'refused', false],
  ])('answers a visitor who %s; a guess and what is refused end the visit', async (_, request, status, stands) => {
    const scene = await Scene.serving(asRelay)
    expect(await scene.asks(stranger, request)).toEqual([status, stands])
    expect(scene.store.items.map(({ bytes }) => bytes)).toEqual([name(7)])
    expect(scene.kept).toEqual(['item 01', 'record 02'])
    expect(scene.held).toBe(0)
  })

  it('ends a visit that guesses for longer than it may', async () => {
    const scene = await Scene.serving(asRelay)
    const answers: boolean[] = []
    for (let i = 0; i <= visitLimits.mailboxMissesMax; i++) {
      const [answer, stands] = await scene.asks(stranger, { ...lookup, tag: fresh })
      expect(answer).toBe('nothing')
      answers.push(stands)
    }
    expect(answers).toEqual([...Array<boolean>(visitLimits.mailboxMissesMax).fill(true), false])
  })

  it('keeps the tags for items while others for records come, and serves them when it is a mailbox again', async () => {
    const scene = await Scene.serving(asMailbox)
    scene.host.setServing(asRelay)
    expect(await scene.asks(owner, register([fresh, 'record']))).toEqual(['done', true])
    expect(scene.kept).toEqual(['item 01', 'record 03'])
    scene.host.setServing(asBoth)
    expect(await scene.asks(stranger, deposit)).toEqual(['done', true])
    expect(scene.store.items.map(({ bytes }) => bytes)).toEqual([name(7), name(9)])
    expect(await scene.asks(owner, register([fresh, 'record']))).toEqual(['done', true])
    expect(scene.kept).toEqual(['record 03'])
  })
})

describe('what is served', () => {
  it.each([asMailbox, asBoth])('is everything by a mailbox: %o', async (serving) => {
    const scene = await Scene.serving(serving)
    const requests = [deposit, collect, publish, lookup, { kind: 'remove', ids: [name(1)] }, watch] as const
    for (const request of requests) {
      const [answer] = await scene.asks(owner, request)
      expect([request.kind, answer.split(',')[0]]).toEqual([request.kind, 'done'])
    }
    expect(await scene.asks(owner, register([fresh, 'item']))).toEqual(['done', true])
    expect(scene.kept).toEqual(['item 03'])
  })

  it('is nothing by who is neither, or has no store', async () => {
    for (const scene of [await Scene.serving(asNothing), await Scene.serving(asBoth, false)]) {
      expect(scene.host.serving).toBe(false)
      expect(await scene.asks(owner, lookup)).toEqual(['aborted', true])
      expect(await scene.asks(stranger, lookup)).toEqual(['aborted', true])
    }
    const served = [asRelay, asMailbox, asBoth].map(async (serving) => (await Scene.serving(serving)).host.serving)
    expect(await Promise.all(served)).toEqual([true, true, true])
  })

  it('changes under a request that has begun, and ends the watches of who is a mailbox no more', async () => {
    const scene = await Scene.serving(asBoth)
    const watching = scene.open(owner)
    watching.says(watch)
    const [depositing, looking] = [scene.open(stranger), scene.open(owner)]
    await settled()
    expect([watching.said, watching.status]).toEqual([['done', 'waiting'], 'open'])
    scene.host.setServing(asRelay)
    expect(watching.status).toBe('aborted')
    depositing.says(deposit)
    looking.says(lookup)
    await settled()
    expect([depositing.said, looking.said]).toEqual([['refused'], ['done']])
    const late = scene.open(owner)
    scene.host.setServing(asNothing)
    late.says(lookup)
    await settled()
    expect(late.said).toEqual(['refused'])
    expect(scene.store.items.map(({ bytes }) => toHex(bytes))).toEqual([toHex(name(7))])
  })
})
