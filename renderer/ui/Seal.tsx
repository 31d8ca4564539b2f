import type { JSX } from 'solid-js'
import { Match, Switch } from 'solid-js'
import styles from './Seal.module.css'

export interface SealProps {
  readonly state: 'whole' | 'plain' | 'cracked'
  readonly size?: number
  /** The words for it; without them it is decoration beside words that stand elsewhere. */
  readonly label?: string
}

/** The wax: an edge that ran a little, as wax does. */
const wax =
  'M8 .9c1.2 0 1.9.8 2.9 1.1 1 .3 2.1.2 2.8 1 .7.8.6 1.9 1 2.8.4.9 1.1 1.7 1 2.8-.1 1-1 1.6-1.4 2.5-.4.9-.4 2-1.2 2.7-.8.7-1.8.5-2.8.9-.9.3-1.6 1-2.7.9-1-.1-1.7-.9-2.6-1.2-.9-.3-2-.3-2.6-1.1-.7-.8-.5-1.8-.9-2.7-.4-.9-1.2-1.6-1.1-2.7.1-1 .9-1.6 1.3-2.5.4-.9.3-2 1.1-2.7.8-.7 1.8-.5 2.7-.9C6.5 1.7 7 .9 8 .9Z'

/** Whole wax with its imprint: verified. Plain wax, an outline: not yet. Cracked wax: the key changed. */
export function Seal(props: SealProps): JSX.Element {
  const size = (): number => props.size ?? 16
  return (
    <svg
      class={styles.seal}
      data-state={props.state}
      width={size()}
      height={size()}
      viewBox="0 0 16 16"
      role={props.label ? 'img' : undefined}
      aria-label={props.label}
      aria-hidden={props.label ? undefined : 'true'}
      data-tip={props.label}
    >
      <Switch>
        <Match when={props.state === 'whole'}>
          <path class={styles.wax} d={wax} />
          <path class={styles.imprint} d="M4.7 8.2 7 10.5l4.4-4.8" />
        </Match>
        <Match when={props.state === 'plain'}>
          <path class={styles.outline} d={wax} transform="translate(.65 .65) scale(.92)" />
        </Match>
        <Match when={props.state === 'cracked'}>
          <path class={styles.wax} d={wax} />
          <path class={styles.crack} d="M9.6 0 7.1 4.3l2.4 2.3-3.2 3.3 1.9 2.1L6.4 16" />
        </Match>
      </Switch>
    </svg>
  )
}
