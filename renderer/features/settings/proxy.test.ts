import { describe, expect, it } from 'vitest'
import { proxyHostIn, proxyPortIn } from './proxy.ts'

describe('the address of a proxy', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    [' localhost ', 'localhost'],
    ['tor.example.org', 'tor.example.org'],
    ['::1', '::1'],
    ['[fe80::1]', 'fe80::1'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('%j is kept as %j', (text, host) => {
    expect(proxyHostIn(text)).toBe(host)
  })

  it.each([
    '',
    '  ',
    '127.0.0.1:9050',
    'socks5://127.0.0.1',
    'two words',
    '-host',
    'host-',
    'a..b',
    '[127.0.0.1',
    'a:b',
    'a'.repeat(64),
    Array.from({ length: 64 }, () => 'abc').join('.'),
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
