import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../test/net/fakeClock.ts'
import type { DeviceId } from '../core/ids.ts'
import { deviceIdOf } from '../core/ids.ts'
import { networkLimits } from '../core/limits.ts'
import { Reconnector } from './reconnect.ts'

function device(number: number): DeviceId {
  return deviceIdOf(new Uint8Array(32).fill(number))
}

class Scene {
  readonly clock = new FakeClock()
  readonly dials: { readonly device: DeviceId; readonly atMs: number }[] = []
  readonly connected = new Set<DeviceId>()
  readonly undialable = new Set<DeviceId>()
  running = 0
  runningMax = 0
  durationMs = 100
  readonly reconnector: Reconnector

  constructor() {
    this.reconnector = new Reconnector({
      clock: this.clock,
      random: { bytes: (length) => new Uint8Array(length).fill(0xff) },
      pace: { afterMs: 500, afterMsMax: 60_000 },
      isConnected: (one) => this.connected.has(one),
      isDialable: (one) => !this.undialable.has(one),
      dial: (one) => {
        this.dials.push({ device: one, atMs: this.clock.nowMs() })
        this.running++
        this.runningMax = Math.max(this.runningMax, this.running)
        return new Promise((resolve) => {
          this.clock.after(this.durationMs, () => {
            this.running--
            resolve()
          })
        })
      },
    })
  }

  gapsMs(): number[] {
    return this.dials.slice(1).map((dial, i) => dial.atMs - (this.dials[i]?.atMs ?? 0))
  }
}

describe('Reconnector', () => {
  it('never gives up, and slows down to once a minute', async () => {
    const scene = new Scene()
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1)])
    await scene.clock.advance(60 * 60_000)
    const gaps = scene.gapsMs()
    expect(gaps.length).toBeGreaterThan(60)
    expect(gaps.slice(0, 3)).toEqual([600, 1_100, 2_100])
    expect(gaps.slice(8).every((gap) => gap === 60_100)).toBe(true)
  })

  it('dials at once after a wake, and begins anew', async () => {
    const scene = new Scene()
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1)])
    await scene.clock.advance(10 * 60_000)
    const before = scene.dials.length
    scene.reconnector.wake()
    await scene.clock.advance(1_000)
    expect(scene.dials.length).toBe(before + 2)
  })

  it('rests while connected, and dials again when that ends', async () => {
    const scene = new Scene()
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1)])
    scene.connected.add(device(1))
    scene.reconnector.connected(device(1))
    await scene.clock.advance(10 * 60_000)
    expect(scene.dials.length).toBe(1)
    expect(scene.clock.timerCount).toBe(0)
    scene.connected.delete(device(1))
    scene.reconnector.disconnected(device(1), 10 * 60_000)
    await scene.clock.advance(500)
    expect(scene.dials.length).toBe(2)
  })

  it('keeps backing off from a peer that hangs up at once', async () => {
    const scene = new Scene()
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1)])
    for (let i = 0; i < 12; i++) {
      const dials = scene.dials.length
      while (scene.dials.length === dials) await scene.clock.advance(100)
      scene.connected.add(device(1))
      scene.reconnector.connected(device(1))
      await scene.clock.advance(scene.durationMs)
      scene.connected.delete(device(1))
      scene.reconnector.disconnected(device(1), 50)
    }
    expect(scene.gapsMs().at(-1)).toBeGreaterThan(30_000)
  })

  it('dials a bounded number at once, and everybody in turn', async () => {
    const scene = new Scene()
    const all = Array.from({ length: 100 }, (_, i) => device(i))
    scene.reconnector.start()
    scene.reconnector.setTargets(all)
    await scene.clock.advance(Math.ceil(100 / networkLimits.dialsMax) * scene.durationMs)
    expect(scene.runningMax).toBe(networkLimits.dialsMax)
    expect(new Set(scene.dials.map((dial) => dial.device))).toEqual(new Set(all))
  })

  it('waits for an address, and uses it when it comes during a dial', async () => {
    const scene = new Scene()
    scene.undialable.add(device(1))
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1)])
    await scene.clock.advance(10 * 60_000)
    expect(scene.dials).toEqual([])
    scene.undialable.clear()
    scene.reconnector.soon(device(1))
    scene.reconnector.soon(device(1))
    await scene.clock.advance(scene.durationMs)
    expect(scene.gapsMs()).toEqual([scene.durationMs])
  })

  it('lets go of who is wanted no more, and of everything when stopped', async () => {
    const scene = new Scene()
    scene.reconnector.start()
    scene.reconnector.setTargets([device(1), device(2)])
    await scene.clock.advance(1_000)
    scene.reconnector.setTargets([device(2)])
    const before = scene.dials.length
    await scene.clock.advance(60_000)
    expect(scene.dials.slice(before).every((dial) => dial.device === device(2))).toBe(true)
    scene.reconnector.stop()
    await scene.clock.advance(1_000)
    expect(scene.clock.timerCount).toBe(0)
  })
})
