import type { JSX } from 'solid-js'
import { createSignal, Show } from 'solid-js'
import { contractLimits } from '../../client/limits.ts'
import { t } from '../../i18n/index.ts'
import { PassphraseField } from '../../ui/PassphraseField.tsx'
import type { Strength } from './strength.ts'
import { strengthOf } from './strength.ts'
import styles from './Onboarding.module.css'

const words = {
  weak: 'onboarding.strengthWeak',
  fair: 'onboarding.strengthFair',
  good: 'onboarding.strengthGood',
  strong: 'onboarding.strengthStrong',
} as const satisfies { [S in Strength]: string }

export interface NewPassphraseModel {
  readonly value: () => string
  readonly setValue: (value: string) => void
  readonly repeated: () => string
  readonly setRepeated: (value: string) => void
  readonly problem: () => 'short' | 'different' | null
  /** The passphrase if it may be used; otherwise null, and the fields say why. */
  readonly accept: () => string | null
}

export function createNewPassphrase(): NewPassphraseModel {
  const [value, setValue] = createSignal('')
  const [repeated, setRepeated] = createSignal('')
  const [problem, setProblem] = createSignal<'short' | 'different' | null>(null)
  const accept = (): string | null => {
    const found =
      value().length < contractLimits.passphraseLengthMin ? 'short' : value() === repeated() ? null : 'different'
    setProblem(found)
    return found === null ? value() : null
  }
  const changed = (set: (value: string) => void) => (next: string) => {
    setProblem(null)
    set(next)
  }
  return { value, setValue: changed(setValue), repeated, setRepeated: changed(setRepeated), problem, accept }
}

export interface NewPassphraseProps {
  readonly model: NewPassphraseModel
  readonly autofocus?: boolean
  readonly label?: string
  readonly repeatLabel?: string
}

/** A new passphrase, twice, with a word on how good it is. */
export function NewPassphrase(props: NewPassphraseProps): JSX.Element {
  const strength = (): Strength => strengthOf(props.model.value())
  const shared = {
    showLabel: t('unlock.show'),
    hideLabel: t('unlock.hide'),
    capsLockText: t('unlock.capsLock'),
    maxLength: contractLimits.passphraseLengthMax,
    fresh: true,
  }
  return (
    <>
      <div>
        <PassphraseField
          {...shared}
          label={props.label ?? t('unlock.passphrase')}
          value={props.model.value()}
          onInput={props.model.setValue}
          autofocus={props.autofocus ?? false}
          error={
            props.model.problem() === 'short' ? t('onboarding.tooShort', contractLimits.passphraseLengthMin) : undefined
          }
        />
        <div class={styles.strength} data-strength={props.model.value() === '' ? 'none' : strength()}>
          <span class={styles.meter} aria-hidden="true" />
          <p class={styles.note} role="status">
            <Show when={props.model.value() !== ''} fallback={t('onboarding.strengthAdvice')}>
              {t(words[strength()])}
            </Show>
          </p>
        </div>
      </div>
      <PassphraseField
        {...shared}
        label={props.repeatLabel ?? t('unlock.repeat')}
        value={props.model.repeated()}
        onInput={props.model.setRepeated}
        error={props.model.problem() === 'different' ? t('onboarding.mismatch') : undefined}
      />
    </>
  )
}
