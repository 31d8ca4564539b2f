/**
 * What the engine knows: the small resident tables whole, and of the others the rows that were
 * loaded or written lately. A step works on a fork, so that it has done nothing until its
 * changes are committed and the fork is absorbed.
 */
import { assert } from '../assert.ts'
import type { LocalIdentity } from '../identity/account.ts'
import type { AccountId, ConversationId, DeviceId, EnvelopeId, EventId, InviteId, PrekeyId } from '../ids.ts'
import { implementationLimits } from '../limits.ts'
import type * as ports from '../ports.ts'
import type { Flow } from './flow.ts'
import { idleFlow } from './flow.ts'
import type { Layered } from './layered.ts'
import { Missing, isEmptyRequest } from './missing.ts'
import type { OutboxDepth, Quota, Run, Tables } from './tables.ts'
import { hot, makeTables, pair, passing, tableNames } from './tables.ts'

function isOwnEvent(row: ports.EventRow): row is ports.EventRow & { readonly clientId: string } {
  return row.clientId !== null
}

export class State {
  readonly identity: LocalIdentity
  readonly #tables: Tables
  constructor(identity: LocalIdentity, tables: Tables) {
    this.identity = identity
    this.#tables = tables
  }

  fork(): State {
    return new State(this.identity, makeTables(this.#tables))
  }

  /** Takes over a fork of this state. */
  absorb(upper: State): void {
    for (const name of tableNames) {
      const table = this.#tables[name] as Layered<unknown, unknown>
      table.absorb(upper.#tables[name] as Layered<unknown, unknown>, name === 'flows' ? idleFlow : undefined)
    }
  }

  /** Forgets the rows that need not stay in memory. Only of the lowest state, between batches. */
  settle(): void {
    for (const name of hot) this.#tables[name].trim(implementationLimits.hotRowsMax)
    for (const name of passing) this.#tables[name].trim(0)
  }

  // ── Resident ───────────────────────────────────────────────────────────────────────────────

  get self(): ports.SelfRow {
    const row = this.#tables.self.get('self')
    assert(row !== undefined, 'a state has a self')
    return row
  }
  get run(): Run {
    return (
      this.#tables.run.get('run') ?? {
        addresses: [],
        prunedAtMs: null,
        publishAtMs: null,
        publishedUpTo: '',
        keepers: '[[],[]]',
      }
    )
  }
  setRun(run: Run): void {
    this.#tables.run.set('run', run)
  }
  contact(account: AccountId): ports.ContactRow | null {
    return this.#tables.contacts.get(account) ?? null
  }
  contacts(): IterableIterator<ports.ContactRow> {
    return this.#tables.contacts.values()
  }
  device(device: DeviceId): ports.DeviceRow | null {
    return this.#tables.devices.get(device) ?? null
  }
  /** The device that an account uses: the one that was certified or named last. Null when none is known. */
  deviceOf(account: AccountId): DeviceId | null {
    return this.#tables.devicesOf.get(account)?.at(-1) ?? null
  }
  invite(invite: InviteId): ports.InviteRow | null {
    return this.#tables.invites.get(invite) ?? null
  }
  invites(): IterableIterator<ports.InviteRow> {
    return this.#tables.invites.values()
  }
  setting(key: string): ports.SettingValue | null {
    return this.#tables.settings.get(key) ?? null
  }
  settings(): ReadonlyMap<string, ports.SettingValue> {
    return new Map(this.#tables.settings.entries())
  }
  *mailSlots(): IterableIterator<ports.MailSlotRow> {
    for (const row of this.#tables.mailSlots.values()) if (row !== null) yield row
  }
  depth(device: DeviceId): OutboxDepth {
    return this.#tables.depths.get(device) ?? { rows: 0, orderMax: 0 }
  }
  /** The devices for which something waits. */
  waitingDevices(): readonly DeviceId[] {
    return [...this.#tables.depths.entries()].filter(([, depth]) => depth.rows > 0).map(([device]) => device)
  }
  flow(device: DeviceId): Flow {
    return this.#tables.flows.get(device) ?? idleFlow
  }
  flows(): IterableIterator<[DeviceId, Flow]> {
    return this.#tables.flows.entries()
  }
  setFlow(device: DeviceId, flow: Flow): void {
    this.#tables.flows.set(device, flow)
  }

  quota(what: string): Quota | null {
    return this.#tables.quotas.get(what) ?? null
  }
  setQuota(what: string, quota: Quota): void {
    this.#tables.quotas.set(what, quota)
  }

  // ── Loaded on demand: what is not known is Missing ─────────────────────────────────────────

  sessionsOf(device: DeviceId): readonly ports.SessionRow[] {
    const rows = this.#tables.sessions.get(device)
    if (rows === undefined) throw new Missing({ sessionsOf: [device] })
    return rows
  }
  conversation(conversation: ConversationId): ports.ConversationRow | null {
    const row = this.#tables.conversations.get(conversation)
    if (row === undefined) throw new Missing({ conversations: [conversation] })
    return row
  }
  progress(conversation: ConversationId, device: DeviceId): ports.ProgressRow | null {
    const row = this.#tables.progress.get(pair(conversation, device))
    if (row === undefined) throw new Missing({ progress: [{ conversation, device }] })
    return row
  }
  prekey(prekey: PrekeyId): ports.PrekeyRow | null {
    const row = this.#tables.prekeys.get(prekey)
    if (row === undefined) throw new Missing({ prekeys: [prekey] })
    return row
  }
  /** All prekeys that were made for this device. */
  prekeysOf(device: DeviceId): readonly ports.PrekeyRow[] {
    const rows = this.#tables.prekeysOf.get(device)
    if (rows === undefined) throw new Missing({ prekeysOf: [device] })
    return rows
  }
  /** What is kept of this device's bundles. */
  stashOf(device: DeviceId): readonly ports.StashRow[] {
    const rows = this.#tables.stash.get(device)
    if (rows === undefined) throw new Missing({ stashOf: [device] })
    return rows
  }
  hasInitial(hash: string): boolean {
    const known = this.#tables.initials.get(hash)
    if (known === undefined) throw new Missing({ initials: [hash] })
    return known
  }
  hasSeen(device: DeviceId, envelope: EnvelopeId): boolean {
    const known = this.#tables.seen.get(pair(device, envelope))
    if (known === undefined) throw new Missing({ seen: [{ device, envelope }] })
    return known
  }
  event(event: EventId): ports.EventRow | null {
    const row = this.#tables.events.get(event)
    if (row === undefined) throw new Missing({ events: [event] })
    return row
  }
  eventByClientId(conversation: ConversationId, clientId: string): ports.EventRow | null {
    const row = this.#tables.clientIds.get(pair(conversation, clientId))
    if (row === undefined) throw new Missing({ clientIds: [{ conversation, clientId }] })
    return row
  }
  outboxRow(device: DeviceId, envelope: EnvelopeId): ports.OutboxRow | null {
    const row = this.#tables.envelopes.get(pair(device, envelope))
    if (row === undefined) throw new Missing({ outboxEnvelopes: [{ device, envelope }] })
    return row
  }
  deliveries(event: EventId): readonly ports.DeliveryRow[] {
    const rows = this.#tables.deliveries.get(event)
    if (rows === undefined) throw new Missing({ deliveries: [event] })
    return rows
  }
  /** A new event has no deliveries: they need not be loaded to be written. */
  beginDeliveries(event: EventId): void {
    this.#tables.deliveries.set(event, [])
  }

  /** What of this is not known yet. Ranges are never known. */
  lacks(request: ports.SliceRequest): ports.SliceRequest {
    const tables = this.#tables
    const unknown = <T, K>(wanted: readonly T[] | undefined, table: Layered<K, unknown>, key: (item: T) => K) =>
      (wanted ?? []).filter((item) => table.get(key(item)) === undefined)
    const same = <T>(item: T): T => item
    return {
      sessionsOf: unknown(request.sessionsOf, tables.sessions, same),
      conversations: unknown(request.conversations, tables.conversations, same),
      progress: unknown(request.progress, tables.progress, (item) => pair(item.conversation, item.device)),
      prekeys: unknown(request.prekeys, tables.prekeys, same),
      prekeysOf: unknown(request.prekeysOf, tables.prekeysOf, same),
      stashOf: unknown(request.stashOf, tables.stash, same),
      initials: unknown(request.initials, tables.initials, same),
      seen: unknown(request.seen, tables.seen, (item) => pair(item.device, item.envelope)),
      events: unknown(request.events, tables.events, same),
      clientIds: unknown(request.clientIds, tables.clientIds, (item) => pair(item.conversation, item.clientId)),
      outboxEnvelopes: unknown(request.outboxEnvelopes, tables.envelopes, (item) => pair(item.device, item.envelope)),
      deliveries: unknown(request.deliveries, tables.deliveries, same),
      outbox: request.outbox ?? [],
      unreadUpTo: request.unreadUpTo ?? [],
    }
  }
  /** Asks for all of it at once, where a step is about to make many reads. */
  require(request: ports.SliceRequest): void {
    const lacking = this.lacks(request)
    if (!isEmptyRequest(lacking)) throw new Missing(lacking)
  }

  /** Takes in what the store answered to `request`. Only of the lowest state: it holds what is committed. */
  learn(request: ports.SliceRequest, slice: ports.Slice): void {
    const tables = this.#tables
    for (const device of request.sessionsOf ?? []) {
      tables.sessions.set(
        device,
        slice.sessions.filter((row) => row.device === device),
      )
    }
    for (const conversation of request.conversations ?? []) tables.conversations.set(conversation, null)
    for (const row of slice.conversations) tables.conversations.set(row.conversation, row)
    for (const { conversation, device } of request.progress ?? []) {
      tables.progress.set(pair(conversation, device), null)
    }
    for (const row of slice.progress) tables.progress.set(pair(row.conversation, row.device), row)
    for (const prekey of request.prekeys ?? []) tables.prekeys.set(prekey, null)
    for (const row of slice.prekeys) tables.prekeys.set(row.prekey, row)
    for (const device of request.prekeysOf ?? []) {
      tables.prekeysOf.set(
        device,
        slice.prekeys.filter((row) => row.device === device),
      )
    }
    for (const device of request.stashOf ?? []) {
      tables.stash.set(
        device,
        slice.stash.filter((row) => row.device === device),
      )
    }
    for (const hash of request.initials ?? []) tables.initials.set(hash, slice.initials.includes(hash))
    for (const { device, envelope } of request.seen ?? []) tables.seen.set(pair(device, envelope), false)
    for (const { device, envelope } of slice.seen) tables.seen.set(pair(device, envelope), true)
    for (const event of request.events ?? []) tables.events.set(event, null)
    for (const { conversation, clientId } of request.clientIds ?? []) {
      tables.clientIds.set(pair(conversation, clientId), null)
    }
    for (const row of slice.events) this.#noteEvent(row)
    for (const { device, envelope } of request.outboxEnvelopes ?? []) {
      tables.envelopes.set(pair(device, envelope), null)
    }
    for (const row of slice.outbox) this.#noteOutbox(row)
    for (const event of request.deliveries ?? []) {
      tables.deliveries.set(
        event,
        slice.deliveries.filter((row) => row.event === event),
      )
    }
  }

  #noteEvent(row: ports.EventRow): void {
    this.#tables.events.set(row.event, row)
    if (isOwnEvent(row)) this.#tables.clientIds.set(pair(row.conversation, row.clientId), row)
  }

  #noteOutbox(row: ports.OutboxRow): void {
    if (row.sealed !== null) this.#tables.envelopes.set(pair(row.device, row.sealed.envelope), row)
  }

  // ── Changes ────────────────────────────────────────────────────────────────────────────────

  /** Does to this state what the store will do with the change. */
  apply(change: ports.Change): void {
    const tables = this.#tables
    switch (change.kind) {
      case 'putSelf':
        return tables.self.set('self', change.row)
      case 'putContact':
        return tables.contacts.set(change.row.account, change.row)
      case 'putDevice':
        return this.#applyDevice(change.row)
      case 'putInvite':
        return tables.invites.set(change.row.invite, change.row)
      case 'putSetting':
        return tables.settings.set(change.key, change.value)
      case 'putMailSlot':
        return tables.mailSlots.set(change.row.slot, change.row)
      case 'removeMailSlot':
        return tables.mailSlots.set(change.slot, null)
      case 'putSession': {
        const others = this.sessionsOf(change.row.device).filter((row) => row.session !== change.row.session)
        return tables.sessions.set(change.row.device, [...others, change.row])
      }
      case 'removeSession': {
        const left = this.sessionsOf(change.device).filter((row) => row.session !== change.session)
        return tables.sessions.set(change.device, left)
      }
      case 'putConversation':
        return tables.conversations.set(change.row.conversation, change.row)
      case 'putProgress':
        return tables.progress.set(pair(change.row.conversation, change.row.device), change.row)
      case 'putPrekey':
        return this.#applyPrekey(change.row.prekey, change.row)
      case 'removePrekey':
        return this.#applyPrekey(change.prekey, null)
      case 'putInitial':
        return tables.initials.set(change.hash, true)
      case 'putSeen':
        return tables.seen.set(pair(change.device, change.envelope), true)
      case 'putOutbox':
        return this.#applyOutbox(change.row)
      default:
        return this.#applyRest(change)
    }
  }

  #applyRest(
    change: Extract<
      ports.Change,
      { kind: 'putStash' | 'removeStash' | 'putEvent' | 'markRead' | 'putDelivery' | 'removeOutbox' | 'prune' }
    >,
  ): void {
    const tables = this.#tables
    switch (change.kind) {
      case 'putStash': {
        const { row } = change
        const others = this.stashOf(row.device).filter(({ prekey }) => prekey !== row.prekey)
        return tables.stash.set(row.device, [...others, row])
      }
      case 'removeStash': {
        const left = this.stashOf(change.device).filter(({ prekey }) => prekey !== change.prekey)
        return tables.stash.set(change.device, left)
      }
      case 'putEvent':
        return this.#noteEvent(change.row)
      case 'markRead': {
        const row = tables.events.get(change.event)
        return row ? tables.events.set(change.event, { ...row, unread: false }) : undefined
      }
      case 'putDelivery': {
        const others = this.deliveries(change.row.event).filter((row) => row.device !== change.row.device)
        return tables.deliveries.set(change.row.event, [...others, change.row])
      }
      case 'removeOutbox': {
        const { rows, orderMax } = this.depth(change.device)
        return tables.depths.set(change.device, { rows: rows - 1, orderMax })
      }
      case 'prune':
        return undefined
    }
  }

  #applyDevice(row: ports.DeviceRow): void {
    this.#tables.devices.set(row.device, row)
    const others = (this.#tables.devicesOf.get(row.account) ?? []).filter((device) => device !== row.device)
    this.#tables.devicesOf.set(row.account, [...others, row.device])
  }

  /** The row, and its place among those of its device. */
  #applyPrekey(prekey: PrekeyId, row: ports.PrekeyRow | null): void {
    const device = row === null ? this.prekey(prekey)?.device : row.device
    if (device !== null && device !== undefined) {
      const others = this.prekeysOf(device).filter((other) => other.prekey !== prekey)
      this.#tables.prekeysOf.set(device, row === null ? others : [...others, row])
    }
    this.#tables.prekeys.set(prekey, row)
  }

  #applyOutbox(row: ports.OutboxRow): void {
    const { rows, orderMax } = this.depth(row.device)
    const isNew = row.order > orderMax
    this.#tables.depths.set(row.device, isNew ? { rows: rows + 1, orderMax: row.order } : { rows, orderMax })
    this.#noteOutbox(row)
  }

  /** Forgets the envelope under which a row could be found: the row is gone, or sealed anew. */
  forgetEnvelope(device: DeviceId, envelope: EnvelopeId): void {
    this.#tables.envelopes.set(pair(device, envelope), null)
  }
}
