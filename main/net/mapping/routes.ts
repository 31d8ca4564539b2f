/** The router of an interface. */
import { readFileSync } from 'node:fs'
import { inSubnet, ipBytes } from '../addresses.ts'
import type { InterfaceAddress } from '../interfaces.ts'

/** The gateways in Linux's table of routes, with the interface of each. */
export function parseRoutes(text: string): readonly { readonly name: string; readonly gateway: string }[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, destination = '', gateway = '']) => destination === '00000000' && /^[0-9A-F]{8}$/i.test(gateway))
    .map(([name = '', , gateway = '']) => ({
      name,
      gateway: [6, 4, 2, 0].map((at) => Number.parseInt(gateway.slice(at, at + 2), 16)).join('.'),
    }))
}

function readRoutes(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8')
  } catch {
    return ''
  }
}

/** Where home routers have their address when nothing tells: the first of the subnet. */
function firstOf(own: InterfaceAddress): string {
  const bytes = ipBytes(own.host) ?? new Uint8Array(4)
  const first = bytes.map(
    (byte, i) => byte & ((0xff << (8 - Math.min(8, Math.max(0, own.prefixLength - 8 * i)))) & 0xff),
  )
  first[3] = (first[3] ?? 0) | 1
  return first.join('.')
}

/** The router of this interface, on its own subnet; null when there is none. */
export function gatewayOf(
  name: string,
  own: InterfaceAddress,
  routes: string | null = process.platform === 'linux' ? readRoutes() : null,
): string | null {
  const gateways =
    routes === null
      ? [firstOf(own)]
      : parseRoutes(routes)
          .filter((route) => route.name === name)
          .map(({ gateway }) => gateway)
  return gateways.find((host) => host !== own.host && inSubnet(host, own.host, own.prefixLength)) ?? null
}
