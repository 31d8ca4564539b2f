/** Two nodes of libp2p, one with our native primitives of Noise, one with those that come with it. */
import { noise } from '@chainsafe/libp2p-noise'
import { defaultCrypto } from '@chainsafe/libp2p-noise/crypto'
import { yamux } from '@chainsafe/libp2p-yamux'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { afterAll, describe, expect, it } from 'vitest'
import '../../main/net/withResolvers.ts'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'

const native = createNoiseCrypto()

describe('two nodes on loopback', () => {
  const started: { stop(): Promise<void> | void }[] = []
  afterAll(async () => {
    await Promise.all(started.map(async (node) => node.stop()))
  })

  async function node(crypto: ReturnType<typeof createNoiseCrypto>) {
    const made = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise({ crypto })],
      streamMuxers: [yamux()],
      services: { ping: ping() },
    })
    started.push(made)
    return made
  }

  it('shake hands and talk, native with the default, both ways', async () => {
    const ours = await node(native)
    const dialled = await node(defaultCrypto)
    const dialling = await node(defaultCrypto)
    expect(await ours.services.ping.ping(dialled.getMultiaddrs())).toBeGreaterThanOrEqual(0)
    expect(await dialling.services.ping.ping(ours.getMultiaddrs())).toBeGreaterThanOrEqual(0)
  })
})
