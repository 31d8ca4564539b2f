import type { JSX } from 'solid-js'
import { splitProps } from 'solid-js'
import styles from './IconButton.module.css'

export interface IconButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'style'> {
  /** The accessible name, shown as a tip as well. */
  readonly label: string
  readonly size?: 'normal' | 'small'
  readonly look?: 'quiet' | 'primary'
  /** A key that does the same, shown in the tip. */
  readonly keys?: string
}

/** A button that is only an icon. The tip is drawn by `Tips`. */
export function IconButton(props: IconButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['label', 'size', 'look', 'keys', 'children', 'type'])
  return (
    <button
      {...rest}
      type={own.type ?? 'button'}
      class={styles.button}
      data-size={own.size ?? 'normal'}
      data-look={own.look ?? 'quiet'}
      data-tip={own.label}
      data-tip-keys={own.keys}
      aria-label={own.label}
    >
      {own.children}
    </button>
  )
}
