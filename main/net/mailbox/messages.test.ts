import { describe, expect, it } from 'vitest'
import { mailboxLimits, visitLimits } from '../../core/limits.ts'
import type { MailboxItem, MailboxTag } from '../../core/ports.ts'
import {
  answerBytesMax,
  decodeCollected,
  decodeRecord,
  decodeRequest,
  decodeStatus,
  encodeCollected,
  encodeRecord,
  encodeRequest,
  encodeStatus,
  requestBytesMax,
  strangerRequestBytesMax,
  withLength32,
} from './messages.ts'
import type { Request, Status } from './messages.ts'

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte)
}

const tag = filled(16, 1)
const other = filled(16, 2)
const item: MailboxItem = { id: filled(16, 3), tag, bytes: filled(5, 4) }

const requests: readonly Request[] = [
  { kind: 'register', tags: [] },
  {
    kind: 'register',
    tags: [
      { tag, day: 20_000, use: 'item' },
      { tag: other, day: 0xffffffff, use: 'record' },
    ],
  },
  { kind: 'deposit', tag, item: filled(3, 9) },
  { kind: 'collect', sizeBytesMax: 70_000 },
  { kind: 'remove', ids: [] },
  { kind: 'remove', ids: [tag, other] },
  { kind: 'publish', tag, record: filled(2, 8), lifetimeMs: mailboxLimits.recordLifetimeMsMax },
  { kind: 'lookup', tag },
  { kind: 'watch' },
]

const statuses: readonly Status[] = [
  'done',
  'unknownTag',
  'full',
  'tooLarge',
  'busy',
  'refused',
  'malformed',
  'nothing',
  'waiting',
]

describe('requests', () => {
  it.each(requests)('come back as they were: $kind', (request) => {
    expect(decodeRequest(encodeRequest(request))).toEqual({ ok: true, value: request })
  })

  it.each(requests)('are refused when cut anywhere, or longer: $kind', (request) => {
    const bytes = encodeRequest(request)
    for (let length = 0; length < bytes.length; length++) {
      const read = decodeRequest(bytes.subarray(0, length))
      expect([length, read.ok, !read.ok && ['truncated', 'tooShort'].includes(read.error.kind)]).toEqual([
        length,
        false,
        true,
      ])
    }
    expect(decodeRequest(Uint8Array.of(...bytes, 0))).toEqual({ ok: false, error: { kind: 'trailing', left: 1 } })
  })

  it('have the layout that is written down', () => {
    expect([...encodeRequest({ kind: 'deposit', tag, item: filled(2, 7) })]).toEqual([1, 2, ...tag, 0, 0, 0, 2, 7, 7])
    expect([...encodeRequest({ kind: 'register', tags: [{ tag, day: 258, use: 'record' }] })]).toEqual([
      1,
      1,
      0,
      1,
      1,
      0,
      0,
      1,
      2,
      ...tag,
    ])
    expect([...withLength32(encodeRequest({ kind: 'watch' }))]).toEqual([0, 0, 0, 2, 1, 7])
  })

  it.each<[string, readonly number[], object]>([
    ['another version', [2, 7], { kind: 'badVersion', field: 'mailbox', got: 2, wanted: 1 }],
    ['type 0', [1, 0], { kind: 'badValue', field: 'request', got: 0 }],
    ['type 8', [1, 8], { kind: 'badValue', field: 'request', got: 8 }],
    ['a third use', [1, 1, 0, 1, 2, 0, 0, 0, 0, ...tag], { kind: 'badValue', field: 'use', got: 2 }],
    ['an empty item', [1, 2, ...tag, 0, 0, 0, 0], { kind: 'tooShort', field: 'item', got: 0, min: 1 }],
    [
      'an item of 4 GiB',
      [1, 2, ...tag, 255, 255, 255, 255],
      { kind: 'tooLong', field: 'item', got: 0xffffffff, max: mailboxLimits.itemSizeBytesMax },
    ],
    [
      'more tags than may be',
      [1, 1, 0xff, 0xff],
      { kind: 'tooLong', field: 'tags', got: 0xffff, max: mailboxLimits.tagsPerOwnerMax },
    ],
    ['tags that are not there', [1, 1, 0x40, 0], { kind: 'truncated', wanted: 0x4000 * 21, left: 0 }],
    [
      'more ids than may be',
      [1, 4, 0xff, 0xff],
      { kind: 'tooLong', field: 'ids', got: 0xffff, max: visitLimits.mailboxCollectItemsMax },
    ],
    [
      'a record for ever',
      [1, 5, ...tag, 255, 255, 255, 255, 0, 1, 1],
      { kind: 'tooLong', field: 'lifetimeMs', got: 0xffffffff, max: mailboxLimits.recordLifetimeMsMax },
    ],
    [
      'a long record',
      [1, 5, ...tag, 0, 0, 0, 0, 255, 255],
      { kind: 'tooLong', field: 'record', got: 0xffff, max: mailboxLimits.recordSizeBytesMax },
    ],
    ['an empty record', [1, 5, ...tag, 0, 0, 0, 0, 0, 0], { kind: 'tooShort', field: 'record', got: 0, min: 1 }],
  ])('are refused by name: %s', (_, bytes, error) => {
    expect(decodeRequest(Uint8Array.from(bytes))).toEqual({ ok: false, error })
  })

  it('fit their bounds at the largest, which are what a stranger and a contact are read', () => {
    const largest = encodeRequest({ kind: 'deposit', tag, item: filled(mailboxLimits.itemSizeBytesMax, 1) })
    expect(largest.length).toBe(strangerRequestBytesMax)
    const tags = Array<MailboxTag>(mailboxLimits.tagsPerOwnerMax).fill({ tag, day: 1, use: 'item' })
    const register = encodeRequest({ kind: 'register', tags })
    expect(register.length).toBe(requestBytesMax)
    expect([decodeRequest(largest).ok, decodeRequest(register).ok]).toEqual([true, true])
  })
})

describe('answers', () => {
  it.each(statuses)('say how it went: %s', (status) => {
    const bytes = encodeStatus(status)
    expect([...bytes]).toEqual([1, statuses.indexOf(status)])
    const value = status === 'done' ? true : null
    expect(decodeStatus(bytes)).toEqual({ ok: true, value: { status, value } })
    // The other two say more when all went well, and no more when it did not.
    const refused = { ok: true, value: { status, value: null } }
    for (const read of [decodeCollected(bytes), decodeRecord(bytes)]) {
      if (status === 'done') expect(read.ok).toBe(false)
      else expect(read).toEqual(refused)
    }
  })

  it('carry items and records', () => {
    const collected = { items: [item, { ...item, tag: other, bytes: filled(1, 0) }], more: true }
    expect(decodeCollected(encodeCollected(collected))).toEqual({
      ok: true,
      value: { status: 'done', value: collected },
    })
    const nothing = { items: [], more: false }
    expect(decodeCollected(encodeCollected(nothing))).toEqual({ ok: true, value: { status: 'done', value: nothing } })
    const record = filled(mailboxLimits.recordSizeBytesMax, 6)
    expect(decodeRecord(encodeRecord(record))).toEqual({ ok: true, value: { status: 'done', value: record } })
  })

  it('are refused when cut anywhere, or longer', () => {
    const decoders = [
      [encodeCollected({ items: [item], more: false }), decodeCollected],
      [encodeRecord(filled(3, 1)), decodeRecord],
      [encodeStatus('done'), decodeStatus],
    ] as const
    for (const [bytes, read] of decoders) {
      for (let length = 0; length < bytes.length; length++) {
        expect([length, read(bytes.subarray(0, length)).ok]).toEqual([length, false])
      }
      expect(read(Uint8Array.of(...bytes, 0)).ok).toBe(false)
    }
  })

  it.each<[string, readonly number[], object]>([
    ['another version', [0, 0], { kind: 'badVersion', field: 'mailbox', got: 0, wanted: 1 }],
    ['status 9', [1, 9], { kind: 'badValue', field: 'status', got: 9 }],
    ['neither more nor not', [1, 0, 2, 0, 0], { kind: 'badValue', field: 'more', got: 2 }],
    [
      'more items than may be',
      [1, 0, 0, 0xff, 0xff],
      { kind: 'tooLong', field: 'items', got: 0xffff, max: visitLimits.mailboxCollectItemsMax },
    ],
    [
      'an item of 4 GiB',
      [1, 0, 0, 0, 1, ...tag, ...tag, 255, 255, 255, 255],
      { kind: 'tooLong', field: 'item', got: 0xffffffff, max: mailboxLimits.itemSizeBytesMax },
    ],
    ['an empty item', [1, 0, 0, 0, 1, ...tag, ...tag, 0, 0, 0, 0], { kind: 'tooShort', field: 'item', got: 0, min: 1 }],
  ])('are refused by name: %s', (_, bytes, error) => {
    expect(decodeCollected(Uint8Array.from(bytes))).toEqual({ ok: false, error })
  })

  it('are bounded before they are read', () => {
    const bytes = new Uint8Array(answerBytesMax + 1)
    const error = { kind: 'tooLong', field: 'answer', got: answerBytesMax + 1, max: answerBytesMax }
    expect(decodeCollected(bytes)).toEqual({ ok: false, error })
  })
})
