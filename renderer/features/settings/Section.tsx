import type { JSX } from 'solid-js'
import { t } from '../../i18n/index.ts'
import styles from './Settings.module.css'

export interface SectionProps {
  readonly id:
    | 'profile'
    | 'appearance'
    | 'privacy'
    | 'identity'
    | 'invites'
    | 'network'
    | 'serving'
    | 'passphrase'
    | 'about'
  readonly children: JSX.Element
}

export function Section(props: SectionProps): JSX.Element {
  return (
    <section id={`settings-${props.id}`} class={styles.section} aria-labelledby={`settings-${props.id}-title`}>
      <h3 id={`settings-${props.id}-title`} class={styles.heading}>
        {t(`settings.${props.id}`)}
      </h3>
      {props.children}
    </section>
  )
}
