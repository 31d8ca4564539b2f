/** Relays that lie, hang and cut, and users of a relay that flood it. */
import { RELAY_V2_HOP_CODEC, RELAY_V2_STOP_CODEC } from '@libp2p/circuit-relay-v2'
import type { Connection, Stream } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it, vi } from 'vitest'
import { networkLimits } from '../../main/core/limits.ts'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { bare, call, granted, heard } from './netBare.ts'
import type { Bare } from './netBare.ts'
import { loggedFigures, numbered, pause, Scene } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

function why(event: string, figures: object): object {
  return { event, figures: expect.objectContaining(figures) as unknown }
}

describe.concurrent('a relay', () => {
  /** What a relay does when it is asked for a place. */
  const placeless: readonly (readonly [string, (stream: Stream) => void, object])[] = [
    ['hangs', () => undefined, { why: 'noAnswer' }],
    ['cuts', (stream) => stream.abort(new Error('Cut')), { why: 'noAnswer' }],
    ['closes', (stream) => void stream.close(), { why: 'noAnswer' }],
    ['lacks room', (stream) => void stream.send(Uint8Array.of(5, 8, 2, 40, 0xc8, 1)), { why: 'refused', status: 200 }],
    ['says nonsense', (stream) => void stream.send(new Uint8Array(9).fill(7)), { why: 'answerMalformed' }],
    ['says too much', (stream) => void stream.send(Uint8Array.of(0xff, 0xff, 3)), { why: 'answerTooLong' }],
  ]

  it.each(placeless)(
    'case 56: that fails when asked for a place is logged, and asked again (%s)',
    async (_, answer, figures) => {
      const ends: (() => Promise<void>)[] = []
      const scene = new Scene((end) => ends.push(end))
      const relay = await bare(scene, 1)
      let asked = 0
      await relay.node.handle(RELAY_V2_HOP_CODEC, (stream) => {
        asked++
        answer(stream)
      })
      const { log, logged } = loggedFigures()
      const a = await scene.node(2, { log })
      a.network.setPeers([relay.target()])
      const timeout = networkLimits.reservationTimeoutMs + 2_000
      await vi.waitFor(() => expect(logged).toContainEqual(why('net.reservationFailed', figures)), { timeout })
      await vi.waitFor(() => expect(asked).toBeGreaterThan(1), { timeout })
      expect(a.addresses.filter((address) => address.includes('p2p-circuit'))).toEqual([])
      expect(a.count('peerDown')).toBe(0)
      await Promise.all(ends.map((end) => end()))
    },
  )

  it('that goes on after its answer is cut', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await bare(scene, 1)
    let cut = (): void => undefined
    const isCut = new Promise<void>((resolve) => (cut = resolve))
    await relay.node.handle(RELAY_V2_HOP_CODEC, (stream) => {
      stream.addEventListener('close', cut, { once: true })
      stream.send(Uint8Array.from(granted))
      const talk = setInterval(() => {
        if (stream.writeStatus === 'writable') stream.send(new Uint8Array(65_536))
        else clearInterval(talk)
      }, 20)
    })
    const a = await scene.node(2)
    a.network.setPeers([relay.target()])
    const before = Date.now()
    await isCut
    expect(Date.now() - before).toBeLessThan(networkLimits.reservationTimeoutMs / 2)
    expect(a.count('peerDown')).toBe(0)
  })

  it('that claims other addresses is told at the one where it answered', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await bare(scene, 1)
    const claimed = multiaddr('/ip4/127.9.9.9/tcp/9').bytes
    const reservation = [0x08, 1, 0x12, claimed.length, ...claimed]
    const body = [...granted.slice(1), 0x1a, reservation.length, ...reservation]
    await relay.node.handle(RELAY_V2_HOP_CODEC, (stream) => {
      stream.send(Uint8Array.of(body.length, ...body))
      void stream.close()
    })
    const a = await scene.node(2)
    a.network.setPeers([relay.target()])
    await a.until('a place', () => a.addresses.includes(relay.through))
    expect(a.addresses.filter((address) => address.includes('p2p-circuit'))).toEqual([relay.through])
  })

  it('that passes a call on is asked for no second place', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await bare(scene, 1)
    let asked = 0
    await relay.node.handle(RELAY_V2_HOP_CODEC, (stream) => {
      asked++
      stream.send(Uint8Array.from(granted))
      void stream.close()
    })
    const a = await scene.node(2)
    const caller = await bare(scene, 3)
    a.network.setPeers([relay.target()])
    await a.until('a place', () => a.addresses.includes(relay.through))
    const [connection] = relay.node.getConnections()
    const stream = await (connection as Connection).newStream(RELAY_V2_STOP_CODEC)
    const answer = heard(stream)
    stream.send(call(0, caller.node.peerId))
    // Of type STATUS, and ok.
    expect([...(await answer)]).toEqual([4, 0x08, 1, 0x20, 100])
    await pause(500)
    expect(asked).toBe(1)
  })

  /** What a relay does when it is to pass a call on. */
  const callless: readonly (readonly [string, (stream: Stream) => void, string])[] = [
    ['hangs', () => undefined, 'relayFailed'],
    ['cuts', (stream) => stream.abort(new Error('Cut')), 'relayFailed'],
    ['refuses', (stream) => void stream.send(Uint8Array.of(5, 8, 2, 40, 0xcc, 1)), 'relayRefused'],
    ['takes the call itself', (stream) => void stream.send(Uint8Array.from(granted)), 'relayFailed'],
  ]

  it.each(callless)(
    'case 56: that fails when called is logged, and the next one is taken (%s)',
    async (_, answer, error) => {
      const ends: (() => Promise<void>)[] = []
      const scene = new Scene((end) => ends.push(end))
      const hostile = await bare(scene, 1)
      await hostile.node.handle(RELAY_V2_HOP_CODEC, (stream) => answer(stream))
      const honest = await scene.node(4)
      const b = await scene.node(3)
      const { log, logged } = loggedFigures()
      const a = await scene.node(2, { log })
      honest.network.setServing({ relay: true, mailbox: false })
      honest.network.setPeers([a.target([]), b.target([])])
      b.network.setPeers([honest.target(undefined, true), a.target([])])
      await b.until('a place', () => b.addresses.some((address) => address.endsWith('/p2p-circuit')))
      a.network.setPeers([hostile.target(), honest.target(undefined, true)])
      await Promise.all([a.untilUp(hostile.device), a.untilUp(honest.device)])
      const through = b.addresses.filter((address) => address.endsWith('/p2p-circuit'))
      const target = { ...b.target(), addresses: [hostile.through, ...through] }
      a.network.setPeers([hostile.target(), honest.target(undefined, true), target])
      await a.untilUp(b.device)
      expect(logged).toContainEqual(why('net.relayDialFailed', { why: error }))
      expect(a.network.send(b.device, numbered(1))).toBe('sent')
      await b.until('frame', () => b.frames.length === 1)
      await Promise.all(ends.map((end) => end()))
    },
  )

  it('at which we keep no place passes no call on to us, and is not asked for one', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await bare(scene, 1)
    let asked = 0
    await relay.node.handle(RELAY_V2_HOP_CODEC, () => void asked++)
    const a = await scene.node(2)
    const caller = await bare(scene, 3)
    a.network.setPeers([relay.target(false)])
    await a.untilUp(relay.device)
    const [connection] = relay.node.getConnections()
    const stream = await (connection as Connection).newStream(RELAY_V2_STOP_CODEC).catch(() => null)
    let answered = false
    stream?.addEventListener('message', () => (answered = true))
    if (stream?.status === 'open') stream.send(call(0, caller.node.peerId))
    await pause(500)
    expect([answered, asked, stream?.status ?? 'refused']).not.toContain('open')
    expect([answered, asked]).toEqual([false, 0])
  })
})

/** A contact of the relay that speaks its protocol by hand. */
async function connected(
  scene: Scene,
  number: number,
  relay: TestNode,
): Promise<{ bare: Bare; connection: Connection }> {
  const made = await bare(scene, number)
  const connection = await made.node.dial(multiaddr(`/ip4/127.0.0.1/tcp/${relay.port}`))
  const frames = await connection.newStream(framesProtocol)
  const beat = setInterval(() => frames.writeStatus === 'writable' && frames.send(new Uint8Array(2)), 1_000)
  scene.atEnd(() => clearInterval(beat))
  return { bare: made, connection }
}

/** A relay and two users of it, of whom one has called the other. */
async function joined(scene: Scene, called: (stream: Stream) => void) {
  const relay = await scene.node(1)
  relay.network.setServing({ relay: true, mailbox: false })
  const from = await connected(scene, 2, relay)
  const to = await connected(scene, 3, relay)
  relay.network.setPeers([
    { ...from.bare.target(false), addresses: [] },
    { ...to.bare.target(false), addresses: [] },
  ])
  await to.bare.node.handle(RELAY_V2_STOP_CODEC, (stream) => {
    stream.send(Uint8Array.of(4, 0x08, 1, 0x20, 100))
    called(stream)
  })
  const reserve = await to.connection.newStream(RELAY_V2_HOP_CODEC)
  const place = heard(reserve)
  reserve.send(Uint8Array.of(2, 0x08, 0))
  expect((await place).length).toBeGreaterThan(4)
  const stream = await from.connection.newStream(RELAY_V2_HOP_CODEC)
  const answer = heard(stream)
  stream.send(call(1, to.bare.node.peerId))
  expect([...(await answer)]).toEqual(granted)
  /** Sends without end; how much so far. */
  const flood = (): { sizeBytes: number } => {
    const sent = { sizeBytes: 0 }
    const chunk = new Uint8Array(65_536)
    const goOn = async (): Promise<void> => {
      while (sent.sizeBytes < 64 * 1_048_576 && stream.status === 'open') {
        sent.sizeBytes += chunk.length
        if (!stream.send(chunk))
          await new Promise((resolve) => stream.addEventListener('drain', resolve, { once: true }))
      }
    }
    void goOn()
    return sent
  }
  return { relay, from, stream, flood }
}

describe.concurrent('a user of a relay', () => {
  it('who floods one that does not read is held', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const { stream, flood } = await joined(scene, (called) => called.pause())
    const sent = flood()
    await pause(2_000)
    console.log(`a relay took ${Math.round(sent.sizeBytes / 1_024)} KiB for one that does not read`)
    expect(stream.status).toBe('open')
    expect(sent.sizeBytes).toBeGreaterThan(networkLimits.relayBufferBytesMax)
    expect(sent.sizeBytes).toBeLessThan(4 * 1_048_576)
  })

  it('who is gone while it is held costs the relay nothing', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    let called: Stream | null = null
    const { relay, from, stream } = await joined(scene, (one) => {
      called = one
      one.pause()
    })
    // Of the second the called one's window takes a part alone.
    for (const piece of [new Uint8Array(200_000), new Uint8Array(200_000)]) {
      stream.send(piece)
      await pause(500)
    }
    // Without the muxer's goodbye, as when a machine loses its network.
    const socket = Reflect.get(from.connection, 'maConn') as { abort(why: Error): void }
    socket.abort(new Error('Gone'))
    await vi.waitFor(() => expect(relay.network.roundTripMs(from.bare.device)).toBeNull())
    await pause(200)
    const read = called as Stream | null
    read?.addEventListener('message', () => undefined)
    read?.resume()
    // An error that nobody catches ends this test.
    await pause(1_000)
    expect(relay.count('peerDown')).toBe(1)
  })

  it('whose request never ends is cut', async ({ onTestFinished }) => {
    const scene = new Scene(onTestFinished)
    const relay = await scene.node(1)
    relay.network.setServing({ relay: true, mailbox: false })
    const { bare: user, connection } = await connected(scene, 2, relay)
    relay.network.setPeers([{ ...user.target(false), addresses: [] }])
    const stream = await connection.newStream(RELAY_V2_HOP_CODEC)
    const gone = new Promise((resolve) => stream.addEventListener('close', resolve, { once: true }))
    stream.send(Uint8Array.of(0xff, 0xff, 0x03))
    stream.send(new Uint8Array(networkLimits.relayRequestSizeBytesMax))
    const before = Date.now()
    await gone
    expect(Date.now() - before).toBeLessThan(2_000)
    expect(relay.count('peerDown')).toBe(0)
  })
})
