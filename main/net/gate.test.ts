import type { MultiaddrConnection } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { multiaddr } from '@multiformats/multiaddr'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import type { DeviceId } from '../core/ids.ts'
import { networkLimits, visitLimits } from '../core/limits.ts'
import { createGate } from './gate.ts'
import type { GateConnection } from './gate.ts'
import { deviceKey, deviceOfKey } from './keys.ts'

const limits = networkLimits

/** Somebody with a key of their own. */
async function somebody(number: number) {
  const key = await deviceKey(Uint8Array.from({ length: 32 }, (_, i) => (i < 2 ? number >> (8 * i) : 7)))
  return { peer: peerIdFromPrivateKey(key), device: deviceOfKey(key) }
}

type Somebody = Awaited<ReturnType<typeof somebody>>

class Scene {
  readonly clock = new FakeClock()
  readonly contacts = new Set<DeviceId>()
  readonly standing = new Set<GateConnection>()
  serving = true
  readonly #gate = createGate({
    clock: this.clock,
    admits: (device) => this.contacts.has(device),
    takesVisitors: () => this.serving,
    isTarget: (device) => this.contacts.has(device),
    mayDial: () => true,
    mayMeet: () => true,
    connections: () => [...this.standing],
    isOurRelay: () => false,
    mayReserve: () => false,
    mayCall: () => false,
  })

  /** Comes from an address; what stands of it, or null. */
  async come({ peer, device }: Somebody, source = '10.0.0.1', holds = 0): Promise<GateConnection | null> {
    const socket: unknown = { remoteAddr: multiaddr(`/ip4/${source}/tcp/4001`), addEventListener: () => undefined }
    const denied = await this.#gate.denyInboundEncryptedConnection?.(peer, socket as MultiaddrConnection)
    if (denied !== false) return null
    const made: GateConnection = {
      device,
      source,
      openedAtMs: this.clock.nowMs(),
      holds,
      close: () => this.standing.delete(made),
    }
    this.standing.add(made)
    return made
  }

  /** How many of so many strangers find room. */
  async crowd(count: number, from: number, sourceOf: (i: number) => string, holds = 0): Promise<number> {
    let stood = 0
    for (let i = 0; i < count; i++) {
      if ((await this.come(await somebody(from + i), sourceOf(i), holds)) !== null) stood++
    }
    return stood
  }
}

const anywhere = (i: number): string => `10.${i >> 8}.${i & 0xff}.1`

describe('the gate', () => {
  it('lets in no stranger unless the node serves', async () => {
    const scene = new Scene()
    scene.serving = false
    expect(await scene.come(await somebody(1))).toBe(null)
    scene.serving = true
    expect(await scene.come(await somebody(1))).not.toBe(null)
  })

  it('has so many places for visitors, and for those of one address', async () => {
    const scene = new Scene()
    expect(await scene.crowd(60, 1, () => '10.9.9.9')).toBe(visitLimits.visitorsPerAddressMax)
    expect(await scene.crowd(200, 100, anywhere)).toBe(visitLimits.visitorsMax - visitLimits.visitorsPerAddressMax)
    expect(scene.standing.size).toBe(visitLimits.visitorsMax)
  })

  it('always has places for contacts, however many visitors there are', async () => {
    const scene = new Scene()
    await scene.crowd(visitLimits.visitorsMax, 1, anywhere)
    const contact = await somebody(1_000)
    scene.contacts.add(contact.device)
    for (let i = 0; i < limits.connectionsPerDeviceMax; i++) expect(await scene.come(contact)).not.toBe(null)
    expect(await scene.come(contact)).toBe(null)
    expect(scene.standing.size).toBe(visitLimits.visitorsMax + limits.connectionsPerDeviceMax)
  })

  it('takes the oldest visitor’s place for a newer one once it has had its time and asks nothing', async () => {
    const scene = new Scene()
    const busy = await scene.come(await somebody(1), '10.200.0.1', 1)
    const old = await scene.come(await somebody(2), '10.200.0.2')
    await scene.clock.advance(1)
    await scene.crowd(visitLimits.visitorsMax - 2, 3, anywhere)
    await scene.clock.advance(limits.strangerConnectionSafeMs - 2)
    expect(await scene.come(await somebody(900))).toBe(null)
    await scene.clock.advance(1)
    expect(await scene.come(await somebody(900))).not.toBe(null)
    expect([busy, old].map((one) => one !== null && scene.standing.has(one))).toEqual([true, false])
  })

  it('makes room at one address among those of that address alone', async () => {
    const scene = new Scene()
    const other = await scene.come(await somebody(1), '10.200.0.1')
    await scene.crowd(visitLimits.visitorsPerAddressMax, 2, () => '10.9.9.9')
    await scene.clock.advance(limits.strangerConnectionSafeMs)
    expect(await scene.come(await somebody(900), '10.9.9.9')).not.toBe(null)
    expect(other !== null && scene.standing.has(other)).toBe(true)
    expect(scene.standing.size).toBe(1 + visitLimits.visitorsPerAddressMax)
  })

  it('refuses all when every visitor is being served', async () => {
    const scene = new Scene()
    await scene.crowd(visitLimits.visitorsMax, 1, anywhere, 1)
    await scene.clock.advance(10 * limits.strangerConnectionSafeMs)
    expect(await scene.come(await somebody(900))).toBe(null)
  })
})
