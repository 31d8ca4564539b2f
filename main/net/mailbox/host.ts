/**
 * Serving as a mailbox, or as a relay, which keeps records alone. Contacts register tags, collect and remove on the
 * connections of their own; anybody may leave something under a tag that is registered. Strangers are bounded so that
 * contacts always find room.
 */
import type { Connection, Stream } from '@libp2p/interface'
import { mailboxLimits, visitLimits } from '../../core/limits.ts'
import type { DeviceId } from '../../core/ids.ts'
import type { Clock, Log, MailboxItem, MailboxStore, Serving } from '../../core/ports.ts'
import { deadline } from '../deadline.ts'
import { deviceOf } from '../keys.ts'
import { Rate } from '../rate.ts'
import { oneMessage, sayLast } from './exchange.ts'
import {
  decodeRequest,
  encodeCollected,
  encodeRecord,
  encodeStatus,
  lastWords,
  requestBytesMax,
  strangerRequestBytesMax,
} from './messages.ts'
import type { Request, Status } from './messages.ts'
import { Watches } from './watches.ts'

export interface MailboxHostOptions {
  readonly clock: Clock
  readonly log: Log
  /** Null: this device cannot serve. */
  readonly store: MailboxStore | null
  readonly isContact: (device: DeviceId) => boolean
  /** Keeps a connection that carries no frames, until what it gives back is called; null: it has no time left. */
  readonly hold: (connection: Connection) => (() => void) | null
}

/** Who asks, on which stream. */
interface Client {
  readonly device: DeviceId
  readonly contact: boolean
  readonly connection: Connection
  readonly stream: Stream
}

/** Whether a relay that is no mailbox takes such a request: all but what has to do with items. */
function isOfRecords(request: Request): boolean {
  switch (request.kind) {
    case 'register':
      return request.tags.every(({ use }) => use === 'record')
    case 'publish':
    case 'lookup':
      return true
    case 'deposit':
    case 'collect':
    case 'remove':
    case 'watch':
      return false
  }
}

/** As many from the front as one answer may hold. */
function fitting(items: readonly MailboxItem[]): readonly MailboxItem[] {
  let sizeBytes = 0
  const end = items.findIndex((item, i) => {
    sizeBytes += item.bytes.length
    return i >= visitLimits.mailboxCollectItemsMax || sizeBytes > visitLimits.mailboxCollectBytesMax
  })
  return end < 0 ? items : items.slice(0, end)
}

export class MailboxHost {
  readonly #options: MailboxHostOptions
  readonly #watches = new Watches()
  readonly #rates = new WeakMap<Connection, Rate>()
  /** How many lookups found nothing. */
  readonly #misses = new WeakMap<Connection, number>()
  readonly #strangerRate: Rate
  /** Strangers' connections that have heard their last word. */
  readonly #ended = new WeakSet<Connection>()
  #strangerRequests = 0
  #serving: Serving = { relay: false, mailbox: false }

  constructor(options: MailboxHostOptions) {
    this.#options = options
    this.#strangerRate = new Rate(options.clock, visitLimits.mailboxStrangerRequestsPerSecondMax)
  }

  /** Whether anything is answered here. */
  get serving(): boolean {
    return (this.#serving.relay || this.#serving.mailbox) && this.#options.store !== null
  }

  /** A mailbox answers all requests, a relay those about records, and who is neither none; what lies here stays. */
  setServing(serving: Serving): void {
    this.#serving = serving
    if (!serving.mailbox) this.#watches.end()
  }

  /** Ends the watches of those who are contacts no more. */
  keep(): void {
    this.#watches.keep(this.#options.isContact)
  }

  stop(): void {
    this.#watches.end()
  }

  /** A stream of the protocol was opened by the other end. */
  opened(stream: Stream, connection: Connection): void {
    const device = deviceOf(connection.remotePeer)
    if (device === null || !this.serving || this.#ended.has(connection)) {
      return stream.abort(new Error('Not served'))
    }
    const contact = this.#options.isContact(device)
    void this.#serve({ device, contact, stream, connection })
  }

  /** Reads one request and answers it. Never rejects. */
  async #serve(client: Client): Promise<void> {
    const { stream, contact } = client
    const release = this.#options.hold(client.connection)
    if (release === null) return stream.abort(new Error('The visit is over'))
    if (!contact) this.#strangerRequests++
    try {
      const answer = this.#mayAsk(client) ? await this.#answer(client) : encodeStatus('busy')
      if (answer !== null) await sayLast(stream, answer, this.#options.clock)
    } catch {
      this.#options.log.warn('net.mailboxFailed')
      stream.abort(new Error('Failed'))
    } finally {
      if (!contact) this.#strangerRequests--
      release()
      if (this.#ended.has(client.connection)) this.#hangUp(client.connection)
    }
  }

  #hangUp(connection: Connection): void {
    const abort = (): void => connection.abort(new Error('Ended'))
    connection.addEventListener('close', this.#options.clock.after(visitLimits.visitorEndMs, abort), { once: true })
    connection.close().catch(abort)
  }

  #mayAsk({ connection, contact }: Client): boolean {
    const rate = this.#rates.get(connection) ?? new Rate(this.#options.clock, visitLimits.mailboxRequestsPerSecondMax)
    this.#rates.set(connection, rate)
    if (!rate.take()) return false
    if (contact) return true
    return this.#strangerRequests <= visitLimits.mailboxStrangerRequestsMax && this.#strangerRate.take()
  }

  /** Null when there was no whole request, or when the stream goes on as a watch. */
  async #answer(client: Client): Promise<Uint8Array | null> {
    const { clock } = this.#options
    const { signal, clear } = deadline(clock, visitLimits.mailboxRequestTimeoutMs)
    const read = await oneMessage(client.stream, client.contact ? requestBytesMax : strangerRequestBytesMax, signal)
    clear()
    if (read.kind === 'none') {
      client.stream.abort(new Error('No request'))
      this.#end(client)
      return null
    }
    if (read.kind === 'tooLong') return this.#say(client, 'tooLarge')
    const request = decodeRequest(read.bytes)
    if (!request.ok) return this.#say(client, 'malformed')
    const answer = await this.#dispatch(client, request.value)
    return typeof answer === 'string' ? this.#say(client, answer) : answer
  }

  #say(client: Client, status: Status): Uint8Array {
    const { connection } = client
    if (status === 'nothing') this.#misses.set(connection, (this.#misses.get(connection) ?? 0) + 1)
    const guesses = (this.#misses.get(connection) ?? 0) > visitLimits.mailboxMissesMax
    if (lastWords.has(status) || guesses) this.#end(client)
    return encodeStatus(status)
  }

  #end({ contact, connection }: Client): void {
    if (!contact) this.#ended.add(connection)
  }

  #dispatch(client: Client, request: Request): Promise<Status | Uint8Array | null> | Status {
    const { store } = this.#options
    // Asked now and not when the stream was opened: it may have been switched off since.
    if (store === null || !this.#serves(request)) return 'refused'
    switch (request.kind) {
      case 'deposit':
        return this.#deposit(store, request.tag, request.item)
      case 'publish':
        return this.#publish(store, request)
      case 'lookup':
        return this.#lookup(store, request.tag)
      default:
        return client.contact ? this.#ofOwner(store, client, request) : 'refused'
    }
  }

  #serves(request: Request): boolean {
    return this.#serving.mailbox || (this.#serving.relay && isOfRecords(request))
  }

  async #deposit(store: MailboxStore, tag: Uint8Array, item: Uint8Array): Promise<Status> {
    const deposited = await store.deposit(tag, item, this.#options.clock.nowMs())
    if (deposited.kind === 'failed') return 'busy'
    if (deposited.kind !== 'stored') return deposited.kind
    this.#watches.tell(deposited.owner)
    return 'done'
  }

  async #publish(store: MailboxStore, request: Request & { kind: 'publish' }): Promise<Status> {
    const nowMs = this.#options.clock.nowMs()
    const outcome = await store.publish(request.tag, request.record, nowMs + request.lifetimeMs, nowMs)
    if (outcome === 'stored') return 'done'
    return outcome === 'failed' ? 'busy' : outcome
  }

  async #lookup(store: MailboxStore, tag: Uint8Array): Promise<Status | Uint8Array> {
    const record = await store.lookup(tag, this.#options.clock.nowMs())
    return record === null ? 'nothing' : encodeRecord(record)
  }

  async #ofOwner(
    store: MailboxStore,
    { device, stream }: Client,
    request: Exclude<Request, { kind: 'deposit' | 'publish' | 'lookup' }>,
  ): Promise<Status | Uint8Array | null> {
    switch (request.kind) {
      case 'register': {
        // Who is no mailbox for now does not forget for which items it was one.
        const inPlaceOf = this.#serving.mailbox ? 'all' : 'records'
        const outcome = await store.register(device, request.tags, this.#options.clock.nowMs(), inPlaceOf)
        return outcome === 'failed' ? 'busy' : outcome
      }
      case 'collect': {
        // What comes from now on is told again.
        this.#watches.looked(device)
        const sizeBytesMax = Math.min(request.sizeBytesMax, visitLimits.mailboxCollectBytesMax)
        const collected = await store.collect(device, visitLimits.mailboxCollectItemsMax, sizeBytesMax)
        if (collected === null) return 'busy'
        const items = fitting(collected.items)
        return encodeCollected({ items, more: collected.more || items.length < collected.items.length })
      }
      case 'remove':
        return (await store.remove(device, request.ids)) ? 'done' : 'busy'
      case 'watch': {
        this.#watches.open(device, stream)
        const waiting = await store.collect(device, 1, mailboxLimits.itemSizeBytesMax)
        if (waiting !== null && waiting.items.length > 0) this.#watches.tell(device)
        return null
      }
    }
  }
}
