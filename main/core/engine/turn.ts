/** One step as it is being made: what it may read, and what it has decided so far. */
import type { Entropy } from '../entropy.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { AccountId, ConversationId, DeviceId, EventId, InviteId } from '../ids.ts'
import type { Change, ContactRow, EventRow, OutboxRow, Slice, SliceRequest } from '../ports.ts'
import type { Effect, FollowInput, Notice, Refusal } from './effects.ts'
import type { Flow } from './flow.ts'
import { Missing } from './missing.ts'
import type { State } from './state.ts'

/** A range of rows that was loaded for this step alone. */
export interface Ranges {
  readonly request: SliceRequest
  readonly slice: Slice
}

export class Turn {
  readonly crypto: Crypto
  /** A fork: what the step decides shows at once. */
  readonly state: State
  readonly nowMs: number
  readonly entropy: Entropy
  readonly changes: Change[] = []
  readonly effects: Effect[] = []
  readonly #ranges: Ranges | null
  constructor(crypto: Crypto, state: State, nowMs: number, entropy: Entropy, ranges: Ranges | null) {
    this.crypto = crypto
    this.state = state
    this.nowMs = nowMs
    this.entropy = entropy
    this.#ranges = ranges
  }

  readonly hash = (bytes: Uint8Array): Uint8Array => this.crypto.sha256(bytes)

  put(change: Change): void {
    this.state.apply(change)
    this.changes.push(change)
  }
  emit(effect: Effect): void {
    this.effects.push(effect)
    // Who may leave something for us has changed as well, perhaps.
    if (effect.kind === 'peersChanged') this.follow({ kind: 'tendMailboxes' })
  }
  notice(notice: Notice): void {
    this.effects.push({ kind: 'notice', notice })
  }
  noticeContact(account: AccountId): void {
    this.notice({ kind: 'contact', account })
  }
  noticeConversation(conversation: ConversationId): void {
    this.notice({ kind: 'conversation', conversation })
  }
  noticeMessage(event: EventId, conversation: ConversationId): void {
    this.notice({ kind: 'message', event, conversation })
  }
  noticeInvite(invite: InviteId): void {
    this.notice({ kind: 'invite', invite })
  }
  refuse(device: DeviceId, refusal: Refusal): void {
    this.effects.push({ kind: 'refused', device, refusal })
  }
  follow(input: FollowInput): void {
    const same = (effect: Effect): boolean =>
      effect.kind === 'follow' && JSON.stringify(effect.input) === JSON.stringify(input)
    if (!this.effects.some(same)) this.effects.push({ kind: 'follow', input })
  }

  putContact(row: ContactRow): ContactRow {
    this.put({ kind: 'putContact', row })
    this.noticeContact(row.account)
    return row
  }

  /** The flow of a device with some facts replaced. */
  setFlow(device: DeviceId, facts: Partial<Flow>): void {
    this.state.setFlow(device, { ...this.state.flow(device), ...facts })
  }

  /** The first `limit` outbox rows of the device above `after`, as the store has them. */
  outboxRange(device: DeviceId, after: number, limit: number): readonly OutboxRow[] {
    const asked = this.#ranges?.request.outbox?.find((range) => range.device === device)
    if (this.#ranges === null || asked === undefined || asked.after !== after || asked.limit !== limit) {
      throw new Missing({ outbox: [{ device, after, limit }] })
    }
    return this.#ranges.slice.outbox.filter((row) => row.device === device && row.order > after)
  }

  /** Others' unread events up to this one, oldest first, at most `limit`, as the store has them. */
  unreadUpTo(conversation: ConversationId, event: EventId, limit: number): readonly EventRow[] {
    const asked = this.#ranges?.request.unreadUpTo?.find((range) => range.event === event)
    if (this.#ranges === null || asked?.conversation !== conversation || asked.limit !== limit) {
      throw new Missing({ unreadUpTo: [{ conversation, event, limit }] })
    }
    return this.#ranges.slice.unread
  }
}
