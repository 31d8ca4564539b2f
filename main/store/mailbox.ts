/** What a mailbox takes, and when it lets go of it. Runs inside a transaction that the caller holds. */
import { createHash } from 'node:crypto'
import { toHex } from '../core/bytes.ts'
import type { DeviceId } from '../core/ids.ts'
import { durationsMs, mailboxLimits, quotaLimits } from '../core/limits.ts'
import type { MailboxItem, MailboxTag, TagsReplaced } from '../core/ports.ts'
import type { Use, mailboxQueries } from './queries/mailbox.ts'
import { inAll } from './queries/mailbox.ts'
import { key } from './columns.ts'

type Queries = ReturnType<typeof mailboxQueries>

export type Deposit =
  | { readonly kind: 'stored'; readonly owner: DeviceId }
  | { readonly kind: 'unknownTag' }
  | { readonly kind: 'full' }

export interface Collection {
  readonly items: readonly MailboxItem[]
  readonly more: boolean
}

export interface Usage {
  readonly owners: number
  readonly items: number
  readonly sizeBytes: number
}

const itemIdSizeBytes = 16

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / durationsMs.day)
}

/** Writes what differs alone: an owner tells the same tags again and again, and a few new ones each day. */
export function register(
  queries: Queries,
  owner: DeviceId,
  tags: readonly MailboxTag[],
  nowMs: number,
  inPlaceOf: TagsReplaced,
): 'done' | 'full' {
  const { tagsPerOwnerMax, tagsMax, tagDaysAheadMax } = mailboxLimits
  const dayMax = dayOf(nowMs) + tagDaysAheadMax
  const others = queries.use('tags', inAll).rows - queries.use('tags', key(owner)).rows
  const room = Math.min(tagsPerOwnerMax, tagsMax - others)
  if (tags.length > room || tags.some(({ day }) => day > dayMax)) return 'full'
  const before = queries.tags.ofOwner(owner)
  const wanted = new Map(tags.map((tag) => [toHex(tag.tag), tag]))
  const spared = before.filter(({ tag, use }) => inPlaceOf === 'records' && use === 'item' && !wanted.has(toHex(tag)))
  // Nobody counts on those at the moment: they give way to tags that are wanted now.
  if (tags.length + spared.length <= room) for (const tag of spared) wanted.set(toHex(tag.tag), tag)
  for (const old of before) {
    const id = toHex(old.tag)
    const tag = wanted.get(id)
    if (tag?.day === old.day && tag.use === old.use) wanted.delete(id)
    else queries.tags.remove(old.tag)
  }
  for (const tag of wanted.values()) queries.tags.put(owner, tag)
  queries.recountTags(owner)
  return 'done'
}

function sizeInAll(queries: Queries): number {
  return queries.use('items', inAll).sizeBytes + queries.use('records', inAll).sizeBytes
}

function fits(use: Use, sizeBytes: number, rowsMax: number, sizeBytesMax: number): boolean {
  return use.rows < rowsMax && use.sizeBytes + sizeBytes <= sizeBytesMax
}

/** What the items of one owner may take of a mailbox of this size. */
export function ownerShareBytes(quotaBytes: number): number {
  return Math.min(mailboxLimits.sizePerOwnerBytesMax, quotaBytes / quotaLimits.ownerPartOfMailbox)
}

function hasRoom(queries: Queries, owner: DeviceId, tag: Uint8Array, sizeBytes: number, quotaBytes: number): boolean {
  const { itemsPerTagMax, sizePerTagBytesMax, itemsPerOwnerMax, tagPartOfRoom } = mailboxLimits
  const all = queries.use('items', key(owner))
  // Of the room that is left a tag takes a part: a contact knows the tags of many days, and would fill them all.
  const rowsMax = Math.min(itemsPerTagMax, (itemsPerOwnerMax - all.rows) / tagPartOfRoom)
  const sizeBytesMax = Math.min(sizePerTagBytesMax, (ownerShareBytes(quotaBytes) - all.sizeBytes) / tagPartOfRoom)
  return (
    sizeBytes <= mailboxLimits.itemSizeBytesMax &&
    fits(queries.use('items', tag), sizeBytes, rowsMax, sizeBytesMax) &&
    sizeInAll(queries) + sizeBytes <= quotaBytes
  )
}

/** An item that is there already is stored. */
export function deposit(queries: Queries, tag: Uint8Array, item: Uint8Array, quotaBytes: number): Deposit {
  const found = queries.tags.get(tag)
  if (found === null || found.use !== 'item') return { kind: 'unknownTag' }
  const { owner } = found
  const id = createHash('sha256').update(item).digest().subarray(0, itemIdSizeBytes)
  if (!queries.items.has(owner, id)) {
    if (!hasRoom(queries, owner, tag, item.length, quotaBytes)) return { kind: 'full' }
    queries.items.put(owner, { id, tag, bytes: item }, queries.clock()?.ageMs ?? 0)
  }
  return { kind: 'stored', owner }
}

/** Oldest first, as many as both bounds let in, but at least one. */
export function collect(queries: Queries, owner: DeviceId, itemsMax: number, sizeBytesMax: number): Collection {
  const sizes = queries.items.sizes(owner, itemsMax + 1)
  let [count, sizeBytes] = [0, 0]
  for (const size of sizes.slice(0, itemsMax)) {
    sizeBytes += size
    if (count > 0 && sizeBytes > sizeBytesMax) break
    count++
  }
  return { items: queries.items.oldest(owner, count), more: sizes.length > count }
}

export function remove(queries: Queries, owner: DeviceId, ids: readonly Uint8Array[]): void {
  for (const id of ids) queries.items.remove(owner, id)
}

export function publish(
  queries: Queries,
  tag: Uint8Array,
  record: Uint8Array,
  untilMs: number,
  nowMs: number,
  quotaBytes: number,
): 'stored' | 'unknownTag' | 'full' {
  const { recordSizeBytesMax, recordsPerOwnerMax, recordLifetimeMsMax } = mailboxLimits
  const found = queries.tags.get(tag)
  if (found === null || found.use !== 'record') return 'unknownTag'
  if (record.length > recordSizeBytesMax) return 'full'
  const before = queries.records.about(tag)
  const isNew = before?.owner !== found.owner
  if (isNew && queries.use('records', key(found.owner)).rows >= recordsPerOwnerMax) return 'full'
  // Whatever else fills the disk, word of where people are still finds some room.
  const quotaOfAllBytes = quotaBytes + mailboxLimits.recordsReserveBytes
  if (sizeInAll(queries) - (before?.sizeBytes ?? 0) + record.length > quotaOfAllBytes) return 'full'
  queries.records.remove(tag)
  queries.records.put(found.owner, tag, record, Math.min(untilMs, nowMs + recordLifetimeMsMax))
  return 'stored'
}

/** What is kept for whom nothing is kept any more. */
function strangers(queries: Queries, owners: readonly DeviceId[]) {
  const served = new Set(owners)
  return queries.owners().filter(({ owner }) => !served.has(owner))
}

export function prune(queries: Queries, owners: readonly DeviceId[], nowMs: number): void {
  const { pruneStepMsMax } = mailboxLimits
  const clock = queries.clock()
  const passedMs = clock === null ? 0 : nowMs - clock.wallMs
  queries.putClock((clock?.ageMs ?? 0) + Math.min(Math.max(0, passedMs), pruneStepMsMax), nowMs)
  for (const { owner, what } of strangers(queries, owners)) {
    if (what === 'records') queries.records.removeOwner(owner)
    if (what !== 'tags') continue
    queries.tags.removeOwner(owner)
    queries.recountTags(owner)
  }
  if (passedMs > pruneStepMsMax) return
  queries.records.removeEnded(nowMs)
  for (const { owner, what } of queries.owners()) {
    if (what === 'tags' && queries.tags.removeBefore(owner, dayOf(nowMs) - 1) > 0) queries.recountTags(owner)
  }
}

/** Drops a bounded number of items that are over; whether there may be more. */
export function pruneItems(queries: Queries, owners: readonly DeviceId[]): boolean {
  const { pruneItemsMax, itemLifetimeMs } = mailboxLimits
  let dropped = queries.items.removeUpTo((queries.clock()?.ageMs ?? 0) - itemLifetimeMs, pruneItemsMax)
  for (const { owner, what } of strangers(queries, owners)) {
    if (what === 'items') dropped += queries.items.removeOldest(owner, pruneItemsMax - dropped)
  }
  return dropped >= pruneItemsMax
}

export function usage(queries: Queries): Usage {
  const owners = queries.owners().filter(({ what }) => what === 'items').length
  return { owners, items: queries.use('items', inAll).rows, sizeBytes: sizeInAll(queries) }
}
