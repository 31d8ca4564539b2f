/** Who may connect in a sitting of people nearby: from the network around, so many in all and of one address. */
import type { ConnectionGater, MultiaddrConnection } from '@libp2p/interface'
import type { Multiaddr } from '@multiformats/multiaddr'
import type { DeviceId } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import { sourceOf } from '../addresses.ts'
import { deviceOf } from '../keys.ts'

export interface NearbyGateOptions {
  readonly own: DeviceId
  /** Whether a host lies on a network that this sitting announces on. */
  readonly isNear: (host: string) => boolean
  readonly mayDial: (address: Multiaddr) => boolean
}

function hostOf(connection: MultiaddrConnection): string {
  return String(connection.remoteAddr.getComponents()[0]?.value ?? '')
}

/** Counts connections from their first byte to their last, also those that never prove a key. */
export function createNearbyGate(options: NearbyGateOptions): ConnectionGater {
  const sources = new Map<MultiaddrConnection, string>()
  const admits = (connection: MultiaddrConnection): boolean => {
    const host = hostOf(connection)
    if (!options.isNear(host) || sources.size >= nearbyLimits.linksMax) return false
    const source = sourceOf(host)
    const same = [...sources.values()].filter((one) => one === source)
    if (same.length >= nearbyLimits.linksPerAddressMax) return false
    sources.set(connection, source)
    connection.addEventListener('close', () => sources.delete(connection), { once: true })
    return true
  }
  return {
    denyDialMultiaddr: (address) => !options.mayDial(address),
    denyInboundConnection: (connection) => !admits(connection),
    denyInboundEncryptedConnection: (peer) => {
      const device = deviceOf(peer)
      return device === null || device === options.own
    },
    denyOutboundEncryptedConnection: (peer) => deviceOf(peer) === null,
  }
}
