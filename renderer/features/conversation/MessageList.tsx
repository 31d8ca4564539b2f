import ArrowDown from 'lucide-solid/icons/arrow-down'
import type { Accessor, JSX } from 'solid-js'
import { createEffect, createMemo, createSignal, on, onMount, Show, untrack } from 'solid-js'
import { Virtualizer } from 'virtua/solid'
import { t } from '../../i18n/index.ts'
import type { Conversation, Message, MessageWindow } from '../../state/model.ts'
import { emptyWindow } from '../../state/model.ts'
import { useApp } from '../app/context.ts'
import { previewOf, senderName } from '../conversations/titles.ts'
import { RowView } from './MessageRow.tsx'
import type { Row } from './rows.ts'
import { buildRows, changedAtStart, keepRows } from './rows.ts'
import { createScrolling } from './scrolling.ts'
import styles from './Conversation.module.css'

export interface MessageListProps {
  readonly conversation: Conversation
  readonly query: string
  readonly found: string | null
  readonly onMenu: (message: Message, x: number, y: number) => void
}

interface Built {
  readonly rows: readonly Row[]
  /** Whether the view must hold on to the end in this change. */
  readonly shift: boolean
}

const nothing = emptyWindow(0)

/** The rows of a conversation, each the same object as before unless it changed. */
function createRows(id: string): Accessor<Built> {
  const { state } = useApp()
  const built = createMemo<Built>(
    (before) => {
      const rows = keepRows(before.rows, buildRows(state.windows[id] ?? nothing, state.self?.account ?? ''))
      return { rows, shift: changedAtStart(before.rows, rows) }
    },
    { rows: [], shift: false },
  )
  return built
}

/** The messages of one conversation, of which only those near the view are in the document. */
export function MessageList(props: MessageListProps): JSX.Element {
  const { state, controller } = useApp()
  // The list is made anew for each conversation.
  const id = untrack(() => props.conversation.conversation)
  const window = (): MessageWindow => state.windows[id] ?? nothing
  const built = createRows(id)
  const rows = (): readonly Row[] => built().rows
  const scrolling = createScrolling({ id, window, rows })
  let scroller: HTMLElement | undefined
  onMount(() => scroller && scrolling.mount(scroller))

  // Seen is what was at the end while the window had the focus.
  createEffect(() => {
    const newest = window().messages.at(-1)
    if (!scrolling.placed() || !scrolling.atEnd() || !newest || !window().atNewest) return
    if (!state.focused || document.hidden) return
    if (props.conversation.unread > 0 || newest.unread) controller.markRead(id, newest)
  })
  createEffect(
    on(
      () => props.found,
      (event) => {
        if (event !== null) scrolling.show(event)
      },
    ),
  )

  return (
    <div class={styles.listFrame}>
      <section
        class={styles.scroller}
        aria-label={t('conversation.region')}
        tabindex="0"
        ref={(element) => (scroller = element)}
        data-placed={scrolling.placed() ? '' : undefined}
        onScroll={() => scrolling.onScroll()}
        onKeyDown={(event) => moveFocus(event, scroller)}
      >
        <div class={styles.spacer} />
        <Virtualizer ref={(made) => scrolling.setHandle(made)} data={rows()} shift={built().shift} bufferSize={1_000}>
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
      <Show when={!scrolling.atEnd() || !window().atNewest}>
        <JumpButton unread={props.conversation.unread} onClick={() => scrolling.jumpToNewest()} />
      </Show>
      <Announcer id={id} />
    </div>
  )
}

function JumpButton(props: { readonly unread: number; readonly onClick: () => void }): JSX.Element {
  const label = (): string => (props.unread > 0 ? t('conversation.newBelow', props.unread) : t('conversation.newest'))
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
        if (!message?.unread || message.own || !before || message.orderMs < before.orderMs) return
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
