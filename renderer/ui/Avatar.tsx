import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import styles from './Avatar.module.css'

const tints = 8

/** A tint that stays with the account, whatever it is called. */
export function tintOf(account: string): number {
  const head = Number.parseInt(account.slice(0, 4), 16)
  return Number.isNaN(head) ? 0 : head % tints
}

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

function firstGrapheme(word: string): string {
  for (const { segment } of segmenter.segment(word.slice(0, 32))) return segment.length <= 8 ? segment : ''
  return ''
}

/** One or two letters for a name: of the first and the last word. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._-]+/u).filter((word) => /[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(word))
  const first = words[0]
  const last = words.at(-1)
  if (first === undefined || last === undefined) return ''
  return (firstGrapheme(first) + (words.length > 1 ? firstGrapheme(last) : '')).toLocaleUpperCase()
}

export interface AvatarProps {
  readonly account: string
  readonly name: string
  readonly size?: 'small' | 'normal' | 'large'
  /** Drawn in place of initials. */
  readonly icon?: JSX.Element
  /** Shown as a dot; its words stand elsewhere. */
  readonly connected?: boolean
}

/** Initials on a tint of the account. Decoration: the name always stands beside it. */
export function Avatar(props: AvatarProps): JSX.Element {
  return (
    <span class={styles.avatar} data-size={props.size ?? 'normal'} data-tint={tintOf(props.account)} aria-hidden="true">
      <Show when={props.icon} fallback={<span class={styles.initials}>{initialsOf(props.name) || '·'}</span>}>
        {props.icon}
      </Show>
      <Show when={props.connected}>
        <span class={styles.dot} />
      </Show>
    </span>
  )
}
