import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { PassphraseField } from '../../ui/PassphraseField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { createNewPassphrase, NewPassphrase } from '../onboarding/NewPassphrase.tsx'
import styles from './Settings.module.css'

/** Changing what opens the profile. Folded away: it is rarely wanted. */
export function Passphrase(): JSX.Element {
  const { state, controller } = useApp()
  const [open, setOpen] = createSignal(false)
  const [done, setDone] = createSignal(false)
  const byKeyring = (): boolean => state.profile?.protection === 'keyring'
  return (
    <>
      <p class={styles.note}>{byKeyring() ? t('settings.passphraseKeyring') : t('settings.passphraseLead')}</p>
      <Show when={done()}>
        <p role="status">{t('settings.changed')}</p>
      </Show>
      <Show
        when={open()}
        fallback={
          <Button
            size="small"
            onClick={() => {
              setDone(false)
              setOpen(true)
            }}
          >
            {t('settings.change')}
          </Button>
        }
      >
        <Change
          byKeyring={byKeyring()}
          onDone={() => {
            setOpen(false)
            setDone(true)
            controller.refreshProfile()
          }}
        />
      </Show>
    </>
  )
}

function Change(props: { readonly byKeyring: boolean; readonly onDone: () => void }): JSX.Element {
  const { controller } = useApp()
  const next = createNewPassphrase()
  const [current, setCurrent] = createSignal('')
  const [problem, setProblem] = createSignal<string>()
  const [busy, setBusy] = createSignal(false)
  const change = async (): Promise<void> => {
    const accepted = next.accept()
    if (accepted === null || busy()) return
    setBusy(true)
    setProblem(undefined)
    const reply = await controller.client.call('profile.changePassphrase', {
      current: props.byKeyring ? null : current(),
      next: accepted,
    })
    setBusy(false)
    if (reply.ok) props.onDone()
    else setProblem(reply.error.code === 'wrongPassphrase' ? t('unlock.wrong') : errorText(reply.error))
  }
  return (
    <form
      class={styles.form}
      onSubmit={(event) => {
        event.preventDefault()
        void change()
      }}
    >
      <Show when={!props.byKeyring}>
        <PassphraseField
          label={t('settings.current')}
          showLabel={t('unlock.show')}
          hideLabel={t('unlock.hide')}
          capsLockText={t('unlock.capsLock')}
          value={current()}
          onInput={setCurrent}
          maxLength={contractLimits.passphraseLengthMax}
          error={problem()}
          autofocus
        />
      </Show>
      <NewPassphrase model={next} label={t('settings.next')} repeatLabel={t('settings.nextRepeat')} />
      <Button type="submit" size="small" look="primary" busy={busy()}>
        {t('settings.change')}
      </Button>
    </form>
  )
}
