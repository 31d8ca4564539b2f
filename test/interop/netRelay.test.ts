/** Relays on loopback: places, calls, refusals, and the way from a relay to a direct connection. */
import { describe, expect, it, vi } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { networkLimits } from '../../main/core/limits.ts'
import { loggedFigures, numbered, numberOf, pause, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

function relayedOf(node: TestNode): readonly string[] {
  return node.addresses.filter((address) => address.endsWith('/p2p-circuit'))
}

function untilPlace(node: TestNode): Promise<void> {
  return node.until('a place at the relay', () => relayedOf(node).length > 0)
}

function pathsTo(node: TestNode, device: DeviceId): string[] {
  return node.events.flatMap((event) =>
    (event.kind === 'peerUp' || event.kind === 'pathChanged') && event.device === device ? [event.path] : [],
  )
}

/** Two nodes that know a relay and each other, the latter through the relay alone. */
async function throughRelay(scene: Scene): Promise<{ relay: TestNode; a: TestNode; b: TestNode }> {
  const relay = await scene.node(1)
  const a = await scene.node(2)
  const b = await scene.node(3)
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([a.target([]), b.target([])])
  a.network.setPeers([relay.target(undefined, true)])
  b.network.setPeers([relay.target(undefined, true)])
  await Promise.all([untilPlace(a), untilPlace(b)])
  return { relay, a, b }
}

async function expectExchange(a: TestNode, b: TestNode, number: number): Promise<void> {
  expect(a.network.send(b.device, numbered(number))).toBe('sent')
  expect(b.network.send(a.device, numbered(number))).toBe('sent')
  const got = (node: TestNode): boolean => node.frames.some((one) => numberOf(one.frame) === number)
  await Promise.all([a.until('frame', () => got(a)), b.until('frame', () => got(b))])
}

describe.concurrent('through a relay', () => {
  it('two devices meet that know of no other way, and say so', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene)
    const before = Date.now()
    a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    b.network.setPeers([relay.target(undefined, true), a.target(relayedOf(a))])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    await expectExchange(a, b, 1)
    const tookMs = Date.now() - before
    console.log(`frames through a relay on loopback after ${tookMs} ms`)
    expect(tookMs).toBeLessThan(2_000)
    expect([pathsTo(a, b.device), pathsTo(b, a.device)]).toEqual([['relay'], ['relay']])
    const up = a.events.find((event) => event.kind === 'peerUp' && event.device === b.device)
    expect(up?.kind === 'peerUp' && up.address).toMatch(
      /^\/ip[46]\/(127\.0\.0\.1|::1)\/tcp\/\d+\/p2p\/12D3Koo\w+\/p2p-circuit$/,
    )
  })

  it('carries 8 MiB each way, in order', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene)
    b.network.setPeers([relay.target(undefined, true), a.target([])])
    a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const count = 128
    const sendAll = async (from: TestNode, to: TestNode): Promise<void> => {
      for (let number = 0; number < count; number++) {
        let full = from.count('writable')
        while (from.network.send(to.device, numbered(number, 65_535)) === 'full') {
          await from.until('room', () => from.count('writable') > full)
          full = from.count('writable')
        }
      }
    }
    await Promise.all([sendAll(a, b), sendAll(b, a)])
    await Promise.all([a, b].map((node) => node.until('all', () => node.frames.length === count)))
    const order = Array.from({ length: count }, (_, i) => i)
    expect(a.frames.map((one) => numberOf(one.frame))).toEqual(order)
    expect(b.frames.map((one) => numberOf(one.frame))).toEqual(order)
    expect([a.count('peerDown'), b.count('peerDown')]).toEqual([0, 0])
  })

  it('gives way to a direct connection, without a break', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene)
    b.network.setPeers([relay.target(undefined, true), a.target([])])
    a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    a.network.setPeers([relay.target(undefined, true), b.target()])
    await Promise.all([
      a.until('moved', () => a.count('pathChanged') > 0),
      b.until('moved', () => b.count('pathChanged') > 0),
    ])
    expect([pathsTo(a, b.device), pathsTo(b, a.device)]).toEqual([
      ['relay', 'loopback'],
      ['relay', 'loopback'],
    ])
    await pause(networkLimits.replacedStreamLingerMs + 500)
    await expectExchange(a, b, 2)
    expect([a.count('peerDown'), b.count('peerDown')]).toEqual([0, 0])
  })

  it('comes back when the relay was away', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene)
    a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    b.network.setPeers([relay.target(undefined, true), a.target(relayedOf(a))])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const { port } = relay
    await relay.network.stop()
    await a.until('down', () => a.events.some((event) => event.kind === 'peerDown' && event.device === b.device))
    const again = await scene.node(1, { listen: { port, portFallback: false } })
    const before = Date.now()
    again.network.setServing({ relay: true, mailbox: false })
    again.network.setPeers([a.target([]), b.target([])])
    await Promise.all([a.untilUp(b.device, 2), b.untilUp(a.device, 2)])
    console.log(`through the returned relay after ${Date.now() - before} ms`)
    await expectExchange(a, b, 3)
  })

  it('ends when the relay serves no more, or one of the two is its contact no more', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, a, b } = await throughRelay(scene)
    const c = await scene.node(4)
    relay.network.setPeers([a.target([]), b.target([]), c.target([])])
    c.network.setPeers([relay.target(undefined, true)])
    await untilPlace(c)
    a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b)), c.target(relayedOf(c))])
    await Promise.all([a.untilUp(b.device), a.untilUp(c.device)])
    const downs = (device: DeviceId): number =>
      a.events.filter((event) => event.kind === 'peerDown' && event.device === device).length
    relay.network.setPeers([a.target([]), c.target([])])
    await a.until('b down', () => downs(b.device) === 1)
    expect(downs(c.device)).toBe(0)
    relay.network.setServing({ relay: false, mailbox: false })
    await a.until('c down', () => downs(c.device) === 1)
    // And nobody gets in again.
    await pause(2_000)
    expect(pathsTo(a, c.device).length).toBe(1)
  })
})

describe.concurrent('a relay refuses', () => {
  it('places while it does not serve; and grants them once it does', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { log, logged } = loggedFigures()
    const relay = await scene.node(1)
    const a = await scene.node(2, { log })
    relay.network.setPeers([a.target([])])
    a.network.setPeers([relay.target(undefined, true)])
    await a.untilUp(relay.device)
    const refused = { event: 'net.reservationFailed', figures: { why: 'refused', status: 202, attempt: 0 } }
    await vi.waitFor(() => expect(logged).toContainEqual(refused), { timeout: 5_000 })
    expect(relayedOf(a)).toEqual([])
    relay.network.setServing({ relay: true, mailbox: false })
    await untilPlace(a)
  })

  it('strangers a place, and says so', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay } = await throughRelay(scene)
    const { log, logged } = loggedFigures()
    const stranger = await scene.node(9, { log })
    stranger.network.setPeers([relay.target(undefined, true)])
    await stranger.untilUp(relay.device)
    const refused = { event: 'net.reservationFailed', figures: { why: 'refused', status: 202, attempt: 0 } }
    await vi.waitFor(() => expect(logged).toContainEqual(refused), { timeout: 5_000 })
    expect(relayedOf(stranger)).toEqual([])
  })

  it('strangers everything while it does not serve, and tells them nothing', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { log, logged } = loggedFigures()
    const relay = await scene.node(1)
    const stranger = await scene.node(9, { log })
    stranger.network.setPeers([relay.target(undefined, true)])
    await stranger.untilUp(relay.device)
    const unanswered = { event: 'net.reservationFailed', figures: { why: 'noAnswer', status: 0, attempt: 0 } }
    await vi.waitFor(() => expect(logged).toContainEqual(unanswered), { timeout: 5_000 })
  })

  it('nothing to a caller, but who is called does not admit them', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b } = await throughRelay(scene)
    const { log, logged } = loggedFigures()
    const c = await scene.node(5, { log })
    relay.network.setPeers([b.target([]), c.target([])])
    const asked: DeviceId[] = []
    b.admits = (device) => {
      asked.push(device)
      return device !== c.device
    }
    c.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    const refused = { event: 'net.relayDialFailed', figures: { why: 'noStream' } }
    await vi.waitFor(() => expect(logged).toContainEqual(refused), { timeout: 5_000 })
    await pause(1_000)
    expect([pathsTo(c, b.device), pathsTo(b, c.device)]).toEqual([[], []])
    expect(asked).toContain(c.device)
    b.admits = () => true
    await Promise.all([c.untilUp(b.device), b.untilUp(c.device)])
  })
})
