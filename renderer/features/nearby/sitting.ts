/** What the user does about people nearby: each click goes to the node, whose answer is the whole list. */
import type { Accessor } from 'solid-js'
import { createSignal, onCleanup } from 'solid-js'
import type { Reply } from '../../client/errors.ts'
import type { Contact, Nearby, NearbyPerson } from '../../state/model.ts'
import { t } from '../../i18n/index.ts'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'

export interface NearbySitting {
  readonly problem: Accessor<string | undefined>
  readonly start: () => void
  readonly stop: () => void
  readonly ask: (person: NearbyPerson) => void
  readonly answer: (person: NearbyPerson, accept: boolean) => void
  readonly compare: (person: NearbyPerson, same: boolean) => void
  /** The contact that they have become, once it is known. */
  readonly contactOf: (person: NearbyPerson) => Contact | undefined
}

/** The name to show: never empty. */
export function nameOf(person: NearbyPerson): string {
  return person.name === '' ? t('nearby.noName') : person.name
}

/** Ends with the view that made it: nobody is to be seen by others without seeing it. */
export function createSitting(): NearbySitting {
  const { state, controller, dispatch } = useApp()
  const { client } = controller
  const [problem, setProblem] = createSignal<string>()
  let started = false
  const take = async (answer: Promise<Reply<Nearby>>): Promise<void> => {
    setProblem(undefined)
    const reply = await answer
    if (reply.ok) dispatch({ kind: 'event', event: { kind: 'nearbyChanged', nearby: reply.value } })
    else setProblem(errorText(reply.error))
  }
  const start = (): void => {
    started = true
    void take(client.call('nearby.start', { durationMs: null }))
  }
  onCleanup(() => {
    if (started || state.nearby.endsAtMs !== null) void client.call('nearby.stop', {})
  })
  return {
    problem,
    start,
    stop: () => void take(client.call('nearby.stop', {})),
    ask: ({ peer }) => void take(client.call('nearby.ask', { peer })),
    answer: ({ peer }, accept) => void take(client.call('nearby.answer', { peer, accept })),
    compare: ({ peer }, same) => void take(client.call('nearby.compare', { peer, same })),
    contactOf: ({ account }) => (account === null ? undefined : state.contacts[account]),
  }
}
