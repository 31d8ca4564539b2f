import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { sizeWords } from '../../i18n/sizes.ts'
import { clockTime } from '../../i18n/time.ts'
import type { Holding, RelayUsage, Settings } from '../../state/model.ts'
import { Choice } from '../../ui/Choice.tsx'
import { Switch } from '../../ui/Switch.tsx'
import { useApp } from '../app/context.ts'
import { createUsage } from './usage.ts'
import styles from './Settings.module.css'

const { mailboxQuotasBytes, relayQuotasBytes, heldItemSizeBytesMax } = contractLimits

/** The choices of a closed list of sizes, smallest first. */
function optionsOf<T extends string>(quotas: Readonly<Record<T, number | null>>) {
  const names = Object.keys(quotas) as T[]
  return names.map((value) => {
    const sizeBytes = quotas[value]
    return { value, label: sizeBytes === null ? t('settings.relayUnlimited') : sizeWords(sizeBytes) }
  })
}

/** What this computer does for contacts, how much of it they may use, and how much they do. */
export function Serving(): JSX.Element {
  const { state, controller } = useApp()
  const usage = createUsage()
  return (
    <>
      <p class={styles.note}>{t('settings.servingLead')}</p>
      <Switch
        label={t('settings.serveRelay')}
        hint={t('settings.serveRelayHint')}
        checked={state.settings.serveRelay}
        onChange={(serveRelay) => void controller.saveSettings({ serveRelay })}
      />
      <Show when={state.settings.serveRelay}>
        <div class={styles.quota}>
          <Choice
            label={t('settings.relayQuota')}
            value={state.settings.relayQuota}
            options={optionsOf(relayQuotasBytes)}
            onChange={(relayQuota) => void controller.saveSettings({ relayQuota })}
          />
          <Show when={usage().passed}>
            {(passed) => <p class={styles.held}>{passedWords(passed(), state.settings.relayQuota)}</p>}
          </Show>
        </div>
      </Show>
      <Switch
        label={t('settings.serveMailbox')}
        hint={t('settings.serveMailboxHint')}
        checked={state.settings.serveMailbox}
        onChange={(serveMailbox) => void controller.saveSettings({ serveMailbox })}
      />
      <Show when={state.settings.serveMailbox || (usage().held?.items ?? 0) > 0}>
        <div class={styles.quota}>
          <Show when={state.settings.serveMailbox}>
            <Choice
              label={t('settings.mailboxQuota')}
              value={state.settings.mailboxQuota}
              options={optionsOf(mailboxQuotasBytes)}
              onChange={(mailboxQuota) => void controller.saveSettings({ mailboxQuota })}
            />
          </Show>
          <Show when={usage().held}>{(held) => <p class={styles.held}>{heldWords(held(), state.settings)}</p>}</Show>
        </div>
      </Show>
    </>
  )
}

function passedWords({ sizeBytes, untilMs }: RelayUsage, quota: Settings['relayQuota']): string {
  const quotaBytes = relayQuotasBytes[quota]
  if (quotaBytes === null) return t('settings.passedOnUnlimited', sizeWords(sizeBytes))
  if (sizeBytes >= quotaBytes) return t('settings.relayUsedUp', sizeWords(quotaBytes), clockTime(untilMs))
  return t('settings.passedOn', sizeWords(sizeBytes), sizeWords(quotaBytes))
}

function heldWords({ contacts, items, sizeBytes }: Holding, { serveMailbox, mailboxQuota }: Settings): string {
  if (items === 0) return t('settings.holdingNothing')
  const size = sizeWords(sizeBytes)
  if (!serveMailbox) return t('settings.holding', contacts, items, size)
  const quotaBytes = mailboxQuotasBytes[mailboxQuota]
  const words = t('settings.holding', contacts, items, t('settings.sizeOf', size, sizeWords(quotaBytes)))
  return quotaBytes - sizeBytes < heldItemSizeBytesMax ? `${words} ${t('settings.mailboxFull')}` : words
}
