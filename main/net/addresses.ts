/**
 * Addresses of sockets: `/ip4/A/tcp/P` and `/ip6/A/tcp/P`, nothing else. A name to look up, a relay or a
 * zone is refused, so that no address can make this program ask anybody anything.
 */
import { isIPv4, isIPv6 } from 'node:net'
import { protocolLimits } from '../core/limits.ts'
import type { PathKind } from '../core/ports.ts'
import { err, ok } from '../core/result.ts'
import type { Result } from '../core/result.ts'

export type AddressFamily = 'ip4' | 'ip6'

export interface SocketAddress {
  readonly family: AddressFamily
  /** Canonical text: dotted, or RFC 5952. */
  readonly host: string
  readonly port: number
  /** The interface on whose link a link-local address lies. Only discovery sets it: no address from outside has one. */
  readonly zone?: string
}

export type AddressError =
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'notAnAddress' }
  | { readonly kind: 'badPort'; readonly got: number }

export type Scope = 'unspecified' | 'loopback' | 'linkLocal' | 'private' | 'global' | 'reserved'

/** The 4 or 16 bytes of an IP address; null when it is none, or carries a zone. */
export function ipBytes(text: string): Uint8Array | null {
  if (isIPv4(text)) return Uint8Array.from(text.split('.').map(Number))
  if (!isIPv6(text) || text.includes('%')) return null
  const words = new URL(`http://[${text}]/`).hostname.slice(1, -1)
  const [head = '', tail] = words.split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const bytes = new Uint8Array(16)
  const put = (word: string, index: number): void => {
    const value = Number.parseInt(word, 16)
    bytes[index * 2] = value >> 8
    bytes[index * 2 + 1] = value & 0xff
  }
  before.forEach((word, i) => put(word, i))
  after.forEach((word, i) => put(word, 8 - after.length + i))
  return bytes
}

function canonical(text: string): { readonly family: AddressFamily; readonly host: string } | null {
  const bytes = ipBytes(text)
  if (bytes === null) return null
  if (bytes.length === 4) return { family: 'ip4', host: bytes.join('.') }
  // ::ffff:a.b.c.d is an IPv4 address in disguise (RFC 4291 section 2.5.5.2).
  const mapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff
  if (mapped) return { family: 'ip4', host: bytes.subarray(12).join('.') }
  return { family: 'ip6', host: new URL(`http://[${text}]/`).hostname.slice(1, -1) }
}

/** A host and port, made canonical; null when the host is no IP address. */
export function socketAddress(host: string, port: number): SocketAddress | null {
  const known = canonical(host)
  return known === null || !Number.isInteger(port) || port < 1 || port > 65_535 ? null : { ...known, port }
}

/** Reads the text of a multiaddr from outside. */
export function parseAddress(text: string): Result<SocketAddress, AddressError> {
  const max = protocolLimits.addressSizeBytesMax
  if (text.length > max) return err({ kind: 'tooLong', got: text.length, max })
  const match = /^\/(ip4|ip6)\/([0-9a-fA-F.:]{2,45})\/tcp\/([0-9]{1,5})$/.exec(text)
  if (match === null) return err({ kind: 'notAnAddress' })
  const [, family = '', host = '', digits = ''] = match
  if ((family === 'ip4') !== isIPv4(host)) return err({ kind: 'notAnAddress' })
  const port = Number(digits)
  if (port < 1 || port > 65_535) return err({ kind: 'badPort', got: port })
  const address = socketAddress(host, port)
  return address === null ? err({ kind: 'notAnAddress' }) : ok(address)
}

/** Those of the texts from outside that are addresses of sockets. */
export function socketAddresses(texts: readonly string[]): SocketAddress[] {
  return texts.slice(0, protocolLimits.addressesMax).flatMap((text) => {
    const address = parseAddress(text)
    return address.ok ? [address.value] : []
  })
}

export function formatAddress(address: SocketAddress): string {
  const text = `/${address.family}/${address.host}/tcp/${address.port}`
  return address.zone === undefined ? text : `/ip6zone/${address.zone}${text}`
}

/** A link-local address as sockets name it, `fe80::1%eth0`; null for any other text. */
export function linkAddress(host: string, port: number): SocketAddress | null {
  const [, plain = '', zone = ''] = /^(fe[89ab][0-9a-f]:[0-9a-f:]{1,40})%([A-Za-z0-9_.-]{1,32})$/i.exec(host) ?? []
  const address = socketAddress(plain, port)
  return address === null ? null : { ...address, zone }
}

/** Reads back what `formatAddress` wrote, a zone included. Not for texts from outside. */
export function parseOwnAddress(text: string): SocketAddress | null {
  const [, zone = '', rest = ''] = /^\/ip6zone\/([A-Za-z0-9_.-]{1,32})(\/ip6\/.+)$/.exec(text) ?? []
  const address = parseAddress(zone === '' ? text : rest)
  if (!address.ok) return null
  if (zone === '') return address.value
  return scopeOf(address.value.host) === 'linkLocal' ? { ...address.value, zone } : null
}

function scope4(a: number, b: number): Scope {
  if (a === 0) return 'unspecified'
  if (a === 127) return 'loopback'
  if (a === 169 && b === 254) return 'linkLocal'
  if (a >= 224) return 'reserved'
  const shared = a === 100 && b >= 64 && b < 128
  const isPrivate = a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || shared
  return isPrivate ? 'private' : 'global'
}

/** Where an address reaches (RFC 6890). IPv6 forms that embed an IPv4 address are `reserved`. */
export function scopeOf(host: string): Scope {
  const bytes = ipBytes(host)
  if (bytes === null) return 'reserved'
  const [a = 0, b = 0] = bytes
  if (bytes.length === 4) return scope4(a, b)
  if (bytes.subarray(0, 15).every((byte) => byte === 0)) {
    return bytes[15] === 1 ? 'loopback' : bytes[15] === 0 ? 'unspecified' : 'reserved'
  }
  if (a === 0xfe && (b & 0xc0) === 0x80) return 'linkLocal'
  if ((a & 0xfe) === 0xfc) return 'private'
  // Global unicast is 2000::/3; of it 6to4 (2002::/16) embeds an IPv4 address.
  return (a & 0xe0) === 0x20 && !(a === 0x20 && b === 0x02) ? 'global' : 'reserved'
}

/** How a peer at this host is reached. */
export function pathOf(host: string): PathKind {
  const scope = scopeOf(host)
  if (scope === 'loopback') return 'loopback'
  return scope === 'private' || scope === 'linkLocal' ? 'lan' : 'direct'
}

/** Whether `host` lies in the subnet of `network` with that prefix. */
export function inSubnet(host: string, network: string, prefixLength: number): boolean {
  const a = ipBytes(host)
  const b = ipBytes(network)
  if (a === null || b === null || a.length !== b.length) return false
  for (let bit = 0; bit < prefixLength; bit++) {
    const mask = 0x80 >> (bit & 7)
    if (((a[bit >> 3] ?? 0) & mask) !== ((b[bit >> 3] ?? 0) & mask)) return false
  }
  return true
}

/** What stands for one sender when abuse is counted: an IPv4 address, or an IPv6 /64, but on one link the whole of it. */
export function sourceOf(host: string): string {
  const bytes = ipBytes(host)
  if (bytes === null) return host
  return bytes.length === 4 || scopeOf(host) === 'linkLocal' ? bytes.join('.') : bytes.subarray(0, 8).join('.')
}
