import { describe, expect, it } from 'vitest'
import { formatDialAddress, parseName } from './names.ts'

const onion = 'abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrstuvwx'

describe('names that a proxy may be asked for', () => {
  it.each([
    [`/onion3/${onion}:4001`, `${onion}.onion`],
    ['/dns4/a.example/tcp/4001', 'a.example'],
    ['/dns6/A.Example/tcp/1', 'a.example'],
    ['/dns/a-b.c0.example/tcp/65535', 'a-b.c0.example'],
    [`/dns4/${onion}.onion/tcp/80`, `${onion}.onion`],
  ])('%s', (text, host) => {
    const name = parseName(text)
    expect(name?.host).toBe(host)
    expect(name === null ? '' : formatDialAddress(name)).toBe(text.toLowerCase())
  })

  it.each([
    '',
    '/ip4/1.2.3.4/tcp/1',
    '/dns4/localhost/tcp/80',
    '/dns4/router/tcp/80',
    '/dns4/a.localhost/tcp/80',
    '/dns4/printer.local/tcp/80',
    '/dns4/nas.home.arpa/tcp/80',
    '/dns4/db.corp.internal/tcp/80',
    // Numbers in disguise: some resolvers take each of them for 127.0.0.1.
    '/dns4/127.0.0.1/tcp/80',
    '/dns4/127.1/tcp/80',
    '/dns4/0x7f.0x1/tcp/80',
    '/dns4/a.1/tcp/80',
    '/dns4/-a.example/tcp/80',
    '/dns4/a..example/tcp/80',
    '/dns4/.example/tcp/80',
    '/dns4/a.example./tcp/80',
    '/dns4/a_b.example/tcp/80',
    '/dns4/a.example/tcp/0',
    '/dns4/a.example/tcp/080',
    '/dns4/a.example/tcp/65536',
    '/dns4/a.example/udp/80',
    '/dns4/a.example/tcp/80/ws',
    '/dns4/a.example/tcp/80\n',
    '/dns4/ä.example/tcp/80',
    `/dns4/${'a'.repeat(64)}.example/tcp/80`,
    `/dns4/${'a.'.repeat(100)}example/tcp/80`,
    '/dnsaddr/a.example',
    `/onion3/${onion}:0`,
    `/onion3/${onion}:65536`,
    `/onion3/${onion}`,
    `/onion3/${onion.slice(1)}:80`,
    `/onion3/${onion.toUpperCase()}:80`,
    `/onion3/${onion.replace('a', '1')}:80`,
    `/onion/abcdefghijklmnop:80`,
  ])('not %j', (text) => {
    expect(parseName(text)).toBeNull()
  })
})
