/** Peers made of plain libp2p, which keep to nothing. */
import { noise } from '@chainsafe/libp2p-noise'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Connection, Libp2p, PrivateKey, Stream, StreamMuxer } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { expect } from 'vitest'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { numbered, seedOf } from './netNodes.ts'
import type { Scene, TestNode } from './netNodes.ts'

export interface AttackerOptions {
  readonly noiseCrypto?: ICryptoInterface
  readonly alterKey?: (key: PrivateKey) => PrivateKey
  /** Hears of each muxer that is made, to speak past the streams' negotiation. */
  readonly onMuxer?: (muxer: StreamMuxer) => void
}

function tappedYamux(onMuxer: (muxer: StreamMuxer) => void) {
  const create = yamux()
  return () => {
    const factory = create()
    const createStreamMuxer = factory.createStreamMuxer.bind(factory)
    factory.createStreamMuxer = (connection) => {
      const muxer = createStreamMuxer(connection)
      onMuxer(muxer)
      return muxer
    }
    return factory
  }
}

/** A started peer with the key of this number, which listens on loopback and takes streams of frames. */
export async function attacker(scene: Scene, number: number, options: AttackerOptions = {}): Promise<Libp2p> {
  const { noiseCrypto, alterKey = (key) => key, onMuxer = () => undefined } = options
  const made = await createLibp2p({
    privateKey: alterKey(await generateKeyPairFromSeed('Ed25519', seedOf(number))),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise(noiseCrypto === undefined ? {} : { crypto: noiseCrypto })],
    streamMuxers: [tappedYamux(onMuxer)],
    connectionMonitor: { enabled: false },
  })
  await made.handle(framesProtocol, () => undefined)
  scene.atEnd(() => made.stop())
  return made
}

export async function dial(from: Libp2p, to: Pick<TestNode, 'port'>): Promise<Connection> {
  return from.dial(multiaddr(`/ip4/127.0.0.1/tcp/${to.port}`))
}

export interface Attack {
  readonly connection: Connection
  readonly stream: Stream
}

/** A connection with its stream of frames. */
export async function attack(scene: Scene, number: number, on: TestNode): Promise<Attack> {
  const connection = await dial(await attacker(scene, number), on)
  const stream = await connection.newStream(framesProtocol)
  return { connection, stream }
}

/** Settles when the connection ends, with how long that took. */
export function closed(connection: Connection): Promise<number> {
  const before = Date.now()
  return new Promise((resolve) =>
    connection.addEventListener('close', () => resolve(Date.now() - before), { once: true }),
  )
}

/** Two honest nodes that exchange a frame: proof that the attacked one still serves. */
export async function stillServes(scene: Scene, on: TestNode, number: number): Promise<void> {
  const honest = await scene.node(number)
  honest.network.setPeers([on.target()])
  await honest.untilUp(on.device)
  const before = on.frames.filter((one) => one.device === honest.device).length
  expect(honest.network.send(on.device, numbered(1))).toBe('sent')
  await on.until('frame', () => on.frames.filter((one) => one.device === honest.device).length > before)
}
