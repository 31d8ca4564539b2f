/** Meeting, losing and refusing each other, on loopback. */
import { describe, expect, it } from 'vitest'
import { connect, createServer } from 'node:net'
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

/** A line to a port on loopback on which it can be read what the caller of each connection said. */
async function wiretap(scene: Scene, to: number) {
  const said: Buffer[] = []
  let ended = 0
  let look = (): void => undefined
  const server = createServer((caller) => {
    const at = said.push(Buffer.alloc(0)) - 1
    const called = connect({ host: '127.0.0.1', port: to })
    caller.on('data', (chunk) => (said[at] = Buffer.concat([said[at] ?? chunk, chunk])))
    caller.pipe(called).pipe(caller)
    for (const socket of [caller, called]) socket.on('error', () => undefined)
    caller.once('close', () => {
      called.destroy()
      ended++
      look()
    })
  })
  const port = await listenOn(scene, server)
  const untilEnded = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => (ended >= count ? resolve() : undefined)
      look()
    })
  return { port, said, untilEnded }
}

/** All that may be said before the other has proved its key; the ephemeral key is taken from what was said. */
function opening(said: Buffer): Buffer {
  const named = (name: string): Buffer => Buffer.concat([Buffer.of(name.length + 1), Buffer.from(`${name}\n`)])
  const negotiation = Buffer.concat([named('/multistream/1.0.0'), named('/noise'), Buffer.of(0, 32)])
  return Buffer.concat([negotiation, said.subarray(negotiation.length, negotiation.length + 32)])
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
  it('case 22: A is dialled and B answers: nothing is sent, not even who calls', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const a = await scene.node(1)
    const impostor = await scene.node(3)
    const absent = await testNode(seedOf(2))
    const line = await wiretap(scene, impostor.port)
    a.network.setPeers([{ ...absent.target([`/ip4/127.0.0.1/tcp/${line.port}`]) }])
    await line.untilEnded(2)
    expect(a.count('peerUp')).toBe(0)
    expect(impostor.count('peerUp')).toBe(0)
    expect(a.network.send(absent.device, numbered(1))).toBe('notConnected')
    // Which protocol, and an ephemeral key: the message that would hold our own key waits for the other's.
    for (const said of line.said) expect(said).toEqual(opening(said))
    // To who proves the key the same line carries much more.
    const b = await scene.node(2, { listen: { families: ['ip4'] } })
    const honest = await wiretap(scene, b.port)
    a.network.setPeers([absent.target([`/ip4/127.0.0.1/tcp/${line.port}`, `/ip4/127.0.0.1/tcp/${honest.port}`])])
    await a.untilUp(b.device)
    const [said = Buffer.alloc(0)] = honest.said
    expect(said.subarray(0, opening(said).length)).toEqual(opening(said))
    expect(said.length).toBeGreaterThan(opening(said).length + 100)
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
    expect(strict.events[0]).toEqual({ kind: 'listenFailed', error: { kind: 'portInUse', port } })
    expect([strict.port, strict.count('listenFailed'), strict.addresses]).toEqual([0, 1, []])
    const flexible = await scene.node(2, { listen: { port, portFallback: true } })
    expect(flexible.events[0]).toEqual({ kind: 'listenFailed', error: { kind: 'portInUse', port } })
    expect(flexible.port).toBeGreaterThan(0)
    expect(flexible.port).not.toBe(port)
    // Without a port of its own it still reaches others.
    strict.network.setPeers([flexible.target()])
    await strict.untilUp(flexible.device)
  })
})
