import type { JSX } from 'solid-js'
import { Match, Switch } from 'solid-js'
import styles from './Seal.module.css'
import { birdPath, crackPath, waxOutlinePath, waxPath } from './sealPaths.ts'

export interface SealProps {
  readonly state: 'whole' | 'plain' | 'cracked'
  readonly size?: number
  /** The words for it; without them it is decoration beside words that stand elsewhere. */
  readonly label?: string
}

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
          <path class={styles.wax} d={waxPath} />
          <path class={styles.imprint} d={birdPath} />
        </Match>
        <Match when={props.state === 'plain'}>
          <path class={styles.outline} d={waxOutlinePath} />
        </Match>
        <Match when={props.state === 'cracked'}>
          <path class={styles.wax} d={waxPath} />
          <path class={styles.crack} d={crackPath} />
        </Match>
      </Switch>
    </svg>
  )
}
