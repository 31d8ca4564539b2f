/** Sittings of people nearby over real sockets on loopback, with friends and with strangers who keep to nothing. */
import { createServer, connect } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { nearbyLimits, protocolLimits } from '../../main/core/limits.ts'
import { nearbyProtocol } from '../../main/net/nearby/nearby.ts'
import { prefixBytes } from '../../main/net/stream/frames.ts'
import { attacker } from './netAttackers.ts'
import { Air, Listener, loopbackNearby } from './nearbyAir.ts'
import { Scene } from './netNodes.ts'

async function person(scene: Scene, air: Air) {
  const [network, listener] = [loopbackNearby(air), new Listener()]
  scene.atEnd(() => network.stop())
  const key = await network.start(listener)
  return { network, listener, key }
}

const linkOf = (listener: Listener, peer: DeviceId) => {
  const link = listener.links.get(peer)
  if (link === undefined) throw new Error('no link')
  return link
}

function portOf(air: Air, key: DeviceId): number {
  return air.address(key).port
}

describe('a sitting', () => {
  it('gives each pair one channel, over which bytes go both ways, and ends for good', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const people = await Promise.all([person(scene, air), person(scene, air), person(scene, air)] as const)
    for (const { listener } of people) await listener.until('two links', () => listener.links.size === 2)
    expect(people.map(({ listener }) => [listener.opens, listener.closes])).toEqual([
      [2, 0],
      [2, 0],
      [2, 0],
    ])
    const [a, b] = people
    const longest = new Uint8Array(protocolLimits.nearbyMessageSizeBytesMax).fill(7)
    linkOf(a.listener, b.key).send(longest)
    linkOf(b.listener, a.key).send(Uint8Array.of(1, 2, 3))
    await b.listener.until('a message', () => b.listener.messages.length === 1)
    await a.listener.until('a message', () => a.listener.messages.length === 1)
    expect(b.listener.messages).toEqual([{ peer: a.key, bytes: longest }])
    expect(a.listener.messages).toEqual([{ peer: b.key, bytes: Uint8Array.of(1, 2, 3) }])
    const port = portOf(air, a.key)
    // What is said last still arrives.
    linkOf(a.listener, b.key).send(Uint8Array.of(9))
    linkOf(a.listener, b.key).close()
    await b.listener.until('the end', () => !b.listener.links.has(a.key))
    expect(b.listener.messages.at(-1)).toEqual({ peer: a.key, bytes: Uint8Array.of(9) })
    await a.network.stop()
    expect(air.on.size).toBe(2)
    const refused = new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve))
    expect(await refused).toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('has another key and another port each time', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const [one, two] = [await person(scene, air), await person(scene, air)]
    expect(one.key).not.toBe(two.key)
    expect(portOf(air, one.key)).not.toBe(portOf(air, two.key))
  })

  it('that is stopped while it begins leaves nothing behind', async () => {
    const air = new Air()
    const network = loopbackNearby(air)
    const started = network.start(new Listener())
    await network.stop()
    await started
    await network.stop()
    expect(air.on.size).toBe(0)
  })
})

describe('a stranger', () => {
  it('who dials is asked for a stream of this protocol, and learns nothing else', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const { key, listener } = await person(scene, air)
    const eve = await attacker(scene, 66)
    const connection = await eve.dial(multiaddr(`/ip4/127.0.0.1/tcp/${portOf(air, key)}`))
    for (const protocol of ['/waxwing/frames/1', '/ipfs/id/1.0.0', '/ipfs/ping/1.0.0']) {
      await expect(connection.newStream(protocol)).rejects.toThrow(/negotiate/i)
    }
    expect(listener.opens).toBe(0)
    await connection.newStream(nearbyProtocol)
    await listener.until('a link', () => listener.links.size === 1)
  })

  it('who says too much at once is cut off, and nothing of it is handed on', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const { key, listener } = await person(scene, air)
    const eve = await attacker(scene, 66)
    const connection = await eve.dial(multiaddr(`/ip4/127.0.0.1/tcp/${portOf(air, key)}`))
    const stream = await connection.newStream(nearbyProtocol)
    const lengthBytes = protocolLimits.nearbyMessageSizeBytesMax + 1
    const bytes = new Uint8Array(prefixBytes + lengthBytes)
    new DataView(bytes.buffer).setUint16(0, lengthBytes)
    stream.send(bytes)
    await listener.until('the end', () => listener.closes === 1)
    expect(listener.messages).toEqual([])
  })

  it('has one channel, however many it opens', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const { key, listener } = await person(scene, air)
    const eve = await attacker(scene, 66)
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${portOf(air, key)}`)
    const first = await eve.dial(address)
    await first.newStream(nearbyProtocol)
    const second = await eve.dial(address, { force: true })
    await second.newStream(nearbyProtocol).catch(() => undefined)
    await listener.until('a link', () => listener.opens >= 1)
    expect(listener.links.size).toBe(1)
  })

  it('who opens socket after socket holds three, and keeps nobody out', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    const { key } = await person(scene, air)
    const sockets: Socket[] = []
    scene.atEnd(() => sockets.forEach((socket) => socket.destroy()))
    let closed = 0
    for (let i = 0; i < 30; i++) {
      const socket = connect(portOf(air, key), '127.0.0.1')
      sockets.push(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => closed++)
    }
    await expect.poll(() => closed).toBe(30 - nearbyLimits.linksPerAddressMax)
  })

  it('whose announcement leads to something else costs one dial, not a channel', async () => {
    const [scene, air] = [new Scene(onTestFinished), new Air()]
    let dials = 0
    const server = createServer((socket) => {
      dials++
      socket.on('error', () => undefined)
      socket.end('SSH-2.0-OpenSSH_9.6\r\n')
    })
    scene.atEnd(() => server.close())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const { listener } = await person(scene, air)
    const [victim] = [...air.on]
    const forged = 'fe'.repeat(32) as DeviceId
    for (let i = 0; i < 100; i++) victim?.found(forged, { family: 'ip4', host: '127.0.0.1', port })
    await expect.poll(() => dials).toBe(1)
    // And what is not near is never dialled.
    victim?.found('fd'.repeat(32) as DeviceId, { family: 'ip4', host: '203.0.113.9', port: 4_000 })
    expect(listener.opens).toBe(0)
  })
})
