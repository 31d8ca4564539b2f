import { describe, expect, it } from 'vitest'
import { protocolLimits } from '../limits.ts'
import type { EventId } from '../ids.ts'
import { coversAll, headsAfter } from './heads.ts'

const id = (number: number) => number.toString(16).padStart(32, '0') as EventId

describe('heads', () => {
  it('are the events that nothing names', () => {
    expect(headsAfter([], id(1), [])).toEqual([id(1)])
    expect(headsAfter([id(1)], id(2), [])).toEqual([id(1), id(2)])
    expect(headsAfter([id(1), id(2)], id(3), [id(1), id(2)])).toEqual([id(3)])
    expect(headsAfter([id(1), id(2)], id(2), [id(9)])).toEqual([id(1), id(2)])
  })

  it('are bounded: the oldest go', () => {
    const many = Array.from({ length: protocolLimits.eventHeadsMax }, (_, number) => id(number))
    expect(headsAfter(many, id(99), [])).toEqual([...many.slice(1), id(99)])
  })

  it('are all covered only when all are named', () => {
    expect(coversAll([id(1), id(2)], [id(2), id(1), id(3)])).toBe(true)
    expect(coversAll([id(1), id(2)], [id(1)])).toBe(false)
    // Nothing is here: there is nothing to come after.
    expect(coversAll([], [id(1)])).toBe(false)
  })
})
