import { createRoot, createSignal } from 'solid-js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Reply } from '../../client/errors.ts'
import { ownError } from '../../client/errors.ts'
import type { PollTimes } from './poll.ts'
import { createPolled } from './poll.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Answer {
  readonly about: string
}

/** Something that is asked for, and what it was asked about. */
function watch(times: PollTimes, first?: string) {
  const asked: string[] = []
  const [key, setKey] = createSignal(first)
  const [beside, touch] = createSignal(0)
  let reply = async (about: string): Promise<Reply<Answer>> => ({ ok: true, value: { about } })
  const ask = (about: string): Promise<Reply<Answer>> => {
    asked.push(about)
    return reply(about)
  }
  const withBeside = (): string | undefined => (beside() < 0 ? undefined : key())
  const { seen, dispose } = createRoot((end) => ({ seen: createPolled(withBeside, ask, times), dispose: end }))
  return { asked, seen, dispose, setKey, touch, answer: (how: typeof reply) => (reply = how) }
}

describe('what is asked for again and again', () => {
  it('is asked at once, then steadily, and no more when its view is gone', async () => {
    const { asked, seen, dispose } = watch({ intervalMs: 5_000 }, 'a')
    await vi.advanceTimersByTimeAsync(0)
    expect(seen()).toEqual({ about: 'a' })
    await vi.advanceTimersByTimeAsync(4_999)
    expect(asked).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked).toHaveLength(2)
    dispose()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked).toHaveLength(2)
  })

  it('is not asked while nothing is wanted, and is forgotten then', async () => {
    const { asked, seen, setKey } = watch({ intervalMs: 1_000 })
    await vi.advanceTimersByTimeAsync(10_000)
    expect([asked, seen()]).toEqual([[], undefined])
    setKey('a')
    await vi.advanceTimersByTimeAsync(1_500)
    expect([asked, seen()]).toEqual([['a', 'a'], { about: 'a' }])
    setKey(undefined)
    await vi.advanceTimersByTimeAsync(10_000)
    expect([asked.length, seen()]).toEqual([2, undefined])
  })

  it('goes on as it was when what the key is made of changes, but not the key', async () => {
    const { asked, seen, touch } = watch({ intervalMs: 1_000 }, 'a')
    await vi.advanceTimersByTimeAsync(0)
    touch(1)
    expect(seen()).toEqual({ about: 'a' })
    await vi.advanceTimersByTimeAsync(999)
    expect(asked).toHaveLength(1)
  })

  it('takes no answer about what is wanted no more', async () => {
    const { seen, setKey, answer } = watch({ intervalMs: 1_000 })
    let settle: (reply: Reply<Answer>) => void = () => undefined
    const late = new Promise<Reply<Answer>>((resolve) => {
      settle = resolve
    })
    answer((about) => (about === 'a' ? late : Promise.resolve({ ok: true, value: { about } })))
    setKey('a')
    setKey('b')
    await vi.advanceTimersByTimeAsync(0)
    settle({ ok: true, value: { about: 'a' } })
    await vi.advanceTimersByTimeAsync(0)
    expect(seen()).toEqual({ about: 'b' })
  })

  it('keeps the last answer while none comes', async () => {
    const { asked, seen, answer } = watch({ intervalMs: 1_000, firstIntervalMs: 100 }, 'a')
    await vi.advanceTimersByTimeAsync(0)
    answer(async () => ({ ok: false, error: ownError('disconnected') }))
    await vi.advanceTimersByTimeAsync(1_100)
    expect([asked.length, seen()]).toEqual([3, { about: 'a' }])
  })
})
