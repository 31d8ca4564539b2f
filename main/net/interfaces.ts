/**
 * The machine's network interfaces, and which of them are real. Addresses of containers, tunnels and
 * virtual machines are useless to others and cost them seconds per dial, so they are not announced.
 *
 * On Linux /sys/class/net tells: hardware has `device`; a tunnel has `tun_flags`; a bridge counts when a
 * port of it is hardware (a host of virtual machines keeps its LAN address there); a bond, VLAN or an
 * interface named after hardware (eth0 of a container) counts unless its name is a known virtual one.
 * Elsewhere only names tell.
 */
import { existsSync, readdirSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import type { NetworkInterfaceInfo } from 'node:os'
import { ipBytes, scopeOf } from './addresses.ts'
import type { AddressFamily } from './addresses.ts'

export interface InterfaceAddress {
  readonly family: AddressFamily
  readonly host: string
  readonly prefixLength: number
}

export interface LocalInterface {
  readonly name: string
  /** By which link-local addresses name it: a name, but on Windows a number. */
  readonly zone: string
  readonly physical: boolean
  readonly loopback: boolean
  readonly addresses: readonly InterfaceAddress[]
}

/** The part of /sys/class/net that is asked. */
export interface SysNet {
  has(path: string): boolean
  list(path: string): readonly string[]
}

const root = '/sys/class/net'

const realSysNet: SysNet = {
  has: (path) => existsSync(`${root}/${path}`),
  list: (path) => (existsSync(`${root}/${path}`) ? readdirSync(`${root}/${path}`) : []),
}

const virtualNames =
  /^(docker|br-|veth|virbr|vnet|tun|tap|utun|wg|tailscale|zt|ppp|vmnet|vboxnet|lxc|lxd|cni|flannel|cali|kube|podman|dummy|ifb|sit|gre|awdl|llw|bridge|anpi|ap\d|vEthernet|Hyper-V|VMware|VirtualBox|Loopback)/i
const hardwareNames = /^(eth|en|em|wl|ww|usb|bond|team|vlan|p\d+p\d+)/

/** Whether an interface is hardware, or carries a hardware's LAN address. */
export function isPhysical(name: string, sys: SysNet | null): boolean {
  if (sys !== null && sys.has(name)) {
    if (sys.has(`${name}/tun_flags`)) return false
    if (sys.has(`${name}/device`)) return true
    if (sys.has(`${name}/bridge`)) return sys.list(`${name}/brif`).some((port) => sys.has(`${port}/device`))
    return hardwareNames.test(name) && !virtualNames.test(name)
  }
  return !virtualNames.test(name)
}

function prefixOf(netmask: string): number {
  let length = 0
  for (const byte of ipBytes(netmask) ?? []) length += byte.toString(2).replaceAll('0', '').length
  return length
}

/** Reads the interfaces that are up. Throws nothing: a machine that refuses to tell has none. */
export function readInterfaces(
  read: () => NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces,
  sys: SysNet | null = process.platform === 'linux' ? realSysNet : null,
  zonesAreNumbers = process.platform === 'win32',
): readonly LocalInterface[] {
  let raw: NodeJS.Dict<NetworkInterfaceInfo[]>
  try {
    raw = read()
  } catch {
    return []
  }
  return Object.entries(raw).map(([name, infos = []]) => ({
    name,
    zone: zonesAreNumbers ? String(infos.find((info) => info.family === 'IPv6')?.scopeid ?? 0) : name,
    physical: !infos.some((info) => info.internal) && isPhysical(name, sys),
    loopback: infos.some((info) => info.internal),
    addresses: infos.map((info) => ({
      family: info.family === 'IPv4' ? ('ip4' as const) : ('ip6' as const),
      host: info.address,
      prefixLength: prefixOf(info.netmask),
    })),
  }))
}

/** A text that changes exactly when an address comes or goes. */
export function signatureOf(interfaces: readonly LocalInterface[]): string {
  return interfaces
    .flatMap((one) => one.addresses.map((address) => `${one.name} ${address.host}/${address.prefixLength}`))
    .toSorted()
    .join('\n')
}

/** The hosts that may be told to others: of real interfaces, not of one link only; IPv4 first. */
export function announceableHosts(interfaces: readonly LocalInterface[]): readonly string[] {
  const hosts = interfaces
    .filter((one) => one.physical)
    .flatMap((one) => one.addresses)
    .filter((address) => ['private', 'global'].includes(scopeOf(address.host)))
  return [...hosts.filter((a) => a.family === 'ip4'), ...hosts.filter((a) => a.family === 'ip6')].map((a) => a.host)
}
