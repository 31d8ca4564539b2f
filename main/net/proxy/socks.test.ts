import { randomBytes } from 'node:crypto'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { SocksServer } from '../../../test/interop/socksProxy.ts'
import type { Misbehaviour } from '../../../test/interop/socksProxy.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { networkLimits } from '../../core/limits.ts'
import type { NamedAddress } from '../names.ts'
import { SocksProxy, tunnelErrorOf } from './socks.ts'

const [alice, bob] = [deviceIdOf(new Uint8Array(32).fill(1)), deviceIdOf(new Uint8Array(32).fill(2))]
const target: NamedAddress = { family: 'dns4', host: 'bob.example', port: 4_001 }

function proxyAt(port: number, options: { readonly host?: string; readonly permits?: boolean } = {}) {
  const failures: string[] = []
  const clock = new FakeClock()
  const proxy = new SocksProxy({
    clock,
    random: { bytes: (lengthBytes) => Uint8Array.from(randomBytes(lengthBytes)) },
    host: options.host ?? '127.0.0.1',
    port,
    permits: () => options.permits ?? true,
    failed: (why) => void failures.push(why),
  })
  return { proxy, clock, failures }
}

async function withServer(how: Misbehaviour | null, test: (server: SocksServer) => Promise<void>): Promise<void> {
  const server = new SocksServer(how)
  await server.start()
  try {
    await test(server)
  } finally {
    await server.stop()
  }
}

/** Says something as soon as somebody comes, before being asked. */
async function talker(): Promise<Server> {
  const server = createServer((socket) => void socket.write('hello'))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function words(socket: Socket, length: number): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    socket.on('data', (part) => {
      heard += part.toString()
      if (heard.length >= length) resolve(heard)
    })
    socket.resume()
  })
}

const never = new AbortController().signal

describe('a SOCKS5 proxy', () => {
  it('is told the name, and what comes early is not lost', async () => {
    const far = await talker()
    await withServer(null, async (server) => {
      server.names.set('bob.example:4001', (far.address() as AddressInfo).port)
      const { proxy, failures } = proxyAt(server.port)
      for (const early of ['', 'sooner, ']) {
        server.early = early
        const socket = await proxy.connectFor(bob)(target, never)
        if (socket === null) throw new Error('Not connected')
        expect(await words(socket, early.length + 5)).toBe(`${early}hello`)
        socket.destroy()
      }
      expect(server.requests.map((request) => request.target)).toEqual([
        'name:bob.example:4001',
        'name:bob.example:4001',
      ])
      expect(failures).toEqual([])
    })
    far.close()
  })

  it('sees one login for each contact, others in another run, and never the device', async () => {
    await withServer('refusesTarget', async (server) => {
      const { proxy } = proxyAt(server.port)
      for (const device of [alice, bob, alice]) expect(await proxy.connectFor(device)(target, never)).toBeNull()
      await proxyAt(server.port).proxy.connectFor(alice)(target, never)
      const logins = server.requests.map(({ user, password }) => `${user} ${password}`)
      expect(logins[0]).toBe(logins[2])
      expect(new Set(logins).size).toBe(3)
      for (const login of logins) expect(login).toMatch(/^[0-9a-f]{32} [0-9a-f]{32}$/)
      expect(logins.join(' ')).not.toContain(alice.slice(0, 16))
    })
  })

  it.each([
    ['garbage', 'notSocks'],
    ['wrongVersion', 'notSocks'],
    ['closesAtOnce', 'notSocks'],
    ['closesMidway', 'notSocks'],
    ['overLong', 'notSocks'],
    ['noMethod', 'authFailed'],
    ['badLogin', 'authFailed'],
  ] as const)('that is none (%s) is told once: %s', async (how, why) => {
    await withServer(how, async (server) => {
      const { proxy, failures } = proxyAt(server.port)
      for (let i = 0; i < 3; i++) expect(await proxy.connectFor(bob)(target, never)).toBeNull()
      expect(failures).toEqual([why])
    })
  })

  it('that refuses one target is no broken proxy', async () => {
    await withServer('refusesTarget', async (server) => {
      const { proxy, failures } = proxyAt(server.port)
      expect(await proxy.connectFor(bob)(target, never)).toBeNull()
      expect(failures).toEqual([])
    })
  })

  it('that says nothing is given up in time', async () => {
    await withServer('silent', async (server) => {
      const { proxy, clock, failures } = proxyAt(server.port)
      const connecting = proxy.connectFor(bob)(target, never)
      await expect.poll(() => server.greeted).toBe(1)
      await clock.advance(networkLimits.proxyConnectTimeoutMs)
      expect(await connecting).toBeNull()
      expect(failures).toEqual(['timeout'])
    })
  })

  it('that is not there, or may not be asked, is told apart', async () => {
    const server = new SocksServer()
    const port = await server.start()
    await server.stop()
    const gone = proxyAt(port)
    expect(await gone.proxy.connectFor(bob)(target, never)).toBeNull()
    expect(gone.failures).toEqual(['refused'])
    const forbidden = proxyAt(port, { permits: false })
    expect(await forbidden.proxy.connectFor(bob)(target, never)).toBeNull()
    expect(forbidden.failures).toEqual(['unreachable'])
    for (const host of ['', 'proxy.example', '256.1.1.1']) {
      const named = proxyAt(port, { host })
      expect(await named.proxy.connectFor(bob)(target, never)).toBeNull()
      expect(named.failures).toEqual(['unreachable'])
    }
  })

  it('is left at once when the dial ends', async () => {
    await withServer('silent', async (server) => {
      const ending = new AbortController()
      const { proxy, failures } = proxyAt(server.port)
      const connecting = proxy.connectFor(bob)(target, ending.signal)
      await expect.poll(() => server.accepted).toBe(1)
      ending.abort()
      expect(await connecting).toBeNull()
      expect(failures).toEqual([])
    })
  })
})

describe('what the library says', () => {
  it.each([
    ['Socks5 proxy rejected connection - HostUnreachable', { kind: 'target' }],
    ['Socks5 proxy rejected connection - undefined', { kind: 'proxy', why: 'notSocks' }],
    ['Socks5 Authentication failed', { kind: 'proxy', why: 'authFailed' }],
    ['Socket closed', { kind: 'proxy', why: 'notSocks' }],
    ['', { kind: 'proxy', why: 'notSocks' }],
  ])('%s', (text, error) => {
    expect(tunnelErrorOf(text)).toEqual(error)
  })
})
