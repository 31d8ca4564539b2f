/**
 * Connections under a name that is used once: a mailbox or a relay that is asked for somebody else's sake is not
 * told who asks. Each is a small libp2p node of its own, with a fresh key, which listens nowhere and offers nothing.
 */
import { noise } from '@chainsafe/libp2p-noise'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import type { Connection, Libp2p } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import type { DeviceId } from '../core/ids.ts'
import { deviceIdOf } from '../core/ids.ts'
import { visitLimits } from '../core/limits.ts'
import type { Clock, Random } from '../core/ports.ts'
import { deadline } from './deadline.ts'
import { connectDevice } from './dial.ts'
import { deviceKey, peerOf } from './keys.ts'
import { boundedYamux } from './muxer.ts'
import type { DialAddress } from './names.ts'
import { silentLogger } from './silentLogger.ts'
import { ReadySockets, waxwingTcp } from './transport.ts'
import type { Ways } from './ways.ts'

export interface VisitOptions {
  readonly clock: Clock
  readonly random: Random
  readonly noiseCrypto: ICryptoInterface | undefined
  readonly permits: (device: DeviceId, address: DialAddress) => boolean
  readonly ways: () => Ways
}

/** A connection with a device that proved its key, and does not know ours. */
export interface Visit {
  readonly connection: Connection
  close(): void
}

async function createVisitor(options: VisitOptions, readySockets: ReadySockets): Promise<Libp2p> {
  const { noiseCrypto, clock, random } = options
  const { handshakeTimeoutMs } = options.ways().handshake
  const nowhere = { port: 0, portFallback: false, listening: () => undefined, failed: () => undefined }
  return createLibp2p({
    start: false,
    privateKey: await deviceKey(random.bytes(32)),
    logger: silentLogger,
    nodeInfo: { name: 'waxwing', version: '1', userAgent: 'waxwing/1' },
    addresses: { listen: [] },
    transports: [waxwingTcp(readySockets, nowhere)],
    connectionEncrypters: [noise(noiseCrypto === undefined ? {} : { crypto: noiseCrypto })],
    streamMuxers: [boundedYamux(clock)],
    // Sockets are permitted where they are made; there is no other way to one.
    connectionGater: { denyDialMultiaddr: () => false, denyInboundConnection: () => true },
    connectionManager: {
      outboundStreamProtocolNegotiationTimeout: handshakeTimeoutMs,
      inboundStreamProtocolNegotiationTimeout: handshakeTimeoutMs,
      addressDialTimeout: handshakeTimeoutMs,
      dialTimeout: handshakeTimeoutMs,
      reconnectRetries: 0,
      resolvers: {},
    },
    connectionMonitor: { enabled: false },
  })
}

/** Connects with a device under a fresh key; null when that fails. */
export type VisitCall = (
  device: DeviceId,
  addresses: readonly DialAddress[],
  outer: AbortSignal,
) => Promise<Visit | null>

/** Makes visits, each under a fresh key. */
export function visitor(options: VisitOptions): VisitCall {
  return (device, addresses, outer) => visit(options, device, addresses, outer)
}

/** Connects with a device as nobody in particular; null when it is not reached. `outer` ends the attempt. Never rejects. */
async function visit(
  options: VisitOptions,
  device: DeviceId,
  addresses: readonly DialAddress[],
  outer: AbortSignal,
): Promise<Visit | null> {
  const peer = peerOf(device)
  const permits = (address: DialAddress): boolean => options.permits(device, address)
  if (peer === null || !addresses.some(permits)) return null
  const ways = options.ways()
  const readySockets = new ReadySockets()
  const node = await createVisitor(options, readySockets)
  const stop = (): void => void Promise.resolve(node.stop()).catch(() => undefined)
  const dialTimeoutMs = Math.max(visitLimits.visitDialTimeoutMs, ways.visitTimeoutMs)
  const { signal, clear } = deadline(options.clock, dialTimeoutMs, outer)
  try {
    await node.start()
    // A circuit of its own, where a proxy has such: two visits are not to look like one visitor's.
    const connect = ways.connectFor(deviceIdOf(options.random.bytes(32)))
    const { clock } = options
    const dial = { node, readySockets, clock, permits, connect, dialTimeoutMs }
    const connected = await connectDevice(dial, peer, addresses, signal)
    if (!connected.ok || signal.aborted) {
      stop()
      return null
    }
    const connection = connected.value
    connection.addEventListener('close', stop, { once: true })
    if (connection.status !== 'open') stop()
    return { connection, close: () => void connection.close().catch(() => connection.abort(new Error('Done'))) }
  } catch {
    stop()
    return null
  } finally {
    clear()
  }
}
