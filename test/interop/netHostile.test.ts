/** Peers that misbehave, made of plain libp2p: each is stopped, and the others notice nothing. */
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { networkLimits } from '../../main/core/limits.ts'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { attack, attacker, closed, dial, stillServes } from './netAttackers.ts'
import { pause, Scene } from './netNodes.ts'

describe.concurrent('frames from a hostile peer', () => {
  it('ends a stream whose frame claims the most that can be claimed and never comes (case 1)', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const { connection, stream } = await attack(scene, 9, target)
    const gone = closed(connection)
    stream.send(new Uint8Array(4).fill(0xff))
    expect(await gone).toBeLessThan(10_000)
    expect(target.frames).toEqual([])
    await stillServes(scene, target, 3)
  })

  it('ends a stream that dribbles a frame, within ten seconds, and no other', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const honest = await scene.node(3)
    honest.network.setPeers([target.target()])
    await honest.untilUp(target.device)
    const { connection, stream } = await attack(scene, 9, target)
    const gone = closed(connection)
    stream.send(Uint8Array.of(1, 0, 7))
    const drip = setInterval(() => stream.status === 'open' && stream.send(Uint8Array.of(7)), 1_000)
    const tookMs = await gone
    clearInterval(drip)
    expect(tookMs).toBeLessThan(10_000)
    expect(target.frames).toEqual([])
    expect(honest.count('peerDown')).toBe(0)
  })

  it('takes a frame that comes byte by byte, if it comes fast enough', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const { stream } = await attack(scene, 9, target)
    for (const byte of [0, 3, 1, 2, 3]) {
      stream.send(Uint8Array.of(byte))
      await pause(20)
    }
    await target.until('frame', () => target.frames.length === 1)
    expect(target.frames[0]?.frame).toEqual(Uint8Array.of(1, 2, 3))
  })

  it('holds a flood of the smallest frames to the frames that may be unsettled', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    target.onFrame = () => new Promise(() => undefined)
    const { stream } = await attack(scene, 9, target)
    const flood = new Uint8Array(3 * 40_000)
    for (let at = 0; at < flood.length; at += 3) flood.set([0, 1, 1], at)
    stream.send(flood)
    await target.until('held', () => target.frames.length === 64)
    await pause(200)
    expect(target.frames.length).toBe(64)
    await stillServes(scene, target, 3)
  })
})

describe.concurrent('connections from hostile peers', () => {
  it('closes one that opens no stream, within the time allowed', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const connection = await dial(await attacker(scene, 9), target)
    expect(await closed(connection)).toBeLessThan(networkLimits.streamOpenTimeoutMs + 1_000)
  })

  it('closes a silent stream', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const { connection } = await attack(scene, 9, target)
    expect(await closed(connection)).toBeLessThan(10_500)
    expect(target.events.filter((e) => e.kind === 'peerUp' || e.kind === 'peerDown').map((e) => e.kind)).toEqual([
      'peerUp',
      'peerDown',
    ])
  })

  it('allows one stream of frames per connection', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const { connection } = await attack(scene, 9, target)
    const second = await connection.newStream(framesProtocol).catch(() => null)
    await pause(500)
    expect(second?.status ?? 'refused').not.toBe('open')
    expect(target.count('peerUp')).toBe(1)
  })

  it('ends a connection that opens one stream after another, and no other', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const honest = await scene.node(3)
    honest.network.setPeers([target.target()])
    await honest.untilUp(target.device)
    const { connection } = await attack(scene, 9, target)
    const gone = closed(connection)
    for (let i = 0; i < 20 * networkLimits.streamsPerSecondMax && connection.status === 'open'; i++) {
      await connection.newStream('/nothing/1').catch(() => null)
    }
    await gone
    expect([honest.count('peerDown'), target.count('peerDown')]).toEqual([0, 1])
  })

  it('bounds the connections of one device', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const one = await attacker(scene, 9)
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${target.port}`)
    const dials = Array.from({ length: 12 }, () => one.dial(address, { force: true }).catch(() => null))
    await Promise.all(dials)
    await pause(500)
    expect(one.getConnections().length).toBeLessThanOrEqual(networkLimits.connectionsPerDeviceMax)
  })

  it('leaves room for contacts when strangers crowd in', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const crowd = await Promise.all(Array.from({ length: 40 }, (_, i) => attacker(scene, 100 + i)))
    const address = multiaddr(`/ip4/127.0.0.1/tcp/${target.port}`)
    for (const one of crowd) await one.dial(address).catch(() => null)
    await pause(300)
    const standing = crowd.filter((one) => one.getConnections().length > 0).length
    expect(standing).toBe(networkLimits.strangerConnectionsMax)
    const honest = await scene.node(3)
    target.network.setPeers([honest.target([])])
    honest.network.setPeers([target.target()])
    await honest.untilUp(target.device)
  })

  it('serves a newcomer while 64 silent sockets stand in the door', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const sockets: Socket[] = []
    scene.atEnd(() => sockets.forEach((socket) => socket.destroy()))
    for (let i = 0; i < 64; i++) {
      const socket = connect({ host: '127.0.0.1', port: target.port })
      socket.on('error', () => undefined)
      sockets.push(socket)
    }
    await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.once('connect', resolve))))
    const before = Date.now()
    await stillServes(scene, target, 3)
    expect(Date.now() - before).toBeLessThan(networkLimits.inboundUpgradeTimeoutMs)
    // And each of them is gone when its time to prove a key is over.
    const standing = sockets.filter((socket) => !socket.destroyed)
    await Promise.all(standing.map((socket) => new Promise((resolve) => socket.once('close', resolve))))
    expect(Date.now() - before).toBeLessThan(networkLimits.inboundUpgradeTimeoutMs + 2_000)
  })

  it('gets over a server that accepts and never answers', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const silent = createServer((socket) => socket.on('error', () => undefined))
    scene.atEnd(() => silent.close())
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    const address = silent.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const a = await scene.node(1)
    const b = await scene.node(2)
    const before = Date.now()
    a.network.setPeers([b.target([`/ip4/127.0.0.1/tcp/${port}`, ...b.addresses])])
    await a.untilUp(b.device)
    expect(Date.now() - before).toBeLessThan(networkLimits.handshakeTimeoutMs + 2_000)
  })
})
