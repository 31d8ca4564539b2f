import { describe, expect, it } from 'vitest'
import { gatewayOf, parseRoutes } from './routes.ts'

const table = [
  'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
  'tun0\t00000000\t0100080A\t0003\t0\t0\t50\t00000000\t0\t0\t0',
  'eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0',
  'eth0\t0001A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0',
  '',
].join('\n')
const own = { family: 'ip4', host: '192.168.1.7', prefixLength: 24 } as const

describe('the router of an interface', () => {
  it('stands in the table of routes', () => {
    expect(parseRoutes(table)).toEqual([
      { name: 'tun0', gateway: '10.8.0.1' },
      { name: 'eth0', gateway: '192.168.1.1' },
    ])
    expect(gatewayOf('eth0', own, table)).toBe('192.168.1.1')
  })

  it('is on that interface and its subnet, and is not this machine', () => {
    expect(gatewayOf('tun0', own, table)).toBeNull()
    expect(gatewayOf('wlan0', own, table)).toBeNull()
    expect(gatewayOf('eth0', { ...own, host: '192.168.1.1' }, table)).toBeNull()
    expect(gatewayOf('eth0', own, '')).toBeNull()
    expect(gatewayOf('eth0', own, 'eth0\t00000000\tXYZ')).toBeNull()
  })

  it('is taken for the first of the subnet where nothing tells', () => {
    expect(gatewayOf('en0', own, null)).toBe('192.168.1.1')
    expect(gatewayOf('en0', { ...own, host: '10.20.30.40', prefixLength: 8 }, null)).toBe('10.0.0.1')
    expect(gatewayOf('en0', { ...own, host: '10.20.30.140', prefixLength: 25 }, null)).toBe('10.20.30.129')
  })
})
