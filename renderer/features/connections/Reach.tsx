import CloudOff from 'lucide-solid/icons/cloud-off'
import Globe from 'lucide-solid/icons/globe'
import House from 'lucide-solid/icons/house'
import TriangleAlert from 'lucide-solid/icons/triangle-alert'
import Waypoints from 'lucide-solid/icons/waypoints'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { listOf } from '../../i18n/lists.ts'
import { Notice } from '../../ui/Notice.tsx'
import { useApp } from '../app/context.ts'
import styles from './Connections.module.css'
import type { Reach as Kind } from './words.ts'
import { reachOf } from './words.ts'

const icons: { readonly [K in Kind]: () => JSX.Element } = {
  public: () => <Globe size={18} />,
  mapped: () => <Globe size={18} />,
  relay: () => <Waypoints size={18} />,
  lan: () => <House size={18} />,
  proxy: () => <CloudOff size={18} />,
  hidden: () => <CloudOff size={18} />,
  off: () => <CloudOff size={18} />,
  starting: () => <Globe size={18} />,
  failed: () => <TriangleAlert size={18} />,
}

const tones = {
  public: 'good',
  mapped: 'good',
  relay: 'good',
  lan: 'plain',
  proxy: 'plain',
  hidden: 'waiting',
  off: 'plain',
  starting: 'plain',
  failed: 'waiting',
} as const satisfies { readonly [K in Kind]: 'good' | 'plain' | 'waiting' }

/** Whether others can reach this computer, what that means, and what to do where they cannot. */
export function Reach(props: {
  /** Names of the contacts through whose relays they can. */
  readonly relays: readonly string[]
}): JSX.Element {
  const { state } = useApp()
  const kind = (): Kind => reachOf(state.network, state.settings.privacy)
  const lead = (): string => {
    if (kind() === 'relay' && props.relays.length > 0)
      return t('connections.reach.relayLeadOf', listOf(props.relays), props.relays.length)
    return t(`connections.reach.${kind()}Lead`)
  }
  const todo = (): string | undefined => {
    if (kind() === 'lan') return t('connections.reach.lanTodo')
    return kind() === 'hidden' ? t('connections.reach.hiddenTodo') : undefined
  }
  return (
    <>
      <Notice tone={tones[kind()]} icon={icons[kind()]()} title={t(`connections.reach.${kind()}`)}>
        <p>{lead()}</p>
        <Show when={todo()}>
          <p class={styles.todo}>{todo()}</p>
        </Show>
      </Notice>
      <Show when={state.network.problem}>
        {(problem) => (
          <Notice tone="danger" live icon={<TriangleAlert size={18} />}>
            <p>{t(`connections.problem.${problem().code}`)}</p>
            <Show when={problem().code.startsWith('proxy')}>
              <p>{t('connections.problem.proxyConsequence')}</p>
            </Show>
          </Notice>
        )}
      </Show>
    </>
  )
}
