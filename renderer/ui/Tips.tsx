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
const hidingEvents = ['focusout', 'pointerdown', 'keydown', 'wheel'] as const

function tipped(node: EventTarget | null): Element | null {
  return node instanceof Element ? node.closest('[data-tip]') : null
}

function tipOf(element: Element): Tip | undefined {
  const text = element.isConnected ? element.getAttribute('data-tip') : null
  if (!text) return undefined
  const keys = element.getAttribute('data-tip-keys') ?? undefined
  return { text, keys, anchor: element.getBoundingClientRect() }
}

/** Below its anchor, or above where there is no room; never beyond the window's edge. */
function place(element: HTMLElement, anchor: DOMRect): void {
  queueMicrotask(() => {
    const { offsetWidth: width, offsetHeight: height } = element
    const left = Math.min(Math.max(8, anchor.left + anchor.width / 2 - width / 2), window.innerWidth - width - 8)
    const below = anchor.bottom + 6 + height < window.innerHeight
    element.style.left = `${left}px`
    element.style.top = `${below ? anchor.bottom + 6 : anchor.top - height - 6}px`
  })
}

/**
 * One tip for the whole window: it follows whatever has `data-tip` and is hovered or focused by key.
 * The text repeats the accessible name, so it is hidden from assistive technology.
 */
export function Tips(): JSX.Element {
  const [tip, setTip] = createSignal<Tip>()
  onMount(() => onCleanup(followPointer(setTip)))
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

function followPointer(setTip: (tip: Tip | undefined) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let target: Element | null = null
  const hide = (): void => {
    clearTimeout(timer)
    target = null
    setTip(undefined)
  }
  const show = (element: Element): void => {
    if (element === target) return
    hide()
    target = element
    timer = setTimeout(() => setTip(tipOf(element)), delayMs)
  }
  const over = (event: PointerEvent): void => {
    const element = event.pointerType === 'touch' ? null : tipped(event.target)
    if (element) show(element)
    else hide()
  }
  const focus = (event: FocusEvent): void => {
    const element = tipped(event.target)
    if (element?.matches(':focus-visible')) show(element)
  }
  document.addEventListener('pointerover', over, { passive: true })
  document.addEventListener('focusin', focus)
  for (const name of hidingEvents) document.addEventListener(name, hide, { passive: true })
  return () => {
    hide()
    document.removeEventListener('pointerover', over)
    document.removeEventListener('focusin', focus)
    for (const name of hidingEvents) document.removeEventListener(name, hide)
  }
}
