/** Attacks on the transport, by the numbers of the list: real networks on loopback. */
import { connect } from 'node:net'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import type { Connection, PrivateKey, StreamMuxer } from '@libp2p/interface'
import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8 } from '../../main/core/bytes.ts'
import type { Log } from '../../main/core/ports.ts'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'
import type { AttackerOptions } from './netAttackers.ts'
import { attack, attacker, closed, dial, stillServes } from './netAttackers.ts'
import { deviceOfSeed, numbered, Scene, seedOf, silentLog } from './netNodes.ts'
import type { TestNode } from './netNodes.ts'

/** A node that talks with the attacked one all the time; it must not notice anything. */
async function bystander(scene: Scene, target: TestNode) {
  const honest = await scene.node(3)
  honest.network.setPeers([target.target()])
  await honest.untilUp(target.device)
  let sent = 0
  const say = () => {
    if (honest.network.send(target.device, numbered(sent)) === 'sent') sent++
  }
  const talk = setInterval(say, 50)
  scene.atEnd(() => clearInterval(talk))
  return {
    /** Still up on both sides, with every frame there. */
    async expectUntouched() {
      clearInterval(talk)
      say()
      const arrived = () => target.frames.filter(({ device }) => device === honest.device).length
      await target.until('every frame', () => arrived() === sent)
      expect(sent).toBeGreaterThan(0)
      expect(honest.count('peerDown')).toBe(0)
      expect(target.events.filter((event) => event.kind === 'peerDown' && event.device === honest.device)).toEqual([])
    },
  }
}

/** How a message of the negotiation before Noise is written. */
const negotiated = (name: string) => concat(Uint8Array.of(name.length + 1), utf8(`${name}\n`))

describe.concurrent('one byte at a time', () => {
  /** What a socket says at first, and then one byte of this every ten seconds. */
  const openings = {
    'nothing but its first byte': [new Uint8Array(0), negotiated('/multistream/1.0.0')],
    'of the name of Noise': [negotiated('/multistream/1.0.0'), negotiated('/noise')],
    'of the first message of Noise': [
      concat(negotiated('/multistream/1.0.0'), negotiated('/noise'), Uint8Array.of(0, 32)),
      new Uint8Array(32).fill(9),
    ],
  } as const

  it.each(Object.entries(openings))(
    'case 3: one byte every 10 s in the handshake is closed within 10 s, others untouched (%s)',
    async (_, [opening, rest]) => {
      const ends: (() => Promise<void>)[] = []
      const scene = new Scene((call) => ends.push(call))
      try {
        const target = await scene.node(1, { noiseCrypto: createNoiseCrypto() })
        const other = await bystander(scene, target)
        const socket = connect({ host: '127.0.0.1', port: target.port })
        scene.atEnd(() => socket.destroy())
        socket.on('error', () => undefined)
        const gone = new Promise((resolve) => socket.once('close', resolve))
        await new Promise((resolve) => socket.once('connect', resolve))
        const before = Date.now()
        socket.write(opening)
        let at = 0
        const say = () => socket.write(rest.subarray(at, ++at))
        say()
        const drip = setInterval(say, 10_000)
        scene.atEnd(() => clearInterval(drip))
        socket.resume()
        await gone
        expect(Date.now() - before).toBeLessThan(10_000)
        await other.expectUntouched()
      } finally {
        await Promise.all(ends.map((end) => end()))
      }
    },
  )

  it('case 3: one byte every 10 s in the body of a frame is closed within 10 s, others untouched', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    const target = await scene.node(1)
    const other = await bystander(scene, target)
    const dribble = async (opening: Uint8Array, number: number): Promise<void> => {
      const { connection, stream } = await attack(scene, 9 + number, target)
      const gone = closed(connection)
      stream.send(opening)
      const drip = setInterval(() => stream.status === 'open' && stream.send(Uint8Array.of(7)), 10_000)
      scene.atEnd(() => clearInterval(drip))
      expect(await gone).toBeLessThan(10_000)
    }
    await Promise.all([Uint8Array.of(0), Uint8Array.of(1, 0), Uint8Array.of(0xff, 0xff, 1)].map(dribble))
    expect(target.frames.every(({ frame }) => frame.length === numbered(0).length)).toBe(true)
    await other.expectUntouched()
  })
})

/** Streams opened past all negotiation, as fast as they can be written, until the other has had enough; how many. */
async function storm(muxer: StreamMuxer, connection: Connection, resets: boolean): Promise<number> {
  let opened = 0
  for (; opened < stormStreamsMax && connection.status === 'open'; opened++) {
    try {
      const stream = await muxer.createStream()
      if (resets) stream.abort(new Error('storm'))
    } catch {
      break
    }
    if (opened % 16 === 15) await new Promise((resolve) => setImmediate(resolve))
  }
  return opened
}

const stormStreamsMax = 50_000

describe.concurrent('storms', () => {
  const storms = [
    ['streams, from the first moment', false, false],
    ['streams, beside its stream of frames', false, true],
    ['resets, from the first moment', true, false],
    ['resets, beside its stream of frames', true, true],
  ] as const

  it.each(storms)(
    'case 5: of a stream flood or reset storm that connection alone closes (%s)',
    async (_, resets, isSettled) => {
      const ends: (() => Promise<void>)[] = []
      const scene = new Scene((call) => ends.push(call))
      try {
        const target = await scene.node(1)
        const other = await bystander(scene, target)
        const muxers: StreamMuxer[] = []
        const stormy = await attacker(scene, 9, { onMuxer: (muxer) => muxers.push(muxer) })
        const connection = await dial(stormy, target)
        const gone = closed(connection)
        if (isSettled) {
          const ups = target.count('peerUp')
          await connection.newStream(framesProtocol)
          await target.until('the storm’s stream', () => target.count('peerUp') > ups)
        }
        const [muxer] = muxers
        if (muxer === undefined) throw new Error('no muxer')
        const opened = await storm(muxer, connection, resets)
        // Sooner than any connection is closed that does nothing.
        expect(await gone).toBeLessThan(5_000)
        expect(opened).toBeGreaterThan(0)
        expect(opened).toBeLessThan(stormStreamsMax)
        await other.expectUntouched()
        await stillServes(scene, target, 4)
      } finally {
        await Promise.all(ends.map((end) => end()))
      }
    },
  )
})

/** Noise in which one of the attacker's keys is forged, and its secrets are those that a lenient peer would agree on. */
function forgedNoise(which: 'static' | 'ephemeral', forge: (key: Uint8Array) => Uint8Array, isLow: boolean) {
  const base = createNoiseCrypto()
  const forged = new Set<unknown>()
  let made = 0
  const noise: ICryptoInterface = {
    ...base,
    generateX25519KeyPair: () => {
      const pair = base.generateX25519KeyPair()
      // The first one is the node's, the others one connection's each.
      const isStatic = made++ === 0
      if (isStatic !== (which === 'static')) return pair
      forged.add(pair.privateKey)
      return { privateKey: pair.privateKey, publicKey: forge(pair.publicKey) }
    },
    generateX25519SharedKey: (privateKey, publicKey) =>
      isLow && forged.has(privateKey) ? new Uint8Array(32) : base.generateX25519SharedKey(privateKey, publicKey),
  }
  return noise
}

const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n

/** Signs as the key does, with the other S that fits the same equation. */
function malleable(key: PrivateKey): PrivateKey {
  const altered = Object.create(key) as { sign: PrivateKey['sign'] }
  altered.sign = async (data) => {
    const signature = Uint8Array.from(await key.sign(data))
    let S = BigInt(`0x${toHex(signature.slice(32).toReversed())}`) + groupOrder
    for (let at = 32; at < 64; at++, S >>= 8n) signature[at] = Number(S & 0xffn)
    return signature
  }
  return altered as PrivateKey
}

const one = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))
const forgeries = {
  zero: { forge: () => new Uint8Array(32), isLow: true },
  'of order four': { forge: () => one, isLow: true },
  'with its top bit set': {
    forge: (key: Uint8Array) => Uint8Array.from(key, (byte, at) => (at === 31 ? byte | 0x80 : byte)),
    isLow: false,
  },
} as const

describe('Noise', () => {
  it('case 14: low-order and non-canonical X25519 and malleable Ed25519 are rejected in Noise', async ({
    onTestFinished,
  }) => {
    const scene = new Scene(onTestFinished)
    let dialFailed: () => void = () => undefined
    const log: Log = { ...silentLog, debug: (event) => (event === 'net.dialFailed' ? dialFailed() : undefined) }
    const target = await scene.node(1, { noiseCrypto: createNoiseCrypto(), log })
    let number = 50
    /** Whether the target lets it in, and whether it stays with it when it dials. */
    const isTaken = async (options: () => AttackerOptions): Promise<readonly boolean[]> => {
      number++
      const node = await attacker(scene, number, options())
      const ups = target.count('peerUp')
      const device = await deviceOfSeed(seedOf(number))
      const [address] = node.getMultiaddrs()
      if (address === undefined) throw new Error('it does not listen')
      const failed = new Promise<void>((resolve) => {
        dialFailed = resolve
      })
      target.network.setPeers([
        { device, addresses: [address.toString().replace(/\/p2p\/.*/, '')], lan: null, relay: false, mailbox: false },
      ])
      await Promise.race([failed, target.until('up', () => target.count('peerUp') > ups).catch(() => undefined)])
      const stays = target.count('peerUp') > ups
      target.network.setPeers([])
      // Who dials believes it is in before the other has checked the last message: only a stream tells.
      const before = target.count('peerUp')
      number++
      await dial(await attacker(scene, number, options()), target)
        .then((connection) => connection.newStream(framesProtocol))
        .then(() => target.until('up', () => target.count('peerUp') > before, 2_000))
        .catch(() => undefined)
      return [stays, target.count('peerUp') > before]
    }
    // The same attacker with honest keys is taken: what follows is refused for its keys.
    expect(await isTaken(() => ({ noiseCrypto: createNoiseCrypto() }))).toEqual([true, true])
    for (const which of ['static', 'ephemeral'] as const) {
      for (const [name, { forge, isLow }] of Object.entries(forgeries)) {
        const taken = await isTaken(() => ({ noiseCrypto: forgedNoise(which, forge, isLow) }))
        expect([which, name, ...taken]).toEqual([which, name, false, false])
      }
    }
    expect(await isTaken(() => ({ alterKey: malleable }))).toEqual([false, false])
    await stillServes(scene, target, 3)
  })
})
