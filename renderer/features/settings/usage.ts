/** How much contacts use of this computer. */
import type { Accessor } from 'solid-js'
import type { Holding, RelayUsage } from '../../state/model.ts'
import { useApp } from '../app/context.ts'
import { createPolled } from '../app/poll.ts'

const intervalMs = 5_000

/**
 * What is held, whether or not more may come: what was held when it was switched off stays until it is collected or
 * too old. Undefined until the first answer.
 */
export function createHeld(): Accessor<Holding | undefined> {
  const { controller } = useApp()
  return createPolled(
    () => true,
    () => controller.client.call('mailbox.usage', {}),
    { intervalMs },
  )
}

/** What was passed on today. Undefined until the first answer, and while nothing is passed on. */
export function createPassedOn(): Accessor<RelayUsage | undefined> {
  const { state, controller } = useApp()
  return createPolled(
    () => state.settings.serveRelay || undefined,
    () => controller.client.call('relay.usage', {}),
    { intervalMs },
  )
}
