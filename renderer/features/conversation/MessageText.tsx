import type { JSX } from 'solid-js'
import { createMemo, createSignal, For, Show } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { useApp } from '../app/context.ts'
import { collapsedText, isOnlyEmoji } from './collapse.ts'
import { linkify } from './linkify.ts'
import type { Segment } from './linkify.ts'
import { markMatches } from './find.ts'
import styles from './Message.module.css'

/** The text of a message: text nodes and links, nothing else. */
export function MessageText(props: { readonly text: string; readonly query: string }): JSX.Element {
  const [open, setOpen] = createSignal(false)
  const head = createMemo(() => collapsedText(props.text))
  const shown = (): string => (open() ? props.text : (head() ?? props.text))
  const segments = createMemo(() => linkify(shown()))
  return (
    <>
      <div class={styles.text} dir="auto" data-emoji={isOnlyEmoji(props.text) ? '' : undefined}>
        <For each={segments()}>{(segment) => <Part segment={segment} query={props.query} />}</For>
        <Show when={!open() && head() !== null}>…</Show>
      </div>
      <Show when={head() !== null}>
        <button type="button" class={styles.more} aria-expanded={open()} onClick={() => setOpen(!open())}>
          {open() ? t('conversation.showLess') : t('conversation.showMore')}
        </button>
      </Show>
    </>
  )
}

function Part(props: { readonly segment: Segment; readonly query: string }): JSX.Element {
  const { controller } = useApp()
  const url = (): string | null => (props.segment.kind === 'link' ? props.segment.url : null)
  const open = (): void => {
    const target = url()
    if (target !== null) controller.openLink(target)
  }
  return (
    <Show when={url() !== null} fallback={<Found text={props.segment.text} query={props.query} />}>
      {/* No href: nothing but this handler can follow it, whichever button is pressed. */}
      <a
        class={styles.link}
        role="link"
        tabindex="0"
        onClick={open}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return
          event.stopPropagation()
          open()
        }}
      >
        <Found text={props.segment.text} query={props.query} />
      </a>
    </Show>
  )
}

function Found(props: { readonly text: string; readonly query: string }): JSX.Element {
  return (
    <Show when={props.query !== ''} fallback={props.text}>
      <For each={markMatches(props.text, props.query)}>
        {(part) => (
          <Show when={part.match} fallback={part.text}>
            <mark class={styles.mark}>{part.text}</mark>
          </Show>
        )}
      </For>
    </Show>
  )
}
