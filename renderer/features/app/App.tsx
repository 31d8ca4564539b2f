import type { JSX } from 'solid-js'
import {
  createEffect,
  createMemo,
  createSignal,
  ErrorBoundary,
  lazy,
  Match,
  onCleanup,
  onMount,
  Show,
  Suspense,
  Switch,
} from 'solid-js'
import { t, useLanguage } from '../../i18n/index.ts'
import { unreadTotal } from '../../state/selectors.ts'
import { createAppStore } from '../../state/store.ts'
import { Button } from '../../ui/Button.tsx'
import { EmptyView } from '../../ui/EmptyView.tsx'
import { Tips } from '../../ui/Tips.tsx'
import type { AppContext, Floating, Pane } from './context.ts'
import { appContext } from './context.ts'
import { Controller } from './controller.ts'
import { Floats } from './Floats.tsx'
import { MainView } from './MainView.tsx'
import { Notices } from './Notices.tsx'
import styles from './App.module.css'

const Onboarding = lazy(async () => ({ default: (await import('../onboarding/Onboarding.tsx')).Onboarding }))
const Unlock = lazy(async () => ({ default: (await import('../unlock/Unlock.tsx')).Unlock }))
const Broken = lazy(async () => ({ default: (await import('../unlock/Broken.tsx')).Broken }))

/** The window. Without the bridge, as in a plain browser, there is nothing to show. */
export function App(): JSX.Element {
  const bridge = window.waxwing
  return (
    <ErrorBoundary fallback={(_, reset) => <Failed retry={reset} />}>
      <Show when={bridge} fallback={<Failed retry={() => window.location.reload()} />}>
        {(present) => <Root bridge={present()} />}
      </Show>
    </ErrorBoundary>
  )
}

function Failed(props: { readonly retry: () => void }): JSX.Element {
  return (
    <main class={styles.whole}>
      <EmptyView
        title={t('errors.internal')}
        action={<Button onClick={() => props.retry()}>{t('app.tryAgain')}</Button>}
      />
    </main>
  )
}

function createApp(bridge: NonNullable<Window['waxwing']>): AppContext {
  const { state, dispatch } = createAppStore()
  const controller = new Controller(bridge, { state, dispatch })
  const [floating, setFloating] = createSignal<Floating | null>(null)
  const [pane, setPane] = createSignal<Pane | null>(null)
  const [finding, setFinding] = createSignal(false)
  const [nowMs, setNowMs] = createSignal(Date.now())
  const timer = setInterval(() => setNowMs(Date.now()), 30_000)
  onCleanup(() => clearInterval(timer))
  return {
    state,
    dispatch,
    controller,
    floating,
    float: (what) => setFloating(what),
    pane,
    setPane,
    finding,
    setFinding,
    nowMs,
  }
}

function Root(props: { readonly bridge: NonNullable<Window['waxwing']> }): JSX.Element {
  // The bridge is there before the page and stays.
  // oxlint-disable-next-line solid/reactivity
  const app = createApp(props.bridge)
  const { state, controller } = app

  const takeLaunchLink = async (): Promise<void> => {
    if (!state.ready) return
    const reply = await controller.shell.call('takeLaunchLink', {})
    if (reply.ok && reply.value.link !== null) app.float({ kind: 'newContact', link: reply.value.link })
  }
  onMount(() => {
    void useLanguage(navigator.language)
    onCleanup(controller.start(() => void takeLaunchLink()))
  })
  createEffect(() => {
    if (state.ready) void takeLaunchLink()
  })
  createEffect(() => {
    const { theme, density } = state.settings
    const root = document.documentElement
    if (theme === 'system') delete root.dataset['theme']
    else root.dataset['theme'] = theme
    root.dataset['density'] = density
    if (state.ready) void controller.shell.call('setTheme', { theme })
  })
  createEffect(() => {
    if (state.ready) void controller.shell.call('setBadge', { unread: unreadTotal(state) })
  })

  return (
    <appContext.Provider value={app}>
      <Suspense fallback={<div class={styles.whole} />}>
        <Views />
      </Suspense>
      <Floats />
      <Notices />
      <Tips />
    </appContext.Provider>
  )

  function Views(): JSX.Element {
    // While it opens, the view that asked for it stays: it will have to say if that failed.
    const profile = createMemo<string>((before) => {
      const now = state.profile?.state ?? 'unknown'
      return now === 'opening' ? before : now
    }, 'unknown')
    return (
      <Switch fallback={<Starting />}>
        <Match when={state.ready}>
          <MainView />
        </Match>
        <Match when={profile() === 'absent'}>
          <Onboarding />
        </Match>
        <Match when={profile() === 'locked'}>
          <Unlock />
        </Match>
        <Match when={profile() === 'broken'}>
          <Broken />
        </Match>
      </Switch>
    )
  }
}

/** Quiet for the first moment; words only when it takes long enough to wonder. */
function Starting(): JSX.Element {
  return (
    <main class={styles.whole} aria-busy="true">
      <p class={styles.starting}>{t('app.starting')}</p>
    </main>
  )
}
