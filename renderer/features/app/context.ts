import type { Accessor } from 'solid-js'
import { createContext, useContext } from 'solid-js'
import type { State } from '../../state/model.ts'
import type { Action } from '../../state/reduce.ts'
import type { Controller } from './controller.ts'

/** The one thing that floats above the window. */
export type Floating =
  | { readonly kind: 'newContact'; readonly link: string | null }
  | { readonly kind: 'settings' }
  | { readonly kind: 'verify'; readonly account: string }
  | { readonly kind: 'nearby' }
  | { readonly kind: 'palette' }

/** What the pane on the right shows. */
export type Pane = { readonly kind: 'contact' } | { readonly kind: 'message'; readonly event: string }

export interface AppContext {
  readonly state: State
  readonly dispatch: (action: Action) => void
  readonly controller: Controller
  readonly floating: Accessor<Floating | null>
  readonly float: (what: Floating | null) => void
  readonly pane: Accessor<Pane | null>
  readonly setPane: (pane: Pane | null) => void
  /** Whether the bar to find text in the conversation is open. */
  readonly finding: Accessor<boolean>
  readonly setFinding: (open: boolean) => void
  /** The present minute, so that relative times move on. */
  readonly nowMs: Accessor<number>
}

export const appContext = createContext<AppContext>()

export function useApp(): AppContext {
  const context = useContext(appContext)
  if (!context) throw new Error('useApp outside App')
  return context
}
