/** Vectors of what is said on a stream of `/waxwing/mailbox/1`. */
import { compareBytes, concat } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { mailboxLimits, visitLimits } from '../../../main/core/limits.ts'
import type { MailboxItem, MailboxTag } from '../../../main/core/ports.ts'
import type { Request, Status } from '../../../main/net/mailbox/messages.ts'
import {
  answerBytesMax,
  encodeCollected,
  encodeRecord,
  encodeRequest,
  encodeStatus,
} from '../../../main/net/mailbox/messages.ts'
import type { Author, Draft } from './author.ts'
import { malformed } from './author.ts'
import { bytesFor, replaced } from './people.ts'

const [tag, other] = [bytesFor('mailbox tag', 16), bytesFor('another mailbox tag', 16)].toSorted(compareBytes) as [
  Uint8Array,
  Uint8Array,
]
const item = bytesFor('mail item', 21)
const record = bytesFor('mail record', 18)
const lifetimeMs = 86_400_000
const zero = Uint8Array.of(0)

function idOf(bytes: Uint8Array): Uint8Array {
  return crypto.sha256(bytes).slice(0, 16)
}

const forItems: MailboxTag = { use: 'item', day: 20_718, tag }
const forRecords: MailboxTag = { use: 'record', day: 0xffff_ffff, tag: other }
const register = encodeRequest({ kind: 'register', tags: [forItems, forRecords] })
const deposit = encodeRequest({ kind: 'deposit', tag, item })
const publish = encodeRequest({ kind: 'publish', tag, lifetimeMs, record })
const lookup = encodeRequest({ kind: 'lookup', tag })

const { itemSizeBytesMax, recordSizeBytesMax, recordLifetimeMsMax, tagsPerOwnerMax } = mailboxLimits
const { mailboxCollectBytesMax, mailboxCollectItemsMax } = visitLimits

function requests(): Draft[] {
  const of = (name: string, describes: string, request: Request): Draft => ({
    name: `mailbox/request-${name}`,
    describes,
    scenario: 'mailboxRequest',
    input: { request: encodeRequest(request) },
  })
  const largestItem = new Uint8Array(itemSizeBytesMax)
  const largestRecord = new Uint8Array(recordSizeBytesMax)
  const twice = { ...forItems, day: 20_719 }
  return [
    of('register-none', 'An owner that wants nothing kept.', { kind: 'register', tags: [] }),
    of('register', 'Tags of both uses, ascending.', { kind: 'register', tags: [forItems, forRecords] }),
    of('register-otherwise', 'Out of order and with one twice, as no owner says them: taken like any.', {
      kind: 'register',
      tags: [forRecords, forItems, twice],
    }),
    of('deposit', 'Leaves an item.', { kind: 'deposit', tag, item }),
    of('deposit-of-the-largest', 'The largest item.', { kind: 'deposit', tag, item: largestItem }),
    of('collect', 'As much as one answer may hold.', { kind: 'collect', sizeBytesMax: mailboxCollectBytesMax }),
    of('collect-of-any-size', 'Asking for more is not refused.', { kind: 'collect', sizeBytesMax: 0xffff_ffff }),
    of('remove-none', 'Nothing to be removed.', { kind: 'remove', ids: [] }),
    of('remove', 'Two items that were collected.', { kind: 'remove', ids: [idOf(item), idOf(record)] }),
    of('publish', 'A record for a day.', { kind: 'publish', tag, lifetimeMs, record }),
    of('publish-of-the-largest', 'The largest record, for as long as may be.', {
      kind: 'publish',
      tag,
      lifetimeMs: recordLifetimeMsMax,
      record: largestRecord,
    }),
    of('publish-for-no-time', 'A record that is gone at once.', { kind: 'publish', tag, lifetimeMs: 0, record }),
    of('lookup', 'Asks for the record under a tag.', { kind: 'lookup', tag }),
    of('watch', 'Wants to be told when something comes.', { kind: 'watch' }),
  ]
}

/** A u16 and a u32 as they stand in a layout. */
const two = (value: number) => Uint8Array.of(value >> 8, value & 255)
const four = (value: number) => concat(two(Math.floor(value / 0x10000)), two(value % 0x10000))

/** With their lengths before them. */
const longItem = concat(four(itemSizeBytesMax + 1), new Uint8Array(itemSizeBytesMax + 1))
const longRecord = concat(two(recordSizeBytesMax + 1), new Uint8Array(recordSizeBytesMax + 1))

const tooMany = (field: string, max: number) => malformed({ kind: 'tooLong', field, got: max + 1, max })
const empty = (field: string) => malformed({ kind: 'tooShort', field, got: 0, min: 1 })
const cut = (wanted: number, left: number) => malformed({ kind: 'truncated', wanted, left })
const bad = (field: string, got: number) => malformed({ kind: 'badValue', field, got })
const newer = malformed({ kind: 'badVersion', field: 'mailbox', got: 2, wanted: 1 })
const trailing = malformed({ kind: 'trailing', left: 1 })

function refusedRequests(): Draft[] {
  const not = (name: string, describes: string, request: Uint8Array, error: object): Draft => ({
    name: `mailbox/refuses-request-${name}`,
    describes,
    scenario: 'mailboxRequest',
    input: { request },
    error,
  })
  const counted = (type: number, count: number, ...then: Uint8Array[]) =>
    concat(Uint8Array.of(1, type), two(count), ...then)
  return [
    not('of-nothing', 'No bytes at all.', new Uint8Array(0), cut(1, 0)),
    not('of-a-later-version', 'Of a version to come.', replaced(lookup, 0, Uint8Array.of(2)), newer),
    not('of-type-0', 'The types begin with 1.', Uint8Array.of(1, 0), bad('request', 0)),
    not('of-type-8', 'A type that is not known.', replaced(lookup, 1, Uint8Array.of(8)), bad('request', 8)),
    not('of-a-third-use', 'Tags are for items or records.', replaced(register, 4, Uint8Array.of(2)), bad('use', 2)),
    not(
      'of-too-many-tags',
      'One tag more than an owner may have.',
      counted(1, tagsPerOwnerMax + 1, new Uint8Array((tagsPerOwnerMax + 1) * 21)),
      tooMany('tags', tagsPerOwnerMax),
    ),
    not('of-tags-that-lack', 'Fewer tags than it says.', register.slice(0, -1), cut(42, 41)),
    not('with-one-tag-more', 'A byte behind the tags.', concat(register, zero), trailing),
    not(
      'to-remove-too-many',
      'One item more than an answer holds.',
      counted(4, mailboxCollectItemsMax + 1, new Uint8Array((mailboxCollectItemsMax + 1) * 16)),
      tooMany('ids', mailboxCollectItemsMax),
    ),
    not('to-remove-what-lacks', 'An id that is cut.', counted(4, 1, tag.slice(1)), cut(16, 15)),
    not('of-an-empty-item', 'An item has a byte at least.', concat(deposit.slice(0, 18), four(0)), empty('item')),
    not(
      'of-a-long-item',
      'An item of a byte more than the largest.',
      concat(deposit.slice(0, 18), longItem),
      tooMany('item', itemSizeBytesMax),
    ),
    not('of-a-cut-item', 'An item shorter than its length.', deposit.slice(0, -1), cut(21, 20)),
    not('of-more-than-an-item', 'A byte behind the item.', concat(deposit, zero), trailing),
    not('to-collect-without-a-size', 'No word of how much.', Uint8Array.of(1, 3, 0, 4), cut(2, 0)),
    not(
      'of-a-record-for-long',
      'A record for a millisecond more than may be.',
      replaced(publish, 18, four(recordLifetimeMsMax + 1)),
      tooMany('lifetimeMs', recordLifetimeMsMax),
    ),
    not('of-an-empty-record', 'A record has a byte at least.', concat(publish.slice(0, 22), two(0)), empty('record')),
    not(
      'of-a-long-record',
      'A record of a byte more than the largest.',
      concat(publish.slice(0, 22), longRecord),
      tooMany('record', recordSizeBytesMax),
    ),
    not('of-a-cut-record', 'A record shorter than its length.', publish.slice(0, -1), cut(18, 17)),
    not('of-a-cut-tag', 'A tag of fifteen bytes.', lookup.slice(0, -1), cut(16, 15)),
    not('to-watch-something', 'A watch says no more than that.', Uint8Array.of(1, 7, 0), trailing),
  ]
}

const statuses: Readonly<Record<Status, string>> = {
  done: 'What was asked is done, and committed.',
  unknownTag: 'Nobody has registered this tag.',
  full: 'No room for it.',
  tooLarge: 'The request was too large to be read.',
  busy: 'Not now.',
  refused: 'Only an owner may ask that, or nobody here.',
  malformed: 'The request was none.',
  nothing: 'No record under this tag.',
  waiting: 'Something lies there: said on a watch.',
}

const collected: readonly MailboxItem[] = [
  { id: idOf(item), tag, bytes: item },
  { id: idOf(record), tag: other, bytes: record },
]
const answerOfTwo = encodeCollected({ more: true, items: collected })
const answerOfRecord = encodeRecord(record)

function answers(): Draft[] {
  const of = (name: string, describes: string, to: 'collect' | 'lookup' | 'other', answer: Uint8Array): Draft => ({
    name: `mailbox/answer-${name}`,
    describes,
    scenario: 'mailboxAnswer',
    input: { to, answer },
  })
  const byStatus = Object.entries(statuses) as [Status, string][]
  return [
    ...byStatus.map(([status, describes]) => of(status, describes, 'other', encodeStatus(status))),
    of('with-no-items', 'Nothing lies there.', 'collect', encodeCollected({ more: false, items: [] })),
    of('with-two-items', 'Two items, and more to collect.', 'collect', answerOfTwo),
    of('busy-to-a-collect', 'Where nothing was done, nothing stands behind.', 'collect', encodeStatus('busy')),
    of('with-a-record', 'The record under a tag.', 'lookup', answerOfRecord),
    of('nothing-to-a-lookup', 'There is no record.', 'lookup', encodeStatus('nothing')),
  ]
}

/** So many items of so many bytes, all zeros. */
function itemsOf(count: number, sizeBytes: number): readonly MailboxItem[] {
  const bytes = new Uint8Array(sizeBytes)
  return Array<MailboxItem>(count).fill({ id: idOf(bytes), tag, bytes })
}

function refusedAnswers(): Draft[] {
  const not = (to: 'collect' | 'lookup' | 'other') => {
    return (name: string, describes: string, answer: Uint8Array, error: object): Draft => ({
      name: `mailbox/refuses-answer-${name}`,
      describes,
      scenario: 'mailboxAnswer',
      input: { to, answer },
      error,
    })
  }
  const [status, items, records] = [not('other'), not('collect'), not('lookup')]
  const done = encodeStatus('done')
  return [
    status('of-a-later-version', 'Of a version to come.', Uint8Array.of(2, 0), newer),
    status('of-status-9', 'A status that is not known.', Uint8Array.of(1, 9), bad('status', 9)),
    status('without-a-status', 'The version alone.', Uint8Array.of(1), cut(1, 0)),
    status('with-more-than-done', 'A byte behind it.', concat(done, zero), trailing),
    items('without-items', 'Done, and no word of items.', done, cut(1, 0)),
    items('with-more-than-busy', 'A byte behind it.', concat(encodeStatus('busy'), zero), trailing),
    items('with-another-more', 'There is more, or there is not.', replaced(answerOfTwo, 2, two(512)), bad('more', 2)),
    items(
      'with-too-many-items',
      'One item more than an answer holds.',
      encodeCollected({ more: false, items: itemsOf(mailboxCollectItemsMax + 1, 1) }),
      tooMany('items', mailboxCollectItemsMax),
    ),
    items(
      'with-a-long-item',
      'An item of a byte more than the largest.',
      concat(answerOfTwo.slice(0, 3), two(1), answerOfTwo.slice(5, 37), longItem),
      tooMany('item', itemSizeBytesMax),
    ),
    items(
      'with-an-empty-item',
      'An item has a byte at least.',
      concat(answerOfTwo.slice(0, 37), four(0)),
      empty('item'),
    ),
    items('with-a-cut-item', 'An item shorter than its length.', answerOfTwo.slice(0, -1), cut(18, 17)),
    items('with-more-than-items', 'A byte behind the last.', concat(answerOfTwo, zero), trailing),
    items(
      'above-the-largest',
      'A byte more than the longest, in five items that may be.',
      encodeCollected({ more: false, items: [...itemsOf(4, 54_236), ...itemsOf(1, 54_237)] }),
      tooMany('answer', answerBytesMax),
    ),
    records('without-a-record', 'Done, and no record.', done, cut(2, 0)),
    records('with-an-empty-record', 'A record has a byte at least.', concat(done, two(0)), empty('record')),
    records(
      'with-a-long-record',
      'A record of a byte more than the largest.',
      concat(done, longRecord),
      tooMany('record', recordSizeBytesMax),
    ),
    records('with-a-cut-record', 'A record shorter than its length.', answerOfRecord.slice(0, -1), cut(18, 17)),
    records('with-more-than-a-record', 'A byte behind it.', concat(answerOfRecord, zero), trailing),
  ]
}

export function makeMailbox(author: Author): void {
  author.add('Mailboxes', [...requests(), ...refusedRequests(), ...answers(), ...refusedAnswers()])
}
