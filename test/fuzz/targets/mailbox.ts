/** What strangers say to a mailbox, and mailboxes to us. */
import { concat } from '../../../main/core/bytes.ts'
import { visitLimits } from '../../../main/core/limits.ts'
import { MessageReader } from '../../../main/net/mailbox/exchange.ts'
import {
  decodeCollected,
  decodeRecord,
  decodeRequest,
  decodeStatus,
  encodeCollected,
  encodeRecord,
  encodeRequest,
  encodeStatus,
  withLength32,
} from '../../../main/net/mailbox/messages.ts'
import { Chance } from '../../sim/schedule.ts'
import type { Target } from '../target.ts'
import { must, mustBeSameBytes } from '../target.ts'

const name = (fill: number): Uint8Array => new Chance(fill).bytes(16)

const mailboxRequest: Target = {
  name: 'mailboxRequest',
  what: 'decodeRequest; canonical: what is taken, written again, is what came',
  inputSizeBytesMax: 70_000,
  weight: 1,
  tokens: [name(1), Uint8Array.of(1, 2), Uint8Array.of(0, 0, 0, 1)],
  seeds: () => [
    encodeRequest({
      kind: 'register',
      tags: [
        { tag: name(1), day: 20_000, use: 'item' },
        { tag: name(2), day: 20_001, use: 'record' },
      ],
    }),
    encodeRequest({ kind: 'deposit', tag: name(1), item: new Chance(3).bytes(200) }),
    encodeRequest({ kind: 'collect', sizeBytesMax: visitLimits.mailboxCollectBytesMax }),
    encodeRequest({ kind: 'remove', ids: [name(1), name(2), name(3)] }),
    encodeRequest({ kind: 'publish', tag: name(1), record: new Chance(4).bytes(90), lifetimeMs: 90_000_000 }),
    encodeRequest({ kind: 'lookup', tag: name(1) }),
    encodeRequest({ kind: 'watch' }),
  ],
  run(input, clock) {
    const request = clock.time(() => decodeRequest(input))
    if (!request.ok) return [request.error.kind]
    mustBeSameBytes(encodeRequest(request.value), input, 'a request is not what came')
    return [request.value.kind]
  },
}

const mailboxAnswer: Target = {
  name: 'mailboxAnswer',
  what: 'MessageReader, decodeStatus, decodeCollected and decodeRecord; canonical',
  inputSizeBytesMax: 70_000,
  weight: 1,
  tokens: [encodeStatus('done'), encodeStatus('waiting'), name(1)],
  seeds: () => [
    withLength32(encodeStatus('unknownTag')),
    withLength32(encodeRecord(new Chance(1).bytes(100))),
    withLength32(
      encodeCollected({
        more: true,
        items: [
          { id: name(1), tag: name(2), bytes: new Chance(3).bytes(150) },
          { id: name(4), tag: name(2), bytes: new Chance(5).bytes(1) },
        ],
      }),
    ),
    concat(withLength32(encodeStatus('done')), withLength32(encodeStatus('waiting'))),
  ],
  run(input, clock) {
    const reader = new MessageReader(70_000)
    reader.push(input)
    const read = clock.time(() => reader.next())
    if (read.kind !== 'message') return [read.kind]
    mustBeSameBytes(withLength32(read.bytes), input.subarray(0, 4 + read.bytes.length), 'a message is not what came')
    const status = clock.time(() => decodeStatus(read.bytes))
    const collected = clock.time(() => decodeCollected(read.bytes))
    const record = clock.time(() => decodeRecord(read.bytes))
    const names: string[] = []
    if (status.ok) {
      mustBeSameBytes(encodeStatus(status.value.status), read.bytes, 'a status is not what came')
      names.push(status.value.status)
    }
    if (collected.ok && collected.value.value !== null) {
      must(collected.value.status === 'done', 'items stand beside a refusal')
      mustBeSameBytes(encodeCollected(collected.value.value), read.bytes, 'items are not what came')
      names.push(`items ${Math.min(3, collected.value.value.items.length)}`)
    }
    if (record.ok && record.value.value !== null) {
      mustBeSameBytes(encodeRecord(record.value.value), read.bytes, 'a record is not what came')
      names.push('record')
    }
    return names
  },
}

export const mailboxTargets: readonly Target[] = [mailboxRequest, mailboxAnswer]
