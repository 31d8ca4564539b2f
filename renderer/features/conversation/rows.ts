/** The rows of a conversation: messages in groups, and what stands between them. Pure. */
import { dayNumber } from '../../i18n/time.ts'
import type { Message, MessageWindow, Pending } from '../../state/model.ts'

/** Messages of one sender within this time of the first are one group, with one tail and one time. */
const groupMs = 5 * 60_000

export type Row =
  | { readonly kind: 'beginning'; readonly key: string }
  | { readonly kind: 'day'; readonly key: string; readonly timeMs: number }
  | { readonly kind: 'unread'; readonly key: string }
  | { readonly kind: 'gap'; readonly key: string; readonly count: number; readonly sender: string }
  | {
      readonly kind: 'message'
      readonly key: string
      readonly message: Message
      readonly first: boolean
      readonly last: boolean
    }
  | {
      readonly kind: 'pending'
      readonly key: string
      readonly pending: Pending
      readonly first: boolean
      readonly last: boolean
    }

type Draft = {
  -readonly [K in keyof Extract<Row, { kind: 'message' | 'pending' }>]: Extract<Row, { kind: 'message' | 'pending' }>[K]
}

interface Group {
  readonly sender: string
  readonly startMs: number
}

/** Builds all rows. `self` is the own account, to which pending messages belong. */
export function buildRows(window: MessageWindow, self: string): readonly Row[] {
  const rows: Row[] = []
  let group: Group | null = null
  let day: number | null = null
  let open: Draft | null = null

  const closeGroup = (): void => {
    if (open) open.last = true
    open = null
    group = null
  }
  const put = (row: Draft, sender: string, timeMs: number): void => {
    const joins =
      group !== null && group.sender === sender && timeMs - group.startMs < groupMs && timeMs >= group.startMs
    if (!joins) {
      closeGroup()
      row.first = true
      group = { sender, startMs: timeMs }
    }
    open = row
    rows.push(row as Row)
  }
  const startDay = (timeMs: number): void => {
    const number = dayNumber(timeMs)
    if (number === day) return
    day = number
    closeGroup()
    rows.push({ kind: 'day', key: `day:${number}`, timeMs })
  }

  if (!window.older && window.loaded) rows.push({ kind: 'beginning', key: 'beginning' })
  for (const message of window.messages) {
    startDay(message.orderMs)
    if (message.event === window.unreadFrom) {
      closeGroup()
      rows.push({ kind: 'unread', key: 'unread' })
    }
    if (message.missingBefore > 0) {
      closeGroup()
      rows.push({ kind: 'gap', key: `gap:${message.event}`, count: message.missingBefore, sender: message.sender })
    }
    put(
      { kind: 'message', key: message.event, message, first: false, last: false } as Draft,
      message.sender,
      message.orderMs,
    )
  }
  for (const pending of window.pending) {
    startDay(Math.max(pending.timeMs, window.messages.at(-1)?.orderMs ?? 0))
    put(
      { kind: 'pending', key: `pending:${pending.clientId}`, pending, first: false, last: false } as Draft,
      self,
      pending.timeMs,
    )
  }
  closeGroup()
  return rows
}

function sameRow(a: Row, b: Row): boolean {
  if (a.kind !== b.kind) return false
  if (a.kind === 'message' && b.kind === 'message') {
    return a.message === b.message && a.first === b.first && a.last === b.last
  }
  if (a.kind === 'pending' && b.kind === 'pending') {
    return a.pending === b.pending && a.first === b.first && a.last === b.last
  }
  if (a.kind === 'gap' && b.kind === 'gap') return a.count === b.count
  return true
}

/** Keeps the identity of rows that did not change, so that their elements stay. */
export function keepRows(before: readonly Row[], after: readonly Row[]): readonly Row[] {
  const known = new Map(before.map((row) => [row.key, row]))
  return after.map((row) => {
    const old = known.get(row.key)
    return old && sameRow(old, row) ? old : row
  })
}

/** Whether rows were added or taken away at the start only, so that the view must hold on to the end. */
export function changedAtStart(before: readonly Row[], after: readonly Row[]): boolean {
  const lastBefore = before.at(-1)
  const lastAfter = after.at(-1)
  if (!lastBefore || !lastAfter || before.length === after.length) return false
  return lastBefore.key === lastAfter.key && firstMessageKey(before) !== firstMessageKey(after)
}

function firstMessageKey(rows: readonly Row[]): string | undefined {
  return rows.find((row) => row.kind === 'message')?.key
}
