/** The part of the store's conformance suite that the screen depends on: order, pages, gaps, deliveries. */
import { expect, it } from 'vitest'
import type { EventRow, MessageCursor, MessageRecord } from '../../main/core/ports.ts'
import type { Bench } from './bench.ts'
import { value } from './bench.ts'
import * as rows from './rows.ts'

const { put } = rows

function cursorOf(record: MessageRecord | undefined): MessageCursor {
  if (record === undefined) throw new Error('no message to continue from')
  const { orderMs, counter, event } = record.row
  return { orderMs, counter, event }
}

export function screenConformance(bench: Bench): void {
  const page = (before: MessageCursor | null, limit: number) =>
    value(bench.store.messages(rows.conversationOf(1), before, limit))

  it('orders messages by order, counter, device, sequence and event, newest first', async () => {
    const at = (number: number, over: Partial<EventRow>) => rows.event(number, { orderMs: 100, counter: 5, ...over })
    const inOrder = [
      at(9, { orderMs: 99, counter: 9 }),
      at(8, { counter: 4, device: rows.deviceOf(9) }),
      at(7, { device: rows.deviceOf(1), sequence: 900 }),
      at(6, { device: rows.deviceOf(2), sequence: 1 }),
      at(5, { device: rows.deviceOf(2), sequence: 2 }),
      at(3, { device: rows.deviceOf(3), sequence: 7 }),
      at(4, { device: rows.deviceOf(3), sequence: 7 }),
      at(1, { orderMs: 101, counter: 0 }),
    ]
    await bench.commit(put.conversation(rows.conversation(1)), ...[...inOrder].reverse().map(put.event))
    const newestFirst = inOrder.map((row) => row.event).reverse()
    expect((await page(null, 200)).map((record) => record.row.event)).toEqual(newestFirst)
    // A page may begin anywhere, also among events of the same time.
    const seen: string[] = []
    let cursor: MessageCursor | null = null
    for (;;) {
      const one: readonly MessageRecord[] = await page(cursor, 1)
      if (one.length === 0) break
      seen.push(...one.map((record) => record.row.event))
      cursor = cursorOf(one[0])
    }
    expect(seen).toEqual(newestFirst)
  })

  it('pages through a conversation and leaves others out', async () => {
    const events = Array.from({ length: 25 }, (_, number) => rows.event(number + 1))
    const elsewhere = rows.event(40, { conversation: rows.conversationOf(2), sequence: 1 })
    await bench.commit(put.conversation(rows.conversation(1)), put.conversation(rows.conversation(2)))
    await bench.commit(...events.map(put.event), put.event(elsewhere))
    const first = await page(null, 10)
    const second = await page(cursorOf(first.at(-1)), 10)
    const third = await page(cursorOf(second.at(-1)), 10)
    expect([first, second, third].map((records) => records.length)).toEqual([10, 10, 5])
    const all = [...first, ...second, ...third].map((record) => record.row)
    expect(all).toEqual([...events].reverse())
    expect(await page(cursorOf(third.at(-1)), 10)).toEqual([])
    expect(await value(bench.store.messages(rows.conversationOf(3), null, 10))).toEqual([])
  })

  it('continues at the place in time when the event of the cursor is not there', async () => {
    await bench.commit(
      put.conversation(rows.conversation(1)),
      ...[1, 2, 3].map((number) => put.event(rows.event(number))),
    )
    const cursor = { orderMs: 1_800_000_000_003, counter: 0, event: rows.eventOf(77) }
    expect((await page(cursor, 10)).map((record) => record.row.sequence)).toEqual([2, 1])
  })

  it('says how many events of the same sender are missing before each', async () => {
    const numbers = [1, 2, 5, 6, 10]
    await bench.commit(put.conversation(rows.conversation(1)), ...numbers.map((n) => put.event(rows.event(n))))
    // Number 8 was stored (a kind that has no row); the sender's other conversation does not count.
    await bench.commit(put.progress(rows.progress(2, [5, 6, 8, 10])))
    await bench.commit(put.event(rows.event(20, { device: rows.deviceOf(2), sequence: 3 })))
    const gaps = (await page(null, 50)).map((record) => [record.row.device, record.row.sequence, record.missingBefore])
    expect(gaps).toEqual([
      [rows.deviceOf(2), 3, 2],
      [rows.deviceOf(1), 10, 1],
      [rows.deviceOf(1), 6, 0],
      [rows.deviceOf(1), 5, 2],
      [rows.deviceOf(1), 2, 0],
      [rows.deviceOf(1), 1, 0],
    ])
  })

  it('counts stored events where no progress was kept', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), ...[1, 2, 5].map((n) => put.event(rows.event(n))))
    expect((await page(null, 50)).map((record) => record.missingBefore)).toEqual([2, 0, 0])
  })

  it('closes a gap when the missing event arrives, and never shows one before what was written here', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.event(rows.event(3)), put.event(rows.ownEvent(8)))
    await bench.commit(put.progress(rows.progress(0, [3])))
    const gaps = async () => (await page(null, 50)).map((record) => record.missingBefore)
    expect(await gaps()).toEqual([0, 2])
    await bench.commit(put.event(rows.event(2)), put.progress(rows.progress(0, [2, 3])))
    expect(await gaps()).toEqual([0, 0, 1])
    await bench.commit(put.event(rows.event(1)), put.progress(rows.progress(3, [])))
    expect(await gaps()).toEqual([0, 0, 0, 0])
  })

  it('sums up the delivery of what was written here: the least of its devices', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.event(rows.ownEvent(1)), put.event(rows.event(2)))
    const delivery = async () => (await page(null, 50)).map((record) => record.delivery)
    expect(await delivery()).toEqual([null, null])
    await bench.commit(put.delivery(1, 1, 'delivered', 10), put.delivery(1, 2, 'written', 5))
    expect(await delivery()).toEqual([null, { state: 'written', atMs: 5 }])
    await bench.commit(put.delivery(1, 2, 'delivered', 30))
    expect(await delivery()).toEqual([null, { state: 'delivered', atMs: 30 }])
    await bench.commit(put.delivery(1, 1, 'read', 40))
    expect(await delivery()).toEqual([null, { state: 'delivered', atMs: 30 }])
    await bench.commit(put.delivery(1, 2, 'read', 50))
    expect(await delivery()).toEqual([null, { state: 'read', atMs: 50 }])
  })

  it('lists conversations with the last message of each', async () => {
    const [one, two] = [rows.conversation(1, { unread: 2 }), rows.conversation(2, { kind: 'self', members: [] })]
    await bench.commit(put.conversation(one), put.conversation(two))
    await bench.commit(put.event(rows.ownEvent(1)), put.event(rows.event(4)), put.event(rows.ownEvent(2)))
    await bench.commit(put.progress(rows.progress(1, [4])))
    const listed = [...(await value(bench.store.conversations()))]
    listed.sort((a, b) => (a.row.conversation < b.row.conversation ? -1 : 1))
    expect(listed).toEqual([
      { row: one, last: { row: rows.event(4), delivery: null, missingBefore: 2 } },
      { row: two, last: null },
    ])
  })

  it('shows messages by id, in the order asked, without those it does not have', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.event(rows.ownEvent(1)), put.event(rows.event(2)))
    await bench.commit(put.delivery(1, 1, 'sent', 7))
    const shown = await value(bench.store.messagesById([rows.eventOf(2), rows.eventOf(9), rows.eventOf(1)]))
    expect(shown).toEqual([
      { row: rows.event(2), delivery: null, missingBefore: 1 },
      { row: rows.ownEvent(1), delivery: { state: 'sent', atMs: 7 }, missingBefore: 0 },
    ])
  })

  it('replaces an event in its place in the order', async () => {
    await bench.commit(put.conversation(rows.conversation(1)), put.event(rows.event(1)), put.event(rows.event(2)))
    await bench.commit(put.event(rows.event(1, { orderMs: 1_900_000_000_000, text: 'moved' })))
    const texts = (await page(null, 10)).map((record) => record.row.text)
    expect(texts).toEqual(['moved', 'message 2'])
  })

  it('throws for a page that is larger than the limit, or empty', async () => {
    for (const limit of [0, -1, 1.5, 201]) {
      await expect(bench.store.messages(rows.conversationOf(1), null, limit)).rejects.toBeInstanceOf(Error)
    }
  })
}
