/** Strangers who abuse a mailbox, and mailboxes that lie; by the numbers of the attack list where they have one. */
import type { Connection, Stream } from '@libp2p/interface'
import { describe, expect, it, vi } from 'vitest'
import { networkLimits, visitLimits } from '../../main/core/limits.ts'
import type { MailboxAddress } from '../../main/core/ports.ts'
import {
  encodeCollected,
  encodeRequest,
  encodeStatus,
  mailboxProtocol,
  requestBytesMax,
  withLength32,
} from '../../main/net/mailbox/messages.ts'
import type { Request } from '../../main/net/mailbox/messages.ts'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { MemoryMailbox } from './memoryMailbox.ts'
import { attacker, closed, dial } from './netAttackers.ts'
import { deviceOfSeed, numbered, pause, Scene, seedOf } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

const limits = networkLimits
const tag = new Uint8Array(16).fill(7)
const unknown = new Uint8Array(16).fill(8)

interface Served {
  readonly mailbox: TestNode
  readonly owner: TestNode
  readonly store: MemoryMailbox
  readonly at: MailboxAddress
}

async function served(scene: Scene): Promise<Served> {
  const store = new MemoryMailbox()
  const mailbox = await scene.node(1, { mailboxStore: store })
  const owner = await scene.node(2)
  mailbox.admits = (device) => device === owner.device
  mailbox.network.setServing({ relay: false, mailbox: true })
  mailbox.network.setPeers([owner.target([])])
  owner.network.setPeers([{ ...mailbox.target(), mailbox: true }])
  await owner.untilUp(mailbox.device)
  const tags = [{ tag, day: 20_000, use: 'item' as const }]
  expect(await owner.network.mail.registerTags(mailbox.device, tags)).toBe('done')
  return { mailbox, owner, store, at: { device: mailbox.device, addresses: mailbox.addresses } }
}

/** An honest sender leaves something, and the owner collects it. */
async function expectService(scene: Scene, { mailbox, owner, at }: Served, number: number): Promise<void> {
  const sender = await scene.node(number)
  const item = numbered(number)
  expect(await sender.network.mail.deposit(at, 's', tag, item)).toBe('stored')
  const collected = await owner.network.mail.collect(mailbox.device)
  expect(collected?.items.map(({ bytes }) => bytes)).toContainEqual(item)
  expect(owner.count('peerDown')).toBe(0)
}

async function visitor(scene: Scene, number: number, on: TestNode): Promise<Connection> {
  return dial(await attacker(scene, number), on)
}

/** The first message on the stream without its length; null when the stream ends without one. */
function answerOn(stream: Stream): Promise<readonly number[] | null> {
  return new Promise((resolve) => {
    stream.addEventListener('message', ({ data }) => resolve([...data.subarray()].slice(4)))
    stream.addEventListener('close', () => resolve(null))
    if (stream.status !== 'open') resolve(null)
  })
}

async function asked(connection: Connection, bytes: Uint8Array): Promise<readonly number[] | null> {
  try {
    const stream = await connection.newStream(mailboxProtocol)
    const answer = answerOn(stream)
    stream.send(bytes)
    const said = await answer
    if (stream.status === 'open') await stream.close()
    return said
  } catch {
    return null
  }
}

function says(request: Request): Uint8Array {
  return withLength32(encodeRequest(request))
}

describe.concurrent('strangers at a mailbox', () => {
  it.each<[string, Uint8Array, string]>([
    ['claims 4 GiB (case 1)', Uint8Array.of(255, 255, 255, 255, 1, 2), 'tooLarge'],
    ['claims what only a contact may say', withLength32(new Uint8Array(requestBytesMax)).subarray(0, 4), 'tooLarge'],
    ['says nonsense', withLength32(new Uint8Array(9).fill(9)), 'malformed'],
    ['guesses a tag', says({ kind: 'deposit', tag: unknown, item: unknown }), 'unknownTag'],
    ['registers', says({ kind: 'register', tags: [{ tag: unknown, day: 1, use: 'item' }] }), 'refused'],
    ['collects', says({ kind: 'collect', sizeBytesMax: 1_000_000 }), 'refused'],
    ['removes', says({ kind: 'remove', ids: [unknown] }), 'refused'],
    ['watches', says({ kind: 'watch' }), 'refused'],
  ])('are told, and their connection ends: who %s', async (_, bytes, status) => {
    const ends: (() => Promise<void>)[] = []
    const scene = new Scene((end) => ends.push(end))
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const gone = closed(connection)
    const answer = await asked(connection, bytes)
    const words = [...encodeStatus('done')]
    expect(answer?.slice(0, 1)).toEqual(words.slice(0, 1))
    expect(answer).toEqual([...encodeStatus(status as 'refused')])
    expect(await gone).toBeLessThan(visitLimits.visitorEndMs + 1_000)
    expect([all.store.tags.size, all.store.items.length]).toEqual([1, 0])
    await expectService(scene, all, 5)
    await Promise.all(ends.map((end) => end()))
  })

  it('who dribble a request are cut within ten seconds, others untouched (case 3)', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const gone = closed(connection)
    const stream = await connection.newStream(mailboxProtocol)
    const bytes = says({ kind: 'deposit', tag, item: numbered(1) })
    let at = 0
    const drip = setInterval(() => {
      if (stream.status === 'open') stream.send(bytes.subarray(at, ++at))
    }, 1_000)
    scene.atEnd(() => clearInterval(drip))
    await expectService(scene, all, 5)
    expect(await gone).toBeLessThan(10_000)
    expect(all.store.items.length).toBe(1)
  })

  it('who look up what is not there may do so a few times', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const gone = closed(connection)
    const nothing = [...encodeStatus('nothing')]
    for (let i = 0; i < visitLimits.mailboxMissesMax; i++) {
      expect(await asked(connection, says({ kind: 'lookup', tag: unknown }))).toEqual(nothing)
    }
    expect(connection.status).toBe('open')
    await asked(connection, says({ kind: 'lookup', tag: unknown }))
    expect(await gone).toBeLessThan(visitLimits.visitorEndMs + 3_000)
    await expectService(scene, all, 5)
  })

  it('who say more than one request on a stream lose it', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const one = says({ kind: 'deposit', tag, item: numbered(1) })
    expect(await asked(connection, Uint8Array.of(...one, ...one))).toBe(null)
    expect(all.store.items).toEqual([])
    await expectService(scene, all, 5)
  })

  it('who flood streams lose their connection alone (case 5)', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const gone = closed(connection)
    for (let i = 0; i < 200; i++) connection.newStream(mailboxProtocol).catch(() => undefined)
    expect(await gone).toBeLessThan(5_000)
    await expectService(scene, all, 5)
  })

  it('who open frames are cut, though they are let in', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    const gone = closed(connection)
    const stream = await connection.newStream(framesProtocol).catch(() => null)
    if (stream?.status === 'open') stream.send(Uint8Array.of(0, 1, 1))
    expect(await gone).toBeLessThan(2_000)
    expect([all.mailbox.frames, all.mailbox.count('peerUp')]).toEqual([[], 1])
  })

  it('who ask nothing are closed, and may not stay longer than a visit', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const connection = await visitor(scene, 9, all.mailbox)
    expect(await closed(connection)).toBeLessThan(limits.streamOpenTimeoutMs + 1_000)
  })

  it('however many hold no more places than theirs; contacts find room (case 59)', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const flood = await Promise.all(
      Array.from({ length: visitLimits.visitorsPerAddressMax + 16 }, async (_, i) => {
        const from = await attacker(scene, 100 + i)
        return dial(from, all.mailbox).catch(() => null)
      }),
    )
    await pause(1_000)
    const open = flood.filter((connection) => connection?.status === 'open').length
    console.log(`${open} of ${flood.length} strangers from one address hold a place`)
    expect(open).toBeLessThanOrEqual(visitLimits.visitorsPerAddressMax)
    expect(open).toBeGreaterThan(0)
    const contact = await scene.node(4)
    all.mailbox.admits = (device) => device === all.owner.device || device === contact.device
    all.mailbox.network.setPeers([all.owner.target([]), contact.target([])])
    contact.network.setPeers([all.mailbox.target()])
    await contact.untilUp(all.mailbox.device)
    expect(all.owner.count('peerDown')).toBe(0)
  })

  it('who ask without pause are told busy, and contacts are answered (case 60)', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const all = await served(scene)
    const visitors = await Promise.all(Array.from({ length: 8 }, (_, i) => visitor(scene, 20 + i, all.mailbox)))
    const before = Date.now()
    const answers: (readonly number[] | null)[] = []
    await Promise.all(
      visitors.map(async (connection, v) => {
        for (let i = 0; i < 30; i++) {
          const item = numbered(1_000 * v + i)
          answers.push(await asked(connection, says({ kind: 'deposit', tag, item })))
        }
      }),
    )
    const seconds = Math.ceil((Date.now() - before + 1) / 1_000)
    const stored = answers.filter((answer) => answer?.[1] === 0).length
    console.log(`${stored} of ${answers.length} requests of strangers were served within ${seconds} s`)
    expect(stored).toBe(all.store.items.length)
    expect(stored).toBeLessThanOrEqual((seconds + 1) * visitLimits.mailboxStrangerRequestsPerSecondMax)
    expect(answers).toContainEqual([...encodeStatus('busy')])
    const collected = await all.owner.network.mail.collect(all.mailbox.device)
    expect(collected?.items.length).toBeGreaterThan(0)
    expect(all.owner.count('peerDown')).toBe(0)
  })
})

interface Liar {
  readonly at: MailboxAddress
  readonly node: TestNode
  /** The first that was opened to it. */
  readonly stream: () => Stream | undefined
  /** Everybody who has asked. */
  readonly callers: ReadonlySet<string>
}

/** A mailbox that is bare libp2p, at which the node keeps a stream of frames. */
async function liar(scene: Scene, answer: (stream: Stream) => void): Promise<Liar> {
  const made = await attacker(scene, 9)
  await made.unhandle(framesProtocol)
  await made.handle(framesProtocol, (stream) => {
    const beat = setInterval(() => stream.writeStatus === 'writable' && stream.send(new Uint8Array(2)), 1_000)
    stream.addEventListener('close', () => clearInterval(beat))
  })
  const streams: Stream[] = []
  const callers = new Set<string>()
  await made.handle(mailboxProtocol, (stream, connection) => {
    streams.push(stream)
    callers.add(connection.remotePeer.toString())
    answer(stream)
  })
  const device = await deviceOfSeed(seedOf(9))
  const addresses = [String(made.getMultiaddrs()[0]).replace(/\/p2p\/.*$/, '')]
  const node = await scene.node(2)
  node.network.setPeers([{ device, addresses, lan: null, relay: false, mailbox: true }])
  await node.untilUp(device)
  return { at: { device, addresses }, node, stream: () => streams[0], callers }
}

describe.concurrent('a mailbox that lies', () => {
  const item = { id: tag, tag, bytes: unknown }
  it.each<[string, (stream: Stream) => void]>([
    ['hangs', () => undefined],
    ['cuts', (stream) => stream.abort(new Error('Cut'))],
    ['closes', (stream) => void stream.close()],
    ['claims 4 GiB (case 1)', (stream) => void stream.send(new Uint8Array(9).fill(255))],
    ['says nonsense', (stream) => void stream.send(withLength32(new Uint8Array(5).fill(9)))],
    [
      'answers another question',
      (stream) => void stream.send(withLength32(encodeCollected({ items: [], more: true }))),
    ],
    [
      'never ends',
      (stream) => void stream.send(withLength32(encodeCollected({ items: [item], more: true })).subarray(0, 30)),
    ],
    ['refuses', (stream) => void stream.send(withLength32(encodeStatus('refused')))],
  ])('gets nothing done, and holds nobody up: it %s', async (_, answer) => {
    const ends: (() => Promise<void>)[] = []
    const scene = new Scene((end) => ends.push(end))
    const { at, node } = await liar(scene, answer)
    const { mail } = node.network
    const before = Date.now()
    const [left, removed, record] = await Promise.all([
      mail.deposit(at, 's', tag, unknown),
      mail.removeItems(at.device, [tag]),
      mail.lookupRecord(at, 't', tag),
    ])
    expect([left, removed, record]).toEqual(['unreachable', false, null])
    expect(await mail.registerTags(at.device, [])).not.toBe('done')
    expect(Date.now() - before).toBeLessThan(3 * visitLimits.mailboxRequestTimeoutMs)
    expect(node.count('peerDown')).toBe(0)
    await Promise.all(ends.map((end) => end()))
  })

  it('is told nothing more under a key to which it denied a tag, though it does not hang up', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const { at, node, callers } = await liar(scene, (stream) => {
      stream.send(withLength32(encodeStatus('unknownTag')))
    })
    // The watch, under the node's own name.
    await vi.waitFor(() => expect(callers.size).toBe(1), { timeout: 5_000 })
    const { mail } = node.network
    for (let i = 0; i < 3; i++) expect(await mail.deposit(at, 's', tag, unknown)).toBe('unknownTag')
    expect(callers.size).toBe(1 + 3)
  })

  it('gives more items than may be: none of them is taken (case 57)', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const items = Array.from({ length: visitLimits.mailboxCollectItemsMax + 1 }, () => item)
    const { at, node } = await liar(scene, (stream) => {
      stream.send(withLength32(encodeCollected({ items, more: false })))
    })
    expect(await node.network.mail.collect(at.device)).toBe(null)
    expect(node.count('peerDown')).toBe(0)
  })

  it('says without pause that something waits: it is not heeded', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { at, node, stream } = await liar(scene, (made) => {
      made.send(withLength32(encodeStatus('done')))
    })
    // The first that is opened is the watch.
    await vi.waitFor(() => expect(stream()?.protocol).toBe(mailboxProtocol), { timeout: 5_000 })
    expect(await node.network.mail.registerTags(at.device, [])).toBe('done')
    const watch = stream()
    for (let i = 0; i < 500; i++) if (watch?.status === 'open') watch.send(withLength32(encodeStatus('waiting')))
    await vi.waitFor(() => expect(watch?.status).not.toBe('open'), { timeout: 5_000 })
    expect(node.count('mailWaiting')).toBeLessThanOrEqual(2 * visitLimits.mailboxNoticesPerSecondMax)
    expect(node.count('mailWaiting')).toBeGreaterThan(0)
    expect(node.count('peerDown')).toBe(0)
  })
})
