import type { JSX } from 'solid-js'
import { createUniqueId, For } from 'solid-js'
import styles from './Choice.module.css'

export interface ChoiceProps<T extends string> {
  readonly label: string
  readonly value: T
  readonly options: readonly { readonly value: T; readonly label: string }[]
  readonly onChange: (value: T) => void
  /** Keeps the label for assistive technology only. */
  readonly labelHidden?: boolean
}

/** A few options side by side, of which one holds: native radio buttons, drawn as segments. */
export function Choice<T extends string>(props: ChoiceProps<T>): JSX.Element {
  const name = createUniqueId()
  return (
    <fieldset class={styles.choice}>
      <legend class={props.labelHidden ? 'visually-hidden' : styles.legend}>{props.label}</legend>
      <div class={styles.segments}>
        <For each={props.options}>
          {(option) => (
            <label class={styles.segment}>
              <input
                class={styles.input}
                type="radio"
                name={name}
                value={option.value}
                checked={props.value === option.value}
                onChange={() => props.onChange(option.value)}
              />
              <span class={styles.text}>{option.label}</span>
            </label>
          )}
        </For>
      </div>
    </fieldset>
  )
}
