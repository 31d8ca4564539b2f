import type { JSX } from 'solid-js'
import { createSignal, For, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import styles from './Settings.module.css'

const states = {
  off: 'settings.networkOff',
  starting: 'settings.networkStarting',
  listening: 'settings.networkListening',
  failed: 'settings.networkFailed',
} as const

export function Network(): JSX.Element {
  const { state, controller, dispatch } = useApp()
  const [busy, setBusy] = createSignal(false)
  const wake = async (): Promise<void> => {
    setBusy(true)
    const reply = await controller.client.call('network.wake', {})
    setBusy(false)
    if (reply.ok) dispatch({ kind: 'event', event: { kind: 'networkChanged', network: reply.value } })
    else controller.notice('danger', errorText(reply.error))
  }
  return (
    <>
      <p>
        {t(states[state.network.state])}. {t('settings.connectedTo', state.network.connected)}.
      </p>
      <Show when={state.network.problem}>
        <p class={styles.problem} role="alert">
          {state.network.problem?.message}
        </p>
      </Show>
      <Show when={state.network.addresses.length > 0}>
        <details class={styles.addresses}>
          <summary>{t('settings.addresses')}</summary>
          <ul>
            <For each={state.network.addresses}>{(address) => <li class={styles.mono}>{address}</li>}</For>
          </ul>
        </details>
      </Show>
      <Button size="small" busy={busy()} onClick={() => void wake()}>
        {t('settings.wake')}
      </Button>
    </>
  )
}
