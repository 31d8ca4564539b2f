/** What every ports.MailboxStore must do, whatever holds its bytes. */
import { createHash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { durationsMs, mailboxLimits } from '../../main/core/limits.ts'
import type { MailboxStore, MailboxTag } from '../../main/core/ports.ts'
import { bytesOf, deviceOf } from './rows.ts'

export interface MailboxUnderTest {
  readonly mailbox: MailboxStore
  /** Closes it and opens what it kept again. */
  reopen(): Promise<MailboxStore>
  end(): Promise<void>
}

const day = durationsMs.day
const today = 20_000
/** Noon of `today`. */
export const noonMs = today * day + day / 2

const [anna, ben] = [deviceOf(1), deviceOf(2)]

/** Tag `number`, of a day that is `ahead` of today's. */
export function tagOf(number: number, use: MailboxTag['use'] = 'item', ahead = 0): MailboxTag {
  return { tag: bytesOf(16, number), day: today + ahead, use }
}

export function idOf(item: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(item).digest().subarray(0, 16))
}

/** An item unlike all others. */
export function itemOf(number: number, sizeBytes = 100): Uint8Array {
  const item = new Uint8Array(sizeBytes)
  new DataView(item.buffer).setUint32(0, number)
  return item
}

class Bench {
  readonly #make: () => Promise<MailboxUnderTest>
  #under: MailboxUnderTest | null = null
  mailbox!: MailboxStore
  constructor(make: () => Promise<MailboxUnderTest>) {
    this.#make = make
  }
  async begin(): Promise<void> {
    this.#under = await this.#make()
    this.mailbox = this.#under.mailbox
  }
  async end(): Promise<void> {
    await this.#under?.end()
  }
  async reopen(): Promise<void> {
    if (this.#under !== null) this.mailbox = await this.#under.reopen()
  }
  async register(owner: typeof anna, ...tags: MailboxTag[]): Promise<void> {
    expect(await this.mailbox.register(owner, tags, noonMs, 'all')).toBe('done')
  }
  async deposit(tag: MailboxTag, ...items: Uint8Array[]): Promise<void> {
    for (const item of items) expect((await this.mailbox.deposit(tag.tag, item, noonMs)).kind).toBe('stored')
  }
  async refused(tag: MailboxTag, item = itemOf(1)): Promise<string> {
    return (await this.mailbox.deposit(tag.tag, item, noonMs)).kind
  }
  async bytes(owner = anna): Promise<readonly Uint8Array[] | undefined> {
    const found = await this.mailbox.collect(owner, 100, 1_000_000)
    return found?.items.map(({ bytes }) => bytes)
  }
  /** Prunes once a day from the first to the last, counted from today's noon. */
  async days(first: number, last: number, owners = [anna, ben]): Promise<void> {
    for (let at = first; at <= last; at++) await this.mailbox.prune(owners, noonMs + at * day)
  }
}

export function mailboxConformance(name: string, make: () => Promise<MailboxUnderTest>): void {
  describe(`${name} is a mailbox`, () => {
    const bench = new Bench(make)
    beforeEach(() => bench.begin())
    afterEach(() => bench.end())
    itemConformance(bench)
    tagConformance(bench)
    recordConformance(bench)
    pruneConformance(bench)
  })
}

function itemConformance(bench: Bench): void {
  it('is empty at first', async () => {
    expect(await bench.mailbox.collect(anna, 9, 9_999)).toEqual({ items: [], more: false })
    expect(await bench.mailbox.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 0 })
    expect(await bench.refused(tagOf(1))).toBe('unknownTag')
    expect(await bench.mailbox.remove(anna, [bytesOf(16, 1)])).toBe(true)
  })

  it('keeps items under known tags, oldest first, over a reopening, and says whose they are', async () => {
    await bench.register(anna, tagOf(1), tagOf(2))
    await bench.register(ben, tagOf(3))
    expect(await bench.mailbox.deposit(tagOf(2).tag, itemOf(1), noonMs)).toEqual({ kind: 'stored', owner: anna })
    expect(await bench.mailbox.deposit(tagOf(3).tag, itemOf(2), noonMs)).toEqual({ kind: 'stored', owner: ben })
    await bench.deposit(tagOf(1), itemOf(3))
    await bench.reopen()
    const found = await bench.mailbox.collect(anna, 9, 9_999)
    const expected = [itemOf(1), itemOf(3)].map((bytes, at) => ({ id: idOf(bytes), tag: tagOf(2 - at).tag, bytes }))
    expect(found).toEqual({ items: expected, more: false })
    expect(await bench.bytes(ben)).toEqual([itemOf(2)])
    expect(await bench.mailbox.usage()).toEqual({ owners: 2, items: 3, sizeBytes: 300 })
  })

  it('keeps the same item once, however often and under which tag it comes', async () => {
    await bench.register(anna, tagOf(1), tagOf(2))
    await bench.deposit(tagOf(1), itemOf(1), itemOf(2), itemOf(1))
    await bench.deposit(tagOf(2), itemOf(1))
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2)])
  })

  it('forgets what its owner removes, and nothing else', async () => {
    await bench.register(anna, tagOf(1))
    await bench.register(ben, tagOf(2))
    await bench.deposit(tagOf(1), itemOf(1), itemOf(2), itemOf(3))
    await bench.deposit(tagOf(2), itemOf(2))
    expect(await bench.mailbox.remove(anna, [idOf(itemOf(2)), idOf(itemOf(9)), idOf(itemOf(1))])).toBe(true)
    await bench.reopen()
    expect(await bench.bytes()).toEqual([itemOf(3)])
    expect(await bench.bytes(ben)).toEqual([itemOf(2)])
    expect(await bench.mailbox.usage()).toEqual({ owners: 2, items: 2, sizeBytes: 200 })
  })

  it('gives as many as both bounds let in, and at least one', async () => {
    await bench.register(anna, tagOf(1))
    await bench.deposit(tagOf(1), itemOf(1, 1_000), itemOf(2, 300), itemOf(3, 300))
    const counts = async (itemsMax: number, sizeBytesMax: number) => {
      const found = await bench.mailbox.collect(anna, itemsMax, sizeBytesMax)
      return [found?.items.length, found?.more]
    }
    expect(await counts(9, 100)).toEqual([1, true])
    expect(await counts(9, 1_299)).toEqual([1, true])
    expect(await counts(9, 1_300)).toEqual([2, true])
    expect(await counts(2, 9_999)).toEqual([2, true])
    expect(await counts(3, 9_999)).toEqual([3, false])
    expect(await counts(9, 1_600)).toEqual([3, false])
  })

  it('is full when a tag is, and takes more once something went', async () => {
    const { itemSizeBytesMax, sizePerTagBytesMax } = mailboxLimits
    await bench.register(anna, tagOf(1), tagOf(2))
    expect(await bench.refused(tagOf(1), itemOf(1, itemSizeBytesMax + 1))).toBe('full')
    const count = Math.floor(sizePerTagBytesMax / itemSizeBytesMax)
    for (let number = 0; number < count; number++) await bench.deposit(tagOf(1), itemOf(number, itemSizeBytesMax))
    expect(await bench.refused(tagOf(1), itemOf(count, itemSizeBytesMax))).toBe('full')
    // What is there already is stored all the same, and other tags have room.
    await bench.deposit(tagOf(1), itemOf(0, itemSizeBytesMax))
    await bench.deposit(tagOf(2), itemOf(count, itemSizeBytesMax))
    await bench.mailbox.remove(anna, [idOf(itemOf(1, itemSizeBytesMax))])
    await bench.deposit(tagOf(1), itemOf(count + 1, itemSizeBytesMax))
  })
}

function tagConformance(bench: Bench): void {
  it('replaces the tags of an owner, and keeps what lies under those that are gone', async () => {
    await bench.register(anna, tagOf(1), tagOf(2))
    await bench.deposit(tagOf(1), itemOf(1))
    await bench.register(anna, tagOf(2), tagOf(3))
    await bench.reopen()
    expect(await bench.refused(tagOf(1))).toBe('unknownTag')
    await bench.deposit(tagOf(2), itemOf(2))
    await bench.deposit(tagOf(3), itemOf(3))
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2), itemOf(3)])
  })

  it('leaves a tag with whom it was first, and tells nobody', async () => {
    await bench.register(anna, tagOf(1))
    await bench.register(ben, tagOf(1), tagOf(2))
    expect(await bench.mailbox.deposit(tagOf(1).tag, itemOf(1), noonMs)).toMatchObject({ owner: anna })
    await bench.register(ben)
    expect(await bench.mailbox.deposit(tagOf(1).tag, itemOf(2), noonMs)).toMatchObject({ owner: anna })
    await bench.register(anna)
    await bench.register(ben, tagOf(1))
    expect(await bench.mailbox.deposit(tagOf(1).tag, itemOf(3), noonMs)).toMatchObject({ owner: ben })
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2)])
  })

  it('takes a tag for items or for records, as it was told last', async () => {
    await bench.register(anna, tagOf(1, 'record'), tagOf(2))
    expect(await bench.refused(tagOf(1))).toBe('unknownTag')
    expect(await bench.mailbox.publish(tagOf(2).tag, itemOf(1), noonMs + 1, noonMs)).toBe('unknownTag')
    await bench.register(anna, tagOf(1), tagOf(2, 'record'))
    await bench.deposit(tagOf(1), itemOf(1))
    expect(await bench.mailbox.publish(tagOf(2).tag, itemOf(1), noonMs + 1, noonMs)).toBe('stored')
  })

  it('replaces the tags for records alone when told so, and takes items under the others as before', async () => {
    const records = (...tags: MailboxTag[]) => bench.mailbox.register(anna, tags, noonMs, 'records')
    const publish = (tag: MailboxTag) => bench.mailbox.publish(tag.tag, itemOf(9), noonMs + 1, noonMs)
    await bench.register(anna, tagOf(1), tagOf(2), tagOf(3, 'record'))
    await bench.register(ben, tagOf(5))
    await bench.deposit(tagOf(1), itemOf(1))
    expect(await records(tagOf(2, 'record'), tagOf(4, 'record'), tagOf(5, 'record'))).toBe('done')
    await bench.reopen()
    expect([await publish(tagOf(3)), await publish(tagOf(4)), await publish(tagOf(5))]).toEqual([
      'unknownTag',
      'stored',
      'unknownTag',
    ])
    // One that is named is for what it was told last.
    expect([await bench.refused(tagOf(2)), await publish(tagOf(2))]).toEqual(['unknownTag', 'stored'])
    await bench.deposit(tagOf(1), itemOf(2))
    expect(await records()).toBe('done')
    await bench.deposit(tagOf(1), itemOf(3))
    expect(await publish(tagOf(4))).toBe('unknownTag')
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2), itemOf(3)])
    await bench.register(anna)
    expect(await bench.refused(tagOf(1))).toBe('unknownTag')
    await bench.deposit(tagOf(5), itemOf(4))
    expect(await bench.bytes(ben)).toEqual([itemOf(4)])
  })

  it('refuses too many tags, or too far ahead, and changes nothing then', async () => {
    const { tagsPerOwnerMax, tagDaysAheadMax } = mailboxLimits
    await bench.register(anna, tagOf(1, 'item', tagDaysAheadMax))
    const far = [tagOf(2), tagOf(3, 'item', tagDaysAheadMax + 1)]
    expect(await bench.mailbox.register(anna, far, noonMs, 'all')).toBe('full')
    const many = Array.from({ length: tagsPerOwnerMax + 1 }, (_, number) => tagOf(number))
    expect(await bench.mailbox.register(anna, many, noonMs, 'all')).toBe('full')
    await bench.deposit(tagOf(1), itemOf(1))
    expect(await bench.refused(tagOf(2))).toBe('unknownTag')
  })
}

function recordConformance(bench: Bench): void {
  it('keeps the last record under a tag until it ends', async () => {
    const { tag } = tagOf(1, 'record')
    expect(await bench.mailbox.publish(tag, itemOf(1), noonMs + 500, noonMs)).toBe('unknownTag')
    await bench.register(anna, tagOf(1, 'record'))
    expect(await bench.mailbox.lookup(tag, noonMs)).toBeNull()
    expect(await bench.mailbox.publish(tag, itemOf(1), noonMs + 900, noonMs)).toBe('stored')
    expect(await bench.mailbox.publish(tag, itemOf(2), noonMs + 500, noonMs)).toBe('stored')
    await bench.reopen()
    expect(await bench.mailbox.lookup(tag, noonMs + 499)).toEqual(itemOf(2))
    expect(await bench.mailbox.lookup(tag, noonMs + 500)).toBeNull()
    expect(await bench.mailbox.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 100 })
    expect(await bench.bytes()).toEqual([])
  })

  it('keeps no record for longer than it may, and none that is too large', async () => {
    const { recordLifetimeMsMax, recordSizeBytesMax } = mailboxLimits
    const { tag } = tagOf(1, 'record')
    await bench.register(anna, tagOf(1, 'record'))
    expect(await bench.mailbox.publish(tag, itemOf(1), noonMs + 99 * day, noonMs)).toBe('stored')
    const large = itemOf(2, recordSizeBytesMax + 1)
    expect(await bench.mailbox.publish(tag, large, noonMs + 1, noonMs)).toBe('full')
    expect(await bench.mailbox.lookup(tag, noonMs + recordLifetimeMsMax - 1)).toEqual(itemOf(1))
    expect(await bench.mailbox.lookup(tag, noonMs + recordLifetimeMsMax)).toBeNull()
  })
}

function pruneConformance(bench: Bench): void {
  it('forgets items after thirty days, and not before', async () => {
    await bench.register(anna, tagOf(1))
    await bench.days(0, 0)
    await bench.deposit(tagOf(1), itemOf(1))
    await bench.days(1, 1)
    await bench.register(anna, tagOf(1))
    await bench.deposit(tagOf(1), itemOf(2))
    await bench.days(2, 29)
    await bench.reopen()
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2)])
    await bench.days(30, 30)
    expect(await bench.bytes()).toEqual([itemOf(2)])
    await bench.days(31, 31)
    expect(await bench.mailbox.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 0 })
  })

  it('forgets tags of the days before yesterday, and records that have ended, but no items under them', async () => {
    await bench.register(anna, tagOf(1, 'item', -1), tagOf(2), tagOf(3, 'record'))
    await bench.deposit(tagOf(1), itemOf(1))
    await bench.mailbox.publish(tagOf(3).tag, itemOf(1), noonMs + day, noonMs)
    await bench.days(0, 0)
    await bench.deposit(tagOf(1), itemOf(2))
    await bench.days(1, 1)
    expect(await bench.refused(tagOf(1))).toBe('unknownTag')
    await bench.deposit(tagOf(2), itemOf(3))
    expect((await bench.mailbox.usage()).sizeBytes).toBe(300)
    await bench.days(2, 2)
    expect(await bench.refused(tagOf(2))).toBe('unknownTag')
    expect(await bench.bytes()).toEqual([itemOf(1), itemOf(2), itemOf(3)])
  })

  it('forgets everything of those who are served no more', async () => {
    for (const [number, owner] of [anna, ben].entries()) {
      await bench.register(owner, tagOf(number), tagOf(number + 10, 'record'))
      await bench.deposit(tagOf(number), itemOf(1), itemOf(2))
      await bench.mailbox.publish(tagOf(number + 10).tag, itemOf(1), noonMs + day, noonMs)
    }
    await bench.mailbox.prune([ben], noonMs)
    expect(await bench.mailbox.usage()).toEqual({ owners: 1, items: 2, sizeBytes: 300 })
    expect(await bench.refused(tagOf(0))).toBe('unknownTag')
    expect(await bench.mailbox.lookup(tagOf(10).tag, noonMs)).toBeNull()
    await bench.deposit(tagOf(1), itemOf(3))
    await bench.mailbox.prune([], noonMs)
    expect(await bench.mailbox.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 0 })
  })

  it('loses nothing to a clock that goes backwards, or leaps ahead and comes back', async () => {
    await bench.register(anna, tagOf(1), tagOf(2, 'record'))
    await bench.days(0, 0)
    await bench.deposit(tagOf(1), itemOf(1))
    await bench.mailbox.publish(tagOf(2).tag, itemOf(1), noonMs + day, noonMs)
    await bench.mailbox.prune([anna], 0)
    await bench.mailbox.deposit(tagOf(1).tag, itemOf(2), 0)
    await bench.days(0, 0)
    await bench.days(20_000, 20_000)
    await bench.mailbox.deposit(tagOf(1).tag, itemOf(3), noonMs + 20_000 * day)
    await bench.days(0, 0)
    await bench.deposit(tagOf(1), itemOf(4))
    expect(await bench.bytes()).toEqual([1, 2, 3, 4].map((number) => itemOf(number)))
    expect(await bench.mailbox.lookup(tagOf(2).tag, noonMs)).toEqual(itemOf(1))
    // What came while it was wrong grows old like everything else.
    await bench.days(1, 30)
    expect(await bench.mailbox.usage()).toEqual({ owners: 0, items: 0, sizeBytes: 0 })
  })
}
