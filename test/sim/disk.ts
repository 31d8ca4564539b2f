/** What one simulated computer keeps over a crash: the tables of ports.Store, in memory. */
import { InvariantError } from '../../main/core/assert.ts'
import type * as ports from '../../main/core/ports.ts'

function key(...parts: readonly (string | number)[]): string {
  return parts.join('/')
}

/** A row with bytes of its own, as a database would give it. */
function copy<T>(row: T): T {
  if (row instanceof Uint8Array) return row.slice() as T
  if (Array.isArray(row)) return row.map((item: unknown) => copy(item)) as T
  if (typeof row !== 'object' || row === null) return row
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, copy(value)])) as T
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Rows in the order that a database with this key gives them: in which one dials, for one, is seen by others. */
function byKey<T>(table: ReadonlyMap<string, T>): readonly T[] {
  return [...table].sort(([a], [b]) => compareText(a, b)).map(([, row]) => copy(row))
}

/** The order in which a conversation is shown. */
export function compareEvents(a: ports.EventRow, b: ports.EventRow): number {
  return (
    a.orderMs - b.orderMs ||
    a.counter - b.counter ||
    compareText(a.device, b.device) ||
    a.sequence - b.sequence ||
    compareText(a.event, b.event)
  )
}

export class Disk {
  self: ports.SelfRow | null = null
  readonly contacts = new Map<string, ports.ContactRow>()
  readonly devices = new Map<string, ports.DeviceRow>()
  readonly invites = new Map<string, ports.InviteRow>()
  readonly settings = new Map<string, ports.SettingValue>()
  readonly mailSlots = new Map<string, ports.MailSlotRow>()
  readonly sessions = new Map<string, ports.SessionRow>()
  readonly prekeys = new Map<string, ports.PrekeyRow>()
  readonly stash = new Map<string, ports.StashRow>()
  readonly initials = new Map<string, number>()
  readonly conversations = new Map<string, ports.ConversationRow>()
  readonly events = new Map<string, ports.EventRow>()
  readonly deliveries = new Map<string, ports.DeliveryRow>()
  readonly outbox = new Map<string, ports.OutboxRow>()
  readonly progress = new Map<string, ports.ProgressRow>()
  readonly seen = new Map<string, { readonly device: string; readonly envelope: string; readonly atMs: number }>()

  /** Hears of everything that is written. */
  mirror: (changes: readonly ports.Change[]) => void = () => undefined

  /** All changes or, when one of them is a bug of the caller, none. */
  write(changes: readonly ports.Change[]): void {
    this.#check(changes)
    this.mirror(changes)
    for (const change of changes) this.#write(copy(change))
  }

  #check(changes: readonly ports.Change[]): void {
    const conversations = new Set(this.conversations.keys())
    const events = new Set(this.events.keys())
    for (const change of changes) {
      if (change.kind === 'putConversation') conversations.add(change.row.conversation)
      if (change.kind === 'putEvent') events.add(change.row.event)
    }
    for (const change of changes) {
      const needsConversation = change.kind === 'putEvent' || change.kind === 'putProgress'
      if (needsConversation && !conversations.has(change.row.conversation)) throw new InvariantError('dangling row')
      if (change.kind === 'putDelivery' && !events.has(change.row.event)) throw new InvariantError('dangling delivery')
    }
  }

  #write(change: ports.Change): void {
    switch (change.kind) {
      case 'putSelf':
        this.self = change.row
        return
      case 'putContact':
        return void this.contacts.set(change.row.account, change.row)
      case 'putDevice':
        return void this.devices.set(change.row.device, change.row)
      case 'putSession':
        return void this.sessions.set(key(change.row.device, change.row.session), change.row)
      case 'removeSession':
        return void this.sessions.delete(key(change.device, change.session))
      case 'putPrekey':
        return void this.prekeys.set(change.row.prekey, change.row)
      case 'removePrekey':
        return void this.prekeys.delete(change.prekey)
      case 'putStash':
        return void this.stash.set(key(change.row.device, change.row.prekey), change.row)
      case 'removeStash':
        return void this.stash.delete(key(change.device, change.prekey))
      case 'putInvite':
        return void this.invites.set(change.row.invite, change.row)
      case 'putInitial':
        return void this.initials.set(change.hash, change.untilMs)
      case 'putConversation':
        return void this.conversations.set(change.row.conversation, change.row)
      case 'putEvent':
        return void this.events.set(change.row.event, change.row)
      default:
        return this.#writeRest(change)
    }
  }

  #writeRest(
    change: Extract<
      ports.Change,
      {
        kind:
          | 'markRead'
          | 'putDelivery'
          | 'putOutbox'
          | 'removeOutbox'
          | 'putProgress'
          | 'putSeen'
          | 'putSetting'
          | 'putMailSlot'
          | 'removeMailSlot'
          | 'prune'
      }
    >,
  ): void {
    switch (change.kind) {
      case 'markRead': {
        const row = this.events.get(change.event)
        if (row !== undefined) this.events.set(change.event, { ...row, unread: false })
        return
      }
      case 'putDelivery':
        return void this.deliveries.set(key(change.row.event, change.row.device), change.row)
      case 'putOutbox':
        return void this.outbox.set(key(change.row.device, change.row.order), change.row)
      case 'removeOutbox':
        return void this.outbox.delete(key(change.device, change.order))
      case 'putProgress':
        return void this.progress.set(key(change.row.conversation, change.row.device), change.row)
      case 'putSeen':
        return void this.seen.set(key(change.device, change.envelope), change)
      case 'putSetting':
        return void this.settings.set(change.key, change.value)
      case 'putMailSlot':
        return void this.mailSlots.set(key(change.row.slot), change.row)
      case 'removeMailSlot':
        return void this.mailSlots.delete(key(change.slot))
      case 'prune':
        return this.#prune(change.nowMs, change.seenPerDeviceMax)
    }
  }

  #prune(nowMs: number, seenPerDeviceMax: number): void {
    for (const [name, row] of this.prekeys) if (row.expiresAtMs <= nowMs) this.prekeys.delete(name)
    for (const [name, row] of this.stash) if (row.expiresAtMs <= nowMs) this.stash.delete(name)
    for (const [hash, untilMs] of this.initials) if (untilMs <= nowMs) this.initials.delete(hash)
    for (const device of new Set([...this.seen.values()].map((row) => row.device))) {
      const ofDevice = [...this.seen].filter(([, row]) => row.device === device)
      ofDevice.sort(([, a], [, b]) => b.atMs - a.atMs)
      for (const [name] of ofDevice.slice(seenPerDeviceMax)) this.seen.delete(name)
    }
  }

  resident(): ports.Resident {
    const outbox = new Map<string, { device: ports.OutboxRow['device']; rows: number; orderMax: number }>()
    for (const { device, order } of this.outbox.values()) {
      const known = outbox.get(device) ?? { device, rows: 0, orderMax: 0 }
      outbox.set(device, { device, rows: known.rows + 1, orderMax: Math.max(known.orderMax, order) })
    }
    return {
      self: copy(this.self),
      contacts: byKey(this.contacts),
      devices: byKey(this.devices),
      invites: byKey(this.invites),
      settings: new Map(this.settings),
      mailSlots: [...this.mailSlots.values()].sort((a, b) => a.slot - b.slot).map(copy),
      outbox: byKey(outbox),
    }
  }

  #outboxOf(device: string): readonly ports.OutboxRow[] {
    return [...this.outbox.values()].filter((row) => row.device === device).sort((a, b) => a.order - b.order)
  }

  #eventsOf(request: ports.SliceRequest): readonly ports.EventRow[] {
    const found = new Map<string, ports.EventRow>()
    for (const event of request.events ?? []) {
      const row = this.events.get(event)
      if (row !== undefined) found.set(event, row)
    }
    for (const { conversation, clientId } of request.clientIds ?? []) {
      for (const row of this.events.values()) {
        if (row.conversation === conversation && row.clientId === clientId) found.set(row.event, row)
      }
    }
    return [...found.values()]
  }

  #outboxFor(request: ports.SliceRequest): readonly ports.OutboxRow[] {
    const found = new Map<string, ports.OutboxRow>()
    const note = (row: ports.OutboxRow) => found.set(key(row.device, row.order), row)
    for (const { device, after, limit } of request.outbox ?? []) {
      const rows = this.#outboxOf(device).filter((row) => row.order > after)
      rows.slice(0, limit).forEach(note)
    }
    for (const { device, envelope } of request.outboxEnvelopes ?? []) {
      this.#outboxOf(device)
        .filter((row) => row.sealed?.envelope === envelope)
        .forEach(note)
    }
    return [...found.values()]
  }

  #unreadFor(request: ports.SliceRequest): readonly ports.EventRow[] {
    return (request.unreadUpTo ?? []).flatMap(({ conversation, event, limit }) => {
      const last = this.events.get(event)
      if (last?.conversation !== conversation) return []
      const rows = this.inOrder(conversation).filter((row) => row.unread && compareEvents(row, last) <= 0)
      return rows.slice(0, limit)
    })
  }

  load(request: ports.SliceRequest): ports.Slice {
    const ofDevices = <T extends { readonly device: string | null }>(
      table: ReadonlyMap<string, T>,
      devices: readonly string[] | undefined,
    ): readonly T[] => {
      const wanted = new Set<string | null>(devices ?? [])
      return [...table.values()].filter((row) => wanted.has(row.device))
    }
    const found = <T>(table: ReadonlyMap<string, T>, names: readonly string[] | undefined): readonly T[] =>
      [...new Set(names ?? [])].flatMap((name) => table.get(name) ?? [])
    return copy({
      sessions: ofDevices(this.sessions, request.sessionsOf),
      conversations: found(this.conversations, request.conversations),
      progress: found(
        this.progress,
        request.progress?.map(({ conversation, device }) => key(conversation, device)),
      ),
      prekeys: [...new Set([...found(this.prekeys, request.prekeys), ...ofDevices(this.prekeys, request.prekeysOf)])],
      stash: ofDevices(this.stash, request.stashOf),
      initials: [...new Set(request.initials ?? [])].filter((hash) => this.initials.has(hash)),
      seen: (request.seen ?? []).filter(({ device, envelope }) => this.seen.has(key(device, envelope))),
      events: this.#eventsOf(request),
      outbox: this.#outboxFor(request),
      unread: this.#unreadFor(request),
      deliveries: (request.deliveries ?? []).flatMap((event) => this.deliveriesOf(event)),
    })
  }

  deliveriesOf(event: string): readonly ports.DeliveryRow[] {
    return copy([...this.deliveries.values()].filter((row) => row.event === event))
  }

  /** The events of a conversation as they are shown, oldest first. */
  inOrder(conversation: string): readonly ports.EventRow[] {
    return [...this.events.values()].filter((row) => row.conversation === conversation).sort(compareEvents)
  }

  recordOf(row: ports.EventRow): ports.MessageRecord {
    const ranks = ['written', 'sent', 'delivered', 'read']
    if (row.clientId !== null) {
      const rows = this.deliveriesOf(row.event)
      const least = [...rows].sort((a, b) => ranks.indexOf(a.state) - ranks.indexOf(b.state))
      const same = least.filter(({ state }) => state === least[0]?.state)
      const atMs = Math.max(...same.map((delivery) => delivery.atMs))
      const delivery = least[0] === undefined ? null : { state: least[0].state, atMs }
      return { row: copy(row), delivery, missingBefore: 0 }
    }
    const progress = this.progress.get(key(row.conversation, row.device))
    const stored = [...this.events.values()].filter((other) => other.device === row.device)
    const numbers = stored.filter((other) => other.conversation === row.conversation).map((other) => other.sequence)
    const marks = progress?.above.map((mark) => mark.sequence) ?? []
    const contiguous = Math.min(progress?.contiguous.sequence ?? 0, row.sequence - 1)
    const below = [0, contiguous, ...numbers, ...marks].filter((number) => number < row.sequence)
    return { row: copy(row), delivery: null, missingBefore: row.sequence - 1 - Math.max(...below) }
  }
}
