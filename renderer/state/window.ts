/** The paged stretch of messages of one conversation. Pure. */
import type { Cursor, Message } from '../../preload/contract/dto.ts'
import type { MessageWindow, Pending } from './model.ts'
import { pendingMax, windowMessagesMax } from './model.ts'

/** The one order of a conversation: by time, then counter, then id. */
export function compareMessages(a: Message, b: Message): number {
  if (a.orderMs !== b.orderMs) return a.orderMs - b.orderMs
  if (a.counter !== b.counter) return a.counter - b.counter
  return a.event < b.event ? -1 : a.event > b.event ? 1 : 0
}

export function cursorOf(message: Message): Cursor {
  return { orderMs: message.orderMs, counter: message.counter, event: message.event }
}

function withoutPending(pending: readonly Pending[], message: Message): readonly Pending[] {
  if (message.clientId === null || !pending.some((row) => row.clientId === message.clientId)) return pending
  return pending.filter((row) => row.clientId !== message.clientId)
}

/** The first place whose message does not come before this one. */
function placeOf(messages: readonly Message[], message: Message): number {
  let low = 0
  let high = messages.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = messages[middle]
    if (other && compareMessages(other, message) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/**
 * A message that is new or changed. One that lies outside the stretch is left to a later page; one
 * that arrives while the first page is on its way is kept, since that page may not contain it yet.
 */
export function putMessage(window: MessageWindow, message: Message): MessageWindow {
  const pending = withoutPending(window.pending, message)
  const messages = [...window.messages]
  const known = messages.findLastIndex((other) => other.event === message.event)
  if (known >= 0) messages.splice(known, 1)
  const place = placeOf(messages, message)
  const beforeAll = place === 0 && known < 0 && window.older
  const afterAll = place === messages.length && known < 0 && !window.atNewest
  if (window.loaded && (beforeAll || afterAll)) return { ...window, pending }
  messages.splice(place, 0, message)
  return trimmed({ ...window, messages, pending }, 'newest', windowMessagesMax * 2)
}

/**
 * Lets go of one end. Not done while adding at the other: a list that grows and shrinks in one step
 * cannot tell the view what to hold on to.
 */
export function trimmed(window: MessageWindow, keep: 'newest' | 'oldest', max: number): MessageWindow {
  if (window.messages.length <= max) return window
  if (keep === 'oldest') return { ...window, messages: window.messages.slice(0, max), atNewest: false }
  return { ...window, messages: window.messages.slice(-max), older: true }
}

const deliveryRank = { written: 0, sent: 1, held: 2, delivered: 3, read: 4 } as const

function rankOf(message: Message): number {
  return message.delivery ? deliveryRank[message.delivery.state] : -1
}

/** The newest page takes the place of what was there, save for what arrived while it was on its way. */
export function putNewest(window: MessageWindow, newestFirst: readonly Message[], more: boolean): MessageWindow {
  const byEvent = new Map(newestFirst.map((message) => [message.event, message]))
  const oldest = newestFirst.at(-1)
  for (const held of window.messages) {
    const paged = byEvent.get(held.event)
    const newer = oldest === undefined || compareMessages(held, oldest) > 0
    if (paged ? rankOf(held) > rankOf(paged) : newer) byEvent.set(held.event, held)
  }
  const messages = [...byEvent.values()].toSorted(compareMessages)
  const stored = new Set(messages.map((message) => message.clientId))
  return {
    ...window,
    messages,
    older: more,
    atNewest: true,
    loading: false,
    loaded: true,
    pending: window.pending.filter((row) => !stored.has(row.clientId)),
    unreadFrom: window.unreadFrom ?? messages.find((message) => message.unread && !message.own)?.event ?? null,
  }
}

/** A page of older messages goes in front. */
export function putOlder(window: MessageWindow, newestFirst: readonly Message[], more: boolean): MessageWindow {
  const known = new Set(window.messages.map((message) => message.event))
  const fresh = newestFirst.filter((message) => !known.has(message.event))
  const messages = [...fresh, ...window.messages].toSorted(compareMessages)
  return trimmed({ ...window, messages, older: more, loading: false }, 'oldest', windowMessagesMax * 2)
}

export function addPending(window: MessageWindow, row: Pending): MessageWindow {
  if (window.pending.length >= pendingMax) return window
  return { ...window, pending: [...window.pending.filter((other) => other.clientId !== row.clientId), row] }
}

export function failPending(window: MessageWindow, clientId: string, failure: string): MessageWindow {
  return {
    ...window,
    pending: window.pending.map((row) => (row.clientId === clientId ? { ...row, failure } : row)),
  }
}

export function dropPending(window: MessageWindow, clientId: string): MessageWindow {
  return { ...window, pending: window.pending.filter((row) => row.clientId !== clientId) }
}
