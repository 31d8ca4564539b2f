/** Contacts that abuse the way to a direct connection: rubbish, floods, a stolen meeting. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { circuitRelayTransport } from '@libp2p/circuit-relay-v2'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import { identify } from '@libp2p/identify'
import type { Connection, Libp2p, Upgrader } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { describe, expect, it, vi } from 'vitest'
import type { DeviceId } from '../../main/core/ids.ts'
import { networkLimits } from '../../main/core/limits.ts'
import { peerOf } from '../../main/net/keys.ts'
import { silentLogger } from '../../main/net/silentLogger.ts'
import { framesProtocol, heartbeat, withLength } from '../../main/net/stream/frames.ts'
import { Attempt } from '../../main/net/webrtc/attempt.ts'
import { propose } from '../../main/net/webrtc/meeting.ts'
import type { Meeting } from '../../main/net/webrtc/meeting.ts'
import { loadNative } from '../../main/net/webrtc/native.ts'
import { webrtcProtocol } from '../../main/net/webrtc/signalling.ts'
import { deviceOfSeed, loggedFigures, numbered, pause, realClock, Scene, seedOf } from './netNodes.ts'
import { silentLog } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

interface Bare {
  readonly node: Libp2p
  readonly upgrader: Upgrader
}

/** A peer of plain libp2p that can dial through relays. */
async function bare(scene: Scene, number: number): Promise<Bare> {
  const upgraders: Upgrader[] = []
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seedOf(number)),
    transports: [tcp(), circuitRelayTransport()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
    services: {
      identify: identify(),
      upgrades: ({ upgrader }: { readonly upgrader: Upgrader }) => upgraders.push(upgrader),
    },
  })
  scene.atEnd(() => node.stop())
  const [upgrader] = upgraders
  if (upgrader === undefined) throw new Error('No upgrader')
  return { node, upgrader }
}

/** Opens the stream of frames, and keeps it by heartbeats. */
async function openFrames(scene: Scene, connection: Connection): Promise<void> {
  const stream = await connection.newStream(framesProtocol, { runOnLimitedConnection: true })
  const beat = setInterval(() => stream.writeStatus === 'writable' && stream.send(heartbeat), 1_000)
  scene.atEnd(() => clearInterval(beat))
}

interface Victim {
  readonly b: TestNode
  readonly logged: readonly unknown[]
  /** The hostile contact's device, and its relayed connection with the victim. */
  readonly hostile: DeviceId
  readonly upgrader: Upgrader
  readonly relayed: Connection
}

/** A contact with the greatest id but one's, reached by a hostile one through a relay. */
async function victim(scene: Scene): Promise<Victim> {
  const { log, logged } = loggedFigures()
  const numbers = [2, 3, 4, 5]
  const devices = await Promise.all(numbers.map((number) => deviceOfSeed(seedOf(number))))
  const byId = numbers.toSorted((x, y) => ((devices[x - 2] ?? '') < (devices[y - 2] ?? '') ? -1 : 1))
  const [hostileNumber = 0, victimNumber = 0] = [byId[0], byId[3]]
  const [hostile, relay] = [await deviceOfSeed(seedOf(hostileNumber)), await scene.node(1)]
  const b = await scene.node(victimNumber, { webrtc: true, log })
  const target = { device: hostile, addresses: [], lan: null, relay: false, mailbox: false }
  relay.network.setServing({ relay: true, mailbox: false })
  relay.network.setPeers([b.target([]), target])
  b.network.setPeers([relay.target(undefined, true), target])
  await b.until('a place', () => b.addresses.some((address) => address.endsWith('/p2p-circuit')))
  const { node, upgrader } = await bare(scene, hostileNumber)
  const through = b.addresses.find((address) => address.endsWith('/p2p-circuit')) ?? ''
  const toRelay = await node.dial(multiaddr(through.replace('/p2p-circuit', '')))
  await openFrames(scene, toRelay)
  await relay.untilUp(hostile)
  const relayed = await node.dial(multiaddr(`${through}/p2p/${String(peerOf(b.device))}`))
  await openFrames(scene, relayed)
  await b.untilUp(hostile)
  return { b, logged, hostile, upgrader, relayed }
}

function pathsOf({ b, hostile }: Victim): unknown[] {
  return b.events.flatMap((event) => ('device' in event && event.device === hostile ? [event.kind] : []))
}

async function proposal({ relayed }: Victim): Promise<Awaited<ReturnType<Connection['newStream']>>> {
  return relayed.newStream(webrtcProtocol, { runOnLimitedConnection: true })
}

/** What the hostile contact needs to propose as our own program does, but with the key behind `upgrader`. */
async function meetingWith(scene: Scene, { b }: Victim, upgrader: Upgrader): Promise<Meeting> {
  const native = await loadNative(silentLog)
  if (native === null) throw new Error('No library')
  const attempt = new Attempt({
    native,
    clock: realClock,
    role: 'offer',
    stun: null,
    bindHost: '127.0.0.1',
    mayTell: () => true,
    ended: () => undefined,
  })
  scene.atEnd(() => attempt.close())
  const [logger, signal] = [silentLogger.forComponent(''), AbortSignal.timeout(20_000)]
  return { device: b.device, attempt, upgrader, logger, mayReach: () => true, signal }
}

describe.concurrent('a contact that proposes a direct connection', () => {
  it('is not answered for rubbish, at most once in two seconds, and stays connected', async ({ onTestFinished }) => {
    const one = await victim(new Scene(onTestFinished))
    const failed = { event: 'net.webrtcFailed', figures: { why: 'notAnswered', role: 'answer' } }
    const rubbish = [withLength(new Uint8Array(40)), Uint8Array.of(0xff, 0xff), new Uint8Array(5_000).fill(7)]
    for (const [at, bytes] of rubbish.entries()) {
      const stream = await proposal(one)
      stream.send(bytes)
      const failures = (): number => one.logged.filter((line) => JSON.stringify(line) === JSON.stringify(failed)).length
      await vi.waitFor(() => expect(failures()).toBe(at + 1), { timeout: 20_000 })
      await vi.waitFor(() => expect(stream.status).not.toBe('open'), { timeout: 20_000 })
      const again = await proposal(one)
      await vi.waitFor(() => expect(again.status).not.toBe('open'), { timeout: 20_000 })
      expect(one.logged).toContainEqual({ event: 'net.webrtcRefused', figures: { why: 'tooSoon' } })
      await pause(networkLimits.webrtcProposalGapMs)
    }
    expect(pathsOf(one)).toEqual(['peerUp'])
    expect(one.b.network.send(one.hostile, numbered(1))).toBe('sent')
  })

  it('cannot hand the meeting on to another key', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const one = await victim(scene)
    const { upgrader } = await bare(scene, 9)
    const meeting = await meetingWith(scene, one, upgrader)
    expect((await propose(meeting, one.relayed)).ok).toBe(false)
    // The channel was there; the key was another's.
    const failed = { event: 'net.webrtcFailed', figures: { why: 'notProven', role: 'answer' } }
    await vi.waitFor(() => expect(one.logged).toContainEqual(failed), { timeout: 20_000 })
    expect(pathsOf(one)).toEqual(['peerUp'])
    expect(one.b.count('pathChanged')).toBe(0)
  })

  it('comes through with its own key', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const one = await victim(scene)
    const meeting = await meetingWith(scene, one, one.upgrader)
    expect((await propose(meeting, one.relayed)).ok).toBe(true)
    await one.b.until('webrtc', () => one.b.count('pathChanged') > 0)
    expect(pathsOf(one)).toEqual(['peerUp', 'pathChanged'])
  })
})
