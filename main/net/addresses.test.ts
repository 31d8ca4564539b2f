import { describe, expect, it } from 'vitest'
import {
  formatAddress,
  inSubnet,
  ipBytes,
  linkAddress,
  parseAddress,
  parseOwnAddress,
  pathOf,
  scopeOf,
  sourceOf,
} from './addresses.ts'

describe('parseAddress', () => {
  it.each([
    ['/ip4/192.168.1.20/tcp/4001', '/ip4/192.168.1.20/tcp/4001'],
    ['/ip6/2001:DB8:0:0::1/tcp/65535', '/ip6/2001:db8::1/tcp/65535'],
    ['/ip6/::1/tcp/1', '/ip6/::1/tcp/1'],
    // IPv4 in disguise is judged as what it is.
    ['/ip6/::ffff:127.0.0.1/tcp/80', '/ip4/127.0.0.1/tcp/80'],
    ['/ip6/::ffff:7f00:1/tcp/80', '/ip4/127.0.0.1/tcp/80'],
  ])('reads %s', (text, canonical) => {
    const address = parseAddress(text)
    expect(address.ok && formatAddress(address.value)).toBe(canonical)
  })

  it.each([
    '',
    '/ip4/192.168.1.20/tcp/4001/',
    '/ip4/192.168.1.20/udp/4001',
    '/ip4/192.168.1.20/tcp/4001/p2p/12D3KooWJ1cgfVhLHVwLmVCWoPW1VyqJEWQ2qmJ6kUQ3jcqLT2Ff',
    '/ip4/192.168.1.20/tcp/4001/ws',
    '/ip4/192.168.001.20/tcp/4001',
    '/ip4/1.2.3/tcp/1',
    '/ip4/::1/tcp/1',
    '/ip6/1.2.3.4/tcp/1',
    '/ip6/fe80::1%eth0/tcp/1',
    '/dns4/example.org/tcp/4001',
    '/ip4/example.org/tcp/4001',
    '/unix/tmp/socket',
    ' /ip4/1.2.3.4/tcp/1',
    '/ip4/1.2.3.4/tcp/1\n',
    '/ip4/1.2.3.4/tcp/-1',
    '/ip4/1.2.3.4/tcp/0x50',
  ])('refuses %j', (text) => {
    expect(parseAddress(text)).toEqual({ ok: false, error: { kind: 'notAnAddress' } })
  })

  it('refuses ports and lengths with their figures', () => {
    expect(parseAddress('/ip4/1.2.3.4/tcp/0')).toEqual({ ok: false, error: { kind: 'badPort', got: 0 } })
    expect(parseAddress('/ip4/1.2.3.4/tcp/65536')).toEqual({ ok: false, error: { kind: 'badPort', got: 65_536 } })
    expect(parseAddress('/'.repeat(201))).toEqual({ ok: false, error: { kind: 'tooLong', got: 201, max: 200 } })
  })
})

describe('addresses of one link', () => {
  it('keep their interface, and come back as they went', () => {
    const address = linkAddress('fe80::1%eth0', 4_001)
    expect(address).toEqual({ family: 'ip6', host: 'fe80::1', port: 4_001, zone: 'eth0' })
    const text = address === null ? '' : formatAddress(address)
    expect(text).toBe('/ip6zone/eth0/ip6/fe80::1/tcp/4001')
    expect(parseOwnAddress(text)).toEqual(address)
    expect(linkAddress('FE80::A%14', 1)?.zone).toBe('14')
  })

  it.each([
    'fe80::1',
    '2001:db8::1%eth0',
    'fe80::1%',
    'fe80::1%a/b',
    'fe80::1%a b',
    `fe80::1%${'x'.repeat(33)}`,
    '::1%lo',
  ])('are not %s', (host) => {
    expect(linkAddress(host, 4_001)).toBeNull()
  })

  it('are nothing that anybody may tell us', () => {
    expect(parseAddress('/ip6zone/eth0/ip6/fe80::1/tcp/4001').ok).toBe(false)
    expect(parseOwnAddress('/ip6zone/eth0/ip6/2001:db8::1/tcp/4001')).toBeNull()
    expect(parseOwnAddress('/ip6zone/eth0/ip4/169.254.1.1/tcp/4001')).toBeNull()
    expect(parseOwnAddress('/ip4/9.9.9.9/tcp/4001')?.host).toBe('9.9.9.9')
  })
})

describe('scopeOf', () => {
  it.each([
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['127.9.9.9', 'loopback'],
    ['10.1.2.3', 'private'],
    ['172.15.0.1', 'global'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['172.32.0.1', 'global'],
    ['192.168.0.1', 'private'],
    ['192.169.0.1', 'global'],
    ['100.63.0.1', 'global'],
    ['100.64.0.1', 'private'],
    ['169.254.1.1', 'linkLocal'],
    ['224.0.0.251', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::2', 'reserved'],
    ['fe80::1', 'linkLocal'],
    ['febf::1', 'linkLocal'],
    ['fd00::1', 'private'],
    ['2001:db8::1', 'global'],
    ['2002:7f00:1::', 'reserved'],
    ['64:ff9b::7f00:1', 'reserved'],
    ['ff02::fb', 'reserved'],
    ['localhost', 'reserved'],
  ])('%s is %s', (host, scope) => {
    expect(scopeOf(host)).toBe(scope)
  })

  it('names the path', () => {
    expect(['127.0.0.1', '192.168.1.1', '9.9.9.9'].map(pathOf)).toEqual(['loopback', 'lan', 'direct'])
  })
})

describe('subnets and sources', () => {
  it('compares whole prefixes', () => {
    expect(inSubnet('192.168.1.77', '192.168.1.1', 24)).toBe(true)
    expect(inSubnet('192.168.2.77', '192.168.1.1', 24)).toBe(false)
    expect(inSubnet('192.168.1.129', '192.168.1.1', 25)).toBe(false)
    expect(inSubnet('fd00::1:2', 'fd00::1', 64)).toBe(true)
    expect(inSubnet('fd00:0:0:1::1', 'fd00::1', 64)).toBe(false)
    expect(inSubnet('192.168.1.77', 'fd00::1', 0)).toBe(false)
  })

  it('counts an IPv6 /64 as one sender', () => {
    expect(sourceOf('2001:db8::1')).toBe(sourceOf('2001:db8::ffff:1'))
    expect(sourceOf('2001:db8::1')).not.toBe(sourceOf('2001:db8:0:1::1'))
    expect(sourceOf('fe80::1')).not.toBe(sourceOf('fe80::2'))
    expect(sourceOf('10.0.0.1')).not.toBe(sourceOf('10.0.0.2'))
  })

  it('expands IPv6', () => {
    expect(ipBytes('fe80::1%lo')).toBeNull()
    expect([...(ipBytes('2001:db8::1:0:2') ?? [])]).toEqual([0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2])
    expect([...(ipBytes('1:2:3:4:5:6:7:8') ?? [])]).toEqual([0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8])
  })
})
