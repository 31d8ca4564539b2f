import type { JSX } from 'solid-js'
import { createSignal, Match, Show, Switch } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { Bird } from '../../ui/Bird.tsx'
import { Button } from '../../ui/Button.tsx'
import { TextField } from '../../ui/TextField.tsx'
import { useApp } from '../app/context.ts'
import { errorText } from '../app/errors.ts'
import { Protection } from './Protection.tsx'
import styles from './Onboarding.module.css'

/** First run: who you are, if you like, and what protects it. */
export function Onboarding(): JSX.Element {
  const { state, controller } = useApp()
  const [step, setStep] = createSignal<'name' | 'protection'>('name')
  const [name, setName] = createSignal('')
  const [busy, setBusy] = createSignal(false)
  const [problem, setProblem] = createSignal<string>()

  const create = async (passphrase: string | null): Promise<void> => {
    setBusy(true)
    setProblem(undefined)
    const reply = await controller.create(name().trim(), passphrase)
    setBusy(false)
    if (!reply.ok) setProblem(errorText(reply.error))
  }

  return (
    <main class={styles.stage}>
      <Switch>
        <Match when={step() === 'name'}>
          <form
            class={styles.card}
            onSubmit={(event) => {
              event.preventDefault()
              setStep('protection')
            }}
          >
            <Bird size={96} />
            <h1 class={styles.title}>{t('onboarding.title')}</h1>
            <p class={styles.lead}>{t('onboarding.lead')}</p>
            <div class={styles.fields}>
              <TextField
                label={t('onboarding.name')}
                hint={t('onboarding.nameHint')}
                value={name()}
                onInput={setName}
                maxLength={contractLimits.nameLengthMax}
                autocomplete="name"
                autofocus
              />
              <Button look="primary" type="submit" wide>
                {t('onboarding.continue')}
              </Button>
            </div>
          </form>
        </Match>
        <Match when={step() === 'protection'}>
          <Protection
            keyringAvailable={state.profile?.keyringAvailable ?? false}
            busy={busy()}
            problem={problem()}
            onBack={() => setStep('name')}
            onCreate={(passphrase) => void create(passphrase)}
          />
        </Match>
      </Switch>
      <Show when={busy()}>
        <p class="visually-hidden" role="status">
          {t('onboarding.creating')}
        </p>
      </Show>
    </main>
  )
}
