import type { JSX } from 'solid-js'
import { createEffect, createMemo, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { conversationOf, conversationsInOrder, neighbour } from '../../state/selectors.ts'
import { EmptyView } from '../../ui/EmptyView.tsx'
import { Bird } from '../../ui/Bird.tsx'
import { ConversationList } from '../conversations/ConversationList.tsx'
import { ConversationView } from '../conversation/ConversationView.tsx'
import { useApp } from './context.ts'
import { warmFloats } from './Floats.tsx'
import { shortcutOf } from './shortcuts.ts'
import styles from './App.module.css'

const Details = lazy(async () => ({ default: (await import('../details/Details.tsx')).Details }))

/** List, conversation, details. */
export function MainView(): JSX.Element {
  const app = useApp()
  const { state, controller } = app
  const selected = createMemo(() => conversationOf(state, state.selected))

  const step = (by: 1 | -1): void => {
    const order = conversationsInOrder(state).map((conversation) => conversation.conversation)
    const next = neighbour(order, state.selected, by)
    if (next !== undefined) controller.select(next)
  }
  /** Closes the topmost thing; dialogs close themselves first. */
  const escape = (): void => {
    if (app.finding()) app.setFinding(false)
    else if (app.pane()) app.setPane(null)
    else if (window.innerWidth < 720) controller.select(null)
  }
  const press = (event: KeyboardEvent): void => {
    const shortcut = event.defaultPrevented || app.floating() ? undefined : shortcutOf(event)
    if (!shortcut) return
    if (shortcut === 'escape') return escape()
    event.preventDefault()
    if (shortcut === 'palette') app.float({ kind: 'palette' })
    if (shortcut === 'newContact') app.float({ kind: 'newContact', link: null })
    if (shortcut === 'settings') app.float({ kind: 'settings' })
    if (shortcut === 'search') document.getElementById('conversation-search')?.focus()
    if (shortcut === 'find') app.setFinding(true)
    if (shortcut === 'previous') step(-1)
    if (shortcut === 'next') step(1)
  }
  onMount(() => {
    document.addEventListener('keydown', press)
    const idle = setTimeout(warmFloats, 1_500)
    onCleanup(() => {
      document.removeEventListener('keydown', press)
      clearTimeout(idle)
    })
  })
  createEffect(
    on(
      () => state.selected,
      () => {
        app.setFinding(false)
        if (app.pane()?.kind === 'message') app.setPane(null)
      },
      { defer: true },
    ),
  )

  return (
    <div class={styles.main} data-open={selected() ? '' : undefined}>
      <Show when={state.connection !== 'connected'}>
        <p class={styles.banner} role="status">
          {t('app.reconnecting')}
        </p>
      </Show>
      <aside class={styles.side}>
        <ConversationList />
      </aside>
      <main class={styles.centre}>
        <Show
          when={selected()}
          fallback={
            <EmptyView
              picture={<Bird size={112} quiet />}
              title={t('conversations.pickTitle')}
              lead={t('conversations.pickLead')}
            />
          }
        >
          {(conversation) => <ConversationView conversation={conversation()} />}
        </Show>
      </main>
      <Show when={app.pane() && selected()}>
        {(conversation) => (
          <div class={styles.pane}>
            <Suspense>
              <Details conversation={conversation()} />
            </Suspense>
          </div>
        )}
      </Show>
    </div>
  )
}
