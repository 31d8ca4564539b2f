import type { JSX } from 'solid-js'
import styles from './Notice.module.css'

export interface NoticeProps {
  readonly tone: 'plain' | 'good' | 'waiting' | 'danger'
  readonly icon?: JSX.Element
  readonly title?: string
  readonly children?: JSX.Element
  readonly actions?: JSX.Element
  /** Announced when it appears. */
  readonly live?: boolean
}

/** A sentence that must not be missed, where it belongs. */
export function Notice(props: NoticeProps): JSX.Element {
  return (
    <div class={styles.notice} data-tone={props.tone} role={props.live ? 'alert' : undefined}>
      {props.icon && (
        <span class={styles.icon} aria-hidden="true">
          {props.icon}
        </span>
      )}
      <div class={styles.words}>
        {props.title && <strong class={styles.title}>{props.title}</strong>}
        {props.children && <div class={styles.text}>{props.children}</div>}
        {props.actions && <div class={styles.actions}>{props.actions}</div>}
      </div>
    </div>
  )
}
