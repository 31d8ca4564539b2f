/** What of a proxy's address and port can be used. */
import { contractLimits } from '../../client/limits.ts'

/** A name of letters, digits and hyphens between dots (RFC 1123), which an IPv4 address has the form of too. */
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i
const ipv6 = /^(?=.*:.*:)[0-9a-f:.]{2,45}$/i

/** The address as it is kept, without the brackets of an IPv6 address in a link; null when it is none. */
export function proxyHostIn(text: string): string | null {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1')
  if (bare.length > contractLimits.proxyHostLengthMax) return null
  return hostName.test(bare) || ipv6.test(bare) ? bare : null
}

/** The port; null when it is none. */
export function proxyPortIn(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0
  return port >= 1 && port <= 65_535 ? port : null
}
