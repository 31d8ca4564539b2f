/** What changes without an event, asked for again and again while a view shows it. */
import type { Accessor } from 'solid-js'
import { createEffect, createMemo, createSignal, on, onCleanup } from 'solid-js'
import type { Reply } from '../../client/errors.ts'

export interface PollTimes {
  readonly intervalMs: number
  /** From the first answer to the second question, where that is sooner. */
  readonly firstIntervalMs?: number
}

/**
 * The last answer about what `key` names; nothing is asked while it is undefined. Undefined until the first answer, and
 * anew whenever the key changes. A question that fails leaves the answer before it.
 */
export function createPolled<K, T extends object>(
  key: Accessor<K | undefined>,
  ask: (key: K) => Promise<Reply<T>>,
  { intervalMs, firstIntervalMs = intervalMs }: PollTimes,
): Accessor<T | undefined> {
  const [answer, setAnswer] = createSignal<T>()
  // What the key is made of may change without changing it.
  const kept = createMemo(key)
  createEffect(
    on(kept, (wanted) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let over = false
      const poll = async (asked: K, thenMs: number): Promise<void> => {
        const reply = await ask(asked)
        if (over) return
        if (reply.ok) setAnswer(() => reply.value)
        timer = setTimeout(() => void poll(asked, intervalMs), thenMs)
      }
      setAnswer(undefined)
      if (wanted !== undefined) void poll(wanted, firstIntervalMs)
      onCleanup(() => {
        over = true
        clearTimeout(timer)
      })
    }),
  )
  return answer
}
