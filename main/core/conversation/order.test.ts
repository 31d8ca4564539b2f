import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { implementationLimits } from '../limits.ts'
import type { ConversationId, DeviceId } from '../ids.ts'
import type { ProgressRow } from '../ports.ts'
import type { Stamp } from './order.ts'
import { compareStamps, nextStamp, observe, placeFor } from './order.ts'
import { withMark } from './progress.ts'

const conversation = 'c'.repeat(64) as ConversationId
const device = 'd'.repeat(64) as DeviceId
const now = 1_800_000_000_000

function place(row: ProgressRow | null, sequence: number, said: Stamp, floor: Stamp | null = null, nowMs = now) {
  const placed = placeFor(said, sequence, row, floor, nowMs)
  const mark = { sequence, orderMs: placed.timeMs, counter: placed.counter }
  return { placed, row: withMark(row, conversation, device, mark) }
}

describe('the hybrid logical clock', () => {
  it('follows the wall clock, and counts when that stands still or goes back', () => {
    const first = nextStamp({ timeMs: 0, counter: 0 }, now)
    expect(first).toEqual({ timeMs: now, counter: 0 })
    const second = nextStamp(first, now)
    expect(second).toEqual({ timeMs: now, counter: 1 })
    expect(nextStamp(second, now - 1_000_000)).toEqual({ timeMs: now, counter: 2 })
    expect(nextStamp(second, now + 1)).toEqual({ timeMs: now + 1, counter: 0 })
  })

  it('is never behind what was placed', () => {
    expect(observe({ timeMs: 5, counter: 3 }, { timeMs: 5, counter: 2 })).toEqual({ timeMs: 5, counter: 3 })
    expect(observe({ timeMs: 5, counter: 3 }, { timeMs: 6, counter: 0 })).toEqual({ timeMs: 6, counter: 0 })
  })
})

describe('the place of an event', () => {
  it('is what its sender says, while that is believable', () => {
    expect(place(null, 1, { timeMs: now - 5, counter: 7 }).placed).toEqual({ timeMs: now - 5, counter: 7 })
    const ahead = now + implementationLimits.aheadMsMax
    expect(place(null, 1, { timeMs: ahead, counter: 2 }).placed).toEqual({ timeMs: ahead, counter: 2 })
  })

  it('is cut when the sender lives in the future, and still follows what came before', () => {
    const future = now + 10 * 365 * 86_400_000
    const one = place(null, 1, { timeMs: future, counter: 0 })
    expect(one.placed.timeMs).toBe(now + implementationLimits.aheadMsMax)
    const two = place(one.row, 2, { timeMs: future, counter: 1 })
    expect(compareStamps(two.placed, one.placed)).toBeGreaterThan(0)
    const three = place(two.row, 3, { timeMs: future, counter: 2 }, null, now + 60_000)
    expect(compareStamps(three.placed, two.placed)).toBeGreaterThan(0)
  })

  it('comes after all that the sender had seen, even when the sender lives in the past', () => {
    const clock = { timeMs: now, counter: 4 }
    expect(place(null, 1, { timeMs: 12, counter: 0 }, clock).placed).toEqual({ timeMs: now, counter: 5 })
  })

  it('keeps a sender in order whatever the clocks say and whatever comes first', () => {
    const clocks = [now, now + 9e11, now + 9e11, now - 9e11, now + 5, now + 9e11, now + 7, now + 8]
    const orders = [
      [1, 2, 3, 4, 5, 6, 7, 8],
      [8, 7, 6, 5, 4, 3, 2, 1],
      [3, 1, 8, 5, 2, 7, 4, 6],
      [2, 4, 6, 8, 1, 3, 5, 7],
    ]
    for (const order of orders) {
      let row: ProgressRow | null = null
      const places: { sequence: number; stamp: Stamp }[] = []
      for (const [arrived, sequence] of order.entries()) {
        // An honest sender's clock never goes back: that is what the hybrid clock is for.
        const timeMs = Math.max(...clocks.slice(0, sequence))
        const outcome: { placed: Stamp; row: ProgressRow } = place(
          row,
          sequence,
          { timeMs, counter: sequence },
          null,
          now + arrived * 10,
        )
        row = outcome.row
        places.push({ sequence, stamp: outcome.placed })
      }
      const shown = [...places].sort((a, b) => compareStamps(a.stamp, b.stamp) || a.sequence - b.sequence)
      expect(shown.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      for (const { stamp } of places) expect(stamp.counter).toBeGreaterThanOrEqual(0)
    }
  })

  it('keeps a sender in order in any order of arrival, among others and with clocks of all kinds', () => {
    const whole = (max: number) => fc.integer({ min: 0, max })
    const steps = fc.array(fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1_000, 3e11), {
      minLength: 2,
      maxLength: 40,
    })
    const some = fc.array(whole(5), { minLength: 40, maxLength: 40 })
    // Either every event has a rank of its own, or one block of them is late.
    const lateness = fc.oneof(
      fc.array(whole(1e6), { minLength: 40, maxLength: 40 }),
      fc.tuple(whole(40), whole(40), whole(40)),
    )
    fc.assert(
      fc.property(steps, lateness, some, (events, late, floors) => {
        const [from, to, until] = [...late].sort((a, b) => a - b)
        const isBlock = late.length === 3
        const rankOf = (at: number): number => {
          if (!isBlock) return late[at] ?? 0
          return at >= (from ?? 0) && at < (to ?? 0) ? (until ?? 0) + at / 100 : at
        }
        let saidMs = now - 1_000
        const said = events.map((stepMs, at) => {
          saidMs += stepMs
          return { sequence: at + 1, stamp: { timeMs: saidMs, counter: at }, rank: rankOf(at) }
        })
        const arriving = [...said].sort((a, b) => a.rank - b.rank)
        let row: ProgressRow | null = null
        let clock = { timeMs: 0, counter: 0 }
        const places: { sequence: number; stamp: Stamp }[] = []
        for (const [at, { sequence, stamp }] of arriving.entries()) {
          // Now and then something else was said here, which the sender had seen.
          const isNewest = (row?.above.at(-1)?.sequence ?? row?.contiguous.sequence ?? 0) < sequence
          const floor = (floors[at] ?? 0) < 3 && isNewest ? clock : null
          const outcome: { placed: Stamp; row: ProgressRow } = place(row, sequence, stamp, floor, now + at)
          row = outcome.row
          // A few things were said here meanwhile.
          const { timeMs, counter } = outcome.placed
          clock = observe(clock, { timeMs, counter: counter + (floors[at] ?? 0) })
          places.push({ sequence, stamp: outcome.placed })
        }
        const shown = [...places].sort((a, b) => compareStamps(a.stamp, b.stamp) || a.sequence - b.sequence)
        expect(shown.map(({ sequence }) => sequence)).toEqual(said.map(({ sequence }) => sequence))
      }),
      { numRuns: 2_000, seed: 7 },
    )
  })
})
