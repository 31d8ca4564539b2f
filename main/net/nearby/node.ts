/** libp2p as a sitting of people nearby uses it: a key of its own, TCP on a random port, Noise, Yamux, one protocol. */
import { noise } from '@chainsafe/libp2p-noise'
import type { ICryptoInterface } from '@chainsafe/libp2p-noise'
import type { ConnectionGater, Libp2p, PrivateKey } from '@libp2p/interface'
import { FaultTolerance } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { nearbyLimits, networkLimits } from '../../core/limits.ts'
import type { Clock } from '../../core/ports.ts'
import { boundedYamux } from '../muxer.ts'
import { silentLogger } from '../silentLogger.ts'
import { waxwingTcp } from '../transport.ts'
import type { ListenPlan, ReadySockets } from '../transport.ts'

export interface NearbyNodeOptions {
  readonly privateKey: PrivateKey
  readonly clock: Clock
  readonly noiseCrypto: ICryptoInterface | undefined
  readonly listenHosts: readonly string[]
  readonly listenPlan: ListenPlan
  readonly readySockets: ReadySockets
  readonly gate: ConnectionGater
}

const limits = networkLimits

/** Makes the node without starting it. It has no identify: a peer is told its key and nothing else. */
export function createNearbyNode(options: NearbyNodeOptions): Promise<Libp2p> {
  const { noiseCrypto } = options
  return createLibp2p({
    start: false,
    privateKey: options.privateKey,
    logger: silentLogger,
    nodeInfo: { name: 'waxwing', version: '1', userAgent: 'waxwing/1' },
    addresses: {
      listen: options.listenHosts.map((host) => `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/0`),
      announceFilter: () => [],
    },
    transports: [waxwingTcp(options.readySockets, options.listenPlan)],
    connectionEncrypters: [noise(noiseCrypto === undefined ? {} : { crypto: noiseCrypto })],
    streamMuxers: [boundedYamux(options.clock)],
    connectionGater: options.gate,
    connectionManager: {
      maxConnections: 2 * nearbyLimits.linksMax,
      maxIncomingPendingConnections: nearbyLimits.linksMax,
      inboundConnectionThreshold: limits.inboundPerAddressPerSecondMax,
      inboundUpgradeTimeout: limits.inboundUpgradeTimeoutMs,
      inboundStreamProtocolNegotiationTimeout: limits.inboundUpgradeTimeoutMs,
      outboundStreamProtocolNegotiationTimeout: limits.handshakeTimeoutMs,
      addressDialTimeout: limits.handshakeTimeoutMs,
      dialTimeout: limits.handshakeTimeoutMs,
      maxParallelDials: nearbyLimits.dialsMax,
      reconnectRetries: 0,
      resolvers: {},
    },
    connectionMonitor: { enabled: false },
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
  })
}
