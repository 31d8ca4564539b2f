import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { networkLimits } from '../../core/limits.ts'
import { err, ok } from '../../core/result.ts'
import { formatAddress, socketAddress } from '../addresses.ts'
import type { LocalInterface } from '../interfaces.ts'
import { PortMapper } from './portMapper.ts'
import type { Router } from './router.ts'

/** A router that does what the test says, and writes down what it is asked. */
class HandRouter implements Router {
  readonly asked: string[] = []
  host: string | null = '11.22.33.44'
  lifetimeMs: number = networkLimits.mappingLifetimeMs
  /** Holds answers back until it settles. */
  gate: Promise<void> = Promise.resolve()

  async map(port: number, wantedPort: number) {
    this.asked.push(`map ${port} ${wantedPort}`)
    await this.gate
    const address = this.host === null ? null : socketAddress(this.host, wantedPort)
    if (address === null) return err({ kind: 'noAnswer' } as const)
    return ok({ address, lifetimeMs: this.lifetimeMs })
  }

  unmap(port: number): Promise<void> {
    this.asked.push(`unmap ${port}`)
    return Promise.resolve()
  }
}

function lan(name: string, host: string): LocalInterface {
  const addresses = [{ family: 'ip4', host, prefixLength: 24 } as const]
  return { name, zone: name, physical: true, loopback: false, addresses }
}

const eth0 = lan('eth0', '192.168.1.7')
const { mappingRenewMs, mappingRetryMs, mappingRetryMsMax } = networkLimits

function mapperOf(...routers: readonly HandRouter[]) {
  const clock = new FakeClock()
  const told: string[] = []
  let searches = 0
  const mapper: PortMapper = new PortMapper({
    clock,
    random: { bytes: (lengthBytes) => new Uint8Array(lengthBytes) },
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined },
    routers: async function* near() {
      searches++
      yield* routers
    },
    changed: () => void told.push(mapper.addresses().map(formatAddress).join()),
  })
  return { mapper, clock, told, searches: () => searches }
}

describe('a mapped port', () => {
  it('is told once it is confirmed, asked for anew, and given back', async () => {
    const router = new HandRouter()
    const { mapper, clock, told } = mapperOf(router)
    mapper.set([eth0], 4_001)
    expect(mapper.addresses()).toEqual([])
    await clock.advance(0)
    expect(told).toEqual(['/ip4/11.22.33.44/tcp/4001'])
    mapper.set([eth0], 4_001)
    await clock.advance(2 * mappingRenewMs)
    expect(router.asked).toEqual(['map 4001 4001', 'map 4001 4001', 'map 4001 4001'])
    expect(told.length).toBe(1)
    mapper.set([], 4_001)
    expect(told).toEqual(['/ip4/11.22.33.44/tcp/4001', ''])
    await mapper.settled()
    expect(router.asked.at(-1)).toBe('unmap 4001')
    await clock.advance(10 * mappingRenewMs)
    expect(router.asked.length).toBe(4)
    expect(clock.timerCount).toBe(0)
  })

  it('is dropped when the router forgets us, and found again elsewhere', async () => {
    const router = new HandRouter()
    const { mapper, clock, told } = mapperOf(router)
    mapper.set([eth0], 4_001)
    await clock.advance(0)
    router.host = null
    await clock.advance(mappingRenewMs)
    expect(told).toEqual(['/ip4/11.22.33.44/tcp/4001', ''])
    router.host = '11.22.33.55'
    await clock.advance(mappingRetryMs)
    expect(told.at(-1)).toBe('/ip4/11.22.33.55/tcp/4001')
    router.host = '11.22.33.66'
    await clock.advance(mappingRenewMs)
    expect(told.at(-1)).toBe('/ip4/11.22.33.66/tcp/4001')
  })

  it('is asked of the next router when one refuses, and less and less often when all do', async () => {
    const [first, second] = [new HandRouter(), new HandRouter()]
    first.host = null
    const { mapper, clock, searches } = mapperOf(first, second)
    mapper.set([eth0], 4_001)
    await clock.advance(0)
    expect(mapper.addresses().length).toBe(1)
    expect([first.asked.length, second.asked.length]).toEqual([1, 1])
    second.host = null
    await clock.advance(mappingRenewMs)
    const before = searches()
    await clock.advance(24 * 60 * 60_000)
    expect(searches() - before).toBeGreaterThan(5)
    expect(searches() - before).toBeLessThan((2 * 24 * 60 * 60_000) / mappingRetryMsMax + 12)
  })

  it('of a short life is asked for in time, but not without pause', async () => {
    const router = new HandRouter()
    router.lifetimeMs = 60_000
    const { mapper, clock } = mapperOf(router)
    mapper.set([eth0], 4_001)
    await clock.advance(0)
    await clock.advance(60_000)
    expect(router.asked.length).toBe(3)
    router.lifetimeMs = 0
    await clock.advance(30_000)
    const before = router.asked.length
    await clock.advance(10_000)
    expect(router.asked.length - before).toBeLessThanOrEqual(10)
  })

  it('that is confirmed while it is given up is given back, and never told', async () => {
    const router = new HandRouter()
    let open: () => void = () => undefined
    router.gate = new Promise((resolve) => (open = resolve))
    const { mapper, clock, told } = mapperOf(router)
    mapper.set([eth0], 4_001)
    await clock.advance(0)
    mapper.set([], 4_001)
    open()
    await mapper.settled()
    expect(router.asked).toEqual(['map 4001 4001', 'unmap 4001'])
    expect(told).toEqual([])
  })

  it('belongs to one address of this machine, and to one port', async () => {
    const router = new HandRouter()
    const { mapper, clock } = mapperOf(router)
    mapper.set([eth0], 0)
    await clock.advance(0)
    expect(router.asked).toEqual([])
    mapper.set([eth0], 4_001)
    await clock.advance(0)
    mapper.set([eth0], 4_002)
    await clock.advance(0)
    mapper.set([lan('eth0', '192.168.1.8')], 4_002)
    await clock.advance(0)
    expect(router.asked.filter((one) => one.startsWith('map'))).toEqual([
      'map 4001 4001',
      'map 4002 4002',
      'map 4002 4002',
    ])
    expect(router.asked.filter((one) => one.startsWith('unmap')).length).toBe(2)
  })
})
