import type { JSX } from 'solid-js'
import { createSignal, onCleanup, onMount, Show } from 'solid-js'
import { Portal } from 'solid-js/web'
import styles from './Tips.module.css'

interface Tip {
  readonly text: string
  readonly keys: string | undefined
  readonly anchor: DOMRect
}

const delayMs = 500

/**
 * One tip for the whole window: it follows whatever has `data-tip` and is hovered or focused by key.
 * The text repeats the accessible name, so it is hidden from assistive technology.
 */
export function Tips(): JSX.Element {
  const [tip, setTip] = createSignal<Tip>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let target: Element | null = null

  const hide = (): void => {
    clearTimeout(timer)
    target = null
    setTip(undefined)
  }
  const show = (element: Element, afterMs: number): void => {
    if (element === target) return
    hide()
    target = element
    timer = setTimeout(() => {
      if (!element.isConnected) return
      const text = element.getAttribute('data-tip')
      if (text) {
        setTip({ text, keys: element.getAttribute('data-tip-keys') ?? undefined, anchor: element.getBoundingClientRect() })
      }
    }, afterMs)
  }
  const tipped = (node: EventTarget | null): Element | null =>
    node instanceof Element ? node.closest('[data-tip]') : null

  onMount(() => {
    const over = (event: PointerEvent): void => {
      const element = event.pointerType === 'touch' ? null : tipped(event.target)
      if (element) show(element, delayMs)
      else hide()
    }
    const focus = (event: FocusEvent): void => {
      const element = tipped(event.target)
      if (element?.matches(':focus-visible')) show(element, delayMs)
    }
    document.addEventListener('pointerover', over, { passive: true })
    document.addEventListener('focusin', focus)
    for (const name of ['focusout', 'pointerdown', 'keydown', 'wheel'] as const) {
      document.addEventListener(name, hide, { passive: true })
    }
    onCleanup(() => {
      hide()
      document.removeEventListener('pointerover', over)
      document.removeEventListener('focusin', focus)
      for (const name of ['focusout', 'pointerdown', 'keydown', 'wheel'] as const) {
        document.removeEventListener(name, hide)
      }
    })
  })

  const place = (element: HTMLElement, anchor: DOMRect): void => {
    queueMicrotask(() => {
      const { offsetWidth: width, offsetHeight: height } = element
      const left = Math.min(Math.max(8, anchor.left + anchor.width / 2 - width / 2), window.innerWidth - width - 8)
      const below = anchor.bottom + 6 + height < window.innerHeight
      element.style.left = `${left}px`
      element.style.top = `${below ? anchor.bottom + 6 : anchor.top - height - 6}px`
    })
  }

  return (
    <Show when={tip()} keyed>
      {(current) => (
        <Portal>
          <div class={styles.tip} aria-hidden="true" ref={(element) => place(element, current.anchor)}>
            {current.text}
            <Show when={current.keys}>
              <kbd class={styles.keys}>{current.keys}</kbd>
            </Show>
          </div>
        </Portal>
      )}
    </Show>
  )
}
