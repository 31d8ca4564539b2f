/** What this network may dial, where it listens, and which interfaces it may use for the LAN. */
import { networkLimits } from '../core/limits.ts'
import { inSubnet, scopeOf } from './addresses.ts'
import type { AddressFamily, SocketAddress } from './addresses.ts'
import type { LocalInterface } from './interfaces.ts'
import type { Confinement } from './options.ts'

function isOnLan(confine: Confinement, address: SocketAddress, interfaces: readonly LocalInterface[]): boolean {
  return lanInterfaces(confine, interfaces).some((one) => one.zone === address.zone)
}

/** Whether an address is of a network that we stand in: with IPv6 such are global as well. */
function isNear(address: SocketAddress, interfaces: readonly LocalInterface[]): boolean {
  if (scopeOf(address.host) !== 'global') return true
  return interfaces.flatMap((one) => one.addresses).some((own) => inSubnet(address.host, own.host, own.prefixLength))
}

/** Whether a socket to this address may be made at all. Asked in the one place that makes sockets. */
export function mayDial(confine: Confinement, address: SocketAddress, interfaces: readonly LocalInterface[]): boolean {
  const scope = scopeOf(address.host)
  if (scope === 'unspecified' || scope === 'reserved') return false
  if (confine === 'loopback') return scope === 'loopback'
  // An IPv6 link-local address needs a zone, which no address of a peer carries: discovery alone gives it.
  if (scope === 'linkLocal' && address.family === 'ip6' && !isOnLan(confine, address, interfaces)) return false
  // A peer's word must not make this program talk to the services of its own machine.
  if (scope === 'loopback') return false
  // Nor to the services of its network: routers, printers, shares. No node of ours needs such a port there.
  if (address.port < networkLimits.nearPortMin && isNear(address, interfaces)) return false
  if (confine === 'none' || address.zone !== undefined) return true
  return interfaces
    .filter((one) => confine.interfaces.includes(one.name))
    .flatMap((one) => one.addresses)
    .some((own) => inSubnet(address.host, own.host, own.prefixLength))
}

/** Hosts to listen on. */
export function listenHosts(
  confine: Confinement,
  loopbackOnly: boolean,
  families: readonly AddressFamily[],
  interfaces: readonly LocalInterface[],
): readonly string[] {
  const of = (ip4: string, ip6: string): string[] => families.map((family) => (family === 'ip4' ? ip4 : ip6))
  if (confine === 'loopback' || loopbackOnly) return of('127.0.0.1', '::1')
  if (confine === 'none') return of('0.0.0.0', '::')
  return interfaces
    .filter((one) => confine.interfaces.includes(one.name))
    .flatMap((one) => one.addresses)
    .filter((own) => families.includes(own.family) && scopeOf(own.host) !== 'linkLocal')
    .map((own) => own.host)
}

/** The interfaces on which LAN discovery may speak. */
export function lanInterfaces(confine: Confinement, interfaces: readonly LocalInterface[]): readonly LocalInterface[] {
  if (confine === 'loopback') return []
  const physical = interfaces.filter((one) => one.physical)
  return confine === 'none' ? physical : physical.filter((one) => confine.interfaces.includes(one.name))
}
