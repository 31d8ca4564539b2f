/** The addresses of this device that others are told. */
import { protocolLimits } from '../core/limits.ts'
import { formatAddress, socketAddress } from './addresses.ts'
import { lanInterfaces, listenHosts } from './confinement.ts'
import { announceableHosts } from './interfaces.ts'
import type { LocalInterface } from './interfaces.ts'
import type { NetworkOptions } from './options.ts'

type Where = Pick<NetworkOptions, 'confine' | 'listen' | 'announce'>

/** The hosts at which this device can be dialled, best first. */
function hostsOf({ confine, listen }: Where, interfaces: readonly LocalInterface[]): readonly string[] {
  if (confine === 'loopback' || listen.loopbackOnly) {
    return listenHosts(confine, listen.loopbackOnly, listen.families, interfaces)
  }
  const usable = lanInterfaces(confine, interfaces)
  return announceableHosts(usable).filter((host) => listen.families.includes(host.includes(':') ? 'ip6' : 'ip4'))
}

/** Direct addresses; none while nothing listens. */
export function directAddresses(where: Where, interfaces: readonly LocalInterface[], port: number): readonly string[] {
  if (port === 0) return []
  const told = (where.announce ?? []).map(({ host, port: chosen }) => socketAddress(host, chosen === 0 ? port : chosen))
  const found = hostsOf(where, interfaces).map((host) => socketAddress(host, port))
  const texts = [...told, ...found].flatMap((address) => (address === null ? [] : [formatAddress(address)]))
  return [...new Set(texts)]
}

/** Direct ones first, in such numbers that the relayed ones find room. */
export function announcement(direct: readonly string[], relayed: readonly string[]): readonly string[] {
  const max = protocolLimits.addressesMax
  return [...direct.slice(0, max - relayed.length), ...relayed].slice(0, max)
}
