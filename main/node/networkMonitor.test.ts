import { describe, expect, it } from 'vitest'
import { deviceIdOf } from '../core/ids.ts'
import type { Network, NetworkEvent, NetworkHandler } from '../core/ports.ts'
import { deviceKey, deviceOfKey } from '../net/keys.ts'
import { formatRelayed } from '../net/relay/address.ts'
import { socketAddress } from '../net/addresses.ts'
import { NetworkMonitor } from './networkMonitor.ts'

const friend = deviceIdOf(new Uint8Array(32).fill(3))
const relay = deviceOfKey(await deviceKey(new Uint8Array(32).fill(7)))
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

function relayedAddress(): string {
  const socket = socketAddress('203.0.113.9', 4_001)
  const text = socket === null ? null : formatRelayed({ relay, socket })
  if (text === null) throw new Error('the test’s own address')
  return text
}

async function setUp() {
  let handler: NetworkHandler | null = null
  let changes = 0
  const inner = {
    start: async (given: NetworkHandler) => void (handler = given),
    setPrivacy: () => undefined,
    roundTripMs: () => 12,
  } as Partial<Network> as Network
  const watcher = {
    statusChanged: () => void changes++,
    peerChanged: () => undefined,
    listening: () => undefined,
    listenFailed: () => undefined,
  }
  const monitor = new NetworkMonitor(inner, watcher, true, silent)
  await monitor.start({ event: () => undefined, frame: async () => undefined, admits: () => true })
  return { monitor, event: (event: NetworkEvent) => handler?.event(event), changes: () => changes }
}

describe('how a device is reached', () => {
  it('names the relay while there is one, and forgets it with the path', async () => {
    const { monitor, event } = await setUp()
    expect([monitor.pathOf(friend), monitor.relayTo(friend)]).toEqual([null, null])
    event({ kind: 'peerUp', device: friend, path: 'relay', address: relayedAddress() })
    expect([monitor.pathOf(friend), monitor.relayTo(friend)]).toEqual(['relay', relay])
    event({ kind: 'pathChanged', device: friend, path: 'direct', address: '/ip4/203.0.113.5/tcp/4001' })
    expect([monitor.pathOf(friend), monitor.relayTo(friend)]).toEqual(['direct', null])
    event({ kind: 'peerDown', device: friend })
    expect([monitor.pathOf(friend), monitor.status().connected]).toEqual([null, 0])
  })

  it('counts a relay once through which this device is reached at several addresses', async () => {
    const { monitor, event } = await setUp()
    const relayed = relayedAddress()
    event({ kind: 'addresses', addresses: ['/ip4/192.168.1.20/tcp/4001', relayed, relayed.replace('4001', '4002')] })
    expect(monitor.relays()).toEqual([relay])
    expect(monitor.status().reach).toBe('relay')
  })
})

describe('a proxy that fails', () => {
  it('is a problem until something connects through it', async () => {
    const { monitor, event } = await setUp()
    event({ kind: 'proxyFailed', why: 'refused' })
    expect(monitor.status().problem).toMatchObject({ code: 'proxyRefused' })
    event({ kind: 'listening', ports: [4001] })
    expect(monitor.status().problem).toMatchObject({ code: 'proxyRefused' })
    event({ kind: 'peerUp', device: friend, path: 'direct', address: '/ip4/203.0.113.5/tcp/4001' })
    expect(monitor.status().problem).toBeNull()
  })

  it('is forgotten with the choice of another, which is told', async () => {
    const { monitor, event, changes } = await setUp()
    event({ kind: 'proxyFailed', why: 'timeout' })
    const before = changes()
    monitor.setPrivacy({ kind: 'open' })
    expect([monitor.status().problem, changes()]).toEqual([null, before + 1])
    monitor.setPrivacy({ kind: 'open' })
    expect(changes()).toBe(before + 1)
  })

  it('does not hide that listening fails, once it is over', async () => {
    const { monitor, event } = await setUp()
    event({ kind: 'listenFailed', error: { kind: 'portInUse', port: 4001 } })
    event({ kind: 'proxyFailed', why: 'unreachable' })
    monitor.setPrivacy({ kind: 'open' })
    expect(monitor.status()).toMatchObject({ state: 'failed', problem: { code: 'portInUse' } })
    expect(monitor.status().problem?.message).toContain('4001')
  })
})
