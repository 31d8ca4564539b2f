/** Two homes behind NATs, and relays on the public network between them. Nothing here has a way out. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from './bundle.ts'
import { Internet, whyNoHomes } from './internet.ts'
import type { Nat } from './internet.ts'
import { field, Peer } from './peer.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of relays between homes are skipped: ${why}`)

const lanKey = '5a'.repeat(32)
const port = 4_001
/** Beyond the time that a replaced stream may linger. */
const crossedMs = 3_000
let script = { path: '', remove: (): void => undefined }
let internet: Internet

beforeAll(async () => {
  if (why === null) script = await bundle(join(import.meta.dirname, 'peerProcess.ts'))
})
afterAll(() => script.remove())
beforeEach(() => {
  if (why === null) internet = new Internet()
})
afterEach(async () => {
  if (why !== null) return
  const waysOut = internet.waysOut()
  await internet.remove()
  expect(waysOut).toEqual([])
})

async function peer(name: string, number: number, lan: 'on' | 'off' = 'off'): Promise<Peer> {
  const made = new Peer(internet.run(name, script.path, String(number), 'any', lan, String(port)), lanKey)
  await made.started()
  return made
}

interface Relay {
  readonly peer: Peer
  readonly number: number
}

/** A relay at 11.22.33.NUMBER that serves these. */
async function relayFor(name: string, number: number, clients: readonly Peer[]): Promise<Relay> {
  const made = await peer(name, number)
  made.tell({ do: 'serve', on: true })
  made.tell({ do: 'peers', peers: clients.map((client) => client.target(0)) })
  return { peer: made, number }
}

function relayTarget({ peer: one, number }: Relay): ReturnType<Peer['target']> {
  return one.target(1, [`/ip4/11.22.33.${number}/tcp/${port}`], true)
}

const isRelayed = (address: string): boolean => address.endsWith('/p2p-circuit')

/** The addresses that a peer has told, once so many of them lead through relays. */
async function told(one: Peer, count: number): Promise<readonly string[]> {
  const list = await one.process.hear(`${count} relayed addresses`, (line) => {
    const addresses = field(field(line, 'event'), 'addresses')
    const all = Array.isArray(addresses) ? addresses.map(String) : []
    return all.filter(isRelayed).length === count ? all : null
  })
  return list
}

/** Both keep places at the relays, then learn each other's addresses: all, or those through relays alone. */
async function meet(a: Peer, b: Peer, relays: readonly Relay[], which = isRelayed): Promise<number> {
  const targets = relays.map(relayTarget)
  for (const one of [a, b]) one.tell({ do: 'peers', peers: targets })
  const [ofA, ofB] = await Promise.all([told(a, relays.length), told(b, relays.length)])
  const beforeMs = Date.now()
  a.tell({ do: 'peers', peers: [...targets, b.target(0, ofB.filter(which))] })
  b.tell({ do: 'peers', peers: [...targets, a.target(1, ofA.filter(which))] })
  await Promise.all([a.eventOf('peerUp', b.device), b.eventOf('peerUp', a.device)])
  await expectFrames(a, b)
  return Date.now() - beforeMs
}

/** A frame each way. What is sent while a path changes may be lost; the engine sends again, and so does this. */
async function expectFrames(a: Peer, b: Peer): Promise<void> {
  const froms = [a.process.said.length, b.process.said.length] as const
  const send = (): void => {
    a.tell({ do: 'send', device: b.device, frame: 'c0ffee' })
    b.tell({ do: 'send', device: a.device, frame: 'decade' })
  }
  send()
  const again = setInterval(send, 500)
  await Promise.all([a.frame('decade', froms[0]), b.frame('c0ffee', froms[1])]).finally(() => clearInterval(again))
}

/** What a peer told of the ways to another one, oldest first. */
function ways(one: Peer, other: Peer, name: 'path' | 'address'): unknown[] {
  const events = [...one.events('peerUp', other.device), ...one.events('pathChanged', other.device)]
  return events.toSorted((x, y) => x.atMs - y.atMs).map(({ event }) => field(event, name))
}

function paths(one: Peer, other: Peer): unknown[] {
  return ways(one, other, 'path')
}

function lastAddress(one: Peer, other: Peer): unknown {
  return ways(one, other, 'address').at(-1)
}

function isThrough(address: unknown, relayNumber = 0): boolean {
  return String(address).startsWith(`/ip4/11.22.33.${relayNumber}/`)
}

async function twoHomes(natA: Nat, natB: Nat): Promise<{ a: Peer; b: Peer }> {
  internet.home('homeA', 101, natA)
  internet.home('homeB', 102, natB)
  internet.host('a', 'homeA', 101, 2)
  internet.host('b', 'homeB', 102, 2)
  return { a: await peer('a', 1), b: await peer('b', 2) }
}

describe.skipIf(why !== null)('between two homes', () => {
  it.each<[Nat, Nat]>([
    ['portRestricted', 'portRestricted'],
    ['symmetric', 'symmetric'],
  ])('behind %s and %s NATs a frame goes through the relay within two seconds', async (natA, natB) => {
    const { a, b } = await twoHomes(natA, natB)
    internet.server('relay', 10)
    const tookMs = await meet(a, b, [await relayFor('relay', 10, [a, b])], () => true)
    console.log(`${natA}/${natB}: frames both ways ${tookMs} ms after the addresses were known`)
    expect(tookMs).toBeLessThan(2_000)
    expect([paths(a, b), paths(b, a)]).toEqual([['relay'], ['relay']])
  })

  it('a frame goes through a relay that knows the called one alone', async () => {
    const { a, b } = await twoHomes('symmetric', 'symmetric')
    internet.server('relay', 10)
    const relay = relayTarget(await relayFor('relay', 10, [b]))
    b.tell({ do: 'peers', peers: [relay] })
    const ofB = await told(b, 1)
    const beforeMs = Date.now()
    b.tell({ do: 'peers', peers: [relay, a.target(1, [])] })
    a.tell({ do: 'peers', peers: [b.target(0, ofB.filter(isRelayed))] })
    await Promise.all([a.eventOf('peerUp', b.device), b.eventOf('peerUp', a.device)])
    await expectFrames(a, b)
    const tookMs = Date.now() - beforeMs
    console.log(`through a relay that does not know the caller: frames both ways after ${tookMs} ms`)
    expect(tookMs).toBeLessThan(2_000)
    expect([paths(a, b), paths(b, a)]).toEqual([['relay'], ['relay']])
  })

  it('no direct address leads into a home', async () => {
    const { a, b } = await twoHomes('portRestricted', 'portRestricted')
    a.tell({ do: 'peers', peers: [b.target(0, [`/ip4/192.168.102.2/tcp/${port}`, `/ip4/11.22.33.102/tcp/${port}`])] })
    await a.process.hear('a failed dial', (line) => (field(line, 'log') === 'net.dialFailed' ? true : null))
    expect(a.count('peerUp')).toBe(0)
  })

  it('the relay dies and returns, and so do the two', async () => {
    const { a, b } = await twoHomes('portRestricted', 'symmetric')
    internet.server('relay', 10)
    const relay = await relayFor('relay', 10, [a, b])
    await meet(a, b, [relay])
    await relay.peer.process.end()
    await Promise.all([a.eventOf('peerDown', b.device), b.eventOf('peerDown', a.device)])
    const froms = [a.process.said.length, b.process.said.length] as const
    await relayFor('relay', 10, [a, b])
    const returnedAtMs = Date.now()
    const ups = [a.eventOf('peerUp', b.device, froms[0]), b.eventOf('peerUp', a.device, froms[1])]
    await Promise.all(ups)
    await expectFrames(a, b)
    const tookMs = Date.now() - returnedAtMs
    console.log(`frames again ${tookMs} ms after the relay's return`)
    expect(tookMs).toBeLessThan(15_000)
  })

  it('a relay that hangs costs no more than the time to notice, when there is another', async () => {
    const { a, b } = await twoHomes('portRestricted', 'symmetric')
    internet.server('relay', 10)
    internet.server('other', 11)
    const relays = [await relayFor('relay', 10, [a, b]), await relayFor('other', 11, [a, b])]
    await meet(a, b, relays)
    // Which relay that is may change while the dials of both cross.
    await new Promise((resolve) => setTimeout(resolve, crossedMs))
    const used = relays.find(({ number }) => isThrough(lastAddress(a, b), number))
    const other = relays.find((relay) => relay !== used)
    used?.peer.process.freeze()
    const frozenAtMs = Date.now()
    const moved = (one: Peer, to: Peer): Promise<true> =>
      one.process.hear('the other relay', () => (isThrough(lastAddress(one, to), other?.number) ? true : null))
    await Promise.all([moved(a, b), moved(b, a)])
    await expectFrames(a, b)
    const tookMs = Date.now() - frozenAtMs
    console.log(`through the other relay ${tookMs} ms after the first one froze`)
    expect(tookMs).toBeLessThan(20_000)
  })
})

describe.skipIf(why !== null)('in one home', () => {
  it('two who meet through the relay go over to the LAN, without a break', async () => {
    internet.home('home', 101, 'portRestricted')
    internet.host('a', 'home', 101, 2)
    internet.host('b', 'home', 101, 3)
    const [a, b] = [await peer('a', 1), await peer('b', 2)]
    internet.server('relay', 10)
    await meet(a, b, [await relayFor('relay', 10, [a, b])])
    const beforeMs = Date.now()
    for (const one of [a, b]) one.tell({ do: 'lan', on: true })
    const moves = [a.eventOf('pathChanged', b.device), b.eventOf('pathChanged', a.device)]
    const tookMs = Math.max(...(await Promise.all(moves)).map(({ atMs }) => atMs)) - beforeMs
    console.log(`on the LAN ${tookMs} ms after discovery was switched on`)
    expect(tookMs).toBeLessThan(5_000)
    await expectFrames(a, b)
    expect([paths(a, b), paths(b, a)]).toEqual([
      ['relay', 'lan'],
      ['relay', 'lan'],
    ])
    expect([...a.events('peerDown', b.device), ...b.events('peerDown', a.device)]).toEqual([])
  })
})
