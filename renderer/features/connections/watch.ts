/** The state of connections, asked for again and again while a view of it is open: it changes without an event. */
import type { Accessor } from 'solid-js'
import { createEffect, createSignal, on, onCleanup } from 'solid-js'
import type { Connection, Connections } from '../../state/model.ts'
import { useApp } from '../app/context.ts'

const intervalMs = 2_000
/** The first answer has no round trips yet: measuring begins with the question. */
const firstIntervalMs = 400

/** `account`: whose connection is wanted, or null for everybody's. Undefined until the first answer. */
export function createConnections(account: Accessor<string | null>): Accessor<Connections | undefined> {
  const { controller } = useApp()
  const [seen, setSeen] = createSignal<Connections>()
  createEffect(
    on(account, (wanted) => {
      let timer: ReturnType<typeof setTimeout> | undefined
      let over = false
      const ask = async (thenMs: number): Promise<void> => {
        const reply = await controller.client.call('connections.get', { account: wanted })
        if (over) return
        if (reply.ok) setSeen(reply.value)
        timer = setTimeout(() => void ask(intervalMs), thenMs)
      }
      setSeen(undefined)
      void ask(firstIntervalMs)
      onCleanup(() => {
        over = true
        clearTimeout(timer)
      })
    }),
  )
  return seen
}

export function connectionOf(seen: Connections | undefined, account: string): Connection | undefined {
  return seen?.contacts.find((one) => one.account === account)
}
