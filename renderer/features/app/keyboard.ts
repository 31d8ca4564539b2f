/** The keys that work wherever the focus is. */
import { onCleanup, onMount } from 'solid-js'
import { conversationsInOrder, neighbour } from '../../state/selectors.ts'
import type { AppContext } from './context.ts'
import { shortcutOf } from './shortcuts.ts'

/** As wide as the layout that shows one pane at a time. */
const onePaneBelowPx = 720

export function createKeyboard(app: AppContext): void {
  const { state, controller } = app
  const step = (by: 1 | -1): void => {
    const order = conversationsInOrder(state).map((conversation) => conversation.conversation)
    const next = neighbour(order, state.selected, by)
    if (next !== undefined) controller.select(next)
  }
  /** Closes the topmost thing; dialogs close themselves first. */
  const escape = (): void => {
    if (app.finding()) app.setFinding(false)
    else if (app.pane()) app.setPane(null)
    else if (window.innerWidth < onePaneBelowPx) controller.select(null)
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
    if (shortcut === 'find' && state.selected !== null) app.setFinding(true)
    if (shortcut === 'previous') step(-1)
    if (shortcut === 'next') step(1)
  }
  onMount(() => {
    document.addEventListener('keydown', press)
    onCleanup(() => document.removeEventListener('keydown', press))
  })
}
