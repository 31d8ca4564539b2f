import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { durationsMs, quotaLimits } from '../../core/limits.ts'
import { RelayQuota } from './quota.ts'

const day = durationsMs.day
/** Noon of a day. */
const noonMs = 20_000 * day + day / 2

let clock: FakeClock
let quota: RelayQuota

beforeEach(() => {
  clock = new FakeClock(noonMs)
  quota = new RelayQuota(clock, null)
  quota.set(1_000)
})

describe('the quota of a relay', () => {
  it('is that of ten gigabytes until another was chosen', () => {
    const { relayQuotasBytes } = quotaLimits
    const fresh = new RelayQuota(clock, null)
    fresh.add(relayQuotasBytes['10GB'] - 1, false)
    expect(fresh.mayPass(false)).toBe(true)
    fresh.add(1, false)
    expect(fresh.mayPass(false)).toBe(false)
  })

  it('is used up by both directions together, until the day is over', async () => {
    for (const sizeBytes of [600, 399]) quota.add(sizeBytes, false)
    expect(quota.mayPass(false)).toBe(true)
    quota.add(1, false)
    expect(quota.mayPass(false)).toBe(false)
    await clock.advance(day / 2 - 1)
    expect(quota.mayPass(false)).toBe(false)
    expect(quota.use()).toEqual({ day: 20_000, sizeBytes: 1_000, strangersBytes: 0 })
    await clock.advance(1)
    expect(quota.mayPass(false)).toBe(true)
    expect(quota.use()).toEqual({ day: 20_001, sizeBytes: 0, strangersBytes: 0 })
  })

  it('leaves a part of the day to contacts, whatever strangers take', () => {
    quota.add(500, true)
    expect([quota.mayPass(true), quota.mayPass(false)]).toEqual([false, true])
    quota.add(500, false)
    expect(quota.mayPass(false)).toBe(false)
  })

  it('counts what was passed on when another is chosen, and without a limit too', () => {
    quota.set(null)
    quota.add(5_000, true)
    expect([quota.mayPass(true), quota.mayPass(false)]).toEqual([true, true])
    quota.set(5_001)
    expect([quota.mayPass(true), quota.mayPass(false)]).toEqual([false, true])
    quota.set(5_000)
    expect(quota.mayPass(false)).toBe(false)
    quota.set(20_000)
    expect([quota.mayPass(true), quota.mayPass(false)]).toEqual([true, true])
  })

  it('goes on after a new start on the same day, and begins anew on another, an earlier one too', () => {
    const before = { day: 20_000, sizeBytes: 1_000, strangersBytes: 400 }
    const again = new RelayQuota(clock, before)
    again.set(1_000)
    expect(again.use()).toEqual(before)
    expect(again.mayPass(false)).toBe(false)
    for (const other of [19_999, 30_000]) {
      const fresh = new RelayQuota(clock, { ...before, day: other })
      fresh.set(1_000)
      expect(fresh.mayPass(true)).toBe(true)
    }
    clock.jump(-day)
    expect(again.use()).toEqual({ day: 19_999, sizeBytes: 0, strangersBytes: 0 })
  })
})
