/** What is asked of mailboxes, and what one keeps. Adapters and the engine take these types from ports.ts. */
import type { DeviceId } from './ids.ts'

/** Where envelopes for somebody can be left while they are away. */
export interface MailboxAddress {
  readonly device: DeviceId
  readonly addresses: readonly string[]
}

/** A tag under which a mailbox takes something for its owner on one day, counted from 1970. 16 bytes. */
export interface MailboxTag {
  readonly tag: Uint8Array
  readonly day: number
  /** Items are kept until they are collected; of records only the last is, until it ends. */
  readonly use: 'item' | 'record'
}

export interface MailboxItem {
  /** The first 16 bytes of the item's SHA-256. */
  readonly id: Uint8Array
  readonly tag: Uint8Array
  readonly bytes: Uint8Array
}

/** Which of an owner's tags new ones take the place of. */
export type TagsReplaced = 'all' | 'records'

/** The mailbox answers all but the last two; `tooLarge` is decided here. */
export type DepositOutcome = 'stored' | 'unknownTag' | 'full' | 'busy' | 'tooLarge' | 'unreachable'

/** What is asked of mailboxes. Nothing of it rejects. */
export interface Mail {
  /**
   * Leaves one item, as nobody in particular: under a key that is used for this `sitting` alone. Callers give one
   * sitting per tag, so that a mailbox cannot tell which recipients have the same friend, nor which days' tags are of
   * one slot.
   */
  deposit(mailbox: MailboxAddress, sitting: string, tag: Uint8Array, item: Uint8Array): Promise<DepositOutcome>
  /** The tags under which a mailbox of ours takes something for us, in place of those before. */
  registerTags(mailbox: DeviceId, tags: readonly MailboxTag[]): Promise<'done' | 'refused' | 'notConnected'>
  /** What lies there, oldest first; null when it does not answer. */
  collect(mailbox: DeviceId): Promise<{ readonly items: readonly MailboxItem[]; readonly more: boolean } | null>
  /** False when it does not answer: then they are offered again. */
  removeItems(mailbox: DeviceId, ids: readonly Uint8Array[]): Promise<boolean>
  publishRecord(
    mailbox: MailboxAddress,
    sitting: string,
    tag: Uint8Array,
    record: Uint8Array,
    lifetimeMs: number,
  ): Promise<DepositOutcome>
  lookupRecord(mailbox: MailboxAddress, sitting: string, tag: Uint8Array): Promise<Uint8Array | null>
}

/**
 * What a device keeps that serves as a mailbox. Durable when a promise resolves. `failed`: the disk's fault, or too much
 * is asked at once.
 */
export interface MailboxStore {
  /**
   * In place of the owner's tags before; what lies under those stays. In place of `records` alone, the tags for items
   * stay while there is room for all: who is a mailbox again later takes more under them at once. A tag that another
   * owner holds stays the other's, and nobody is told. `full`: too many, or too many days ahead; then nothing has
   * changed.
   */
  register(
    owner: DeviceId,
    tags: readonly MailboxTag[],
    nowMs: number,
    inPlaceOf: TagsReplaced,
  ): Promise<'done' | 'full' | 'failed'>
  /** Quotas are kept in the same transaction. The same item twice is one. */
  deposit(
    tag: Uint8Array,
    item: Uint8Array,
    nowMs: number,
  ): Promise<
    { readonly kind: 'stored'; readonly owner: DeviceId } | { readonly kind: 'unknownTag' | 'full' | 'failed' }
  >
  /** Oldest first, as many as fit into `sizeBytesMax`, at least one; null when the disk fails. */
  collect(
    owner: DeviceId,
    itemsMax: number,
    sizeBytesMax: number,
  ): Promise<{ readonly items: readonly MailboxItem[]; readonly more: boolean } | null>
  remove(owner: DeviceId, ids: readonly Uint8Array[]): Promise<boolean>
  publish(
    tag: Uint8Array,
    record: Uint8Array,
    untilMs: number,
    nowMs: number,
  ): Promise<'stored' | 'unknownTag' | 'full' | 'failed'>
  lookup(tag: Uint8Array, nowMs: number): Promise<Uint8Array | null>
  /**
   * Forgets owners that are served no more, what has expired, and tags of the days before yesterday. Items age from one
   * pruning to the next, by a day at most; time that goes backwards makes nothing older. After a leap of more than a
   * day, tags and records stay until the next pruning has seen that it is true.
   */
  prune(owners: readonly DeviceId[], nowMs: number): Promise<void>
  /**
   * What may lie here in all from now on. Nothing that does is lost to a smaller one: only nothing more is taken until
   * there is room.
   */
  setQuota(sizeBytesMax: number): void
  /** How much lies here. */
  usage(): Promise<{ readonly owners: number; readonly items: number; readonly sizeBytes: number }>
}
