/**
 * Addresses that name a host instead of giving its number: `/dns4/NAME/tcp/P`, `/dns6`, `/dns` and `/onion3/KEY:P`.
 * Only a proxy is ever asked for them. Without one they are no addresses at all, and nothing here looks a name up.
 */
import { protocolLimits } from '../core/limits.ts'
import { formatAddress, socketAddresses } from './addresses.ts'
import type { SocketAddress } from './addresses.ts'

export interface NamedAddress {
  readonly family: 'dns' | 'dns4' | 'dns6' | 'onion3'
  /** As a proxy is told it: lower case, an onion service with its `.onion`. */
  readonly host: string
  readonly port: number
}

/** What can be dialled. */
export type DialAddress = SocketAddress | NamedAddress

/** Suffixes that mean the proxy's own machine or network (RFC 6761, 6762, 8375, and .internal). */
const nearSuffixes = /\.(?:localhost|local|internal|home\.arpa|localdomain|lan)$/

/** A host name with at least two labels that is neither a number in disguise nor a name of the proxy's own network. */
function isFarName(host: string): boolean {
  const labels = host.split('.')
  // "127.1" and "0x7f.1" are addresses to some resolvers, so the last label has to begin with a letter.
  if (labels.length < 2 || !/^[a-z]/.test(labels.at(-1) ?? '')) return false
  return labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) && !nearSuffixes.test(host)
}

/** Reads the text of a named address from outside; null when it is none. */
export function parseName(text: string): NamedAddress | null {
  if (text.length > protocolLimits.addressSizeBytesMax) return null
  const onion = /^\/onion3\/([a-z2-7]{56}):([1-9][0-9]{0,4})$/.exec(text)
  const dns = /^\/(dns|dns4|dns6)\/([A-Za-z0-9.-]{3,190})\/tcp\/([1-9][0-9]{0,4})$/.exec(text)
  const port = Number(onion?.[2] ?? dns?.[3] ?? 0)
  if (port < 1 || port > 65_535) return null
  if (onion !== null) return { family: 'onion3', host: `${onion[1]}.onion`, port }
  const host = dns?.[2]?.toLowerCase() ?? ''
  const family = dns?.[1]
  if (family !== 'dns' && family !== 'dns4' && family !== 'dns6') return null
  return isFarName(host) ? { family, host, port } : null
}

/** As `parseName`, for onion services alone: the only names that prove whose they are. */
export function parseOnion(text: string): NamedAddress | null {
  const name = parseName(text)
  return name?.family === 'onion3' ? name : null
}

/** Whether only a proxy can dial it. */
export function isNamed(address: DialAddress): address is NamedAddress {
  return address.family !== 'ip4' && address.family !== 'ip6'
}

/** The text of any address that can be dialled. */
export function formatDialAddress(address: DialAddress): string {
  if (!isNamed(address)) return formatAddress(address)
  if (address.family === 'onion3') return `/onion3/${address.host.slice(0, -'.onion'.length)}:${address.port}`
  return `/${address.family}/${address.host}/tcp/${address.port}`
}

/** The addresses among these texts, of whatever kind. */
export function dialAddresses(texts: readonly string[]): readonly DialAddress[] {
  return [...socketAddresses(texts), ...texts.flatMap((text) => parseName(text) ?? [])]
}
