/**
 * LAN discovery between real hosts: namespaces joined by a bridge, with an observer that writes down what
 * a stranger on the same network sees.
 */
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { bundle } from './bundle.ts'
import { Lan, whyNoNamespaces } from './namespaces.ts'
import type { NamespaceProcess } from './namespaces.ts'
import type { ObserverCommand } from './observerProcess.ts'
import { field, Peer } from './peer.ts'

const why = whyNoNamespaces()
if (why !== null) console.warn(`LAN tests are skipped: ${why}`)

const lanKey = '5a'.repeat(32)
let peerScript = { path: '', remove: (): void => undefined }
let observerScript = { path: '', remove: (): void => undefined }
let lan: Lan

beforeAll(async () => {
  if (why !== null) return
  peerScript = await bundle(join(import.meta.dirname, 'peerProcess.ts'))
  observerScript = await bundle(join(import.meta.dirname, 'observerProcess.ts'))
})
afterAll(() => {
  peerScript.remove()
  observerScript.remove()
})
beforeEach(() => {
  if (why === null) lan = new Lan()
})
afterEach(async () => {
  if (why === null) await lan.remove()
})

async function peer(
  name: string,
  number: number,
  lanAtStart: 'on' | 'off' = 'on',
  interfaceName = 'any',
): Promise<Peer> {
  lan.host(name, number)
  const made = new Peer(lan.run(name, peerScript.path, String(number), interfaceName, lanAtStart), lanKey)
  await made.started()
  return made
}

async function observer(): Promise<NamespaceProcess> {
  lan.host('spy', 200)
  const made = lan.run('spy', observerScript.path, '10.77.0.200')
  await made.hear('ready', (line) => field(line, 'ready') ?? null)
  return made
}

function noAddress(line: unknown): true | null {
  const event = field(line, 'event')
  const addresses = field(event, 'kind') === 'addresses' ? field(event, 'addresses') : null
  return Array.isArray(addresses) && addresses.length === 0 ? true : null
}

function packetsOf(spy: NamespaceProcess): string[] {
  return spy.said.map((line) => field(line, 'packet')).filter((packet) => typeof packet === 'string')
}

function sendersOf(spy: NamespaceProcess): { readonly ip4: readonly string[]; readonly ip6: readonly string[] } {
  const all = spy.said.map((line) => field(line, 'from')).filter((from) => typeof from === 'string')
  return { ip4: all.filter((from) => !from.includes(':')), ip6: all.filter((from) => from.includes(':')) }
}

/** A new address says nothing in its first second or two: the system makes sure that it is nobody else's. */
async function heardOverIp6(spy: NamespaceProcess, senders: number): Promise<void> {
  const enough = (): true | null => (new Set(sendersOf(spy).ip6).size >= senders ? true : null)
  await spy.hear(`${senders} senders over IPv6`, enough)
}

const pause = (durationMs: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, durationMs))

async function meet(a: Peer, b: Peer): Promise<number> {
  const before = Date.now()
  a.tell({ do: 'peers', peers: [b.target(0)] })
  b.tell({ do: 'peers', peers: [a.target(1)] })
  const [up] = await Promise.all([a.event('peerUp'), b.event('peerUp')])
  return up.atMs - before
}

describe.skipIf(why !== null)('on a LAN of namespaces', () => {
  it('two contacts find each other without any address, and exchange a frame', async () => {
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    const tookMs = await meet(a, b)
    console.log(`found and connected after ${tookMs} ms`)
    expect(tookMs).toBeLessThan(3_000)
    a.tell({ do: 'send', device: b.device, frame: 'c0ffee' })
    await b.frame('c0ffee')
    b.tell({ do: 'send', device: a.device, frame: 'decade' })
    await a.frame('decade')
    const up = await a.event('peerUp')
    expect(field(up.event, 'path')).toBe('lan')
  })

  it('two contacts without any IPv4 address find each other over IPv6, and tell nobody that address', async () => {
    const [a, b] = [await peer('a', 1, 'off'), await peer('b', 2, 'off')]
    for (const name of ['a', 'b']) lan.withoutIp4(name)
    await Promise.all([a, b].map((one) => one.process.hear('no address', (line) => noAddress(line))))
    for (const one of [a, b]) one.tell({ do: 'lan', on: true })
    const tookMs = await meet(a, b)
    console.log(`found over IPv6 and connected after ${tookMs} ms`)
    a.tell({ do: 'send', device: b.device, frame: 'c0ffee' })
    await b.frame('c0ffee')
    for (const one of [a, b]) {
      const up = (await one.event('peerUp')).event
      expect(field(up, 'address')).toMatch(/^(\/ip6zone\/eth0)?\/ip6\/fe80::[0-9a-f:]+\/tcp\/\d+$/)
      expect(field(up, 'path')).toBe('lan')
      expect(JSON.stringify(one.events('addresses'))).not.toContain('fe80')
    }
  })

  it('announces hardware alone: docker0 stays out of addresses and packets', async () => {
    const spy = await observer()
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    await meet(a, b)
    await heardOverIp6(spy, 2)
    const told = await a.event('addresses')
    expect(field(told.event, 'addresses')).toEqual([expect.stringMatching(/^\/ip4\/10\.77\.0\.1\/tcp\/\d+$/)])
    const from = sendersOf(spy)
    expect(new Set(from.ip4)).toEqual(new Set(['10.77.0.1', '10.77.0.2']))
    expect(new Set(from.ip6).size).toBe(2)
    for (const packet of packetsOf(spy)) expect(packet).not.toContain('ac110001')
  })

  it('says nothing lasting to a stranger: no key, no peer id, and every packet of one size', async () => {
    const spy = await observer()
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    await meet(a, b)
    await pause(1_500)
    const packets = packetsOf(spy)
    expect(packets.length).toBeGreaterThan(2)
    for (const packet of packets) {
      const text = Buffer.from(packet, 'hex').toString('latin1')
      for (const one of [a, b]) {
        expect(packet).not.toContain(one.device)
        expect(packet).not.toContain(one.device.slice(0, 16))
      }
      expect(packet).not.toContain(lanKey.slice(0, 32))
      expect(text).not.toContain('12D3Koo')
    }
    // Questions carry a question more; beyond that nothing differs.
    expect(new Set(packets.map((packet) => packet.length)).size).toBeLessThanOrEqual(2)
  })

  it('is silent while switched off, falls silent when switched off, and comes back', async () => {
    const spy = await observer()
    const a = await peer('a', 1, 'off')
    const b = await peer('b', 2, 'off')
    a.tell({ do: 'peers', peers: [b.target(0)] })
    b.tell({ do: 'peers', peers: [a.target(1)] })
    await pause(2_000)
    expect(packetsOf(spy)).toEqual([])
    a.tell({ do: 'lan', on: true })
    b.tell({ do: 'lan', on: true })
    await Promise.all([a.event('peerUp'), b.event('peerUp')])
    a.tell({ do: 'lan', on: false })
    b.tell({ do: 'lan', on: false })
    await pause(500)
    const heard = packetsOf(spy).length
    expect(heard).toBeGreaterThan(0)
    await pause(3_500)
    expect(packetsOf(spy).length).toBe(heard)
  })

  it('bears 10,000 forged announcements, replayed ones among them, and still finds the contact', async () => {
    const spy = await observer()
    const a = await peer('a', 1)
    const b = await peer('b', 2, 'off')
    a.tell({ do: 'peers', peers: [b.target(0)] })
    b.tell({ do: 'peers', peers: [a.target(1)] })
    await spy.hear('a packet', (line) => field(line, 'packet') ?? null)
    const [genuine = ''] = packetsOf(spy)
    a.tell({ do: 'memory' })
    const before = await a.process.hear('memory', (line) => field(line, 'rssBytes') ?? null)
    const forged = Array.from({ length: 10_000 }, (_, i) => {
      const packet = Buffer.from(genuine, 'hex')
      if (i % 3 === 0) return packet.toString('hex')
      // Cut, or with other bytes somewhere.
      if (i % 3 === 1) return packet.subarray(0, (i * 7) % packet.length).toString('hex')
      for (let at = i % 50; at < packet.length; at += 50) packet[at] = (i * 31 + at) & 0xff
      return packet.toString('hex')
    })
    const command: ObserverCommand = { send: forged }
    spy.tell(command)
    await spy.hear('sent', (line) => field(line, 'sentAll') ?? null)
    const from = a.process.said.length
    a.tell({ do: 'memory' })
    const after = await a.process.hear('memory', (line) => field(line, 'rssBytes') ?? null, from)
    console.log(`10,000 forged packets: ${Math.round((Number(after) - Number(before)) / 1_048_576)} MiB more`)
    expect(Number(after) - Number(before)).toBeLessThan(64 * 1_048_576)
    expect(a.count('peerUp')).toBe(0)
    b.tell({ do: 'lan', on: true })
    await Promise.all([a.event('peerUp'), b.event('peerUp')])
  })

  it('notices within ten seconds that a peer vanished, and meets it again when it is back', async () => {
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    await meet(a, b)
    const cutAtMs = Date.now()
    lan.cut('b', false)
    const [downA, downB] = await Promise.all([a.event('peerDown'), b.event('peerDown')])
    console.log(`noticed after ${downA.atMs - cutAtMs} and ${downB.atMs - cutAtMs} ms`)
    expect(Math.max(downA.atMs, downB.atMs) - cutAtMs).toBeLessThan(10_000)
    const [fromA, fromB] = [a.process.said.length, b.process.said.length]
    lan.cut('b', true)
    await Promise.all([a.event('peerUp', fromA), b.event('peerUp', fromB)])
  })

  it('is back within ten seconds after it slept while the others went on', async () => {
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    await meet(a, b)
    b.process.freeze()
    await a.event('peerDown')
    await pause(5_000)
    const [fromA, fromB] = [a.process.said.length, b.process.said.length]
    const thawedAtMs = Date.now()
    b.process.thaw()
    const [up] = await Promise.all([a.event('peerUp', fromA), b.event('peerUp', fromB)])
    console.log(`back ${up.atMs - thawedAtMs} ms after the thaw`)
    expect(up.atMs - thawedAtMs).toBeLessThan(10_000)
  })

  it('meets a peer again whose address changed', async () => {
    const a = await peer('a', 1)
    const b = await peer('b', 2)
    await meet(a, b)
    const from = b.process.said.length
    lan.readdress('b', 2, 77)
    // To the other it may look like one connection taking over from another, without a break.
    await b.event('peerUp', from)
    // What is sent at the moment of taking over may be lost; the engine sends again, and so does this.
    const again = setInterval(() => {
      a.tell({ do: 'send', device: b.device, frame: 'c0ffee' })
      b.tell({ do: 'send', device: a.device, frame: 'decade' })
    }, 500)
    await Promise.all([a.frame('decade'), b.frame('c0ffee')]).finally(() => clearInterval(again))
    const told = await b.event('addresses', from)
    expect(field(told.event, 'addresses')).toEqual([expect.stringMatching(/^\/ip4\/10\.77\.0\.77\/tcp\/\d+$/)])
  })

  it('keeps to the interfaces that it is confined to', async () => {
    const spy = await observer()
    const a = await peer('a', 1, 'on', 'docker0')
    const b = await peer('b', 2, 'on', 'eth0')
    a.tell({ do: 'peers', peers: [b.target(0, ['/ip4/10.77.0.2/tcp/4001'])] })
    b.tell({ do: 'peers', peers: [a.target(1)] })
    await pause(2_000)
    await heardOverIp6(spy, 1)
    const from = sendersOf(spy)
    expect([new Set(from.ip4), new Set(from.ip6).size]).toEqual([new Set(['10.77.0.2']), 1])
    expect([a.count('peerUp'), b.count('peerUp')]).toEqual([0, 0])
  })
})
