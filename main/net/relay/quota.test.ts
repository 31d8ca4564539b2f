import { beforeEach, describe, expect, it } from 'vitest'
import { FakeClock } from '../../../test/net/fakeClock.ts'
import { durationsMs, quotaLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import { RelayQuota } from './quota.ts'
import type { Ends } from './quota.ts'

const day = durationsMs.day
const [anna, ben, carl] = ['a', 'b', 'c'].map((digit) => digit.repeat(64) as DeviceId) as [DeviceId, DeviceId, DeviceId]
/** Ends of calls of which no contact's part is looked at. */
const friend: Ends = { ofStranger: false, contacts: [] }
const stranger: Ends = { ofStranger: true, contacts: [] }
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
    fresh.add(relayQuotasBytes['10GB'] - 1, friend)
    expect(fresh.mayPass(friend)).toBe(true)
    fresh.add(1, friend)
    expect(fresh.mayPass(friend)).toBe(false)
  })

  it('is used up by both directions together, until the day is over', async () => {
    for (const sizeBytes of [600, 399]) quota.add(sizeBytes, friend)
    expect(quota.mayPass(friend)).toBe(true)
    quota.add(1, friend)
    expect(quota.mayPass(friend)).toBe(false)
    await clock.advance(day / 2 - 1)
    expect(quota.mayPass(friend)).toBe(false)
    expect(quota.use()).toEqual({ day: 20_000, sizeBytes: 1_000, strangersBytes: 0 })
    await clock.advance(1)
    expect(quota.mayPass(friend)).toBe(true)
    expect(quota.use()).toEqual({ day: 20_001, sizeBytes: 0, strangersBytes: 0 })
  })

  it('leaves a part of the day to contacts, whatever strangers take', () => {
    quota.add(500, stranger)
    expect([quota.mayPass(stranger), quota.mayPass(friend)]).toEqual([false, true])
    quota.add(500, friend)
    expect(quota.mayPass(friend)).toBe(false)
  })

  it('leaves a part of the day to others, whatever one contact takes, by calls of theirs or to them', async () => {
    const between = (...contacts: DeviceId[]): Ends => ({ ofStranger: false, contacts })
    quota.add(300, between(anna, ben))
    quota.add(200, between(carl, anna))
    expect(quota.mayPass(between(anna, ben))).toBe(false)
    expect(quota.mayPass(between(carl, anna))).toBe(false)
    expect(quota.mayPass(stranger)).toBe(true)
    expect(quota.mayPass(between(carl, ben))).toBe(true)
    await clock.advance(day / 2)
    expect(quota.mayPass(between(anna, ben))).toBe(true)
  })

  it('counts what was passed on when another is chosen, and without a limit too', () => {
    quota.set(null)
    quota.add(5_000, stranger)
    expect([quota.mayPass(stranger), quota.mayPass(friend)]).toEqual([true, true])
    quota.set(5_001)
    expect([quota.mayPass(stranger), quota.mayPass(friend)]).toEqual([false, true])
    quota.set(5_000)
    expect(quota.mayPass(friend)).toBe(false)
    quota.set(20_000)
    expect([quota.mayPass(stranger), quota.mayPass(friend)]).toEqual([true, true])
  })

  it('goes on after a new start on the same day, and begins anew on another, an earlier one too', () => {
    const before = { day: 20_000, sizeBytes: 1_000, strangersBytes: 400 }
    const again = new RelayQuota(clock, before)
    again.set(1_000)
    expect(again.use()).toEqual(before)
    expect(again.mayPass(friend)).toBe(false)
    for (const other of [19_999, 30_000]) {
      const fresh = new RelayQuota(clock, { ...before, day: other })
      fresh.set(1_000)
      expect(fresh.mayPass(stranger)).toBe(true)
    }
    clock.jump(-day)
    expect(again.use()).toEqual({ day: 19_999, sizeBytes: 0, strangersBytes: 0 })
  })
})
