import type { JSX } from 'solid-js'
import { createEffect, createMemo, lazy, on, onCleanup, onMount, Show, Suspense } from 'solid-js'
import { t } from '../../i18n/index.ts'
import { conversationOf } from '../../state/selectors.ts'
import { EmptyView } from '../../ui/EmptyView.tsx'
import { Bird } from '../../ui/Bird.tsx'
import { ConversationList } from '../conversations/ConversationList.tsx'
import { ConversationView } from '../conversation/ConversationView.tsx'
import { useApp } from './context.ts'
import { warmFloats } from './Floats.tsx'
import { createKeyboard } from './keyboard.ts'
import styles from './App.module.css'

const Details = lazy(async () => ({ default: (await import('../details/Details.tsx')).Details }))

/** List, conversation, details. */
export function MainView(): JSX.Element {
  const app = useApp()
  const { state } = app
  const selected = createMemo(() => conversationOf(state, state.selected))
  /** The list says what to do then. */
  const nobodyYet = (): boolean => Object.keys(state.contacts).length === 0
  createKeyboard(app)
  onMount(() => {
    const idle = setTimeout(warmFloats, 1_500)
    onCleanup(() => clearTimeout(idle))
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
    <main class={styles.main} data-open={selected() ? '' : undefined}>
      <h1 class="visually-hidden">{t('app.name')}</h1>
      <Show when={state.connection !== 'connected'}>
        <p class={styles.banner} role="status">
          {t('app.reconnecting')}
        </p>
      </Show>
      <div class={styles.side}>
        <ConversationList />
      </div>
      <div class={styles.centre}>
        <Show
          when={selected()}
          fallback={
            <EmptyView
              picture={<Bird size={112} />}
              title={t(nobodyYet() ? 'app.name' : 'conversations.pickTitle')}
              lead={t(nobodyYet() ? 'app.motto' : 'conversations.pickLead')}
            />
          }
        >
          {(conversation) => <ConversationView conversation={conversation()} />}
        </Show>
      </div>
      <Show when={app.pane() && selected()}>
        {(conversation) => (
          <div class={styles.pane}>
            <Suspense>
              <Details conversation={conversation()} />
            </Suspense>
          </div>
        )}
      </Show>
    </main>
  )
}
