import type { MultiaddrConnection } from '@libp2p/interface'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import type { DeviceId } from '../../core/ids.ts'
import { deviceIdOf } from '../../core/ids.ts'
import { nearbyLimits } from '../../core/limits.ts'
import { deviceKey, deviceOfKey, peerOf } from '../keys.ts'
import { createNearbyGate } from './gate.ts'

class FakeConnection extends EventTarget {
  readonly remoteAddr
  constructor(host: string) {
    super()
    this.remoteAddr = multiaddr(`/ip4/${host}/tcp/4000`)
  }
}

const from = (host: string): MultiaddrConnection => new FakeConnection(host) as unknown as MultiaddrConnection

async function setUp() {
  const own = deviceOfKey(await deviceKey(new Uint8Array(32).fill(1)))
  const isNear = (host: string): boolean => host.startsWith('10.')
  return { own, gate: createNearbyGate({ own, isNear, mayDial: (address) => address.toString().includes('/10.') }) }
}

describe('who may connect with a sitting', () => {
  it('is near: nobody from another network', async () => {
    const { gate } = await setUp()
    expect(gate.denyInboundConnection?.(from('10.0.0.2'))).toBe(false)
    expect(gate.denyInboundConnection?.(from('192.168.1.2'))).toBe(true)
    expect(gate.denyDialMultiaddr?.(multiaddr('/ip4/10.0.0.2/tcp/4000'))).toBe(false)
    expect(gate.denyDialMultiaddr?.(multiaddr('/ip4/8.8.8.8/tcp/4000'))).toBe(true)
  })

  it('is bounded of one address and in all, and gives its place back', async () => {
    const { gate } = await setUp()
    const { linksPerAddressMax, linksMax } = nearbyLimits
    const one = Array.from({ length: linksPerAddressMax + 1 }, () => from('10.0.0.2'))
    expect(one.map((each) => gate.denyInboundConnection?.(each))).toEqual([false, false, false, true])
    const others = Array.from({ length: linksMax }, (_, i) => from(`10.0.1.${i + 1}`))
    const denied = others.map((each) => gate.denyInboundConnection?.(each))
    expect(denied.filter((each) => each === false)).toHaveLength(linksMax - linksPerAddressMax)
    one[0]?.dispatchEvent(new Event('close'))
    expect(gate.denyInboundConnection?.(from('10.0.0.2'))).toBe(false)
  })

  it('has a key of its own, which not everybody can prove', async () => {
    const { gate, own } = await setUp()
    const other = deviceOfKey(await deviceKey(new Uint8Array(32).fill(2)))
    const asked = (device: DeviceId) => {
      const peer = peerOf(device)
      return peer !== null && gate.denyInboundEncryptedConnection?.(peer, from('10.0.0.2'))
    }
    expect(asked(other)).toBe(false)
    expect(asked(own)).toBe(true)
    expect(peerOf(deviceIdOf(new Uint8Array(32)))).toBeNull()
  })
})
