import type { JSX } from 'solid-js'
import { createResource, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { sizeWords } from '../../i18n/sizes.ts'
import { Switch } from '../../ui/Switch.tsx'
import { useApp } from '../app/context.ts'
import styles from './Settings.module.css'

/** What this computer does for contacts, and how much lies here for them. */
export function Serving(): JSX.Element {
  const { state, controller } = useApp()
  // What was held when it was switched off stays until it is collected or too old.
  const [holding] = createResource(
    () => ({ on: state.settings.serveMailbox }),
    async () => {
      const reply = await controller.client.call('mailbox.usage', {})
      return reply.ok ? reply.value : undefined
    },
  )
  const held = (): string | undefined => {
    const known = holding.latest
    if (known === undefined || (known.items === 0 && !state.settings.serveMailbox)) return undefined
    if (known.items === 0) return t('settings.holdingNothing')
    return t('settings.holding', known.contacts, known.items, sizeWords(known.sizeBytes))
  }
  return (
    <>
      <p class={styles.note}>{t('settings.servingLead')}</p>
      <Switch
        label={t('settings.serveRelay')}
        hint={t('settings.serveRelayHint')}
        checked={state.settings.serveRelay}
        onChange={(serveRelay) => void controller.saveSettings({ serveRelay })}
      />
      <Switch
        label={t('settings.serveMailbox')}
        hint={t('settings.serveMailboxHint')}
        checked={state.settings.serveMailbox}
        onChange={(serveMailbox) => void controller.saveSettings({ serveMailbox })}
      />
      <Show when={held()}>
        <p class={styles.held}>{held()}</p>
      </Show>
    </>
  )
}
