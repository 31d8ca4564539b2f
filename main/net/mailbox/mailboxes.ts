/** All that this device has to do with mailboxes: what it leaves and collects at others', and serving as one. */
import { compareBytes } from '../../core/bytes.ts'
import { mailboxLimits, visitLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { DepositOutcome, Mail, MailboxAddress, MailboxItem, MailboxTag } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { Pace } from '../rate.ts'
import { ask } from './exchange.ts'
import { MailboxHost } from './host.ts'
import type { MailboxHostOptions } from './host.ts'
import {
  answerBytesMax,
  decodeCollected,
  decodeRecord,
  decodeStatus,
  encodeRequest,
  lastWords,
  nameBytes,
} from './messages.ts'
import type { Answer, Request, Status } from './messages.ts'
import { OwnWatches } from './ownWatches.ts'
import type { OwnWatchesOptions } from './ownWatches.ts'
import { Sittings } from './sittings.ts'
import type { SittingsOptions } from './sittings.ts'

export type MailboxesOptions = MailboxHostOptions &
  OwnWatchesOptions &
  SittingsOptions & {
    /** The devices that serve us as mailboxes. */
    readonly mailboxes: () => readonly DeviceId[]
    /** Those, and the relays that serve us: they keep records, and nothing else. */
    readonly keepers: () => readonly DeviceId[]
  }

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
  readonly #paces = new Map<DeviceId, Pace>()
  /** The latest request of each kind at each mailbox of ours. */
  readonly #lanes = new Map<string, Promise<unknown>>()
  #waiting = 0

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
    this.#watches.keep(new Set(this.#options.mailboxes()))
    const keepers = new Set(this.#options.keepers())
    for (const device of this.#paces.keys()) if (!keepers.has(device)) this.#paces.delete(device)
  }

  /** A device is connected, maybe another way than before. */
  connected(device: DeviceId): void {
    if (this.#options.mailboxes().includes(device)) this.#watches.want(device)
  }

  // ── As nobody in particular ────────────────────────────────────────────────────────────────

  async deposit(mailbox: MailboxAddress, sitting: string, tag: Uint8Array, item: Uint8Array): Promise<DepositOutcome> {
    if (item.length > mailboxLimits.itemSizeBytesMax) return 'tooLarge'
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
    if (record.length > mailboxLimits.recordSizeBytesMax) return 'tooLarge'
    // Who keeps records for us knows whose the tag is.
    const isOwn =
      this.#options.keepers().includes(mailbox.device) && this.#options.connectionOf(mailbox.device) !== null
    const whole = Math.max(0, Math.min(Math.floor(lifetimeMs), mailboxLimits.recordLifetimeMsMax))
    const request: Request = { kind: 'publish', tag, record, lifetimeMs: whole }
    if (!isOwn) return this.#leave(mailbox, sitting, request)
    const answer = await this.#ask(mailbox.device, request, decodeStatus)
    return answer === null ? 'unreachable' : outcomeOf(answer.status)
  }

  async lookupRecord(mailbox: MailboxAddress, sitting: string, tag: Uint8Array): Promise<Uint8Array | null> {
    const answer = await this.#askUnnamed(mailbox, sitting, { kind: 'lookup', tag }, decodeRecord)
    return typeof answer === 'string' ? null : answer.value
  }

  async #leave(mailbox: MailboxAddress, sitting: string, request: Request): Promise<DepositOutcome> {
    const answer = await this.#askUnnamed(mailbox, sitting, request, decodeStatus)
    return typeof answer === 'string' ? answer : outcomeOf(answer.status)
  }

  async #askUnnamed<T>(
    mailbox: MailboxAddress,
    sitting: string,
    request: Request,
    decode: (bytes: Uint8Array) => Result<Answer<T>, unknown>,
  ): Promise<Answer<T> | 'busy' | 'unreachable'> {
    const asked = await this.#sittings.ask(mailbox, sitting, encodeRequest(request), answerBytesMax)
    if (asked.kind !== 'answer') return asked.kind
    const answer = decode(asked.bytes)
    if (!answer.ok || lastWords.has(answer.value.status)) this.#sittings.end(mailbox, sitting)
    return answer.ok ? answer.value : 'unreachable'
  }

  // ── As who we are ──────────────────────────────────────────────────────────────────────────

  async registerTags(mailbox: DeviceId, tags: readonly MailboxTag[]): Promise<'done' | 'refused' | 'notConnected'> {
    if (tags.length > mailboxLimits.tagsPerOwnerMax) return 'refused'
    // In an order that says nothing of which belong to one slot.
    const sorted = tags.toSorted((a, b) => compareBytes(a.tag, b.tag))
    const answer = await this.#ask(mailbox, { kind: 'register', tags: sorted }, decodeStatus)
    if (answer === null) return 'notConnected'
    if (answer.status !== 'done') return 'refused'
    // A relay keeps nothing that could wait for us.
    if (this.#options.mailboxes().includes(mailbox)) this.#watches.want(mailbox)
    return 'done'
  }

  async collect(mailbox: DeviceId): Promise<{ readonly items: readonly MailboxItem[]; readonly more: boolean } | null> {
    const request: Request = { kind: 'collect', sizeBytesMax: visitLimits.mailboxCollectBytesMax }
    const answer = await this.#ask(mailbox, request, decodeCollected)
    return answer?.value ?? null
  }

  async removeItems(mailbox: DeviceId, ids: readonly Uint8Array[]): Promise<boolean> {
    for (let at = 0; at < ids.length; at += visitLimits.mailboxCollectItemsMax) {
      const some = ids.slice(at, at + visitLimits.mailboxCollectItemsMax)
      const answer = await this.#ask(mailbox, { kind: 'remove', ids: some }, decodeStatus)
      if (answer?.status !== 'done') return false
    }
    return true
  }

  #paceOf(mailbox: DeviceId): Pace {
    const known = this.#paces.get(mailbox)
    if (known !== undefined) return known
    const pace = new Pace(this.#options.clock, visitLimits.mailboxAsksPerSecondMax, visitLimits.mailboxPaceMs)
    this.#paces.set(mailbox, pace)
    return pace
  }

  /** Null when the mailbox is not connected, or what it says is no answer. */
  async #ask<T>(
    mailbox: DeviceId,
    request: Request,
    decode: (bytes: Uint8Array) => Result<Answer<T>, unknown>,
  ): Promise<Answer<T> | null> {
    if (this.#waiting >= visitLimits.mailboxAsksWaitingMax || this.#options.connectionOf(mailbox) === null) return null
    // One after the other; many records need not hold up the mail.
    const lane = `${mailbox} ${request.kind === 'publish' ? 'records' : 'mail'}`
    this.#waiting++
    const asked = (this.#lanes.get(lane) ?? Promise.resolve()).then(() => this.#askNow(mailbox, request))
    this.#lanes.set(lane, asked)
    const bytes = await asked
    this.#waiting--
    if (this.#lanes.get(lane) === asked) this.#lanes.delete(lane)
    const answer = bytes === null ? null : decode(bytes)
    return answer?.ok === true ? answer.value : null
  }

  async #askNow(mailbox: DeviceId, request: Request): Promise<Uint8Array | null> {
    await this.#paceOf(mailbox).turn()
    const connection = this.#options.connectionOf(mailbox)
    return connection === null ? null : ask(connection, encodeRequest(request), answerBytesMax, this.#options.clock)
  }
}
