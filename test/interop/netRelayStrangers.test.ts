/** Calls through a relay that does not know who calls. */
import { RELAY_V2_HOP_CODEC } from '@libp2p/circuit-relay-v2'
import { describe, expect, it, vi } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { networkLimits, visitLimits } from '../../main/core/limits.ts'
import { attacker, dial } from './netAttackers.ts'
import { callStatus, statuses } from './netCalls.ts'
import { loggedFigures, numbered, numberOf, pause, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

const limits = networkLimits
const { accepted, denied, noPlace } = statuses

function relayedOf(node: TestNode): readonly string[] {
  return node.addresses.filter((address) => address.endsWith('/p2p-circuit'))
}

/** Notes every device whose key was proven to this node. */
function proven(node: TestNode, admits: (device: DeviceId) => boolean = () => true): Set<DeviceId> {
  const devices = new Set<DeviceId>()
  node.admits = (device) => {
    devices.add(device)
    return admits(device)
  }
  return devices
}

/** A relay that admits its contacts alone, and one of them, who keeps a place there. */
async function withPlace(scene: Scene): Promise<{ relay: TestNode; b: TestNode; seen: Set<DeviceId> }> {
  const relay = await scene.node(1)
  const b = await scene.node(3)
  const seen = proven(relay, (device) => device === b.device)
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([b.target([])])
  b.network.setPeers([relay.target(undefined, true)])
  await b.until('a place', () => relayedOf(b).length > 0)
  return { relay, b, seen }
}

async function expectFrames(a: TestNode, b: TestNode, number: number): Promise<void> {
  expect([a.network.send(b.device, numbered(number)), b.network.send(a.device, numbered(number))]).toEqual([
    'sent',
    'sent',
  ])
  const got = (node: TestNode): boolean => node.frames.some((one) => numberOf(one.frame) === number)
  await Promise.all([a.until('frame', () => got(a)), b.until('frame', () => got(b))])
}

describe.concurrent('a caller whom the relay does not know', () => {
  it('reaches a contact, and the relay does not learn who called', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b, seen } = await withPlace(scene)
    const a = await scene.node(2)
    b.network.setPeers([relay.target(undefined, true), a.target([])])
    a.network.setPeers([b.target(relayedOf(b))])
    const before = Date.now()
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    await expectFrames(a, b, 1)
    console.log(`frames through an unknown relay on loopback after ${Date.now() - before} ms`)
    const up = b.events.find((event) => event.kind === 'peerUp' && event.device === a.device)
    expect(up?.kind === 'peerUp' && [up.path, up.address]).toEqual(['relay', relayedOf(b)[0]])
    // Somebody proved a key to the relay, beside the one who keeps a place; it is not the caller's.
    expect(seen.size).toBe(2)
    expect(seen.has(a.device)).toBe(false)
    expect(relay.events.filter((event) => event.kind === 'peerUp').length).toBe(1)
    // The relay keeps the connection for as long as the call lasts.
    await pause(limits.streamOpenTimeoutMs + 1_000)
    await expectFrames(a, b, 2)
    expect([a.count('peerDown'), b.count('peerDown')]).toEqual([0, 0])
    a.network.disconnect(b.device)
    await Promise.all([a.untilUp(b.device, 2), b.untilUp(a.device, 2)])
    // Another call, another name.
    expect(seen.size).toBe(3)
  })

  it('is put through and then refused by who is called, should they not know them either', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const { b } = await withPlace(scene)
    const { log, logged } = loggedFigures()
    const a = await scene.node(2, { log })
    const asked = proven(b, (device) => device !== a.device)
    a.network.setPeers([b.target(relayedOf(b))])
    const refused = { event: 'net.relayDialFailed', figures: { why: 'noStream' } }
    await vi.waitFor(() => expect(logged).toContainEqual(refused), { timeout: 5_000 })
    expect(asked.has(a.device)).toBe(true)
    expect([a.count('peerUp'), b.events.some((one) => one.kind === 'peerUp' && one.device === a.device)]).toEqual([
      0,
      false,
    ])
  })

  it('cannot speak to the relay itself', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay } = await withPlace(scene)
    const a = await scene.node(2)
    a.network.setPeers([relay.target()])
    await pause(2_000)
    expect(relay.events.some((event) => event.kind === 'peerUp' && event.device === a.device)).toBe(false)
    expect(relay.frames).toEqual([])
  })

  it('is told by identify of no address of the relay, and is asked for none', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay } = await withPlace(scene)
    const visitor = await attacker(scene, 9)
    let asked = 0
    await visitor.handle('/ipfs/id/1.0.0', () => void asked++)
    const connection = await dial(visitor, relay)
    const stream = await connection.newStream('/ipfs/id/1.0.0')
    const parts: Buffer[] = []
    stream.addEventListener('message', ({ data }) => parts.push(Buffer.from(data.subarray())))
    await vi.waitFor(() => expect(Buffer.concat(parts).includes('waxwing/1')).toBe(true))
    const said = Buffer.concat(parts)
    // As in an address: tcp, and the port.
    expect(said.includes(Buffer.of(6, relay.port >> 8, relay.port & 0xff))).toBe(false)
    expect(asked).toBe(0)
  })

  it('is told that a device has no place, and has two calls on a connection at most', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b } = await withPlace(scene)
    const connection = await dial(await attacker(scene, 9), relay)
    expect(await callStatus(connection, relay.device)).toBe(noPlace)
    const answers = [await callStatus(connection, b.device), await callStatus(connection, b.device)]
    expect(answers).toEqual([accepted, accepted])
    expect(await callStatus(connection, b.device)).toBe(null)
    expect(connection.status).toBe('open')
  })

  it('loses the streams on which nothing was asked, and then the connection', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b } = await withPlace(scene)
    const connection = await dial(await attacker(scene, 9), relay)
    const stream = await connection.newStream(RELAY_V2_HOP_CODEC)
    const before = Date.now()
    await new Promise((resolve) => stream.addEventListener('close', resolve, { once: true }))
    expect(Date.now() - before).toBeLessThan(2 * limits.relayRequestTimeoutMs + 1_000)
    expect(await callStatus(connection, b.device)).toBe(accepted)
  })

  it('cannot keep others from calling: floods are bounded by where they come from', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b } = await withPlace(scene)
    const known = await scene.node(4)
    relay.admits = (device) => device === b.device || device === known.device
    relay.network.setPeers([b.target([]), known.target([])])
    known.network.setPeers([relay.target(undefined, true)])
    await known.untilUp(relay.device)
    const callers = await Promise.all(
      Array.from({ length: 8 }, async (_, i) => dial(await attacker(scene, 20 + i), relay)),
    )
    const before = Date.now()
    const answers = await Promise.all(callers.flatMap((one) => [callStatus(one, b.device), callStatus(one, b.device)]))
    const tookSeconds = Math.ceil((Date.now() - before + 1) / 1_000)
    const put = answers.filter((status) => status === accepted).length
    console.log(`${put} of ${answers.length} strangers' calls were put through within ${tookSeconds} s`)
    expect(put).toBeGreaterThan(0)
    expect(put).toBeLessThanOrEqual(tookSeconds * visitLimits.relayStrangerCallsPerPairPerSecondMax)
    expect(answers).toContain(denied)
    // A contact of the relay is put through at once.
    b.network.setPeers([relay.target(undefined, true), known.target([])])
    known.network.setPeers([relay.target(undefined, true), b.target(relayedOf(b))])
    await Promise.all([known.untilUp(b.device), b.untilUp(known.device)])
    await expectFrames(known, b, 5)
    expect(relay.count('peerDown')).toBe(0)
  })

  it('is dropped when the relay ceases to serve', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { relay, b } = await withPlace(scene)
    const a = await scene.node(2)
    b.network.setPeers([relay.target(undefined, true), a.target([])])
    a.network.setPeers([b.target(relayedOf(b))])
    await Promise.all([a.untilUp(b.device), b.untilUp(a.device)])
    relay.network.setServing({ relay: false, mailbox: false })
    await Promise.all([
      a.until('down', () => a.count('peerDown') === 1),
      b.until('down', () => b.events.some((event) => event.kind === 'peerDown' && event.device === a.device)),
    ])
    await pause(2_000)
    expect(a.count('peerUp')).toBe(1)
  })
})
