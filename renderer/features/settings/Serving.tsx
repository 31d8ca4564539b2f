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
            {(passed) => (
              <p class={styles.held} data-spent={isUsedUp(passed(), state.settings)}>
                {passedWords(passed(), state.settings)}
              </p>
            )}
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
          <Show when={usage().held}>
            {(held) => (
              <>
                <p class={styles.held}>{heldWords(held(), state.settings)}</p>
                <Show when={isFull(held(), state.settings)}>
                  <p class={styles.held} data-spent={true}>
                    {t('settings.mailboxFull')}
                  </p>
                </Show>
              </>
            )}
          </Show>
        </div>
      </Show>
    </>
  )
}

function isUsedUp({ sizeBytes }: RelayUsage, { relayQuota }: Settings): boolean {
  return sizeBytes >= (relayQuotasBytes[relayQuota] ?? Infinity)
}

function passedWords(usage: RelayUsage, settings: Settings): string {
  const { sizeBytes, untilMs } = usage
  const quotaBytes = relayQuotasBytes[settings.relayQuota]
  if (quotaBytes === null) return t('settings.passedOnUnlimited', sizeWords(sizeBytes))
  if (isUsedUp(usage, settings)) return t('settings.relayUsedUp', sizeWords(quotaBytes), clockTime(untilMs))
  return t('settings.passedOn', sizeWords(sizeBytes), sizeWords(quotaBytes))
}

function heldWords({ contacts, items, sizeBytes }: Holding, { serveMailbox, mailboxQuota }: Settings): string {
  if (items === 0) return t('settings.holdingNothing')
  const size = sizeWords(sizeBytes)
  if (!serveMailbox) return t('settings.holding', contacts, items, size)
  const quota = sizeWords(mailboxQuotasBytes[mailboxQuota])
  return t('settings.holding', contacts, items, t('settings.sizeOf', size, quota))
}

function isFull({ sizeBytes }: Holding, { serveMailbox, mailboxQuota }: Settings): boolean {
  return serveMailbox && mailboxQuotasBytes[mailboxQuota] - sizeBytes < heldItemSizeBytesMax
}
