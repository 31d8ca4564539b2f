import { describe, expect, it } from 'vitest'
import { implementationLimits } from '../limits.ts'
import type { ConversationId, DeviceId } from '../ids.ts'
import type { ProgressRow } from '../ports.ts'
import { hasSequence, neighboursOf, withMark } from './progress.ts'

const conversation = 'c'.repeat(64) as ConversationId
const device = 'd'.repeat(64) as DeviceId
const mark = (sequence: number) => ({ sequence, orderMs: sequence * 10, counter: 0 })

function after(...sequences: readonly number[]): ProgressRow {
  let row: ProgressRow | null = null
  for (const sequence of sequences) row = withMark(row, conversation, device, mark(sequence))
  if (row === null) throw new Error('nothing marked')
  return row
}

describe('progress', () => {
  it('knows nothing at first', () => {
    expect(hasSequence(null, 1)).toBe(false)
    expect(neighboursOf(null, 1)).toEqual({ before: null, after: null })
  })

  it('grows without a gap', () => {
    expect(after(1, 2, 3)).toEqual({ conversation, device, contiguous: mark(3), above: [] })
  })

  it('keeps what is above a gap in order, and closes the gap', () => {
    const gap = after(1, 5, 3, 4)
    expect(gap.contiguous).toEqual(mark(1))
    expect(gap.above).toEqual([mark(3), mark(4), mark(5)])
    expect([1, 2, 3, 4, 5, 6].map((sequence) => hasSequence(gap, sequence))).toEqual([
      true,
      false,
      true,
      true,
      true,
      false,
    ])
    expect(withMark(gap, conversation, device, mark(2))).toEqual(after(1, 2, 3, 4, 5))
  })

  it('is the same when a number comes again', () => {
    const row = after(1, 3)
    expect(withMark(row, conversation, device, { sequence: 3, orderMs: 99, counter: 9 })).toBe(row)
    expect(withMark(row, conversation, device, { sequence: 1, orderMs: 99, counter: 9 })).toBe(row)
  })

  it('finds the neighbours on both sides', () => {
    const row = after(1, 2, 5, 9)
    expect(neighboursOf(row, 3)).toEqual({ before: mark(2), after: mark(5) })
    expect(neighboursOf(row, 7)).toEqual({ before: mark(5), after: mark(9) })
    expect(neighboursOf(row, 12)).toEqual({ before: mark(9), after: null })
    expect(neighboursOf(after(2), 1)).toEqual({ before: null, after: mark(2) })
  })

  it('gives up the oldest gap when too much stands above it', () => {
    const max = implementationLimits.sequenceGapsMax
    const numbers = Array.from({ length: max }, (_, at) => 2 * at + 3)
    const full = after(1, ...numbers)
    expect(full.above.length).toBe(max)
    const over = withMark(full, conversation, device, mark(2 * max + 3))
    expect(over.contiguous).toEqual(mark(3))
    expect(over.above.length).toBe(max)
    expect(hasSequence(over, 2)).toBe(true)
  })
})
