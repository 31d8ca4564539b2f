/** Private modes on a LAN of namespaces: what a stranger hears, and what listens, in each. */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from './bundle.ts'
import { Lan, whyNoNamespaces } from './namespaces.ts'
import type { NamespaceProcess } from './namespaces.ts'
import { field, Peer } from './peer.ts'

const why = whyNoNamespaces()
if (why !== null) console.warn(`Tests of private modes on a LAN are skipped: ${why}`)

const loopback = ['0100007F', '00000000000000000000000001000000']
let peerScript = { path: '', remove: (): void => undefined }
let observerScript = { path: '', remove: (): void => undefined }
let modeScript = { path: '', remove: (): void => undefined }
let lan: Lan

beforeAll(async () => {
  if (why !== null) return
  peerScript = await bundle(join(import.meta.dirname, 'peerProcess.ts'))
  observerScript = await bundle(join(import.meta.dirname, 'observerProcess.ts'))
  modeScript = await bundle(join(import.meta.dirname, 'modeProcess.ts'))
})
afterAll(() => {
  peerScript.remove()
  observerScript.remove()
  modeScript.remove()
})
beforeEach(() => {
  if (why === null) lan = new Lan()
})
afterEach(async () => {
  if (why === null) await lan.remove()
})

async function peer(name: string, number: number, mode: string): Promise<Peer> {
  lan.host(name, number)
  const options = [String(number), 'any', 'on', '0', mode, 'on', 'on']
  const made = new Peer(lan.run(name, peerScript.path, ...options), '5a'.repeat(32))
  await made.started()
  return made
}

async function observer(): Promise<NamespaceProcess> {
  lan.host('spy', 200)
  const made = lan.run('spy', observerScript.path, '10.77.0.200')
  await made.hear('ready', (line) => field(line, 'ready') ?? null)
  return made
}

function heardFrom(spy: NamespaceProcess, address: string, from = 0): number {
  return spy.said.slice(from).filter((line) => field(line, 'from') === address).length
}

/** What the peer listens on, and how many UDP sockets it has. */
async function socketsOf(one: Peer): Promise<{ readonly listening: readonly unknown[]; readonly udp: unknown }> {
  const from = one.process.said.length
  one.tell({ do: 'sockets' })
  return one.process.hear(
    'sockets',
    (line) => {
      const listening = field(line, 'listening')
      return Array.isArray(listening) ? { listening, udp: field(line, 'udp') } : null
    },
    from,
  )
}

async function expectHidden(one: Peer): Promise<void> {
  const { listening, udp } = await socketsOf(one)
  expect(listening.length).toBeGreaterThan(0)
  expect(listening.filter((address) => !loopback.includes(String(address)))).toEqual([])
  expect(udp).toBe(0)
  expect(field(one.events('addresses').at(-1)?.event, 'addresses')).toEqual([])
}

describe.skipIf(why !== null)('a private mode on a LAN', () => {
  it('says nothing and listens nowhere but on loopback', async () => {
    const spy = await observer()
    const a = await peer('a', 1, 'relayOnly')
    const b = await peer('b', 2, 'open')
    a.tell({ do: 'peers', peers: [b.target(0)] })
    b.tell({ do: 'peers', peers: [a.target(1)] })
    // The one that is open has announced itself and asked: whoever answers has done so by now.
    await spy.hear('three packets', () => (heardFrom(spy, '10.77.0.2') >= 3 ? true : null))
    await expectHidden(a)
    expect(heardFrom(spy, '10.77.0.1')).toBe(0)
    expect([a.count('peerUp'), b.count('peerUp')]).toEqual([0, 0])
  })

  it('holds at whatever moment of the start it is chosen', async () => {
    lan.host('a', 1)
    const made = lan.run('a', modeScript.path)
    const open = await made.hear('the end', (line) => field(line, 'open') ?? null, 0, 60_000)
    expect(open).toEqual([])
  })

  it('begins and ends at run time', async () => {
    const spy = await observer()
    const [a, b] = [await peer('a', 1, 'open'), await peer('b', 2, 'open')]
    a.tell({ do: 'peers', peers: [b.target(0)] })
    b.tell({ do: 'peers', peers: [a.target(1)] })
    await Promise.all([a.event('peerUp'), b.event('peerUp')])
    expect((await socketsOf(a)).udp).not.toBe(0)
    const froms = [a.process.said.length, b.process.said.length] as const
    a.tell({ do: 'privacy', privacy: { kind: 'proxy', host: '127.0.0.1', port: 9 } })
    await Promise.all([a.event('peerDown', froms[0]), b.event('peerDown', froms[1]), a.event('addresses', froms[0])])
    const heard = spy.said.length
    await expectHidden(a)
    // The other one calls out again for who has gone.
    b.tell({ do: 'lan', on: false })
    b.tell({ do: 'lan', on: true })
    await spy.hear('three packets', () => (heardFrom(spy, '10.77.0.2', heard) >= 3 ? true : null))
    expect(heardFrom(spy, '10.77.0.1', heard)).toBe(0)
    const again = [a.process.said.length, b.process.said.length] as const
    a.tell({ do: 'privacy', privacy: { kind: 'open' } })
    await Promise.all([a.event('peerUp', again[0]), b.event('peerUp', again[1])])
  })
})
