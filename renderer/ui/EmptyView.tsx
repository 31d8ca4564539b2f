import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import styles from './EmptyView.module.css'

export interface EmptyViewProps {
  readonly picture?: JSX.Element
  readonly title: string
  readonly lead?: string
  readonly action?: JSX.Element
}

/** Teaches the next step: one sentence, one button. */
export function EmptyView(props: EmptyViewProps): JSX.Element {
  return (
    <div class={styles.empty}>
      <Show when={props.picture}>
        <div class={styles.picture} aria-hidden="true">
          {props.picture}
        </div>
      </Show>
      <h2 class={styles.title}>{props.title}</h2>
      <Show when={props.lead}>
        <p class={styles.lead}>{props.lead}</p>
      </Show>
      {props.action}
    </div>
  )
}
