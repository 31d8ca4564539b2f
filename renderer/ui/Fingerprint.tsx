import type { JSX } from 'solid-js'
import { For, Show } from 'solid-js'
import styles from './Fingerprint.module.css'

const groupLength = 4

/** `SHA256:abcd…` as its prefix and groups of four. */
export function fingerprintGroups(fingerprint: string): {
  readonly prefix: string
  readonly groups: readonly string[]
} {
  const colon = fingerprint.indexOf(':')
  const digest = fingerprint.slice(colon + 1)
  const groups: string[] = []
  for (let at = 0; at < digest.length; at += groupLength) groups.push(digest.slice(at, at + groupLength))
  return { prefix: colon < 0 ? '' : fingerprint.slice(0, colon + 1), groups }
}

export interface FingerprintProps {
  readonly value: string
  /** Makes it a group of that name. */
  readonly label?: string
  readonly small?: boolean
}

/** Set in groups of four to be compared; copied, it is the one string again, since the gaps are only drawn. */
export function Fingerprint(props: FingerprintProps): JSX.Element {
  const parts = (): ReturnType<typeof fingerprintGroups> => fingerprintGroups(props.value)
  return (
    <code
      class={styles.fingerprint}
      data-small={props.small ? '' : undefined}
      role={props.label ? 'group' : undefined}
      aria-label={props.label}
      dir="ltr"
    >
      <Show when={parts().prefix}>
        <span class={styles.prefix}>{parts().prefix}</span>
      </Show>
      <For each={parts().groups}>{(group) => <span class={styles.group}>{group}</span>}</For>
    </code>
  )
}

export interface SafetyNumberProps {
  readonly groups: readonly string[]
  readonly label: string
}

/** Twelve groups of five in three rows, to be read aloud. */
export function SafetyNumber(props: SafetyNumberProps): JSX.Element {
  return (
    <div class={styles.safety} role="group" aria-label={props.label} dir="ltr">
      <For each={props.groups}>{(group) => <span class={styles.digits}>{group} </span>}</For>
    </div>
  )
}
