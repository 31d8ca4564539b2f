/** From a relay to a direct connection over UDP, on loopback, with the real library. */
import { describe, expect, it, vi } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { loggedFigures, numbered, numberOf, pause, Scene } from './netNodes.ts'
import type { TestNode, TestOptions } from './netNodes.ts'

function relayedOf(node: TestNode): readonly string[] {
  return node.addresses.filter((address) => address.endsWith('/p2p-circuit'))
}

function pathsTo(node: TestNode, device: DeviceId): string[] {
  return node.events.flatMap((event) =>
    (event.kind === 'peerUp' || event.kind === 'pathChanged') && event.device === device ? [event.path] : [],
  )
}

interface Three {
  readonly relay: TestNode
  readonly a: TestNode
  readonly b: TestNode
}

/** A relay, and two nodes with places there that do not know each other yet; `a` has the smaller id. */
async function atRelay(scene: Scene, options: { a?: TestOptions; b?: TestOptions } = {}): Promise<Three> {
  const relay = await scene.node(1)
  const nodes = [
    await scene.node(2, { webrtc: true, ...options.a }),
    await scene.node(3, { webrtc: true, ...options.b }),
  ] as const
  const [a, b] = nodes[0].device < nodes[1].device ? nodes : ([nodes[1], nodes[0]] as const)
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([a.target([]), b.target([])])
  for (const node of nodes) node.network.setPeers([relay.target(undefined, true)])
  for (const node of nodes) await node.until('a place at the relay', () => relayedOf(node).length > 0)
  return { relay, a, b }
}

function meet({ relay, a, b }: Three): void {
  a.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
  b.network.setPeers([relay.target(undefined, true), a.target(relayedOf(a))])
}

async function untilPath(one: TestNode, other: TestNode, path: string, timeoutMs = 20_000): Promise<void> {
  await one.until(`path ${path}`, () => pathsTo(one, other.device).at(-1) === path, timeoutMs)
}

async function untilDirect({ a, b }: Three): Promise<void> {
  await Promise.all([untilPath(a, b, 'webrtc'), untilPath(b, a, 'webrtc')])
}

/** Sends numbered frames one after the other, each once the one before has come, until `done`. */
async function exchangeUntil(from: TestNode, to: TestNode, done: () => boolean): Promise<number> {
  let number = 0
  while (!done() || number < 10) {
    expect(from.network.send(to.device, numbered(number))).toBe('sent')
    number++
    await to.until(`frame ${number}`, () => to.frames.length >= number)
  }
  return number
}

/** Milliseconds from one frame to the answer, the least of some. */
async function roundTripMs(one: TestNode, other: TestNode): Promise<number> {
  let leastMs = Infinity
  for (let i = 0; i < 20; i++) {
    const [before, start] = [one.frames.length, performance.now()]
    one.network.send(other.device, numbered(1))
    await one.until('answer', () => one.frames.length > before)
    leastMs = Math.min(leastMs, performance.now() - start)
  }
  return leastMs
}

describe.concurrent('two devices that a relay connects', () => {
  it('go over to a direct connection by themselves, and frames go on in order', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const three = await atRelay(scene)
    const { a, b } = three
    meet(three)
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    const upMs = Date.now()
    const isDirect = (): boolean =>
      [pathsTo(a, b.device), pathsTo(b, a.device)].every((paths) => paths.at(-1) === 'webrtc')
    const sent = await exchangeUntil(a, b, isDirect)
    console.log(`direct ${Date.now() - upMs} ms after the relayed connection, ${sent} frames meanwhile`)
    expect(b.frames.map(({ frame }) => numberOf(frame))).toEqual(Array.from({ length: sent }, (_, i) => i))
    expect([pathsTo(a, b.device), pathsTo(b, a.device)]).toEqual([
      ['relay', 'webrtc'],
      ['relay', 'webrtc'],
    ])
    expect([a.count('peerDown'), b.count('peerDown')]).toEqual([0, 0])
    const moved = a.events.find((event) => event.kind === 'pathChanged')
    expect(moved?.kind === 'pathChanged' && moved.address).toMatch(/^\/ip4\/127\.0\.0\.1\/udp\/\d+\/webrtc$/)
    b.onFrame = (device, frame) => {
      b.network.send(device, frame)
      return Promise.resolve()
    }
    console.log(`round trip ${(await roundTripMs(a, b)).toFixed(2)} ms`)
  })

  it('carry 8 MiB each way over it, in order', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const three = await atRelay(scene)
    const { a, b } = three
    meet(three)
    await untilDirect(three)
    // The relayed connection is gone.
    await pause(3_000)
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
    const startMs = performance.now()
    await Promise.all([sendAll(a, b), sendAll(b, a)])
    await Promise.all([a, b].map((node) => node.until('all', () => node.frames.length === count)))
    console.log(`8 MiB each way in ${Math.round(performance.now() - startMs)} ms`)
    const order = Array.from({ length: count }, (_, i) => i)
    expect(a.frames.map((one) => numberOf(one.frame))).toEqual(order)
    expect(b.frames.map((one) => numberOf(one.frame))).toEqual(order)
    expect([a.count('peerDown'), b.count('peerDown')]).toEqual([0, 0])
  })

  it('come back through the relay when one hides behind it, and stay there', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { log, logged } = loggedFigures()
    const three = await atRelay(scene, { a: { log }, b: { log } })
    const { a, b } = three
    meet(three)
    await untilDirect(three)
    await pause(3_000)
    b.network.setPrivacy({ kind: 'relayOnly' })
    const offMs = Date.now()
    await Promise.all([untilPath(a, b, 'relay'), untilPath(b, a, 'relay')])
    console.log(`through the relay again ${Date.now() - offMs} ms after the direct connection ended`)
    const refused = { event: 'net.webrtcRefused', figures: { why: 'off' } }
    const failed = { event: 'net.webrtcFailed', figures: { why: 'notAnswered', role: 'offer' } }
    for (const line of [refused, failed]) {
      await vi.waitFor(() => expect(logged).toContainEqual(line), { timeout: 20_000 })
    }
    expect(pathsTo(a, b.device)).toEqual(['relay', 'webrtc', 'relay'])
    b.network.setPrivacy({ kind: 'open' })
    a.network.wake()
    await untilDirect(three)
  })
})
