/** What a mailbox keeps, in memory, with the promises of the port: as strict as the encrypted one. */
import { createHash } from 'node:crypto'
import { toHex } from '../../main/core/bytes.ts'
import type { DeviceId } from '../../main/core/ids.ts'
import type { MailboxItem, MailboxStore, MailboxTag, TagsReplaced } from '../../main/core/ports.ts'

interface Kept extends MailboxItem {
  readonly owner: DeviceId
}

export function itemIdOf(item: Uint8Array): Uint8Array {
  return Uint8Array.from(createHash('sha256').update(item).digest().subarray(0, 16))
}

export class MemoryMailbox implements MailboxStore {
  readonly tags = new Map<string, { readonly owner: DeviceId; readonly use: MailboxTag['use'] }>()
  readonly records = new Map<string, { readonly record: Uint8Array; readonly untilMs: number }>()
  items: Kept[] = []
  itemsMax = 1_000
  /** Held back until it is called. */
  before: () => Promise<void> = () => Promise.resolve()
  failing = false
  /** As it was told last. */
  quotaBytes: number | null = null

  async register(
    owner: DeviceId,
    tags: readonly MailboxTag[],
    _nowMs: number,
    inPlaceOf: TagsReplaced,
  ): Promise<'done' | 'full' | 'failed'> {
    await this.before()
    if (this.failing) return 'failed'
    const named = new Set(tags.map(({ tag }) => toHex(tag)))
    for (const [tag, known] of this.tags) {
      const stays = inPlaceOf === 'records' && known.use === 'item' && !named.has(tag)
      if (known.owner === owner && !stays) this.tags.delete(tag)
    }
    for (const { tag, use } of tags) if (!this.tags.has(toHex(tag))) this.tags.set(toHex(tag), { owner, use })
    return 'done'
  }

  async deposit(tag: Uint8Array, item: Uint8Array): ReturnType<MailboxStore['deposit']> {
    await this.before()
    if (this.failing) return { kind: 'failed' }
    const known = this.tags.get(toHex(tag))
    if (known?.use !== 'item') return { kind: 'unknownTag' }
    const [id, { owner }] = [itemIdOf(item), known]
    if (!this.items.some((one) => one.owner === owner && toHex(one.id) === toHex(id))) {
      if (this.items.length >= this.itemsMax) return { kind: 'full' }
      this.items.push({ owner, id, tag: Uint8Array.from(tag), bytes: Uint8Array.from(item) })
    }
    return { kind: 'stored', owner }
  }

  async collect(owner: DeviceId, itemsMax: number, sizeBytesMax: number): ReturnType<MailboxStore['collect']> {
    await this.before()
    if (this.failing) return null
    const own = this.items.filter((one) => one.owner === owner)
    const items: Kept[] = []
    let sizeBytes = 0
    for (const one of own) {
      sizeBytes += one.bytes.length
      if (items.length >= itemsMax || (items.length > 0 && sizeBytes > sizeBytesMax)) break
      items.push(one)
    }
    return { items, more: items.length < own.length }
  }

  async remove(owner: DeviceId, ids: readonly Uint8Array[]): Promise<boolean> {
    await this.before()
    if (this.failing) return false
    const gone = new Set(ids.map(toHex))
    this.items = this.items.filter((one) => one.owner !== owner || !gone.has(toHex(one.id)))
    return true
  }

  async publish(tag: Uint8Array, record: Uint8Array, untilMs: number): ReturnType<MailboxStore['publish']> {
    await this.before()
    if (this.failing) return 'failed'
    if (this.tags.get(toHex(tag))?.use !== 'record') return 'unknownTag'
    this.records.set(toHex(tag), { record: Uint8Array.from(record), untilMs })
    return 'stored'
  }

  async lookup(tag: Uint8Array, nowMs: number): Promise<Uint8Array | null> {
    await this.before()
    const kept = this.records.get(toHex(tag))
    return kept === undefined || kept.untilMs <= nowMs ? null : kept.record
  }

  prune(): Promise<void> {
    return Promise.resolve()
  }

  setQuota(sizeBytesMax: number): void {
    this.quotaBytes = sizeBytesMax
  }

  usage(): Promise<{ readonly owners: number; readonly items: number; readonly sizeBytes: number }> {
    return Promise.resolve({ owners: 0, items: this.items.length, sizeBytes: 0 })
  }
}
