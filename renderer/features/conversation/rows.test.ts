import { describe, expect, it } from 'vitest'
import type { Message, MessageWindow } from '../../state/model.ts'
import { emptyWindow } from '../../state/model.ts'
import type { Row } from './rows.ts'
import { buildRows, changedAtStart, keepRows } from './rows.ts'

const noon = new Date(2026, 4, 14, 12).getTime()
const minute = 60_000

function message(name: string, sender: string, atMs: number, change: Partial<Message> = {}): Message {
  return {
    event: name,
    conversation: 'c',
    sender,
    own: sender === 'me',
    clientId: null,
    body: { kind: 'text', text: name },
    timeMs: atMs,
    orderMs: atMs,
    counter: 0,
    storedAtMs: atMs,
    unread: false,
    delivery: null,
    missingBefore: 0,
    ...change,
  }
}

function window(messages: readonly Message[], change: Partial<MessageWindow> = {}): MessageWindow {
  return { ...emptyWindow(0), loaded: true, older: true, messages, ...change }
}

/** Rows as short words: `(` opens a group, `)` closes it. */
function words(rows: readonly Row[]): readonly string[] {
  return rows.map((row) => {
    if (row.kind === 'message') return `${row.first ? '(' : ''}${row.key}${row.last ? ')' : ''}`
    if (row.kind === 'pending') return `${row.first ? '(' : ''}~${row.pending.clientId}${row.last ? ')' : ''}`
    return row.kind === 'gap' ? `gap ${row.count}` : row.kind
  })
}

describe('rows', () => {
  it('put messages of one sender within five minutes into one group', () => {
    const rows = buildRows(
      window([
        message('a', 'anna', noon),
        message('b', 'anna', noon + 4 * minute),
        message('c', 'me', noon + 4 * minute + 1),
        message('d', 'anna', noon + 4 * minute + 2),
      ]),
      'me',
    )
    expect(words(rows)).toEqual(['day', '(a', 'b)', '(c)', '(d)'])
  })

  it('begin a new group five minutes after the first message of one, so that its time stays true', () => {
    const rows = buildRows(window([0, 3, 6, 9].map((at) => message(`m${at}`, 'anna', noon + at * minute))), 'me')
    expect(words(rows)).toEqual(['day', '(m0', 'm3)', '(m6', 'm9)'])
  })

  it('separate days by the local calendar', () => {
    const midnight = new Date(2026, 4, 15).getTime()
    const rows = buildRows(window([message('a', 'anna', midnight - 1), message('b', 'anna', midnight)]), 'me')
    expect(words(rows)).toEqual(['day', '(a)', 'day', '(b)'])
  })

  it('show where messages are missing and where unread ones begin', () => {
    const rows = buildRows(
      window(
        [
          message('a', 'anna', noon),
          message('b', 'anna', noon + 1, { missingBefore: 2 }),
          message('c', 'anna', noon + 2),
        ],
        {
          unreadFrom: 'c',
        },
      ),
      'me',
    )
    expect(words(rows)).toEqual(['day', '(a)', 'gap 2', '(b)', 'unread', '(c)'])
  })

  it('put what is being written at the end, in the group of the own messages', () => {
    const pending = [{ clientId: 'k', text: 'x', timeMs: noon + minute, failure: null }]
    const rows = buildRows(window([message('a', 'me', noon)], { pending }), 'me')
    expect(words(rows)).toEqual(['day', '(a', '~k)'])
  })

  it('say where the conversation begins once nothing older is left', () => {
    expect(words(buildRows(window([], { older: false }), 'me'))).toEqual(['beginning'])
    expect(words(buildRows(window([], { older: false, loaded: false }), 'me'))).toEqual([])
  })

  it('have keys of their own', () => {
    const messages = Array.from({ length: 50 }, (_, index) => message(`m${index}`, 'anna', noon + index * 37 * minute))
    const keys = buildRows(window(messages), 'me').map((row) => row.key)
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('changes of rows', () => {
  const first = message('a', 'anna', noon)
  const second = message('b', 'me', noon + 1)

  it('keep the rows that did not change', () => {
    const before = buildRows(window([first, second]), 'me')
    const after = keepRows(before, buildRows(window([first, second, message('c', 'me', noon + 2)]), 'me'))
    expect(after[1]).toBe(before[1])
    expect(after[2]).not.toBe(before[2])
    expect(words(after)).toEqual(['day', '(a)', '(b', 'c)'])
  })

  it('at the start alone are told from those at the end', () => {
    const before = buildRows(window([first, second]), 'me')
    const older = buildRows(window([message('z', 'anna', noon - minute), first, second]), 'me')
    const newer = buildRows(window([first, second, message('c', 'me', noon + 2)]), 'me')
    expect(changedAtStart(before, older)).toBe(true)
    expect(changedAtStart(older, before)).toBe(true)
    expect(changedAtStart(before, newer)).toBe(false)
    expect(changedAtStart([], before)).toBe(false)
    expect(changedAtStart(before, before)).toBe(false)
  })
})
