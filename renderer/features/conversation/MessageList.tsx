import ArrowDown from 'lucide-solid/icons/arrow-down'
import type { JSX } from 'solid-js'
import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show, untrack } from 'solid-js'
import { Virtualizer } from 'virtua/solid'
import type { VirtualizerHandle } from 'virtua/solid'
import { t } from '../../i18n/index.ts'
import type { Conversation, Message, MessageWindow } from '../../state/model.ts'
import { emptyWindow, windowMessagesMax } from '../../state/model.ts'
import { useApp } from '../app/context.ts'
import { previewOf, senderName } from '../conversations/titles.ts'
import { RowView } from './MessageRow.tsx'
import type { Row } from './rows.ts'
import { buildRows, changedAtStart, keepRows } from './rows.ts'
import styles from './Conversation.module.css'

/** Nearer to the end than this counts as being there. */
const endSlackPx = 32
/** Older messages are fetched before their place comes into view. */
const olderAheadPx = 1_200

export interface MessageListProps {
  readonly conversation: Conversation
  readonly query: string
  readonly found: string | null
  readonly onMenu: (message: Message, x: number, y: number) => void
}

interface Rows {
  readonly rows: readonly Row[]
  /** Whether the view must hold on to the end in this change. */
  readonly shift: boolean
}

const nothing = emptyWindow(0)

/** The messages of one conversation, of which only those near the view are in the document. */
export function MessageList(props: MessageListProps): JSX.Element {
  const { state, controller, dispatch } = useApp()
  // The list is made anew for each conversation.
  const id = untrack(() => props.conversation.conversation)
  const window = (): MessageWindow => state.windows[id] ?? nothing
  const built = createMemo<Rows>(
    (before) => {
      const rows = keepRows(before.rows, buildRows(window(), state.self?.account ?? ''))
      return { rows, shift: changedAtStart(before.rows, rows) }
    },
    { rows: [], shift: false },
  )
  const [atEnd, setAtEnd] = createSignal(true)
  const [placed, setPlaced] = createSignal(false)
  const [handle, setHandle] = createSignal<VirtualizerHandle>()
  let scroller: HTMLElement | undefined

  const toEnd = (): void => {
    const last = built().rows.length - 1
    if (last >= 0) handle()?.scrollToIndex(last, { align: 'end' })
  }
  const measure = (): void => {
    if (!scroller) return
    const left = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop
    setAtEnd(left <= endSlackPx)
    if (placed() && scroller.scrollTop < olderAheadPx) older()
  }
  const older = (): void => {
    const { older: more, loading, loaded } = window()
    if (more && loaded && !loading) void controller.loadOlder(id).then(() => trim('oldest'))
  }
  const trim = (keep: 'newest' | 'oldest'): void => {
    if (window().messages.length > windowMessagesMax) dispatch({ kind: 'trim', conversation: id, keep })
  }
  const jumpToNewest = (): void => {
    if (window().atNewest) return toEnd()
    setPlaced(false)
    setAtEnd(true)
    void controller.loadNewest(id)
  }

  // The first rows: start at the first unread message, else at the end.
  createEffect(() => {
    if (placed() || !handle() || !window().loaded) return
    const { rows } = built()
    const unread = rows.findIndex((row) => row.kind === 'unread')
    queueMicrotask(() => {
      if (unread > 0) handle()?.scrollToIndex(unread, { align: 'start', offset: -24 })
      else toEnd()
      setPlaced(true)
      requestAnimationFrame(measure)
    })
  })
  // Whoever is at the end stays there; whoever writes goes there.
  createEffect(
    on(
      () => built().rows,
      (rows, before) => {
        if (!placed()) return
        const wrote = rows.at(-1)?.kind === 'pending' && rows.at(-1)?.key !== before?.at(-1)?.key
        if (wrote && !window().atNewest) return jumpToNewest()
        if (!wrote && !atEnd()) return
        toEnd()
        requestAnimationFrame(() => {
          toEnd()
          trim('newest')
        })
      },
      { defer: true },
    ),
  )
  // Seen is what was at the end while the window had the focus.
  createEffect(() => {
    const newest = window().messages.at(-1)
    if (!placed() || !atEnd() || !state.focused || document.hidden || !newest || !window().atNewest) return
    if (props.conversation.unread > 0 || newest.unread) controller.markRead(id, newest)
  })
  createEffect(
    on(
      () => [props.found, built().rows] as const,
      ([event], before) => {
        if (event === null || event === before?.[0]) return
        const place = built().rows.findIndex((row) => row.kind === 'message' && row.key === event)
        if (place >= 0) handle()?.scrollToIndex(place, { align: 'center' })
      },
    ),
  )
  onMount(() => {
    const observer = new ResizeObserver(() => {
      if (placed() && atEnd()) toEnd()
    })
    if (scroller) observer.observe(scroller)
    onCleanup(() => observer.disconnect())
  })

  return (
    <div class={styles.listFrame}>
      <section
        class={styles.scroller}
        aria-label={t('conversation.region')}
        tabindex="0"
        ref={(element) => (scroller = element)}
        data-placed={placed() ? '' : undefined}
        onScroll={measure}
        onKeyDown={(event) => moveFocus(event, scroller)}
      >
        <div class={styles.spacer} />
        <Virtualizer
          ref={(made) => setHandle(() => made)}
          data={built().rows}
          shift={built().shift}
          bufferSize={1_000}
        >
          {(row) => (
            <RowView
              row={row}
              conversation={props.conversation}
              query={props.query}
              found={row.kind === 'message' && row.key === props.found}
              onMenu={(message, x, y) => props.onMenu(message, x, y)}
            />
          )}
        </Virtualizer>
        <div class={styles.endSpace} />
      </section>
      <Show when={!atEnd() || !window().atNewest}>
        <JumpButton unread={props.conversation.unread} onClick={jumpToNewest} />
      </Show>
      <Announcer id={id} />
    </div>
  )
}

function JumpButton(props: { readonly unread: number; readonly onClick: () => void }): JSX.Element {
  const label = (): string =>
    props.unread > 0 ? t('conversation.newBelow', props.unread) : t('conversation.newest')
  return (
    <button type="button" class={styles.jump} aria-label={label()} data-tip={label()} onClick={() => props.onClick()}>
      <ArrowDown size={19} />
      <Show when={props.unread > 0}>
        <span class={styles.jumpCount}>{props.unread > 99 ? '99+' : props.unread}</span>
      </Show>
    </button>
  )
}

/** Reads out what others write while the conversation is open. */
function Announcer(props: { readonly id: string }): JSX.Element {
  const { state } = useApp()
  const [words, setWords] = createSignal('')
  createEffect(
    on(
      () => state.windows[props.id]?.messages.at(-1),
      (message, before) => {
        if (!message || message.own || !before || message.orderMs < before.orderMs) return
        setWords(t('conversation.arrived', senderName(state, message.sender), previewOf(message)))
      },
    ),
  )
  return (
    <p class="visually-hidden" role="status">
      {words()}
    </p>
  )
}

/** Arrow keys go from message to message; the list itself keeps the place among the tab stops. */
function moveFocus(event: KeyboardEvent, scroller: HTMLElement | undefined): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  const articles = [...(scroller?.querySelectorAll<HTMLElement>('article') ?? [])]
  const place = articles.findIndex((article) => article.contains(document.activeElement))
  const next = place < 0 ? articles.at(-1) : articles[place + (event.key === 'ArrowDown' ? 1 : -1)]
  if (!next) return
  event.preventDefault()
  next.focus({ preventScroll: true })
  next.scrollIntoView({ block: 'nearest' })
}
