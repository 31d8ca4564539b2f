import { describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { deviceIdOf } from '../../core/ids.ts'
import type { DeviceId } from '../../core/ids.ts'
import { visitLimits } from '../../core/limits.ts'
import { StrangerCalls } from './strangerCalls.ts'

const device = (number: number): DeviceId => deviceIdOf(new Uint8Array(32).fill(number))

/** How many of these are let through. */
function passed(calls: StrangerCalls, ways: readonly (readonly [string, DeviceId])[]): number {
  return ways.filter(([source, to]) => calls.mayCall(source, to)).length
}

describe('StrangerCalls', () => {
  it('bounds calls from one address, whomever they are for', async () => {
    const clock = new FakeClock()
    const calls = new StrangerCalls(clock)
    const ways = Array.from({ length: 40 }, (_, i) => ['1.2.3.4', device(i)] as const)
    expect(passed(calls, ways)).toBe(visitLimits.relayStrangerCallsPerAddressPerSecondMax)
    expect(calls.mayCall('1.2.3.5', device(1))).toBe(true)
    await clock.advance(1_000)
    expect(calls.mayCall('1.2.3.4', device(1))).toBe(true)
  })

  it('bounds calls to one device, wherever they come from', () => {
    const calls = new StrangerCalls(new FakeClock())
    const ways = Array.from({ length: 40 }, (_, i) => [`1.2.3.${i}`, device(1)] as const)
    expect(passed(calls, ways)).toBe(visitLimits.relayStrangerCallsPerDevicePerSecondMax)
    expect(calls.mayCall('9.9.9.9', device(2))).toBe(true)
  })

  it('leaves calls to a device for others, however often one address calls', () => {
    const calls = new StrangerCalls(new FakeClock())
    const flood = Array.from({ length: 40 }, () => ['1.2.3.4', device(1)] as const)
    expect(passed(calls, flood)).toBe(visitLimits.relayStrangerCallsPerPairPerSecondMax)
    expect(passed(calls, [['1.2.3.5', device(1)]])).toBe(1)
  })

  it('bounds all of them, and lets none that is refused take a turn', () => {
    const calls = new StrangerCalls(new FakeClock())
    const flood = Array.from({ length: 100 }, () => ['1.2.3.4', device(1)] as const)
    const others = Array.from({ length: 60 }, (_, i) => [`9.9.9.${i}`, device(2 + i)] as const)
    expect(passed(calls, [...flood, ...others])).toBe(visitLimits.relayStrangerCallsPerSecondMax)
  })
})
