import type { JSX } from 'solid-js'
import { Show, splitProps } from 'solid-js'
import styles from './Button.module.css'

export interface ButtonProps extends Omit<JSX.ButtonHTMLAttributes<HTMLButtonElement>, 'class' | 'style'> {
  readonly look?: 'primary' | 'plain' | 'quiet' | 'danger'
  readonly size?: 'normal' | 'small'
  readonly icon?: JSX.Element
  /** Working: cannot be pressed, and says so to assistive technology. */
  readonly busy?: boolean
  readonly wide?: boolean
}

export function Button(props: ButtonProps): JSX.Element {
  const [own, rest] = splitProps(props, ['look', 'size', 'icon', 'busy', 'wide', 'children', 'disabled', 'type'])
  return (
    <button
      {...rest}
      type={own.type ?? 'button'}
      class={styles.button}
      data-look={own.look ?? 'plain'}
      data-size={own.size ?? 'normal'}
      data-wide={own.wide ? '' : undefined}
      aria-busy={own.busy ? 'true' : undefined}
      disabled={own.disabled === true || own.busy === true}
    >
      <Show when={own.icon}>
        <span class={styles.icon} aria-hidden="true">
          {own.icon}
        </span>
      </Show>
      <span class={styles.label}>{own.children}</span>
    </button>
  )
}
