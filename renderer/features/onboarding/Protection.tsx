import ArrowLeft from 'lucide-solid/icons/arrow-left'
import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { Button } from '../../ui/Button.tsx'
import { IconButton } from '../../ui/IconButton.tsx'
import { Options } from '../../ui/Options.tsx'
import { NewPassphrase, createNewPassphrase } from './NewPassphrase.tsx'
import styles from './Onboarding.module.css'

export interface ProtectionProps {
  readonly keyringAvailable: boolean
  readonly busy: boolean
  readonly problem: string | undefined
  readonly onBack: () => void
  /** Null: the keyring. */
  readonly onCreate: (passphrase: string | null) => void
}

/** What opens the profile. The keyring is offered only where the system has one that can be trusted. */
export function Protection(props: ProtectionProps): JSX.Element {
  const [way, setWay] = createSignal<'passphrase' | 'keyring'>('passphrase')
  const passphrase = createNewPassphrase()
  const submit = (): void => {
    if (props.busy) return
    if (way() === 'keyring') return props.onCreate(null)
    const accepted = passphrase.accept()
    if (accepted !== null) props.onCreate(accepted)
  }
  return (
    <form
      class={styles.card}
      data-wide=""
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
    >
      <div class={styles.top}>
        <IconButton label={t('app.back')} onClick={() => props.onBack()}>
          <ArrowLeft size={20} />
        </IconButton>
      </div>
      <h1 class={styles.title}>{t('onboarding.protectTitle')}</h1>
      <p class={styles.lead}>{t('onboarding.protectLead')}</p>
      <div class={styles.fields}>
        <Show when={props.keyringAvailable}>
          <Options
            label={t('onboarding.protectTitle')}
            labelHidden
            value={way()}
            options={[
              { value: 'passphrase', label: t('onboarding.byPassphrase'), hint: t('onboarding.byPassphraseHint') },
              { value: 'keyring', label: t('onboarding.byKeyring'), hint: t('onboarding.byKeyringHint') },
            ]}
            onChange={setWay}
          />
        </Show>
        <Show when={way() === 'passphrase'}>
          <NewPassphrase model={passphrase} autofocus />
          <p class={styles.note}>{t('onboarding.noReset')}</p>
        </Show>
        <Show when={props.problem}>
          <p class={styles.problem} role="alert">
            {props.problem}
          </p>
        </Show>
        <Button look="primary" type="submit" wide busy={props.busy}>
          {t('onboarding.create')}
        </Button>
      </div>
    </form>
  )
}
