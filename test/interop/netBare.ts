/** Peers that are bare libp2p, for tests that speak the protocol of relays by hand. */
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { generateKeyPairFromSeed } from '@libp2p/crypto/keys'
import type { Libp2p, PeerId, Stream } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import type { DeviceId } from '../../main/core/ids.ts'
import type { PeerTarget } from '../../main/core/ports.ts'
import { framesProtocol } from '../../main/net/stream/frames.ts'
import { deviceOfSeed, seedOf } from './netNodes.ts'
import type { Scene } from './netNodes.ts'

/** A peer that is bare libp2p, with a stream handler that keeps every stream of frames open. */
export class Bare {
  readonly node: Libp2p
  readonly device: DeviceId
  readonly frames: Stream[] = []
  constructor(node: Libp2p, device: DeviceId) {
    this.node = node
    this.device = device
  }
  get address(): string {
    return String(this.node.getMultiaddrs()[0]).replace(/\/p2p\/.*$/, '')
  }
  target(relay = true): PeerTarget {
    return { device: this.device, addresses: [this.address], lan: null, relay, mailbox: false }
  }
  /** An address of somebody through this peer. */
  get through(): string {
    return `${this.address}/p2p/${this.node.peerId.toString()}/p2p-circuit`
  }
}

export async function bare(scene: Scene, number: number): Promise<Bare> {
  const node = await createLibp2p({
    privateKey: await generateKeyPairFromSeed('Ed25519', seedOf(number)),
    addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
  })
  scene.atEnd(() => node.stop())
  const made = new Bare(node, await deviceOfSeed(seedOf(number)))
  await node.handle(framesProtocol, (stream) => {
    made.frames.push(stream)
    const beat = setInterval(() => stream.writeStatus === 'writable' && stream.send(new Uint8Array(2)), 1_000)
    stream.addEventListener('close', () => clearInterval(beat))
  })
  return made
}

/** A HopMessage of type STATUS: ok. */
export const granted = [4, 0x08, 2, 0x28, 100]

/** A message that calls `peer`: of type 1 to a relay, of type 0 by one. */
export function call(type: 0 | 1, peer: PeerId): Uint8Array {
  const id = peer.toMultihash().bytes
  return Uint8Array.of(id.length + 6, 0x08, type, 0x12, id.length + 2, 0x0a, id.length, ...id)
}

export function heard(stream: Stream): Promise<Uint8Array> {
  return new Promise((resolve) => {
    stream.addEventListener('message', (event) => resolve(event.data.subarray()), { once: true })
  })
}
