/** What of a proxy's address and port can be used. */

const ipv4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/
const ipv6Characters = /^[0-9a-f:.]{2,45}$/i

function isIpv6(text: string): boolean {
  return ipv6Characters.test(text) && text.includes(':') && URL.canParse(`http://[${text}]/`)
}

/**
 * The address as it is kept, without the brackets of an IPv6 address in a link; null when it is none. A name is none,
 * but for this computer's own: it would have to be looked up, and so told to others, before there is a proxy.
 */
export function proxyHostIn(text: string): string | null {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1')
  return bare === 'localhost' || ipv4.test(bare) || isIpv6(bare) ? bare : null
}

/** The port; null when it is none. */
export function proxyPortIn(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text.trim()) : 0
  return port >= 1 && port <= 65_535 ? port : null
}
