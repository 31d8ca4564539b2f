/** libp2p as this program uses it: TCP, Noise, Yamux, identify, and relays that contacts run; no third party's service, no discovery. */
import { noise } from '@chainsafe/libp2p-noise'
import type { ICryptoInterface, NoiseComponents } from '@chainsafe/libp2p-noise'
import { identify } from '@libp2p/identify'
import type { ConnectionEncrypter, ConnectionGater, Libp2p, PrivateKey, Transport, Upgrader } from '@libp2p/interface'
import { FaultTolerance } from '@libp2p/interface'
import { createLibp2p } from 'libp2p'
import { networkLimits, visitLimits } from '../core/limits.ts'
import type { Clock } from '../core/ports.ts'
import { boundedYamux } from './muxer.ts'
import type { RelayClient } from './relay/client.ts'
import type { RelayHost } from './relay/host.ts'
import { silentLogger } from './silentLogger.ts'
import { waxwingTcp } from './transport.ts'
import type { ListenPlan, ReadySockets } from './transport.ts'

export interface NodeOptions {
  readonly privateKey: PrivateKey
  readonly clock: Clock
  readonly noiseCrypto?: ICryptoInterface
  readonly listenHosts: readonly string[]
  /** For who is dialled, and for who comes. */
  readonly handshakeTimeoutMs: number
  readonly inboundTimeoutMs: number
  readonly listenPlan: ListenPlan
  readonly readySockets: ReadySockets
  readonly gate: ConnectionGater
  readonly relayClient: RelayClient
  readonly relayHost: RelayHost
  /** Told what makes a connection of a channel, before the node is started. */
  readonly upgrades: (upgrader: Upgrader) => void
}

const limits = networkLimits

/** Noise, by which alone we learn who calls through a relay: that says only under which name the call was made. */
function ourNoise(crypto: ICryptoInterface | undefined): (components: NoiseComponents) => ConnectionEncrypter {
  const create = noise(crypto === undefined ? {} : { crypto })
  return (components) => {
    const encrypter = create(components)
    const secureInbound = encrypter.secureInbound.bind(encrypter)
    encrypter.secureInbound = (connection, options) => {
      const isRelayed = 'remoteAddr' in connection && String(connection.remoteAddr).includes('/p2p-circuit')
      const { remotePeer, ...rest } = options ?? {}
      return secureInbound(connection, isRelayed || remotePeer === undefined ? rest : { ...rest, remotePeer })
    }
    return encrypter
  }
}

/** Makes the node without starting it. */
export function createNode(options: NodeOptions): Promise<Libp2p> {
  const { noiseCrypto, listenPlan } = options
  return createLibp2p({
    start: false,
    privateKey: options.privateKey,
    logger: silentLogger,
    // The default tells every peer the version of Node.
    nodeInfo: { name: 'waxwing', version: '1', userAgent: 'waxwing/1' },
    addresses: {
      listen: options.listenHosts.map(
        (host) => `/${host.includes(':') ? 'ip6' : 'ip4'}/${host}/tcp/${listenPlan.port}`,
      ),
      // Identify answers whoever comes; where we are is for contacts, who are told otherwise.
      announceFilter: () => [],
    },
    transports: [
      waxwingTcp(options.readySockets, listenPlan),
      (components): Transport => options.relayClient.create(components),
    ],
    connectionEncrypters: [ourNoise(noiseCrypto)],
    streamMuxers: [boundedYamux(options.clock)],
    connectionGater: options.gate,
    connectionManager: {
      // The gate keeps the real bounds; these only have to lie above them.
      maxConnections: limits.connectionsMax + visitLimits.visitorsMax,
      maxIncomingPendingConnections: 2 * limits.pendingInboundMax,
      inboundConnectionThreshold: limits.inboundPerAddressPerSecondMax,
      inboundUpgradeTimeout: options.inboundTimeoutMs,
      inboundStreamProtocolNegotiationTimeout: options.inboundTimeoutMs,
      outboundStreamProtocolNegotiationTimeout: options.handshakeTimeoutMs,
      addressDialTimeout: options.handshakeTimeoutMs,
      dialTimeout: options.handshakeTimeoutMs,
      maxParallelDials: limits.dialsMax,
      reconnectRetries: 0,
      resolvers: {},
    },
    // The stream of frames has its own heartbeat, which costs one small frame instead of a stream.
    connectionMonitor: { enabled: false },
    transportManager: { faultTolerance: FaultTolerance.NO_FATAL },
    services: {
      identify: identify({
        // Nothing is learnt by it: what a stranger says of themselves would go into libp2p's book, maybe after they left.
        runOnConnectionOpen: false,
        maxMessageSize: limits.identifySizeBytesMax,
        maxInboundStreams: 1,
        maxOutboundStreams: 1,
      }),
      relay: (components) => options.relayHost.create(components),
      upgrades: ({ upgrader }) => options.upgrades(upgrader),
    },
  })
}
