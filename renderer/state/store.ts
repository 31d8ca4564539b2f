/** The one Solid store. `dispatch` runs the reducer and writes what changed; nothing else writes. */
import { batch } from 'solid-js'
import { createStore, reconcile } from 'solid-js/store'
import type { ById, State } from './model.ts'
import { initialState } from './model.ts'
import type { Action } from './reduce.ts'
import { reduce } from './reduce.ts'

export interface AppStore {
  readonly state: State
  readonly dispatch: (action: Action) => void
}

/** Solid's setter takes no path into readonly types. The paths below are those of `State`. */
type Write = (...path: readonly unknown[]) => void

const mapKeys = ['contacts', 'conversations', 'invites', 'drafts'] as const

export function createAppStore(): AppStore {
  // Two copies: the store changes its own in place, the reducer's must stay as they are.
  let current = initialState()
  const [state, setState] = createStore<State>(initialState())
  const dispatch = (action: Action): void => {
    const previous = current
    current = reduce(previous, action)
    if (current !== previous) batch(() => write(setState as unknown as Write, previous, current))
  }
  return { state, dispatch }
}

/** Only what is not the same object as before is compared in depth, so that one event costs one entry. */
function write(setState: Write, previous: State, next: State): void {
  for (const key of mapKeys) writeMap(setState, key, previous[key], next[key])
  writeWindows(setState, previous, next)
  if (previous.notices !== next.notices) setState('notices', reconcile([...next.notices], { key: 'id' }))
  if (previous.profile !== next.profile) setState('profile', reconcile(structuredClone(next.profile)))
  if (previous.self !== next.self) setState('self', reconcile(structuredClone(next.self)))
  if (previous.settings !== next.settings) setState('settings', reconcile(structuredClone(next.settings)))
  if (previous.network !== next.network) setState('network', reconcile(structuredClone(next.network)))
  if (previous.nearby !== next.nearby) setState('nearby', reconcile(structuredClone(next.nearby), { key: 'peer' }))
  setState({
    connection: next.connection,
    ready: next.ready,
    selected: next.selected,
    noticeCount: next.noticeCount,
    visits: next.visits,
    focused: next.focused,
  })
}

function writeMap<K extends (typeof mapKeys)[number]>(
  setState: Write,
  key: K,
  previous: State[K],
  next: State[K],
): void {
  if (previous === next) return
  const before: ById<unknown> = previous
  const after: ById<unknown> = next
  for (const id of Object.keys(before)) if (!Object.hasOwn(after, id)) setState(key, id, undefined)
  for (const [id, value] of Object.entries(after)) {
    if (before[id] === value) continue
    setState(key, id, typeof value === 'object' ? reconcile(structuredClone(value), { key: null }) : value)
  }
}

function writeWindows(setState: Write, previous: State, next: State): void {
  if (previous.windows === next.windows) return
  for (const id of Object.keys(previous.windows)) {
    if (!Object.hasOwn(next.windows, id)) setState('windows', id, undefined)
  }
  for (const [id, window] of Object.entries(next.windows)) {
    const before = previous.windows[id]
    if (before === window) continue
    if (!before) {
      setState('windows', id, structuredClone(window))
      continue
    }
    const { messages, pending, ...rest } = window
    setState('windows', id, rest)
    if (before.pending !== pending)
      setState('windows', id, 'pending', reconcile(structuredClone(pending), { key: 'clientId' }))
    if (before.messages !== messages) setState('windows', id, 'messages', reconcile([...messages], { key: 'event' }))
  }
}
