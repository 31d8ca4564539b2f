import type { JSX } from 'solid-js'
import { createUniqueId, Show } from 'solid-js'
import styles from './Switch.module.css'

export interface SwitchProps {
  readonly label: string
  readonly hint?: string
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
}

export function Switch(props: SwitchProps): JSX.Element {
  const id = createUniqueId()
  return (
    <label class={styles.row}>
      <span class={styles.words}>
        <span id={id}>{props.label}</span>
        <Show when={props.hint}>
          <span id={`${id}-hint`} class={styles.hint}>
            {props.hint}
          </span>
        </Show>
      </span>
      <input
        class={styles.input}
        type="checkbox"
        role="switch"
        aria-labelledby={id}
        aria-describedby={props.hint ? `${id}-hint` : undefined}
        checked={props.checked}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
    </label>
  )
}
