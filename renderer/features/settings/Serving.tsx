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
import { createHeld, createPassedOn } from './usage.ts'
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
  const [held, passedOn] = [createHeld(), createPassedOn()]
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
          <Use used={passedOnWords(passedOn(), state.settings)} spent={usedUpWords(passedOn(), state.settings)} />
        </div>
      </Show>
      <Switch
        label={t('settings.serveMailbox')}
        hint={t('settings.serveMailboxHint')}
        checked={state.settings.serveMailbox}
        onChange={(serveMailbox) => void controller.saveSettings({ serveMailbox })}
      />
      <Show when={state.settings.serveMailbox || (held()?.items ?? 0) > 0}>
        <div class={styles.quota}>
          <Show when={state.settings.serveMailbox}>
            <Choice
              label={t('settings.mailboxQuota')}
              value={state.settings.mailboxQuota}
              options={optionsOf(mailboxQuotasBytes)}
              onChange={(mailboxQuota) => void controller.saveSettings({ mailboxQuota })}
            />
          </Show>
          <Use used={heldWords(held(), state.settings)} spent={fullWords(held(), state.settings)} />
        </div>
      </Show>
    </>
  )
}

/** How much of a quota is used, and what it means when all of it is. Each is empty where there is nothing to say. */
function Use(props: { readonly used: string; readonly spent: string }): JSX.Element {
  return (
    <>
      <Show when={props.used}>{(used) => <p class={styles.used}>{used()}</p>}</Show>
      {/* It is there before it says something, and changes by no figure: screen readers tell of it once. */}
      <p class={styles.spent} role="status">
        {props.spent}
      </p>
    </>
  )
}

function isUsedUp({ sizeBytes }: RelayUsage, { relayQuota }: Settings): boolean {
  return sizeBytes >= (relayQuotasBytes[relayQuota] ?? Infinity)
}

function passedOnWords(usage: RelayUsage | undefined, settings: Settings): string {
  if (usage === undefined || isUsedUp(usage, settings)) return ''
  const quotaBytes = relayQuotasBytes[settings.relayQuota]
  const size = sizeWords(usage.sizeBytes)
  return quotaBytes === null
    ? t('settings.passedOnUnlimited', size)
    : t('settings.passedOn', size, sizeWords(quotaBytes))
}

function usedUpWords(usage: RelayUsage | undefined, settings: Settings): string {
  const quotaBytes = relayQuotasBytes[settings.relayQuota]
  if (usage === undefined || quotaBytes === null || !isUsedUp(usage, settings)) return ''
  return t('settings.relayUsedUp', sizeWords(quotaBytes), clockTime(usage.untilMs))
}

function heldWords(held: Holding | undefined, { serveMailbox, mailboxQuota }: Settings): string {
  if (held === undefined) return ''
  const { contacts, items, sizeBytes } = held
  if (items === 0) return t('settings.holdingNothing')
  const size = sizeWords(sizeBytes)
  if (!serveMailbox) return t('settings.holding', contacts, items, size)
  const quota = sizeWords(mailboxQuotasBytes[mailboxQuota])
  return t('settings.holding', contacts, items, t('settings.sizeOf', size, quota))
}

function fullWords(held: Holding | undefined, { serveMailbox, mailboxQuota }: Settings): string {
  if (held === undefined || !serveMailbox) return ''
  return mailboxQuotasBytes[mailboxQuota] - held.sizeBytes < heldItemSizeBytesMax ? t('settings.mailboxFull') : ''
}
