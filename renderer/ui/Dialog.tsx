import { Dialog as Kobalte } from '@kobalte/core/dialog'
import X from 'lucide-solid/icons/x'
import type { JSX } from 'solid-js'
import { Show } from 'solid-js'
import styles from './Dialog.module.css'
import { createFocusReturn } from './focusReturn.ts'
import { IconButton } from './IconButton.tsx'

export interface DialogProps {
  readonly title: string
  readonly closeLabel: string
  readonly onClose: () => void
  readonly size?: 'small' | 'normal' | 'large'
  /** Beside the title, for a dialog that can go back. */
  readonly leading?: JSX.Element
  readonly footer?: JSX.Element
  readonly children: JSX.Element
  /** For a question: a click beside it is no answer. */
  readonly modalOnly?: boolean
  readonly onPaste?: (event: ClipboardEvent) => void
}

/**
 * A dialog that is open as long as it is rendered. The focus begins at what has `data-autofocus`, else
 * at the dialog itself, stays inside, and goes back where it came from.
 */
export function Dialog(props: DialogProps): JSX.Element {
  const giveBack = createFocusReturn()
  let content: HTMLElement | undefined
  return (
    <Kobalte open onOpenChange={(open) => !open && props.onClose()} preventScroll={false}>
      <Kobalte.Portal>
        <Kobalte.Overlay class={styles.veil} />
        <div class={styles.place}>
          <Kobalte.Content
            class={styles.dialog}
            data-size={props.size ?? 'normal'}
            onPointerDownOutside={(event) => props.modalOnly && event.preventDefault()}
            ref={(element: HTMLDivElement) => {
              content = element
            }}
            onOpenAutoFocus={(event) => {
              event.preventDefault()
              const first = content?.querySelector<HTMLElement>('[data-autofocus]') ?? content
              first?.focus({ preventScroll: true })
            }}
            onCloseAutoFocus={giveBack}
            onPaste={(event: ClipboardEvent) => props.onPaste?.(event)}
          >
            <header class={styles.header}>
              {props.leading}
              <Kobalte.Title class={styles.title}>{props.title}</Kobalte.Title>
              <IconButton label={props.closeLabel} onClick={() => props.onClose()} size="small">
                <X size={18} />
              </IconButton>
            </header>
            <div class={styles.body}>{props.children}</div>
            <Show when={props.footer}>
              <footer class={styles.footer}>{props.footer}</footer>
            </Show>
          </Kobalte.Content>
        </div>
      </Kobalte.Portal>
    </Kobalte>
  )
}
