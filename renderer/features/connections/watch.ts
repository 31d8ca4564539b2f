/** The state of connections. */
import type { Accessor } from 'solid-js'
import type { Connection, Connections } from '../../state/model.ts'
import { useApp } from '../app/context.ts'
import { createPolled } from '../app/poll.ts'

/** The first answer has no round trips yet: measuring begins with the question. */
const times = { intervalMs: 2_000, firstIntervalMs: 400 }

/**
 * `account`: whose connection is wanted, or null for everybody's. Undefined until the first answer, and anew when
 * another's is wanted.
 */
export function createConnections(account: Accessor<string | null>): Accessor<Connections | undefined> {
  const { controller } = useApp()
  return createPolled(account, (wanted) => controller.client.call('connections.get', { account: wanted }), times)
}

export function connectionOf(seen: Connections | undefined, account: string): Connection | undefined {
  return seen?.contacts.find((one) => one.account === account)
}
