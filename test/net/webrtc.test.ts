/** Two homes behind NATs that meet through a relay, and find a direct way where the NATs let them. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from './bundle.ts'
import { Internet, whyNoHomes } from './internet.ts'
import type { Nat } from './internet.ts'
import { field, Peer } from './peer.ts'

const why = whyNoHomes()
if (why !== null) console.warn(`Tests of direct connections between homes are skipped: ${why}`)

const lanKey = '5a'.repeat(32)
const port = 4_001
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

async function peer(name: string, number: number): Promise<Peer> {
  const made = new Peer(internet.run(name, script.path, String(number), 'any', 'off', String(port), 'on'), lanKey)
  await made.started()
  return made
}

interface Three {
  readonly relay: Peer
  readonly a: Peer
  readonly b: Peer
}

/** Two homes and a relay between them at which both have places. */
async function twoHomes(natA: Nat, natB: Nat): Promise<Three> {
  internet.home('homeA', 101, natA)
  internet.home('homeB', 102, natB)
  internet.host('a', 'homeA', 101, 2)
  internet.host('b', 'homeB', 102, 2)
  internet.server('relay', 10)
  const [a, b, relay] = [await peer('a', 1), await peer('b', 2), await peer('relay', 10)]
  relay.tell({ do: 'serve', on: true })
  relay.tell({ do: 'peers', peers: [a.target(0), b.target(0)] })
  return { relay, a, b }
}

async function relayedOf(one: Peer): Promise<readonly string[]> {
  return await one.process.hear('a place at the relay', (line) => {
    const addresses = field(field(line, 'event'), 'addresses')
    const relayed = Array.isArray(addresses)
      ? addresses.map(String).filter((text) => text.endsWith('/p2p-circuit'))
      : []
    return relayed.length > 0 ? relayed : null
  })
}

/** The two learn where each other's places are, and meet through the relay. */
async function meet({ relay, a, b }: Three): Promise<void> {
  const relays = [relay.target(1, [`/ip4/11.22.33.10/tcp/${port}`], true)]
  for (const one of [a, b]) one.tell({ do: 'peers', peers: relays })
  const [ofA, ofB] = await Promise.all([relayedOf(a), relayedOf(b)])
  a.tell({ do: 'peers', peers: [...relays, b.target(0, ofB)] })
  b.tell({ do: 'peers', peers: [...relays, a.target(1, ofA)] })
  await Promise.all([a.eventOf('peerUp', b.device), b.eventOf('peerUp', a.device)])
}

function paths(one: Peer, other: Peer): unknown[] {
  const events = [...one.events('peerUp', other.device), ...one.events('pathChanged', other.device)]
  return events.toSorted((x, y) => x.atMs - y.atMs).map(({ event }) => field(event, 'path'))
}

/** When a peer came to reach another by this path; of those told from `from` on. */
function untilPath(one: Peer, other: Peer, path: string, from = 0): Promise<number> {
  return one.process.hear(
    `${path} to ${other.device}`,
    (line) => {
      const event = field(line, 'event')
      return field(event, 'device') === other.device && field(event, 'path') === path
        ? Number(field(line, 'atMs'))
        : null
    },
    from,
    40_000,
  )
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

function addressTo(one: Peer, other: Peer): unknown {
  return field(one.events('pathChanged', other.device).at(-1)?.event, 'address')
}

describe.skipIf(why !== null)('between two homes', () => {
  it('behind NATs that keep a port, a relayed connection becomes a direct one, and outlives the relay', async () => {
    const three = await twoHomes('portRestricted', 'portRestricted')
    const { relay, a, b } = three
    await meet(three)
    const upMs = a.events('peerUp', b.device)[0]?.atMs ?? 0
    const movedMs = Math.max(...(await Promise.all([untilPath(a, b, 'webrtc'), untilPath(b, a, 'webrtc')])))
    console.log(`direct ${movedMs - upMs} ms after the relayed connection`)
    expect(addressTo(a, b)).toMatch(/^\/ip4\/11\.22\.33\.102\/udp\/\d+\/webrtc$/)
    expect(addressTo(b, a)).toMatch(/^\/ip4\/11\.22\.33\.101\/udp\/\d+\/webrtc$/)
    await expectFrames(a, b)
    await relay.process.end()
    await Promise.all([a.eventOf('peerDown', relay.device), b.eventOf('peerDown', relay.device)])
    await expectFrames(a, b)
    expect([paths(a, b), paths(b, a)]).toEqual([
      ['relay', 'webrtc'],
      ['relay', 'webrtc'],
    ])
    expect([...a.events('peerDown', b.device), ...b.events('peerDown', a.device)]).toEqual([])
  })

  it('behind NATs that choose a port for each peer, they stay with the relay, and frames arrive', async () => {
    const three = await twoHomes('symmetric', 'symmetric')
    const { a, b } = three
    await meet(three)
    const failed = (one: Peer): Promise<unknown> =>
      one.process.hear('a failed attempt', (line) => {
        return field(line, 'log') === 'net.webrtcFailed' ? field(field(line, 'figures'), 'why') : null
      })
    expect(await Promise.all([failed(a), failed(b)])).toEqual(['notReached', 'notReached'])
    await expectFrames(a, b)
    expect([paths(a, b), paths(b, a)]).toEqual([['relay'], ['relay']])
  })

  it('when the direct way is cut, the relay is there again', async () => {
    const three = await twoHomes('portRestricted', 'portRestricted')
    const { a, b } = three
    await meet(three)
    await Promise.all([untilPath(a, b, 'webrtc'), untilPath(b, a, 'webrtc')])
    const froms = [a.process.said.length, b.process.said.length] as const
    internet.drop('homeA', 'udp')
    const cutMs = Date.now()
    const backMs = await Promise.all([untilPath(a, b, 'relay', froms[0]), untilPath(b, a, 'relay', froms[1])])
    console.log(`through the relay ${Math.max(...backMs) - cutMs} ms after the direct way was cut`)
    await expectFrames(a, b)
  })
})
