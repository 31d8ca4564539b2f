/** How much contacts use of this computer, asked for again and again while it is shown: it changes without an event. */
import type { Accessor } from 'solid-js'
import { createEffect, createSignal, on, onCleanup } from 'solid-js'
import type { Holding, RelayUsage } from '../../state/model.ts'
import { useApp } from '../app/context.ts'

const intervalMs = 5_000

export interface Usage {
  /** What was held when it was switched off stays until it is collected or too old. */
  readonly held: Holding | undefined
  readonly passed: RelayUsage | undefined
}

/** Each of the two is undefined until it was answered. */
export function createUsage(): Accessor<Usage> {
  const { state, controller } = useApp()
  const [usage, setUsage] = createSignal<Usage>({ held: undefined, passed: undefined })
  createEffect(
    on(
      () => [state.settings.serveRelay, state.settings.serveMailbox],
      () => {
        let timer: ReturnType<typeof setTimeout> | undefined
        let over = false
        const ask = async (): Promise<void> => {
          const [held, passed] = await Promise.all([
            controller.client.call('mailbox.usage', {}),
            controller.client.call('relay.usage', {}),
          ])
          if (over) return
          setUsage((before) => ({
            held: held.ok ? held.value : before.held,
            passed: passed.ok ? passed.value : before.passed,
          }))
          timer = setTimeout(() => void ask(), intervalMs)
        }
        void ask()
        onCleanup(() => {
          over = true
          clearTimeout(timer)
        })
      },
    ),
  )
  return usage
}
