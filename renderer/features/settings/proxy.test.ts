import { describe, expect, it } from 'vitest'
import { proxyHostIn, proxyPortIn } from './proxy.ts'

describe('the address of a proxy', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    [' localhost ', 'localhost'],
    ['192.168.255.10', '192.168.255.10'],
    ['::1', '::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8:0:0:0:0:0:1'],
  ])('%j is kept as %j', (text, host) => {
    expect(proxyHostIn(text)).toBe(host)
  })

  it.each([
    '',
    '  ',
    '127.0.0.1:9050',
    'socks5://127.0.0.1',
    'two words',
    'tor.example.org',
    'host',
    '127.0.0',
    '127.0.0.1.',
    '127.0.0.1.1',
    '127.0.0.256',
    '127.1',
    '0x7f000001',
    '[127.0.0.1',
    'a:b',
    ':',
    ':::',
    '2001:db8::1::2',
    '1:2:3:4:5:6:7:8:9',
    'f'.repeat(300),
  ])('%j is refused', (text) => {
    expect(proxyHostIn(text)).toBeNull()
  })
})

describe('the port of a proxy', () => {
  it.each([
    ['9050', 9050],
    [' 1 ', 1],
    ['65535', 65_535],
  ])('%j is %d', (text, port) => {
    expect(proxyPortIn(text)).toBe(port)
  })

  it.each(['', '0', '65536', '-1', '1e3', '90 50', '9050x', '123456'])('%j is refused', (text) => {
    expect(proxyPortIn(text)).toBeNull()
  })
})
