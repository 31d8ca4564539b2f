import { expect, it } from 'vitest'
import { nearbyLimits, networkLimits } from '../../core/limits.ts'
import { PacketQuota } from './quota.ts'

const { packetsPerSenderMax } = nearbyLimits
const { lanPacketsPerSecondMax } = networkLimits
const count = (quota: PacketQuota, sender: string, packets: number, nowMs: number): number =>
  Array.from({ length: packets }, () => quota.takes(sender, nowMs)).filter(Boolean).length

it('takes so many packets of a sender, so many in all, and as many again in the next second', () => {
  const quota = new PacketQuota()
  expect(count(quota, '10.0.0.1', 5_000, 1_000)).toBe(packetsPerSenderMax)
  // A flood of one is no other's loss.
  expect(count(quota, '10.0.0.2', 3, 1_999)).toBe(3)
  let all = packetsPerSenderMax + 3
  for (let i = 3; i < 250; i++) all += count(quota, `10.0.0.${i}`, 2, 1_999)
  expect(all).toBe(lanPacketsPerSecondMax)
  expect(count(quota, '10.0.0.1', 1, 2_000)).toBe(1)
})
