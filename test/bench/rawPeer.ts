/**
 * The yardstick: a bare libp2p stream over TCP, Noise and Yamux between two processes, 256 bytes there
 * and back. `rawPeer.js echo [HOST]` prints its address; `rawPeer.js ping ADDRESS COUNT` prints each round trip.
 */
import '../../main/net/withResolvers.ts'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'

const protocol = '/waxwing-bench/1'
const messageBytes = 256
const warmUp = 200

async function makeNode(listen: string[]) {
  return createLibp2p({
    addresses: { listen },
    transports: [tcp()],
    connectionEncrypters: [noise({ crypto: createNoiseCrypto() })],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
  })
}

async function echo(host: string): Promise<void> {
  const node = await makeNode([`/ip4/${host}/tcp/0`])
  await node.handle(protocol, (stream) => {
    stream.addEventListener('message', (event) => stream.send(event.data))
  })
  process.stdout.write(`${String(node.getMultiaddrs()[0])}\n`)
}

async function ping(address: string, count: number): Promise<void> {
  const node = await makeNode([])
  const stream = await node.dialProtocol(multiaddr(address), protocol)
  const message = new Uint8Array(messageBytes).fill(7)
  const times: number[] = []
  for (let round = 0; round < warmUp + count; round++) {
    const sentAt = performance.now()
    await new Promise<void>((done) => {
      let left = messageBytes
      const heard = (event: { data: { byteLength: number } }): void => {
        left -= event.data.byteLength
        if (left > 0) return
        stream.removeEventListener('message', heard)
        done()
      }
      stream.addEventListener('message', heard)
      stream.send(message)
    })
    if (round >= warmUp) times.push(performance.now() - sentAt)
  }
  process.stdout.write(`${JSON.stringify(times)}\n`)
  await node.stop()
}

const [mode, address, count] = process.argv.slice(2)
if (mode === 'echo') await echo(address ?? '127.0.0.1')
else await ping(address ?? '', Number(count ?? 1_000))
