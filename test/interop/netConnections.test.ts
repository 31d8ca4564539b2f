/** Meeting, losing and refusing each other, on loopback. */
import { describe, expect, it } from 'vitest'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { numbered, numberOf, pause, Scene, seedOf, testNode } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

function listenOn(scene: Scene, server: Server): Promise<number> {
  scene.atEnd(() => server.close())
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(address !== null && typeof address === 'object' ? address.port : 0)
    })
  })
}

describe.concurrent('meeting', () => {
  it('comes down to one stream when both dial at the same moment', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const round = async (number: number): Promise<void> => {
      const a = await scene.node(number)
      const b = await scene.node(number + 1)
      a.network.setPeers([b.target()])
      b.network.setPeers([a.target()])
      await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
      for (let i = 0; i < 50; i++) {
        expect(a.network.send(b.device, numbered(i))).toBe('sent')
        expect(b.network.send(a.device, numbered(i))).toBe('sent')
      }
      const all = (one: TestNode) => new Set(one.frames.map((received) => numberOf(received.frame))).size === 50
      await Promise.all([a.until('all', () => all(a)), b.until('all', () => all(b))])
      // Beyond the time that a replaced stream may linger.
      await pause(2_500)
      expect([a.count('peerUp'), a.count('peerDown')]).toEqual([1, 0])
      expect([b.count('peerUp'), b.count('peerDown')]).toEqual([1, 0])
      expect(a.network.send(b.device, numbered(50))).toBe('sent')
      await b.until('after', () => b.frames.some((received) => numberOf(received.frame) === 50))
    }
    await Promise.all([10, 12, 14, 16, 18].map(round))
  })

  it('tells how a peer is reached', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    a.network.setPeers([b.target(b.addresses.filter((address) => address.startsWith('/ip6/')))])
    await a.untilUp(b.device)
    expect(a.events.find((event) => event.kind === 'peerUp')).toEqual({
      kind: 'peerUp',
      device: b.device,
      path: 'loopback',
      address: `/ip6/::1/tcp/${b.port}`,
    })
  })

  it('tells how long the other takes to answer, to whichever side asks', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    expect(a.network.roundTripMs(b.device)).toBeNull()
    a.network.setPeers([b.target()])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const measured = (): readonly (number | null)[] => [
      a.network.roundTripMs(b.device),
      b.network.roundTripMs(a.device),
    ]
    await expect.poll(() => measured().every((ms) => ms !== null && ms >= 0), { timeout: 5_000 }).toBe(true)
    a.network.disconnect(b.device)
    await a.until('down', () => a.count('peerDown') === 1)
    expect(a.network.roundTripMs(b.device)).toBeNull()
  })

  it('comes back when the other stops and starts again', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    const port = b.port
    a.network.setPeers([b.target()])
    await a.untilUp(b.device)
    await b.network.stop()
    await a.until('down', () => a.count('peerDown') === 1)
    expect(a.network.send(b.device, numbered(1))).toBe('notConnected')
    const again = await scene.node(2, { listen: { port, portFallback: false } })
    await a.untilUp(b.device, 2)
    expect(a.network.send(b.device, numbered(7))).toBe('sent')
    await again.until('frame', () => again.frames.length === 1)
  })

  it('starts again after a stop', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    a.network.setPeers([b.target()])
    await a.untilUp(b.device)
    await a.network.stop()
    await b.until('down', () => b.count('peerDown') === 1)
    await a.start()
    await a.untilUp(b.device, 2)
    expect(a.network.send(b.device, numbered(1))).toBe('sent')
  })

  it('dials a peer whose address is told later, and drops one that is wanted no more', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    a.admits = () => false
    a.network.setPeers([b.target(['/ip4/127.0.0.1/tcp/1'])])
    a.network.setPeers([b.target()])
    await a.untilUp(b.device)
    a.network.setPeers([])
    await Promise.all([
      a.until('down', () => a.count('peerDown') === 1),
      b.until('down', () => b.count('peerDown') === 1),
    ])
    expect(a.network.send(b.device, numbered(1))).toBe('notConnected')
  })

  it('is not held up by addresses that answer nothing', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    // Accepts and says nothing.
    const silent = await listenOn(scene, createServer())
    const before = Date.now()
    a.network.setPeers([
      b.target(['/ip4/127.0.0.1/tcp/1', '/ip4/127.66.66.66/tcp/9', ...b.addresses, `/ip4/127.0.0.1/tcp/${silent}`]),
    ])
    await a.untilUp(b.device)
    expect(Date.now() - before).toBeLessThan(3_000)
  })
})

describe.concurrent('refusing', () => {
  it('sends nothing to who cannot prove the key', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const impostor = await scene.node(3)
    const absent = await testNode(seedOf(2))
    a.network.setPeers([
      { device: absent.device, addresses: impostor.addresses, lan: null, relay: false, mailbox: false },
    ])
    await pause(1_500)
    expect(a.count('peerUp')).toBe(0)
    expect(impostor.events.filter((event) => event.kind === 'peerUp')).toEqual([])
    expect(a.network.send(absent.device, numbered(1))).toBe('notConnected')
  })

  it('finds the peer behind its second address when another answers at the first', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const impostor = await scene.node(3)
    const b = await scene.node(2)
    a.network.setPeers([b.target([...impostor.addresses, ...b.addresses])])
    await a.untilUp(b.device)
    expect(impostor.count('peerUp')).toBe(0)
  })

  it('lets nobody in whom the handler does not admit, and takes no frame of theirs', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const b = await scene.node(2)
    const asked: string[] = []
    b.admits = (device) => {
      asked.push(device)
      return false
    }
    a.network.setPeers([b.target()])
    await pause(1_500)
    expect(new Set(asked)).toEqual(new Set([a.device]))
    expect([a.count('peerUp'), b.count('peerUp'), b.frames.length]).toEqual([0, 0, 0])
    b.admits = () => true
    a.network.wake()
    await b.untilUp(a.device)
  })

  it('says when its port is in use, and takes another if it may', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const port = await listenOn(scene, createServer())
    const strict = await scene.node(1, { listen: { port, portFallback: false, families: ['ip4'] } })
    expect(strict.events).toEqual([{ kind: 'listenFailed', error: { kind: 'portInUse', port } }])
    const flexible = await scene.node(2, { listen: { port, portFallback: true } })
    expect(flexible.events[0]).toEqual({ kind: 'listenFailed', error: { kind: 'portInUse', port } })
    expect(flexible.port).toBeGreaterThan(0)
    expect(flexible.port).not.toBe(port)
    // Without a port of its own it still reaches others.
    strict.network.setPeers([flexible.target()])
    await strict.untilUp(flexible.device)
  })
})
