/**
 * A stranger who opens a thousand connections and keeps them open, from many addresses: sockets that say nothing, sockets
 * that say nonsense, and peers of libp2p that prove a key, open 32 streams and read none. Whatever is closed is opened
 * again. Says how many stand, once a second: `hostileProcess.js HOST PORT FROM-ADDRESS ...`.
 */
import '../../../main/net/withResolvers.ts'
import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import type { Libp2p } from '@libp2p/interface'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'
import { framesProtocol } from '../../../main/net/stream/frames.ts'
import { createNoiseCrypto } from '../../../main/node/crypto/noise.ts'

const silent = 300
const babbling = 300
const peers = 100
const connectionsPerPeer = 4
const streamsPerConnection = 32
const againAfterMs = 500

const [host = '', port = '', ...addresses] = process.argv.slice(2)
const standing = { silent: 0, babbling: 0, proven: 0 }
let opened = 0

function openSocket(kind: 'silent' | 'babbling', number: number): void {
  const localAddress = addresses[number % addresses.length]
  const socket = connect({ host, port: Number(port), ...(localAddress !== undefined && { localAddress }) })
  let isOpen = false
  socket.on('connect', () => {
    isOpen = true
    opened++
    standing[kind]++
    if (kind === 'babbling') socket.write(randomBytes(1 + (number % 4_096)))
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    if (isOpen) standing[kind]--
    setTimeout(() => openSocket(kind, number), againAfterMs)
  })
}

async function openPeer(peer: Libp2p): Promise<void> {
  try {
    const connection = await peer.dial(multiaddr(`/ip4/${host}/tcp/${port}`), { force: true })
    opened++
    standing.proven++
    connection.addEventListener('close', () => {
      standing.proven--
      setTimeout(() => void openPeer(peer), againAfterMs)
    })
    for (let stream = 0; stream < streamsPerConnection && connection.status === 'open'; stream++) {
      const made = await connection.newStream(framesProtocol, { maxOutboundStreams: streamsPerConnection })
      made.pause()
      made.send(Uint8Array.of(0xff, 0xff))
    }
  } catch {
    setTimeout(() => void openPeer(peer), againAfterMs)
  }
}

async function makePeer(): Promise<Libp2p> {
  return createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise({ crypto: createNoiseCrypto() })],
    streamMuxers: [yamux()],
    connectionMonitor: { enabled: false },
  })
}

for (let number = 0; number < silent; number++) openSocket('silent', number)
for (let number = 0; number < babbling; number++) openSocket('babbling', number)
setInterval(() => process.stdout.write(`${JSON.stringify({ ...standing, opened })}\n`), 1_000)
for (let number = 0; number < peers; number++) {
  const peer = await makePeer()
  for (let connection = 0; connection < connectionsPerPeer; connection++) void openPeer(peer)
}
