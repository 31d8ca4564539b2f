import Unplug from 'lucide-solid/icons/unplug'
import type { JSX } from 'solid-js'
import { createSignal, For, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { listOf } from '../../i18n/lists.ts'
import { Button } from '../../ui/Button.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import styles from '../connections/Connections.module.css'
import { People } from '../connections/People.tsx'
import { Reach } from '../connections/Reach.tsx'
import { createConnections } from '../connections/watch.ts'

/** How this computer is reached, who is connected and by which way, and who holds messages meanwhile. */
export function Network(): JSX.Element {
  const { state, controller } = useApp()
  const seen = createConnections(() => null)
  const namesOf = (accounts: readonly string[] | undefined): readonly string[] =>
    (accounts ?? []).map((account) => state.contacts[account]?.name).filter((name) => name !== undefined)
  const mailboxes = (): readonly string[] => namesOf(seen()?.mailboxes)
  const connected = (): boolean => seen()?.contacts.some(({ path }) => path !== 'away') ?? false
  const nobody = (): boolean => !connected() && (seen()?.contacts.length ?? 0) > 0
  /** Nobody, and nothing that says why. */
  const lonely = (): boolean => nobody() && state.network.state === 'listening' && state.network.problem === null
  return (
    <>
      <Reach relays={namesOf(seen()?.relays)} />
      <Show when={lonely()}>
        <Nobody />
      </Show>
      <Show when={connected() || (nobody() && !lonely())}>
        <h4 class={styles.subheading}>{t('connections.people')}</h4>
        <People seen={seen()} />
      </Show>
      <Show when={seen()}>
        <h4 class={styles.subheading}>{t('connections.helpers')}</h4>
        <p class={styles.note}>
          {mailboxes().length > 0
            ? t('connections.mailboxes', listOf(mailboxes()), mailboxes().length)
            : t('connections.noMailboxes')}
        </p>
      </Show>
      <Switch
        label={t('settings.portMapping')}
        hint={t(state.settings.privacy === 'open' ? 'settings.portMappingHint' : 'settings.notWhileHidden')}
        checked={state.settings.portMapping}
        onChange={(portMapping) => void controller.saveSettings({ portMapping })}
      />
      <Show when={state.network.addresses.length > 0}>
        <details class={styles.addresses}>
          <summary>{t('settings.addresses')}</summary>
          <ul>
            <For each={state.network.addresses}>{(address) => <li class={styles.mono}>{address}</li>}</For>
          </ul>
        </details>
      </Show>
      <Show when={!lonely()}>
        <Wake />
      </Show>
    </>
  )
}

/** What can be done when nobody is there. */
function Nobody(): JSX.Element {
  const advice = ['connections.nobodyOnline', 'connections.nobodyBlocked', 'connections.nobodyRelay'] as const
  return (
    <Notice tone="waiting" icon={<Unplug size={18} />} title={t('connections.nobody')} actions={<Wake />}>
      <p>{t('connections.nobodyLead')}</p>
      <ul class={styles.advice}>
        <For each={advice}>{(line) => <li>{t(line)}</li>}</For>
      </ul>
    </Notice>
  )
}

function Wake(): JSX.Element {
  const { controller, dispatch } = useApp()
  const [busy, setBusy] = createSignal(false)
  const wake = async (): Promise<void> => {
    setBusy(true)
    const reply = await controller.client.call('network.wake', {})
    setBusy(false)
    if (reply.ok) dispatch({ kind: 'event', event: { kind: 'networkChanged', network: reply.value } })
    else controller.notice('danger', errorText(reply.error))
  }
  return (
    <Button size="small" busy={busy()} onClick={() => void wake()}>
      {t('settings.wake')}
    </Button>
  )
}
