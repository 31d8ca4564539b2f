import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { description, FakeIgd } from '../../../test/net/fakeIgd.ts'
import type { IgdBehaviour } from '../../../test/net/fakeIgd.ts'
import { networkLimits } from '../../core/limits.ts'
import { openIgd, serviceIn } from './igd.ts'
import type { Router } from './router.ts'

const never = new AbortController().signal
const random = { bytes: (lengthBytes: number) => new Uint8Array(lengthBytes).fill(1) }
const routers: FakeIgd[] = []

afterEach(async () => {
  await Promise.all(routers.splice(0).map((router) => router.stop()))
})

async function fakeRouter(behaviour: Partial<IgdBehaviour> = {}): Promise<FakeIgd> {
  const router = new FakeIgd(behaviour)
  await router.start('127.0.0.1')
  routers.push(router)
  return router
}

function open(fake: FakeIgd, clock = new FakeClock()) {
  const own = { name: 'lo', host: '127.0.0.1', prefixLength: 8 }
  const location = new URL(`http://127.0.0.1:${fake.port}/root.xml`)
  return openIgd({ clock, own, gateway: '127.0.0.1' }, location, random, never)
}

async function opened(fake: FakeIgd): Promise<Router> {
  const router = await open(fake)
  if (!router.ok) throw new Error(router.error.kind)
  return router.value
}

describe('a UPnP router', () => {
  it('maps a port, keeps it, and takes it back', async () => {
    const fake = await fakeRouter()
    const router = await opened(fake)
    const wanted = { address: { family: 'ip4', host: '11.22.33.44', port: 4_001 }, lifetimeMs: 3_600_000 }
    expect(await router.map(4_001, 4_001, never)).toEqual({ ok: true, value: wanted })
    expect([...fake.mappings]).toEqual([[4_001, { host: '127.0.0.1', port: 4_001, seconds: 3_600 }]])
    fake.mappings.clear()
    expect((await router.map(4_001, 4_001, never)).ok).toBe(true)
    expect(fake.mappings.size).toBe(1)
    await router.unmap(4_001, never)
    expect(fake.mappings.size).toBe(0)
    await router.unmap(4_001, never)
    expect(fake.calls.filter((call) => call === 'DeletePortMapping').length).toBe(1)
  })

  it('is asked for another port when that one is taken, and for good when it knows nothing else', async () => {
    const fake = await fakeRouter({ taken: [4_001], permanentOnly: true })
    const mapped = await (await opened(fake)).map(4_001, 4_001, never)
    const [outside] = [...fake.mappings.keys()]
    expect(outside).toBe(49_152 + 257)
    expect(mapped).toMatchObject({ ok: true, value: { address: { port: outside } } })
    expect(fake.mappings.get(outside ?? 0)?.seconds).toBe(0)
  })

  it('is not asked for ports without end', async () => {
    const fake = await fakeRouter({ taken: [4_001, 49_152 + 257] })
    expect(await (await opened(fake)).map(4_001, 4_001, never)).toEqual({
      ok: false,
      error: { kind: 'refused', code: 718 },
    })
    expect(fake.calls.filter((call) => call === 'AddPortMapping').length).toBe(networkLimits.mappingPortTriesMax)
  })

  it.each([
    ['192.168.0.2', 'notPublic'],
    ['100.64.3.4', 'notPublic'],
    ['127.0.0.1', 'notPublic'],
    ['0.0.0.0', 'notPublic'],
    ['router.example', 'malformed'],
    ['', 'malformed'],
  ])('whose own address is %j maps nothing: %s', async (externalHost, kind) => {
    const fake = await fakeRouter({ externalHost })
    expect(await (await opened(fake)).map(4_001, 4_001, never)).toMatchObject({ ok: false, error: { kind } })
    expect(fake.mappings.size).toBe(0)
  })
})

describe('a hostile router', () => {
  const large = 'x'.repeat(2 * networkLimits.mappingAnswerBytesMax)
  const answers: readonly (readonly [string, (response: ServerResponse) => unknown, string])[] = [
    ['sends elsewhere', (response) => response.writeHead(302, { Location: 'http://127.0.0.1:1/' }).end(), 'malformed'],
    ['sends too much', (response) => response.write(large), 'malformed'],
    ['has too large a head', (response) => response.writeHead(200, { 'X-A': large }).end(), 'noAnswer'],
    ['hangs up', (response) => response.destroy(), 'noAnswer'],
    [
      'sends less than it promised',
      (response) => response.writeHead(200, { 'Content-Length': 9 }).write('a', () => response.destroy()),
      'noAnswer',
    ],
    [
      'changes the protocol',
      (response) => response.socket?.end('HTTP/1.1 101 Other\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'),
      'noAnswer',
    ],
    ['describes nothing', (response) => response.end('<root/>'), 'malformed'],
    [
      'sends a bomb',
      (response) => response.end(`<!DOCTYPE a [<!ENTITY b "${'c'.repeat(99)}">]>${description}`),
      'malformed',
    ],
  ]

  it.each(answers)('that %s is left alone', async (_, answer, kind) => {
    const fake = await fakeRouter({
      instead: (path, response) => {
        if (path === '/root.xml') answer(response)
        return path === '/root.xml'
      },
    })
    expect(await open(fake)).toEqual({ ok: false, error: { kind } })
  })

  it('that says nothing, or goes on for ever, is given up in time', async () => {
    for (const begin of ['', 'HTTP']) {
      const clock = new FakeClock()
      let isAsked = false
      const fake = await fakeRouter({
        instead: (_, response) => {
          if (begin !== '') response.write(begin)
          isAsked = true
          return true
        },
      })
      const opening = open(fake, clock)
      await expect.poll(() => isAsked).toBe(true)
      await clock.advance(networkLimits.mappingAnswerTimeoutMs)
      expect(await opening).toEqual({ ok: false, error: { kind: 'noAnswer' } })
    }
  })

  it('cannot have us speak with another host', () => {
    const location = new URL('http://192.168.1.1:5000/root.xml')
    const pointing = (control: string): string => description.replace('/control?a=1&amp;b=2', control)
    expect(serviceIn(description, location)?.control.href).toBe('http://192.168.1.1:5000/control?a=1&b=2')
    expect(serviceIn(pointing('http://192.168.1.1:80/c'), location)?.control.href).toBe('http://192.168.1.1/c')
    for (const control of [
      'http://9.9.9.9/c',
      '//9.9.9.9/c',
      'https://192.168.1.1/c',
      'http://a@192.168.1.1/c',
      'file:///c',
    ]) {
      expect(serviceIn(pointing(control), location)).toBeNull()
    }
    expect(serviceIn(description.replace('WANIPConnection:1', 'WANIPConnection:9'), location)).toBeNull()
  })
})
