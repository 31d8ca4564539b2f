import type { JSX } from 'solid-js'
import { createSignal, onMount, Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { Bird } from '../../ui/Bird.tsx'
import { Button } from '../../ui/Button.tsx'
import { PassphraseField } from '../../ui/PassphraseField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import styles from '../onboarding/Onboarding.module.css'

/** A locked profile: the passphrase, or another try with the keyring. */
export function Unlock(): JSX.Element {
  const { state, controller } = useApp()
  const [passphrase, setPassphrase] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()
  const byKeyring = (): boolean => state.profile?.protection === 'keyring'
  const title = (): string => {
    const name = state.profile?.name ?? ''
    return name === '' || name === 'default' ? t('unlock.title') : t('unlock.titleNamed', name)
  }

  const unlock = async (): Promise<void> => {
    if (busy() || (!byKeyring() && passphrase() === '')) return
    setBusy(true)
    setProblem(undefined)
    const reply = await controller.unlock(byKeyring() ? null : passphrase())
    setBusy(false)
    if (reply.ok) return
    setProblem(reply.error.code === 'wrongPassphrase' ? t('unlock.wrong') : errorText(reply.error))
  }
  onMount(() => {
    if (byKeyring()) void unlock()
  })

  return (
    <main class={styles.stage}>
      <form
        class={styles.card}
        onSubmit={(event) => {
          event.preventDefault()
          void unlock()
        }}
      >
        <Bird size={96} />
        <h1 class={styles.title}>{title()}</h1>
        <div class={styles.fields}>
          <Show when={!byKeyring()} fallback={<ByKeyring problem={problem()} />}>
            <PassphraseField
              label={t('unlock.passphrase')}
              showLabel={t('unlock.show')}
              hideLabel={t('unlock.hide')}
              capsLockText={t('unlock.capsLock')}
              value={passphrase()}
              onInput={(value) => {
                setProblem(undefined)
                setPassphrase(value)
              }}
              maxLength={contractLimits.passphraseLengthMax}
              error={problem()}
              autofocus
            />
          </Show>
          <Button look="primary" type="submit" wide busy={busy()}>
            {t('unlock.unlock')}
          </Button>
        </div>
      </form>
    </main>
  )
}

function ByKeyring(props: { readonly problem: string | undefined }): JSX.Element {
  return (
    <>
      <p class={styles.lead}>{t('unlock.keyringLead')}</p>
      <Show when={props.problem}>
        <p class={styles.problem} role="alert">
          {props.problem}
        </p>
      </Show>
    </>
  )
}
