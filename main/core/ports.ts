/**
 * What the core needs of the world: types only. Adapters implement them (main/net, main/store,
 * main/node), the simulator implements them again, and nothing else stands between. What the store keeps (rows.ts),
 * mailboxes (mail.ts) and paths (paths.ts) stand in files of their own for their size; everybody takes them from here.
 */
import type { ConversationId, DeviceId, EnvelopeId, EventId, PrekeyId, SessionId } from './ids.ts'
import type { Mail } from './mail.ts'
import type { PathKind } from './paths.ts'
import type { Result } from './result.ts'
import type {
  ContactRow,
  ConversationRow,
  DeliveryRow,
  DeliveryState,
  DeviceRow,
  EventRow,
  InviteRow,
  MailSlotRow,
  OutboxRow,
  PrekeyRow,
  ProgressRow,
  SelfRow,
  SessionRow,
  SettingValue,
  StashRow,
} from './rows.ts'

export type { Crypto } from './crypto/provider.ts'
export type * from './mail.ts'
export type * from './paths.ts'
export type * from './rows.ts'

/** Wall time in milliseconds since 1970, and timers. */
export interface Clock {
  nowMs(): number
  /** Calls once after `delayMs`; the returned function cancels. */
  after(delayMs: number, call: () => void): () => void
}

/** Fresh bytes from the operating system's generator. */
export interface Random {
  bytes(lengthBytes: number): Uint8Array
}

/** Never give it a secret, a name, a text or an address of a contact. */
export interface Log {
  debug(event: string, figures?: Readonly<Record<string, number | string | boolean>>): void
  info(event: string, figures?: Readonly<Record<string, number | string | boolean>>): void
  warn(event: string, figures?: Readonly<Record<string, number | string | boolean>>): void
}

// ── Network ──────────────────────────────────────────────────────────────────────────────────

/** A device that the network should keep a stream with, for as long as it stands in `setPeers`. */
export interface PeerTarget {
  readonly device: DeviceId
  /** Multiaddrs without the peer id, best first; one that ends in `/p2p-circuit` leads through the relay it names. */
  readonly addresses: readonly string[]
  /** Key of this pair for LAN tokens (32 bytes), and which of the two directions is ours; null: not on the LAN. */
  readonly lan: { readonly key: Uint8Array; readonly side: 0 | 1 } | null
  /** Whether the device serves us as a relay: places are kept there by which others can reach us. */
  readonly relay: boolean
  /** Whether it serves us as a mailbox: tags are registered there, and items collected. */
  readonly mailbox: boolean
}

/** Who may learn where this device is. */
export type Privacy =
  | { readonly kind: 'open' }
  /** We reach others, and they us, through relays alone; only devices that serve us learn our address. */
  | { readonly kind: 'relayOnly' }
  /** Everything is dialled through a SOCKS5 proxy, which also resolves names; nothing listens but on loopback. */
  | { readonly kind: 'proxy'; readonly host: string; readonly port: number }

/** What this device does for its contacts. */
export interface Serving {
  readonly relay: boolean
  readonly mailbox: boolean
}

/** How much of it they may use. */
export interface Quotas {
  /** What may lie here for them. */
  readonly mailboxBytes: number
  /** What may be passed on in a day, in both directions together; null: without limit. */
  readonly relayBytesPerDay: number | null
}

/** What was passed on during one day, counted from 1970 in UTC. */
export interface RelayUse {
  readonly day: number
  readonly sizeBytes: number
  /** The part of it that belongs to calls of strangers. */
  readonly strangersBytes: number
}

export type NetworkEvent =
  | { readonly kind: 'peerUp'; readonly device: DeviceId; readonly path: PathKind; readonly address: string }
  /** A peer that is up and stays up is reached another way from now on. */
  | { readonly kind: 'pathChanged'; readonly device: DeviceId; readonly path: PathKind; readonly address: string }
  | { readonly kind: 'peerDown'; readonly device: DeviceId }
  /** The peer's stream takes frames again after `send` said `full`. */
  | { readonly kind: 'writable'; readonly device: DeviceId }
  /** The addresses at which others may try to reach this device now. */
  | { readonly kind: 'addresses'; readonly addresses: readonly string[] }
  | { readonly kind: 'listening'; readonly ports: readonly number[] }
  | { readonly kind: 'listenFailed'; readonly error: ListenError }
  /** A mailbox of ours says that something lies there. */
  | { readonly kind: 'mailWaiting'; readonly device: DeviceId }
  /** Multiaddrs that the router maps to this device, and whether one of its interfaces has a public address. */
  | { readonly kind: 'reachability'; readonly mapped: readonly string[]; readonly publicHost: boolean }
  | { readonly kind: 'proxyFailed'; readonly why: ProxyProblem }

export type ProxyProblem = 'refused' | 'unreachable' | 'authFailed' | 'notSocks' | 'timeout'

export type ListenError =
  | { readonly kind: 'portInUse'; readonly port: number }
  | { readonly kind: 'addressNotAvailable'; readonly address: string }
  | { readonly kind: 'listenRefused'; readonly code: string }

export interface NetworkHandler {
  event(event: NetworkEvent): void
  /**
   * One whole frame, at most `protocolLimits.frameSizeBytesMax`, from a peer that proved to be `device`.
   * The promise settles once what it said is committed (or refused); the network pauses a peer's
   * stream while `inboundFramesPerPeerMax` of its frames are unsettled.
   */
  frame(device: DeviceId, frame: Uint8Array): Promise<void>
  /** Whether a device that dialled us may open a stream; decided by its proven key, before any frame. */
  admits(device: DeviceId): boolean
}

export type SendOutcome = 'sent' | 'full' | 'notConnected'

export interface Network {
  readonly mail: Mail
  /** Listens and begins to keep peers. A refused port is an event, not a failure: outbound still works. */
  start(handler: NetworkHandler): Promise<void>
  stop(): Promise<void>
  /** The whole set of devices to keep a stream with; replaces the one before. */
  setPeers(peers: readonly PeerTarget[]): void
  /** Gives a frame to the peer's stream. `sent` means handed over, never received: only an acknowledgment is. */
  send(device: DeviceId, frame: Uint8Array): SendOutcome
  disconnect(device: DeviceId): void
  /** How long the peer's node takes to answer, as measured last; asks it anew. Null when that is not known. */
  roundTripMs(device: DeviceId): number | null
  /** LAN discovery on or off, at once. */
  setLanDiscovery(on: boolean): void
  /** What this device does for those of `setPeers`; nothing at first. */
  setServing(serving: Serving): void
  /** Holds at once. What lies here stays, whatever the quota; calls end when the day's is used up. */
  setQuotas(quotas: Quotas): void
  /** What was passed on today. */
  relayUse(): RelayUse
  /** What the new mode forbids ends at once. */
  setPrivacy(privacy: Privacy): void
  /** Whether the router is asked to pass calls on to us. */
  setPortMapping(on: boolean): void
  /** Dial everybody now: after a resume or a change of interfaces. */
  wake(): void
}

// ── Store: slices and changes ────────────────────────────────────────────────────────────────

/** What is small, bounded and resident: read once at start. */
export interface Resident {
  readonly self: SelfRow | null
  readonly contacts: readonly ContactRow[]
  readonly devices: readonly DeviceRow[]
  readonly invites: readonly InviteRow[]
  readonly settings: ReadonlyMap<string, SettingValue>
  readonly mailSlots: readonly MailSlotRow[]
  /** Devices for which something waits, with the number of rows and the highest order. */
  readonly outbox: readonly { readonly device: DeviceId; readonly rows: number; readonly orderMax: number }[]
}

/** What one step needs beside the resident state; everything absent is simply not loaded. */
export interface SliceRequest {
  /** All sessions with these devices. */
  readonly sessionsOf?: readonly DeviceId[]
  readonly conversations?: readonly ConversationId[]
  readonly progress?: readonly { readonly conversation: ConversationId; readonly device: DeviceId }[]
  readonly prekeys?: readonly PrekeyId[]
  /** All prekeys that were made for these devices; found ones join `prekeys` of the slice. */
  readonly prekeysOf?: readonly DeviceId[]
  /** What is kept of these devices' bundles. */
  readonly stashOf?: readonly DeviceId[]
  /** Hashes (hex) of accepted initial messages. */
  readonly initials?: readonly string[]
  readonly seen?: readonly { readonly device: DeviceId; readonly envelope: EnvelopeId }[]
  readonly events?: readonly EventId[]
  /** This device's own events by the screen's id; found ones join `events` of the slice. */
  readonly clientIds?: readonly { readonly conversation: ConversationId; readonly clientId: string }[]
  /** The first `limit` rows of the device with an order above `after`. */
  readonly outbox?: readonly { readonly device: DeviceId; readonly after: number; readonly limit: number }[]
  readonly outboxEnvelopes?: readonly { readonly device: DeviceId; readonly envelope: EnvelopeId }[]
  /** Others' events in the conversation that are still unread, oldest first, at most `limit`, up to this one. */
  readonly unreadUpTo?: readonly {
    readonly conversation: ConversationId
    readonly event: EventId
    readonly limit: number
  }[]
  /** Deliveries of these events with every device. */
  readonly deliveries?: readonly EventId[]
}

export interface Slice {
  readonly sessions: readonly SessionRow[]
  readonly conversations: readonly ConversationRow[]
  readonly progress: readonly ProgressRow[]
  readonly prekeys: readonly PrekeyRow[]
  readonly stash: readonly StashRow[]
  readonly initials: readonly string[]
  readonly seen: readonly { readonly device: DeviceId; readonly envelope: EnvelopeId }[]
  readonly events: readonly EventRow[]
  readonly outbox: readonly OutboxRow[]
  readonly unread: readonly EventRow[]
  readonly deliveries: readonly DeliveryRow[]
}

/** One write. Every `put` replaces the row with the same key. All of a commit's changes happen, or none. */
export type Change =
  | { readonly kind: 'putSelf'; readonly row: SelfRow }
  | { readonly kind: 'putContact'; readonly row: ContactRow }
  | { readonly kind: 'putDevice'; readonly row: DeviceRow }
  | { readonly kind: 'putSession'; readonly row: SessionRow }
  | { readonly kind: 'removeSession'; readonly device: DeviceId; readonly session: SessionId }
  | { readonly kind: 'putPrekey'; readonly row: PrekeyRow }
  | { readonly kind: 'removePrekey'; readonly prekey: PrekeyId }
  | { readonly kind: 'putStash'; readonly row: StashRow }
  | { readonly kind: 'removeStash'; readonly device: DeviceId; readonly prekey: PrekeyId }
  | { readonly kind: 'putMailSlot'; readonly row: MailSlotRow }
  | { readonly kind: 'removeMailSlot'; readonly slot: number }
  | { readonly kind: 'putInvite'; readonly row: InviteRow }
  | { readonly kind: 'putInitial'; readonly hash: string; readonly device: DeviceId; readonly untilMs: number }
  | { readonly kind: 'putConversation'; readonly row: ConversationRow }
  | { readonly kind: 'putEvent'; readonly row: EventRow }
  | { readonly kind: 'markRead'; readonly event: EventId }
  | { readonly kind: 'putDelivery'; readonly row: DeliveryRow }
  | { readonly kind: 'putOutbox'; readonly row: OutboxRow }
  | { readonly kind: 'removeOutbox'; readonly device: DeviceId; readonly order: number }
  | { readonly kind: 'putProgress'; readonly row: ProgressRow }
  | { readonly kind: 'putSeen'; readonly device: DeviceId; readonly envelope: EnvelopeId; readonly atMs: number }
  | { readonly kind: 'putSetting'; readonly key: string; readonly value: SettingValue }
  /** Forgets expired initial messages, prekeys and others' bundles, and each device's oldest seen envelopes beyond the limit. */
  | { readonly kind: 'prune'; readonly nowMs: number; readonly seenPerDeviceMax: number }

export type StoreError =
  | { readonly kind: 'diskFull' }
  | { readonly kind: 'readOnly' }
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'ioFailed'; readonly code: string }
  | { readonly kind: 'closed' }

// ── Store: what the screen reads ─────────────────────────────────────────────────────────────

/** Where a page of messages begins: just before (older than) this one. */
export interface MessageCursor {
  readonly orderMs: number
  readonly counter: number
  readonly event: EventId
}

export interface MessageRecord {
  readonly row: EventRow
  /** The least of what its recipients' devices have; null for others' events. */
  readonly delivery: { readonly state: DeliveryState; readonly atMs: number } | null
  /** How many events of the same sender are missing directly before this one. */
  readonly missingBefore: number
}

export interface ConversationRecord {
  readonly row: ConversationRow
  readonly last: MessageRecord | null
}

export interface Store {
  resident(): Promise<Result<Resident, StoreError>>
  load(request: SliceRequest): Promise<Result<Slice, StoreError>>
  /** One transaction, durable (synchronous=FULL) when the promise settles with ok. */
  commit(changes: readonly Change[]): Promise<Result<void, StoreError>>
  conversations(): Promise<Result<readonly ConversationRecord[], StoreError>>
  /** Newest first; `before` null begins at the newest. */
  messages(
    conversation: ConversationId,
    before: MessageCursor | null,
    limit: number,
  ): Promise<Result<readonly MessageRecord[], StoreError>>
  messagesById(events: readonly EventId[]): Promise<Result<readonly MessageRecord[], StoreError>>
  deliveries(event: EventId): Promise<Result<readonly DeliveryRow[], StoreError>>
  close(): Promise<void>
}
