import type { NetworkInterfaceInfo } from 'node:os'
import { describe, expect, it } from 'vitest'
import { lanInterfaces, listenHosts, mayDial } from './confinement.ts'
import { socketAddress } from './addresses.ts'
import { announceableHosts, isPhysical, readInterfaces, signatureOf } from './interfaces.ts'
import type { SysNet } from './interfaces.ts'

function sysOf(...paths: readonly string[]): SysNet {
  return {
    has: (path) => paths.some((one) => one === path || one.startsWith(`${path}/`)),
    list: (path) => paths.filter((one) => one.startsWith(`${path}/`)).map((one) => one.slice(path.length + 1)),
  }
}

function info(address: string, netmask: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask, mac: '02:00:00:00:00:01', internal, cidr: null }
  return address.includes(':') ? { ...common, family: 'IPv6', scopeid: 0 } : { ...common, family: 'IPv4' }
}

const sys = sysOf(
  'lo',
  'enp3s0/device',
  'docker0/bridge',
  'docker0/brif/veth9',
  'veth9',
  'tun0/tun_flags',
  'br0/bridge',
  'br0/brif/enp3s0',
)
const raw = {
  lo: [info('127.0.0.1', '255.0.0.0', true), info('::1', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', true)],
  docker0: [info('172.17.0.1', '255.255.0.0')],
  enp3s0: [
    info('192.168.7.5', '255.255.255.0'),
    info('2001:db8::5', 'ffff:ffff:ffff:ffff::'),
    info('fe80::5', 'ffff:ffff:ffff:ffff::'),
  ],
  tun0: [info('10.8.0.2', '255.255.255.0')],
}
const interfaces = readInterfaces(() => raw, sys)

describe('interfaces', () => {
  it.each([
    ['enp3s0', true],
    ['docker0', false],
    ['veth9', false],
    ['tun0', false],
    // A bridge over hardware carries the machine's LAN address.
    ['br0', true],
  ])('on Linux, %s is hardware: %s', (name, physical) => {
    expect(isPhysical(name, sys)).toBe(physical)
  })

  it('takes eth0 of a container for the real thing, and no device of that name for a docker bridge', () => {
    expect(isPhysical('eth0', sysOf('eth0'))).toBe(true)
    expect(isPhysical('docker0', sysOf('docker0'))).toBe(false)
  })

  it.each([
    ['Wi-Fi', true],
    ['Ethernet', true],
    ['en0', true],
    ['utun3', false],
    ['vEthernet (WSL)', false],
    ['VMware Network Adapter VMnet8', false],
    ['awdl0', false],
  ])('elsewhere, by its name, %s is hardware: %s', (name, physical) => {
    expect(isPhysical(name, null)).toBe(physical)
  })

  it('announces only what reaches this machine from outside', () => {
    expect(announceableHosts(interfaces)).toEqual(['192.168.7.5', '2001:db8::5'])
  })

  it('notices a change', () => {
    const { tun0: _gone, ...fewer } = raw
    expect(signatureOf(readInterfaces(() => raw, sys))).toBe(signatureOf(interfaces))
    expect(signatureOf(readInterfaces(() => fewer, sys))).not.toBe(signatureOf(interfaces))
  })

  it('has none on a machine that refuses to tell', () => {
    expect(
      readInterfaces(() => {
        throw new Error('EPERM')
      }, sys),
    ).toEqual([])
  })
})

describe('confinement', () => {
  const may = (confine: Parameters<typeof mayDial>[0], host: string, port = 4_001): boolean => {
    const address = socketAddress(host, port)
    return address !== null && mayDial(confine, address, interfaces)
  }
  const hosts = [
    '127.0.0.1',
    '::1',
    '192.168.7.9',
    '10.8.0.9',
    '9.9.9.9',
    'fe80::1',
    '0.0.0.0',
    '224.0.0.251',
    '2002:7f00:1::',
  ]

  it('lets loopback dial loopback alone', () => {
    expect(hosts.filter((host) => may('loopback', host))).toEqual(['127.0.0.1', '::1'])
  })

  it('lets an unconfined network dial the world, but not this machine', () => {
    expect(hosts.filter((host) => may('none', host))).toEqual(['192.168.7.9', '10.8.0.9', '9.9.9.9'])
  })

  it('lets no contact’s word knock at the services of this network (address of a contact as a port scan)', () => {
    const near = ['192.168.7.1', '10.0.0.1', '172.16.0.1', '100.64.0.1', '169.254.169.254', 'fd00::1']
    for (const port of [22, 53, 80, 443, 445, 631, 1_023]) {
      expect(near.filter((host) => may('none', host, port))).toEqual([])
      expect(may('none', '9.9.9.9', port)).toBe(true)
    }
    expect(may('none', '192.168.7.1', 1_024)).toBe(true)
  })

  it('counts the whole of our own subnets as near, those with global addresses too', () => {
    const own = { family: 'ip6' as const, host: '2001:db8:7::5', prefixLength: 64 }
    const lan = interfaces.map((one) => (one.name === 'enp3s0' ? { ...one, addresses: [...one.addresses, own] } : one))
    const mayTo = (host: string, port: number): boolean => mayDial('none', { family: 'ip6', host, port }, lan)
    expect([mayTo('2001:db8:7::9', 631), mayTo('2001:db8:7::9', 4_001)]).toEqual([false, true])
    expect(mayTo('2001:db8:8::9', 631)).toBe(true)
  })

  it('lets one of an interface dial its subnets alone', () => {
    expect(hosts.filter((host) => may({ interfaces: ['enp3s0'] }, host))).toEqual(['192.168.7.9'])
  })

  it('lets an address of one link be dialled on the links of the LAN alone', () => {
    const mayOn = (confine: Parameters<typeof mayDial>[0], zone: string, port = 4_001): boolean =>
      mayDial(confine, { family: 'ip6', host: 'fe80::9', port, zone }, interfaces)
    expect(['enp3s0', 'docker0', 'lo', 'eth9'].filter((zone) => mayOn('none', zone))).toEqual(['enp3s0'])
    expect(mayOn({ interfaces: ['enp3s0'] }, 'enp3s0')).toBe(true)
    expect([mayOn({ interfaces: ['docker0'] }, 'enp3s0'), mayOn('loopback', 'enp3s0')]).toEqual([false, false])
    expect(mayOn('none', 'enp3s0', 445)).toBe(false)
  })

  it('names links by number where the system does', () => {
    const numbered = { ...raw, enp3s0: [{ ...info('fe80::5', 'ffff:ffff:ffff:ffff::'), scopeid: 14 }] } as typeof raw
    const zones = (numbers: boolean): readonly string[] =>
      readInterfaces(() => numbered, sys, numbers).flatMap(({ name, zone }) => (name === 'enp3s0' ? [zone] : []))
    expect([zones(false), zones(true)]).toEqual([['enp3s0'], ['14']])
  })

  it('listens where it may', () => {
    const both = ['ip4', 'ip6'] as const
    expect(listenHosts('loopback', false, both, interfaces)).toEqual(['127.0.0.1', '::1'])
    expect(listenHosts('none', true, ['ip4'], interfaces)).toEqual(['127.0.0.1'])
    expect(listenHosts('none', false, both, interfaces)).toEqual(['0.0.0.0', '::'])
    expect(listenHosts({ interfaces: ['enp3s0'] }, false, both, interfaces)).toEqual(['192.168.7.5', '2001:db8::5'])
  })

  it('speaks on the LAN through hardware, and never from loopback', () => {
    expect(lanInterfaces('none', interfaces).map((one) => one.name)).toEqual(['enp3s0'])
    expect(lanInterfaces({ interfaces: ['docker0'] }, interfaces)).toEqual([])
    expect(lanInterfaces('loopback', interfaces)).toEqual([])
  })
})
