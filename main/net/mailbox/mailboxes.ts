/** All that this device has to do with mailboxes: what it leaves and collects at others', and serving as one. */
import type { Connection } from '@libp2p/interface'
import { compareBytes } from '../../core/bytes.ts'
import { networkLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { DepositOutcome, Mail, MailboxAddress, MailboxItem, MailboxTag } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { ask } from './exchange.ts'
import { MailboxHost } from './host.ts'
import type { MailboxHostOptions } from './host.ts'
import { answerBytesMax, decodeCollected, decodeRecord, decodeStatus, encodeRequest, nameBytes } from './messages.ts'
import type { Answer, Request, Status } from './messages.ts'
import { OwnWatches } from './ownWatches.ts'
import type { OwnWatchesOptions } from './ownWatches.ts'
import { Sittings } from './sittings.ts'
import type { SittingsOptions } from './sittings.ts'

export type MailboxesOptions = MailboxHostOptions &
  OwnWatchesOptions &
  SittingsOptions & {
    /** Whether the device serves us as a mailbox. */
    readonly isMailbox: (device: DeviceId) => boolean
  }

const limits = networkLimits

/** What somebody who leaves something is told of an answer. */
function outcomeOf(status: Status): DepositOutcome {
  if (status === 'done') return 'stored'
  return status === 'unknownTag' || status === 'full' || status === 'busy' || status === 'tooLarge'
    ? status
    : 'unreachable'
}

function isName(bytes: Uint8Array): boolean {
  return bytes.length === nameBytes
}

export class Mailboxes implements Mail {
  readonly host: MailboxHost
  readonly #options: MailboxesOptions
  readonly #sittings: Sittings
  readonly #watches: OwnWatches

  constructor(options: MailboxesOptions) {
    this.#options = options
    this.host = new MailboxHost(options)
    this.#sittings = new Sittings(options)
    this.#watches = new OwnWatches(options)
  }

  stop(): void {
    this.host.stop()
    this.#sittings.stop()
    this.#watches.stop()
  }

  /** The contacts are others, or serve us otherwise. */
  targetsChanged(): void {
    this.host.keep()
    this.#watches.keep(this.#options.isMailbox)
  }

  /** A device is connected, maybe another way than before. */
  connected(device: DeviceId): void {
    this.#watches.connected(device)
  }

  // ── As nobody in particular ────────────────────────────────────────────────────────────────

  async deposit(mailbox: MailboxAddress, sitting: string, tag: Uint8Array, item: Uint8Array): Promise<DepositOutcome> {
    if (item.length > limits.mailboxItemSizeBytesMax) return 'tooLarge'
    if (!isName(tag) || item.length === 0) throw new RangeError('A tag has 16 bytes, and an item some')
    return this.#leave(mailbox, sitting, { kind: 'deposit', tag, item })
  }

  async publishRecord(
    mailbox: MailboxAddress,
    sitting: string,
    tag: Uint8Array,
    record: Uint8Array,
    lifetimeMs: number,
  ): Promise<DepositOutcome> {
    if (record.length > limits.mailboxRecordSizeBytesMax) return 'tooLarge'
    const whole = Math.max(0, Math.min(Math.floor(lifetimeMs), limits.mailboxRecordLifetimeMsMax))
    return this.#leave(mailbox, sitting, { kind: 'publish', tag, record, lifetimeMs: whole })
  }

  async lookupRecord(mailbox: MailboxAddress, sitting: string, tag: Uint8Array): Promise<Uint8Array | null> {
    const request = encodeRequest({ kind: 'lookup', tag })
    const asked = await this.#sittings.ask(mailbox, sitting, request, answerBytesMax)
    const answer = asked.kind === 'answer' ? decodeRecord(asked.bytes) : null
    return answer?.ok === true ? answer.value.value : null
  }

  async #leave(mailbox: MailboxAddress, sitting: string, request: Request): Promise<DepositOutcome> {
    const asked = await this.#sittings.ask(mailbox, sitting, encodeRequest(request), answerBytesMax)
    if (asked.kind !== 'answer') return asked.kind
    const answer = decodeStatus(asked.bytes)
    return answer.ok ? outcomeOf(answer.value.status) : 'unreachable'
  }

  // ── As who we are ──────────────────────────────────────────────────────────────────────────

  async registerTags(mailbox: DeviceId, tags: readonly MailboxTag[]): Promise<'done' | 'refused' | 'notConnected'> {
    if (tags.length > limits.mailboxTagsMax) return 'refused'
    // In an order that says nothing of which belong to one pair.
    const sorted = tags.toSorted((a, b) => compareBytes(a.tag, b.tag))
    const answer = await this.#ask(mailbox, { kind: 'register', tags: sorted }, decodeStatus)
    if (answer === null) return 'notConnected'
    if (answer.status !== 'done') return 'refused'
    this.#watches.want(mailbox)
    return 'done'
  }

  async collect(mailbox: DeviceId): Promise<{ readonly items: readonly MailboxItem[]; readonly more: boolean } | null> {
    const request: Request = { kind: 'collect', sizeBytesMax: limits.mailboxCollectBytesMax }
    const answer = await this.#ask(mailbox, request, decodeCollected)
    return answer?.value ?? null
  }

  async removeItems(mailbox: DeviceId, ids: readonly Uint8Array[]): Promise<boolean> {
    for (let at = 0; at < ids.length; at += limits.mailboxCollectItemsMax) {
      const some = ids.slice(at, at + limits.mailboxCollectItemsMax)
      const answer = await this.#ask(mailbox, { kind: 'remove', ids: some }, decodeStatus)
      if (answer?.status !== 'done') return false
    }
    return true
  }

  /** Null when the mailbox is not connected, or what it says is no answer. */
  async #ask<T>(
    mailbox: DeviceId,
    request: Request,
    decode: (bytes: Uint8Array) => Result<Answer<T>, unknown>,
  ): Promise<Answer<T> | null> {
    const connection: Connection | null = this.#options.connectionOf(mailbox)
    if (connection === null) return null
    const bytes = await ask(connection, encodeRequest(request), answerBytesMax, this.#options.clock)
    const answer = bytes === null ? null : decode(bytes)
    return answer?.ok === true ? answer.value : null
  }
}
