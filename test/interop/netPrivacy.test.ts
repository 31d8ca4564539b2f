/** The private modes: what is dialled, by which way, what listens and what is told. */
import { Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import type { NetworkEvent, PeerTarget } from '../../main/core/ports.ts'
import { peerOf } from '../../main/net/keys.ts'
import { numbered, numberOf, Scene, seedOf, testNode } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'
import { MemoryMailbox } from './memoryMailbox.ts'
import { SocksServer } from './socksProxy.ts'

const onion = `${'a'.repeat(55)}d`

async function proxyIn(scene: Scene): Promise<SocksServer> {
  const server = new SocksServer()
  await server.start()
  scene.atEnd(() => server.stop())
  return server
}

/** Every socket that this process connects from now on, by where it leads. */
function watchConnects(onTestFinished: (call: () => void) => void): () => readonly string[] {
  const watch = vi.spyOn(Socket.prototype, 'connect')
  onTestFinished(() => watch.mockRestore())
  return () =>
    watch.mock.calls.map((call) => {
      const [first, second]: unknown[] = call.flat()
      if (typeof first !== 'object' || first === null) return `${String(second)}:${String(first)}`
      return 'host' in first && 'port' in first ? `${String(first.host)}:${String(first.port)}` : 'elsewhere'
    })
}

function failuresOf(node: TestNode): readonly string[] {
  return node.events.flatMap((event) => (event.kind === 'proxyFailed' ? [event.why] : []))
}

function lastOf<K extends NetworkEvent['kind']>(node: TestNode, kind: K): NetworkEvent | undefined {
  return node.events.findLast((event) => event.kind === kind)
}

function targetAt(node: TestNode, addresses: readonly string[], part: Partial<PeerTarget> = {}): PeerTarget {
  return { ...node.target(addresses), ...part }
}

describe('through a SOCKS5 proxy', () => {
  it('two nodes talk, by a name that only the proxy knows, and no other socket is opened', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const proxy = await proxyIn(scene)
    const privacy = { kind: 'proxy', host: '127.0.0.1', port: proxy.port } as const
    const [a, b] = [await scene.node(1, { privacy }), await scene.node(2, { privacy })]
    proxy.names.set(`${onion}.onion:4001`, b.port)
    proxy.names.set('b.example:4002', b.port)
    const connects = watchConnects(onTestFinished)
    a.network.setPeers([targetAt(b, [`/onion3/${onion}:4001`, '/ip4/127.0.0.1/tcp/9', '/ip4/192.168.1.1/tcp/4001'])])
    b.network.setPeers([targetAt(a, [])])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    a.network.send(b.device, numbered(7))
    b.network.send(a.device, numbered(8))
    await a.until('frame', () => a.frames.length === 1)
    await b.until('frame', () => b.frames.length === 1)
    expect([a, b].map((node) => node.frames.map(({ frame }) => numberOf(frame)))).toEqual([[8], [7]])
    expect(proxy.requests.map(({ target }) => target)).toEqual([`name:${onion}.onion:4001`])
    // What the proxy itself opens to lead there is of this process too.
    const onward = `127.0.0.1:${b.port}`
    expect(connects().filter((one) => one !== onward)).toEqual([`127.0.0.1:${proxy.port}`])
    expect(lastOf(a, 'peerUp')).toMatchObject({ path: 'direct', address: `/onion3/${onion}:4001` })
    // The other kind of name, by the other side.
    a.network.disconnect(b.device)
    a.network.setPeers([targetAt(b, ['/dns4/b.example/tcp/4002'])])
    await a.untilUp(b.device, 2)
    expect(proxy.requests.at(-1)?.target).toBe('name:b.example:4002')
    for (const node of [a, b]) expect(node.addresses).toEqual([])
    expect(failuresOf(a)).toEqual([])
  })

  it('names are nothing without one: no look-up, no socket', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [a, b] = [await scene.node(1), await testNode(seedOf(2))]
    const connects = watchConnects(onTestFinished)
    const names = [`/onion3/${onion}:4001`, '/dns4/b.example/tcp/4001', '/dns/b.example/tcp/4001']
    a.network.setPeers([targetAt(b, names)])
    a.network.wake()
    // The dial of an address that is one shows that the dialler had its turn.
    a.network.setPeers([targetAt(b, [...names, '/ip4/127.0.0.1/tcp/1'])])
    await vi.waitFor(() => expect(connects()).toContain('127.0.0.1:1'))
    expect(connects().filter((one) => one !== '127.0.0.1:1')).toEqual([])
  })

  it('a dead proxy is told once, and reached when it comes back', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const proxy = new SocksServer()
    const port = await proxy.start()
    await proxy.stop()
    const b = await scene.node(2)
    const a = await scene.node(1, { privacy: { kind: 'proxy', host: '127.0.0.1', port } })
    a.network.setPeers([targetAt(b, ['/dns4/b.example/tcp/4001'])])
    await a.until('failure', () => failuresOf(a).length > 0)
    const back = new SocksServer()
    back.names.set('b.example:4001', b.port)
    await back.start(port)
    scene.atEnd(() => back.stop())
    await a.untilUp(b.device)
    expect(failuresOf(a)).toEqual(['refused'])
  })

  it.each([
    ['garbage', 'notSocks'],
    ['wrongVersion', 'notSocks'],
    ['overLong', 'notSocks'],
    ['closesMidway', 'notSocks'],
    ['badLogin', 'authFailed'],
  ] as const)('a proxy that is none (%s) is told as %s', async (how, why) => {
    const ends: (() => Promise<void>)[] = []
    const scene = new Scene((call) => void ends.push(call))
    const proxy = new SocksServer(how)
    await proxy.start()
    scene.atEnd(() => proxy.stop())
    const b = await testNode(seedOf(2))
    const a = await scene.node(1, { privacy: { kind: 'proxy', host: 'localhost', port: proxy.port } })
    a.network.setPeers([targetAt(b, ['/dns4/b.example/tcp/4001'])])
    await a.until('failure', () => failuresOf(a).length > 0)
    await vi.waitFor(() => expect(proxy.accepted).toBeGreaterThan(1))
    expect(new Set(failuresOf(a))).toEqual(new Set([why]))
    await Promise.all(ends.map((end) => end()))
  })
})

describe('through relays alone', () => {
  async function threeNodes(scene: Scene): Promise<readonly [TestNode, TestNode, TestNode]> {
    const [a, b, relay] = [
      await scene.node(1, { privacy: { kind: 'relayOnly' } }),
      await scene.node(2),
      await scene.node(3),
    ]
    relay.network.setServing({ relay: true, mailbox: false })
    relay.network.setPeers([targetAt(a, []), targetAt(b, [])])
    return [a, b, relay]
  }

  it('a contact is reached through the relay, never directly, in either direction', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [a, b, relay] = await threeNodes(scene)
    a.network.setPeers([targetAt(relay, relay.addresses, { relay: true }), targetAt(b, b.addresses)])
    await a.untilUp(relay.device)
    await a.until('relayed address', () => a.addresses.length === 1)
    expect(a.addresses[0]).toMatch(/\/p2p-circuit$/)
    // The contact knows our port, and knocks at it first.
    const knocks = [...a.addresses, `/ip4/127.0.0.1/tcp/${a.port}`]
    b.network.setPeers([targetAt(relay, relay.addresses, { relay: true }), targetAt(a, knocks)])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    b.network.send(a.device, numbered(1))
    await a.until('frame', () => a.frames.length === 1)
    const paths = a.events.flatMap((event) =>
      (event.kind === 'peerUp' || event.kind === 'pathChanged') && event.device === b.device ? [event.path] : [],
    )
    expect(new Set(paths)).toEqual(new Set(['relay']))
  })

  it('nothing is dialled or told while no relay serves us, and that can be seen', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const b = await scene.node(2)
    const connects = watchConnects(onTestFinished)
    const a = await scene.node(1, { privacy: { kind: 'relayOnly' } })
    a.network.setPeers([targetAt(b, b.addresses)])
    a.network.wake()
    b.network.setPeers([targetAt(a, [`/ip4/127.0.0.1/tcp/${a.port}`])])
    await vi.waitFor(() => expect(connects().length).toBeGreaterThan(1), { timeout: 10_000 })
    expect(new Set(connects())).toEqual(new Set([`127.0.0.1:${a.port}`]))
    expect([a.count('peerUp'), b.count('peerUp')]).toEqual([0, 0])
    expect(a.addresses).toEqual([])
    expect(a.count('addresses')).toBe(1)
    expect(lastOf(a, 'reachability')).toEqual({ kind: 'reachability', mapped: [], publicHost: false })
  })
})

describe('visits, which are made under a fresh name', () => {
  const tag = new Uint8Array(16).fill(7)

  it('are not made to a relay or a mailbox that does not serve us, when only those may learn where we are', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const [a, b, trap] = [
      await scene.node(1, { privacy: { kind: 'relayOnly' } }),
      await testNode(seedOf(2)),
      await scene.node(3, { mailboxStore: new MemoryMailbox() }),
    ]
    trap.network.setServing({ relay: true, mailbox: true })
    const connects = watchConnects(onTestFinished)
    const circuit = `${trap.addresses[0] ?? ''}/p2p/${String(peerOf(trap.device))}/p2p-circuit`
    a.network.setPeers([targetAt(b, [circuit])])
    a.network.wake()
    const at = { device: trap.device, addresses: trap.addresses }
    expect(await a.network.mail.deposit(at, 's', tag, numbered(1))).toBe('unreachable')
    expect(await a.network.mail.lookupRecord(at, 's', tag)).toBeNull()
    expect(connects()).toEqual([])
    // The same is done at once by who hides nothing.
    a.network.setPrivacy({ kind: 'open' })
    await a.until('open', () => a.addresses.length > 0)
    expect(await a.network.mail.deposit(at, 's', tag, numbered(1))).toBe('unknownTag')
    expect(connects()).not.toEqual([])
  })

  it('go through the proxy, which cannot tell that they are of one device', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const proxy = await proxyIn(scene)
    const a = await scene.node(1, { privacy: { kind: 'proxy', host: '127.0.0.1', port: proxy.port } })
    const mailbox = await scene.node(3, { mailboxStore: new MemoryMailbox() })
    mailbox.network.setServing({ relay: false, mailbox: true })
    proxy.names.set('mailbox.example:4001', mailbox.port)
    const at = { device: mailbox.device, addresses: ['/dns4/mailbox.example/tcp/4001'] }
    a.network.setPeers([targetAt(mailbox, at.addresses)])
    await a.untilUp(mailbox.device)
    const connects = watchConnects(onTestFinished)
    for (const sitting of ['s', 't']) {
      expect(await a.network.mail.deposit(at, sitting, tag, numbered(1))).toBe('unknownTag')
    }
    const logins = proxy.requests.map(({ user, password }) => `${user} ${password}`)
    expect(logins.length).toBe(3)
    expect(new Set(logins).size).toBe(3)
    const onward = `127.0.0.1:${mailbox.port}`
    expect(new Set(connects().filter((one) => one !== onward))).toEqual(new Set([`127.0.0.1:${proxy.port}`]))
  })
})

describe('another mode at run time', () => {
  it('ends direct connections at once, and takes them up again when it is over', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const [a, b] = [await scene.node(1), await scene.node(2)]
    const dialled = vi.spyOn(Socket.prototype, 'connect')
    onTestFinished(() => dialled.mockRestore())
    a.network.setPeers([targetAt(b, b.addresses)])
    b.network.setPeers([targetAt(a, [])])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const sockets = dialled.mock.contexts as readonly Socket[]
    expect(sockets.some((socket) => !socket.destroyed)).toBe(true)
    a.network.setPrivacy({ kind: 'relayOnly' })
    expect(sockets.every((socket) => socket.destroyed)).toBe(true)
    expect(a.network.send(b.device, numbered(1))).toBe('notConnected')
    await Promise.all([
      a.until('down', () => a.count('peerDown') === 1),
      b.until('down', () => b.count('peerDown') === 1),
    ])
    await a.until('told nothing', () => a.addresses.length === 0)
    // The same again changes nothing.
    const before = a.count('listening')
    a.network.setPrivacy({ kind: 'relayOnly' })
    a.network.setPrivacy({ kind: 'open' })
    await Promise.all([a.untilUp(b.device, 2), b.untilUp(a.device, 2)])
    expect(a.count('listening')).toBe(before + 1)
    expect(a.addresses.length).toBeGreaterThan(0)
  })

  it('however often it is changed, the last one counts, and stopping ends it', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const proxy = await proxyIn(scene)
    const [a, b] = [await testNode(seedOf(1)), await scene.node(2)]
    scene.atEnd(() => a.network.stop())
    proxy.names.set('b.example:4001', b.port)
    a.network.setPeers([targetAt(b, ['/dns4/b.example/tcp/4001', ...b.addresses])])
    const starting = a.start()
    for (let i = 0; i < 5; i++) {
      a.network.setPrivacy({ kind: 'relayOnly' })
      a.network.setPrivacy({ kind: 'open' })
      a.network.setPrivacy({ kind: 'proxy', host: '127.0.0.1', port: proxy.port })
    }
    await starting
    await a.untilUp(b.device)
    const up = lastOf(a, 'peerUp')
    expect(up).toMatchObject({ address: '/dns4/b.example/tcp/4001' })
    a.network.setPrivacy({ kind: 'open' })
    await a.network.stop()
    await b.until('down', () => b.count('peerDown') >= 1)
    expect(a.network.send(b.device, numbered(1))).toBe('notConnected')
  })
})
