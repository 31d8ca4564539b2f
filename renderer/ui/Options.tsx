import type { JSX } from 'solid-js'
import { createUniqueId, For } from 'solid-js'
import styles from './Options.module.css'

export interface OptionsProps<T extends string> {
  readonly label: string
  readonly value: T
  /** What each option is, and what it means to choose it. */
  readonly options: readonly { readonly value: T; readonly label: string; readonly hint: string }[]
  readonly onChange: (value: T) => void
  /** Keeps the label for assistive technology only. */
  readonly labelHidden?: boolean
}

/** Options that need a sentence each, one below the other, of which one holds. */
export function Options<T extends string>(props: OptionsProps<T>): JSX.Element {
  const name = createUniqueId()
  return (
    <fieldset class={styles.options}>
      <legend class={props.labelHidden ? 'visually-hidden' : styles.legend}>{props.label}</legend>
      <For each={props.options}>
        {(option, place) => (
          <label class={styles.option}>
            <input
              class={styles.input}
              type="radio"
              name={name}
              value={option.value}
              checked={props.value === option.value}
              aria-labelledby={`${name}-${place()}`}
              aria-describedby={`${name}-${place()}-hint`}
              onChange={() => props.onChange(option.value)}
            />
            <span class={styles.words}>
              <span id={`${name}-${place()}`} class={styles.name}>
                {option.label}
              </span>
              <span id={`${name}-${place()}-hint`} class={styles.hint}>
                {option.hint}
              </span>
            </span>
          </label>
        )}
      </For>
    </fieldset>
  )
}
