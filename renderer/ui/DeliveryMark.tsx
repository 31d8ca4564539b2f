import type { JSX } from 'solid-js'
import { Match, Switch } from 'solid-js'
import styles from './DeliveryMark.module.css'

export interface DeliveryMarkProps {
  readonly state: 'writing' | 'written' | 'sent' | 'held' | 'delivered' | 'read' | 'failed'
  /** The state in a word. */
  readonly label: string
}

/** How far a message has come: a clock, one tick, a sealed envelope, two ticks, two ticks on a filled ground. */
export function DeliveryMark(props: DeliveryMarkProps): JSX.Element {
  return (
    <svg
      class={styles.mark}
      data-state={props.state}
      role="img"
      aria-label={props.label}
      data-tip={props.label}
      width="18"
      height="12"
      viewBox="0 0 18 12"
    >
      <Switch>
        <Match when={props.state === 'writing' || props.state === 'written'}>
          <circle class={styles.stroke} cx="12" cy="6" r="4.6" />
          <path class={styles.stroke} d="M12 3.4V6l1.7 1.3" />
        </Match>
        <Match when={props.state === 'sent'}>
          <path class={styles.stroke} d="m8.5 6.4 2.7 2.7 5-6" />
        </Match>
        <Match when={props.state === 'held'}>
          <rect class={styles.fine} x="5.65" y="1.65" width="11.7" height="8.7" rx="1.5" />
          <path class={styles.fine} d="m6.3 2.6 5.2 3.2 5.2-3.2" />
          <circle class={styles.ground} cx="11.5" cy="6.1" r="1.65" />
        </Match>
        <Match when={props.state === 'delivered'}>
          <path class={styles.stroke} d="m3.5 6.4 2.7 2.7 5-6M9.6 8.3l.8.8 5-6" />
        </Match>
        <Match when={props.state === 'read'}>
          <rect class={styles.ground} x="0" y="0" width="18" height="12" rx="6" />
          <path class={styles.knock} d="m3.4 6.3 2.2 2.2 4-4.8M8.8 8l.6.5 4-4.8" />
        </Match>
        <Match when={props.state === 'failed'}>
          <circle class={styles.stroke} cx="12" cy="6" r="4.9" />
          <path class={styles.stroke} d="M12 3.3v3.2m0 1.7v.4" />
        </Match>
      </Switch>
    </svg>
  )
}
