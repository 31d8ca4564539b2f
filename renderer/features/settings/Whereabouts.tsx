import type { JSX } from 'solid-js'
import { createSignal, Show, untrack } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { Options } from '../../ui/Options.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { proxyHostIn, proxyPortIn } from './proxy.ts'
import styles from './Settings.module.css'

/** Who may learn where this computer is, and what each choice costs. */
export function Whereabouts(): JSX.Element {
  const { state, controller } = useApp()
  return (
    <>
      <Options
        label={t('settings.where')}
        value={state.settings.privacy}
        options={[
          { value: 'open', label: t('settings.whereOpen'), hint: t('settings.whereOpenHint') },
          { value: 'relayOnly', label: t('settings.whereRelay'), hint: t('settings.whereRelayHint') },
          { value: 'proxy', label: t('settings.whereProxy'), hint: t('settings.whereProxyHint') },
        ]}
        onChange={(privacy) => void controller.saveSettings({ privacy })}
      />
      <Show when={state.settings.privacy === 'proxy'}>
        <Proxy />
      </Show>
    </>
  )
}

function Proxy(): JSX.Element {
  const { state, controller } = useApp()
  const [host, setHost] = createSignal(untrack(() => state.settings.proxyHost))
  const [port, setPort] = createSignal(untrack(() => String(state.settings.proxyPort)))
  const [asked, setAsked] = createSignal(false)
  const changed = (): boolean =>
    proxyHostIn(host()) !== state.settings.proxyHost || proxyPortIn(port()) !== state.settings.proxyPort
  const save = (): void => {
    setAsked(true)
    const [proxyHost, proxyPort] = [proxyHostIn(host()), proxyPortIn(port())]
    if (proxyHost === null || proxyPort === null || !changed()) return
    setHost(proxyHost)
    setPort(String(proxyPort))
    void controller.saveSettings({ proxyHost, proxyPort })
  }
  return (
    <div class={styles.proxy}>
      <div class={styles.proxyFields}>
        <TextField
          label={t('settings.proxyHost')}
          value={host()}
          maxLength={contractLimits.proxyHostLengthMax}
          error={asked() && proxyHostIn(host()) === null ? t('settings.proxyHostProblem') : undefined}
          onInput={setHost}
          onEnter={save}
        />
        <TextField
          label={t('settings.proxyPort')}
          value={port()}
          maxLength={5}
          error={asked() && proxyPortIn(port()) === null ? t('settings.proxyPortProblem') : undefined}
          onInput={setPort}
          onEnter={save}
        />
      </div>
      <p class={styles.note}>{t('settings.proxyLead')}</p>
      <Show when={state.network.problem?.code.startsWith('proxy') && state.network.problem}>
        {(problem) => (
          <p class={styles.problem}>
            {t(`connections.problem.${problem().code}`)} {t('connections.problem.proxyConsequence')}
          </p>
        )}
      </Show>
      <Show when={changed()}>
        <Button size="small" onClick={save}>
          {t('settings.proxySave')}
        </Button>
      </Show>
    </div>
  )
}
