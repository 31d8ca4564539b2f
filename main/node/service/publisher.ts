/**
 * Turns the engine's notices into events. Notices say only what to look at again: several of the same thing become one
 * event with its state when it is read, in the order in which the things were first named.
 */
import type { ContractEvent } from '../../../preload/contract/events.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import type { Notice, Warning } from '../../core/engine/effects.ts'
import type { AccountId, ConversationId, EventId } from '../../core/ids.ts'
import type { Log, MessageRecord, StoreError } from '../../core/ports.ts'
import { contractError, fromStoreError } from '../errors.ts'
import type { NodeContext } from './context.ts'
import { nameOf, toContact, toConversation, toInvite, toMessage, toSelf, toSettings } from './dto.ts'
import type { EventStream } from './eventStream.ts'
import { conversationById } from './messages.ts'
import { toNearby } from './nearby.ts'
import { recentRecord } from './recent.ts'
import type { NameIndex } from './nameIndex.ts'

/** What the screen should look at again: the engine's notices, the network's, and people nearby. */
export type Sight = Notice | { readonly kind: 'network' } | { readonly kind: 'nearby' }

function keyOf(sight: Sight): string {
  switch (sight.kind) {
    case 'contact':
      return `contact/${sight.account}`
    case 'conversation':
      return `conversation/${sight.conversation}`
    case 'message':
    case 'arrived':
      return `${sight.kind}/${sight.event}`
    case 'invite':
      return `invite/${sight.invite}`
    case 'warning':
      return `warning/${JSON.stringify(sight.warning)}`
    case 'self':
    case 'settings':
    case 'network':
    case 'nearby':
      return sight.kind
  }
}

/** A full disk is told by every commit that fails: said once a minute it is heard as well. */
const warningIntervalMs = 60_000

export class Publisher {
  readonly #context: NodeContext
  readonly #stream: EventStream
  readonly #names: NameIndex
  readonly #log: Log
  readonly #warnedAtMs = new Map<string, number>()
  #waiting = new Map<string, Sight>()
  #working: Promise<void> | null = null

  constructor(context: NodeContext, stream: EventStream, names: NameIndex, log: Log) {
    this.#context = context
    this.#stream = stream
    this.#names = names
    this.#log = log
  }

  notice(sight: Sight): void {
    if (this.#waiting.size >= contractLimits.eventBacklogMax) {
      this.#waiting.clear()
      this.#stream.skip()
    }
    this.#waiting.set(keyOf(sight), sight)
    this.#working ??= this.#work()
  }

  /** Settles once everything noticed so far is told. */
  async idle(): Promise<void> {
    while (this.#working !== null) await this.#working
  }

  async #work(): Promise<void> {
    // Notices of one commit come in one go; they are read together.
    await Promise.resolve()
    while (this.#waiting.size > 0) {
      const sights = [...this.#waiting.values()]
      this.#waiting = new Map()
      try {
        await this.#tell(sights)
      } catch (thrown) {
        this.#log.warn('service.publishFailed', { error: thrown instanceof Error ? thrown.name : 'unknown' })
        this.#stream.skip()
      }
    }
    this.#working = null
  }

  async #tell(sights: readonly Sight[]): Promise<void> {
    const messages = await this.#messages(sights)
    for (const sight of sights) for (const event of await this.#eventsOf(sight, messages)) this.#stream.publish(event)
  }

  async #messages(sights: readonly Sight[]): Promise<ReadonlyMap<EventId, MessageRecord>> {
    const wanted = new Set<EventId>()
    const found = new Map<EventId, MessageRecord>()
    for (const sight of sights) {
      if (sight.kind !== 'message' && sight.kind !== 'arrived') continue
      const recent = recentRecord(this.#context.resident(), sight.event)
      if (recent === null) wanted.add(sight.event)
      else found.set(sight.event, recent)
    }
    const ids = [...wanted]
    for (let at = 0; at < ids.length; at += contractLimits.messagePageMax) {
      const records = await this.#context.store.messagesById(ids.slice(at, at + contractLimits.messagePageMax))
      if (!records.ok) return this.#unreadable(records.error, found)
      for (const record of records.value) found.set(record.row.event, record)
    }
    return found
  }

  #unreadable<T>(error: StoreError, instead: T): T {
    this.#log.warn('service.readFailed', { kind: error.kind })
    this.#stream.skip()
    return instead
  }

  async #eventsOf(sight: Sight, messages: ReadonlyMap<EventId, MessageRecord>): Promise<readonly ContractEvent[]> {
    const context = this.#context
    switch (sight.kind) {
      case 'self':
        return [{ kind: 'selfChanged', self: toSelf(context) }]
      case 'settings':
        return [{ kind: 'settingsChanged', settings: toSettings((key) => context.resident().setting(key)) }]
      case 'network':
        return [{ kind: 'networkChanged', network: context.network.status() }]
      case 'nearby':
        return [{ kind: 'nearbyChanged', nearby: toNearby(context) }]
      case 'contact':
        return this.#contact(sight.account)
      case 'conversation':
        return this.#conversation(sight.conversation)
      case 'message': {
        const record = messages.get(sight.event)
        return record ? [{ kind: 'messageChanged', message: toMessage(context, record) }] : []
      }
      case 'arrived': {
        const record = messages.get(sight.event)
        if (!record?.row.unread) return []
        const senderName = nameOf(context, record.row.account)
        return [{ kind: 'messageArrived', message: toMessage(context, record), senderName }]
      }
      case 'invite': {
        const row = context.resident().invite(sight.invite)
        return row ? [{ kind: 'inviteChanged', invite: toInvite(context, row) }] : []
      }
      case 'warning':
        return this.#warning(sight.warning)
    }
  }

  #contact(account: AccountId): readonly ContractEvent[] {
    const context = this.#context
    const row = context.resident().contact(account)
    if (row === null) return []
    const alike = this.#names.update(row)
    const rows = [row, ...alike.map((other) => context.resident().contact(other)).filter((other) => other !== null)]
    return rows.map((each) => ({ kind: 'contactChanged', contact: toContact(context, each) }))
  }

  async #conversation(conversation: ConversationId): Promise<readonly ContractEvent[]> {
    const record = await conversationById(this.#context, conversation)
    if (!record.ok) return this.#unreadable(record.error, [])
    if (record.value === null) return []
    return [{ kind: 'conversationChanged', conversation: toConversation(this.#context, record.value) }]
  }

  #warning(warning: Warning): readonly ContractEvent[] {
    const key = JSON.stringify(warning)
    const nowMs = this.#context.clock.nowMs()
    const warnedAtMs = this.#warnedAtMs.get(key)
    const since = warnedAtMs === undefined ? Infinity : nowMs - warnedAtMs
    if (since >= 0 && since < warningIntervalMs) return []
    if (this.#warnedAtMs.size >= contractLimits.contactsMax) this.#warnedAtMs.clear()
    this.#warnedAtMs.set(key, nowMs)
    return [{ kind: 'warning', ...this.#sentenceOf(warning) }]
  }

  #sentenceOf(warning: Warning): {
    code: 'diskFull' | 'storageFailed' | 'keyChanged' | 'inviteFailed'
    account: AccountId | null
    message: string
  } {
    switch (warning.kind) {
      case 'keyChanged': {
        const { account } = warning
        const message = `${nameOf(this.#context, account)}: ${contractError('contactKeyChanged').message}`
        return { code: 'keyChanged', account, message }
      }
      case 'inviteFailed': {
        const { account, problem } = warning
        const message = `${nameOf(this.#context, account)}: ${inviteProblem(problem)}`
        return { code: 'inviteFailed', account, message }
      }
      case 'storage': {
        const { code, message } = fromStoreError(warning.error)
        return { code: code === 'diskFull' ? 'diskFull' : 'storageFailed', account: null, message }
      }
    }
  }
}

type InviteProblem = Extract<Warning, { kind: 'inviteFailed' }>['problem']

function inviteProblem(problem: InviteProblem): string {
  switch (problem) {
    case 'inviteUsed':
    case 'inviteExpired':
    case 'inviteWithdrawn':
      return contractError(problem).message
    case 'inviteUnknown':
      return 'Their Waxwing does not know this invite any more. Ask for a new one.'
    case 'identityMismatch':
      return 'Who answered is not who made the invite, so nothing was sent. Ask for a new invite another way and compare fingerprints.'
    case 'peerTooNew':
      return 'They use a newer Waxwing. Update yours, then the invite goes on by itself.'
  }
}
