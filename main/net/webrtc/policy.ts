/** What of this machine WebRTC may use, and what the other device may learn of it. */
import { scopeOf } from '../addresses.ts'
import { lanInterfaces } from '../confinement.ts'
import { announceableHosts } from '../interfaces.ts'
import type { LocalInterface } from '../interfaces.ts'
import type { NetworkOptions } from '../options.ts'
import type { Candidate } from './description.ts'

type Where = Pick<NetworkOptions, 'confine' | 'listen'>

/** The hosts of this machine that may be told: those of real interfaces, as in an announcement. */
function hostsOf({ confine, listen }: Where, interfaces: readonly LocalInterface[]): readonly string[] {
  if (confine === 'loopback') return ['127.0.0.1']
  // Who listens on loopback only is to be reached by nothing else.
  return listen.loopbackOnly ? [] : announceableHosts(lanInterfaces(confine, interfaces))
}

/** Whether there is any address of this machine that WebRTC may use. */
export function hasHost(where: Where, interfaces: readonly LocalInterface[]): boolean {
  return hostsOf(where, interfaces).length > 0
}

/** The one address on which sockets are made; null for any. */
export function bindHost(where: Where, interfaces: readonly LocalInterface[]): string | null {
  if (where.confine === 'none') return null
  return hostsOf(where, interfaces)[0] ?? '127.0.0.1'
}

/** Whether the other device may learn this address, which the library found. */
export function mayTell(where: Where, interfaces: readonly LocalInterface[], { kind, address }: Candidate): boolean {
  if (kind === 'host') return hostsOf(where, interfaces).includes(address.host)
  return scopeOf(address.host) === (where.confine === 'loopback' ? 'loopback' : 'global')
}
