/** The one reducer: what happened, applied to what the screen knows. Pure. */
import type { Message, Profile, Snapshot } from '../../preload/contract/dto.ts'
import type { ContractEvent } from '../../preload/contract/events.ts'
import type { ById, MessageWindow, Notice, Pending, State } from './model.ts'
import { emptyWindow, initialState, noticesMax, windowMessagesMax, windowsMax } from './model.ts'
import { addPending, dropPending, failPending, putMessage, putNewest, putOlder, trimmed } from './window.ts'

export type Action =
  | { readonly kind: 'connected'; readonly connected: boolean }
  | { readonly kind: 'event'; readonly event: ContractEvent }
  | { readonly kind: 'profile'; readonly profile: Profile }
  | { readonly kind: 'snapshot'; readonly snapshot: Snapshot }
  | { readonly kind: 'select'; readonly conversation: string | null }
  | { readonly kind: 'pageLoading'; readonly conversation: string; readonly loading: boolean }
  /** The newest page is on its way: from here on, what arrives belongs behind it. */
  | { readonly kind: 'newestLoading'; readonly conversation: string }
  | {
      readonly kind: 'newestPage'
      readonly conversation: string
      readonly messages: readonly Message[]
      readonly more: boolean
    }
  | {
      readonly kind: 'olderPage'
      readonly conversation: string
      readonly messages: readonly Message[]
      readonly more: boolean
    }
  | { readonly kind: 'trim'; readonly conversation: string; readonly keep: 'newest' | 'oldest' }
  | { readonly kind: 'written'; readonly conversation: string; readonly row: Pending }
  | {
      readonly kind: 'writeFailed'
      readonly conversation: string
      readonly clientId: string
      readonly failure: string
    }
  | { readonly kind: 'pendingDropped'; readonly conversation: string; readonly clientId: string }
  | { readonly kind: 'draft'; readonly conversation: string; readonly text: string }
  | { readonly kind: 'unreadSeen'; readonly conversation: string }
  | { readonly kind: 'notice'; readonly tone: Notice['tone']; readonly text: string }
  | { readonly kind: 'noticeClosed'; readonly id: number }
  | { readonly kind: 'focused'; readonly focused: boolean }

export function reduce(state: State, action: Action): State {
  switch (action.kind) {
    case 'connected':
      return { ...state, connection: action.connected ? 'connected' : 'connecting' }
    case 'event':
      return onEvent(state, action.event)
    case 'profile':
      return onProfile(state, action.profile)
    case 'snapshot':
      return onSnapshot(state, action.snapshot)
    case 'select':
      return select(state, action.conversation)
    case 'pageLoading':
      return inWindow(state, action.conversation, (window) => ({ ...window, loading: action.loading }))
    case 'newestLoading':
      return inWindow(state, action.conversation, (window) => ({ ...window, loading: true, loaded: false }))
    case 'newestPage':
      return inWindow(state, action.conversation, (window) => putNewest(window, action.messages, action.more))
    case 'olderPage':
      return inWindow(state, action.conversation, (window) => putOlder(window, action.messages, action.more))
    case 'trim':
      return inWindow(state, action.conversation, (window) => trimmed(window, action.keep, windowMessagesMax))
    case 'written':
      return inWindow(state, action.conversation, (window) => ({ ...addPending(window, action.row), unreadFrom: null }))
    case 'writeFailed':
      return inWindow(state, action.conversation, (window) => failPending(window, action.clientId, action.failure))
    case 'pendingDropped':
      return inWindow(state, action.conversation, (window) => dropPending(window, action.clientId))
    case 'draft':
      return { ...state, drafts: { ...state.drafts, [action.conversation]: action.text } }
    case 'unreadSeen':
      return inWindow(state, action.conversation, (window) => ({ ...window, unreadFrom: null }))
    case 'notice':
      return addNotice(state, action.tone, action.text)
    case 'noticeClosed':
      return { ...state, notices: state.notices.filter((notice) => notice.id !== action.id) }
    case 'focused':
      return { ...state, focused: action.focused }
  }
}

function onEvent(state: State, event: ContractEvent): State {
  switch (event.kind) {
    case 'profileChanged':
      return onProfile(state, event.profile)
    case 'selfChanged':
      return { ...state, self: event.self }
    case 'contactChanged':
      return { ...state, contacts: { ...state.contacts, [event.contact.account]: event.contact } }
    case 'conversationChanged': {
      const { conversation } = event
      return { ...state, conversations: { ...state.conversations, [conversation.conversation]: conversation } }
    }
    case 'messageChanged':
      return onMessage(state, event.message)
    case 'messageArrived':
      return onArrival(state, event.message)
    case 'inviteChanged':
      return { ...state, invites: { ...state.invites, [event.invite.invite]: event.invite } }
    case 'settingsChanged':
      return { ...state, settings: event.settings }
    case 'networkChanged':
      return { ...state, network: event.network }
    case 'nearbyChanged':
      return { ...state, nearby: event.nearby }
    case 'warning':
      return addNotice(state, 'danger', event.message)
  }
}

/** A profile that is no longer open takes everything that was read from it off the screen. */
function onProfile(state: State, profile: Profile): State {
  if (profile.state === 'open' || profile.state === 'opening') return { ...state, profile }
  return {
    ...initialState(),
    connection: state.connection,
    focused: state.focused,
    settings: state.settings,
    notices: state.notices,
    noticeCount: state.noticeCount,
    profile,
  }
}

function byId<T>(items: readonly T[], idOf: (item: T) => string): ById<T> {
  return Object.fromEntries(items.map((item) => [idOf(item), item]))
}

/**
 * The snapshot replaces all that it contains. Windows keep their messages until their newest page is
 * fetched again (`loaded` turns false), so that a restart of the node does not make the view jump.
 */
function onSnapshot(state: State, snapshot: Snapshot): State {
  const conversations = byId(snapshot.conversations, (item) => item.conversation)
  const windows = Object.entries(state.windows)
    .filter(([id]) => Object.hasOwn(conversations, id))
    .map(([id, window]) => [id, { ...window, loaded: false, loading: false }] as const)
  const selected = state.selected !== null && Object.hasOwn(conversations, state.selected) ? state.selected : null
  return {
    ...state,
    ready: true,
    self: snapshot.self,
    contacts: byId(snapshot.contacts, (item) => item.account),
    conversations,
    invites: byId(snapshot.invites, (item) => item.invite),
    settings: snapshot.settings,
    network: snapshot.network,
    nearby: snapshot.nearby,
    windows: Object.fromEntries(windows),
    selected,
  }
}

function onMessage(state: State, message: Message): State {
  return inWindow(inPreview(state, message), message.conversation, (window) => putMessage(window, message))
}

/** The list shows the last message too, with its delivery mark. */
function inPreview(state: State, message: Message): State {
  const conversation = state.conversations[message.conversation]
  if (conversation?.last?.event !== message.event) return state
  const changed = { ...conversation, last: message }
  return { ...state, conversations: { ...state.conversations, [message.conversation]: changed } }
}

/** While nobody looks, the first message that comes is where the reader will want to start. */
function onArrival(state: State, message: Message): State {
  const next = onMessage(state, message)
  if (next.focused || next.selected !== message.conversation) return next
  return inWindow(next, message.conversation, (window) =>
    window.unreadFrom === null ? { ...window, unreadFrom: message.event } : window,
  )
}

function inWindow(state: State, id: string, change: (window: MessageWindow) => MessageWindow): State {
  const window = state.windows[id]
  if (!window) return state
  const next = change(window)
  return next === window ? state : { ...state, windows: { ...state.windows, [id]: next } }
}

function select(state: State, id: string | null): State {
  if (id === null || !Object.hasOwn(state.conversations, id)) return { ...state, selected: null }
  const visits = state.visits + 1
  const leaving = state.selected !== null && state.selected !== id ? state.selected : null
  const left = leaving === null ? state : inWindow(state, leaving, (window) => ({ ...window, unreadFrom: null }))
  const window = left.windows[id]
  const windows = { ...left.windows, [id]: window ? { ...window, visitedAt: visits } : emptyWindow(visits) }
  return { ...left, selected: id, visits, windows: fewer(windows, id) }
}

/** Lets go of the windows left longest ago, except those with messages that are not stored yet. */
function fewer(windows: ById<MessageWindow>, keep: string): ById<MessageWindow> {
  const entries = Object.entries(windows)
  if (entries.length <= windowsMax) return windows
  const spare = entries
    .filter(([id, window]) => id !== keep && window.pending.length === 0)
    .toSorted(([, a], [, b]) => a.visitedAt - b.visitedAt)
    .slice(0, entries.length - windowsMax)
  const gone = new Set(spare.map(([id]) => id))
  return Object.fromEntries(entries.filter(([id]) => !gone.has(id)))
}

function addNotice(state: State, tone: Notice['tone'], text: string): State {
  const id = state.noticeCount + 1
  const others = state.notices.filter((notice) => notice.text !== text)
  return { ...state, noticeCount: id, notices: [...others, { id, tone, text }].slice(-noticesMax) }
}
