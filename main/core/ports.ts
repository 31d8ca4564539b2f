/**
 * What the core needs of the world: types only. Adapters implement them (main/net, main/store,
 * main/node), the simulator implements them again, and nothing else stands between.
 */
import type { AccountId, ConversationId, DeviceId, EnvelopeId, EventId, InviteId, PrekeyId, SessionId } from './ids.ts'
import type { Result } from './result.ts'

export type { Crypto } from './crypto/provider.ts'

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

/** How a connected peer is reached. */
export type PathKind = 'loopback' | 'lan' | 'direct' | 'relay' | 'webrtc'

/** A device that the network should keep a stream with, for as long as it stands in `setPeers`. */
export interface PeerTarget {
  readonly device: DeviceId
  /** Multiaddrs without the peer id, best first; one that ends in `/p2p-circuit` leads through the relay it names. */
  readonly addresses: readonly string[]
  /** Key of this pair for LAN tokens (32 bytes), and which of the two directions is ours; null: not on the LAN. */
  readonly lan: { readonly key: Uint8Array; readonly side: 0 | 1 } | null
  /** Whether the device says that it serves as a relay: places are kept there by which others can reach us. */
  readonly relay: boolean
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
  /** Listens and begins to keep peers. A refused port is an event, not a failure: outbound still works. */
  start(handler: NetworkHandler): Promise<void>
  stop(): Promise<void>
  /** The whole set of devices to keep a stream with; replaces the one before. */
  setPeers(peers: readonly PeerTarget[]): void
  /** Gives a frame to the peer's stream. `sent` means handed over, never received: only an acknowledgment is. */
  send(device: DeviceId, frame: Uint8Array): SendOutcome
  disconnect(device: DeviceId): void
  /** LAN discovery on or off, at once. */
  setLanDiscovery(on: boolean): void
  /** Whether devices of `setPeers` may be reached through this one; off at first. */
  setServing(relay: boolean): void
  /** Dial everybody now: after a resume or a change of interfaces. */
  wake(): void
}

// ── Store: rows ──────────────────────────────────────────────────────────────────────────────

/** This account on this device. `secrets` is identity/account.ts's own encoding. */
export interface SelfRow {
  readonly secrets: Uint8Array
  readonly name: string
  readonly createdAtMs: number
}

/**
 * pending: an invite was accepted here, its maker not reached yet. active: sessions may be used.
 * keyChanged: another identity key was offered; nothing is sent until the user confirms.
 * blocked, removed: nothing is sent or taken.
 */
export type ContactState = 'pending' | 'active' | 'keyChanged' | 'blocked' | 'removed'

/** Why a pending contact's invite could not be completed yet. */
export type PendingProblem =
  | 'inviteUsed'
  | 'inviteExpired'
  | 'inviteWithdrawn'
  | 'inviteUnknown'
  | 'identityMismatch'
  | 'peerTooNew'

export interface ContactRow {
  readonly account: AccountId
  readonly state: ContactState
  /** Null when the contact is not pending, or is pending and only has to be reached. */
  readonly pendingProblem: PendingProblem | null
  /** What they call themselves, sanitised; and what the user calls them, or null. */
  readonly claimedName: string
  readonly petName: string | null
  /** The signed identity descriptor that is pinned; empty while pending. */
  readonly descriptor: Uint8Array
  /** A newer descriptor that waits for the user's word; only in keyChanged. */
  readonly offeredDescriptor: Uint8Array | null
  readonly verifiedAtMs: number | null
  readonly createdAtMs: number
  readonly lastSeenAtMs: number | null
  /** The payload of the invite that is being accepted; null once its maker has answered in the session. */
  readonly acceptedInvite: Uint8Array | null
  /** Key of this pair for LAN tokens, 32 bytes; null while pending. */
  readonly lanKey: Uint8Array | null
}

export interface DeviceRow {
  readonly device: DeviceId
  readonly account: AccountId
  /** The device certificate, both ways signed; empty while pending. */
  readonly certificate: Uint8Array
  readonly addresses: readonly string[]
  readonly addressesAtMs: number
}

export interface SessionRow {
  readonly device: DeviceId
  readonly session: SessionId
  /** session.ts's own encoding. */
  readonly state: Uint8Array
  /** Sealing uses the active one; the others only open. */
  readonly active: boolean
  readonly createdAtMs: number
  readonly usedAtMs: number
}

/** stash: of the stash that a contact's device was given last. replaced: of an earlier one; usable as long. */
export type PrekeyPurpose = 'invite' | 'renewal' | 'stash' | 'replaced'

export interface PrekeyRow {
  readonly prekey: PrekeyId
  readonly purpose: PrekeyPurpose
  readonly bundle: Uint8Array
  readonly secrets: Uint8Array
  readonly invite: InviteId | null
  /** For whom the bundle was made; null for an invite's. */
  readonly device: DeviceId | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

/** A bundle of a contact's device, with which a session can be begun while that device is away. */
export interface StashRow {
  readonly device: DeviceId
  readonly prekey: PrekeyId
  readonly bundle: Uint8Array
  /** Kept when it was used; the others are for one session each. */
  readonly lastResort: boolean
  readonly expiresAtMs: number
}

export interface InviteRow {
  readonly invite: InviteId
  /** The encoded payload of the link, secret included. */
  readonly payload: Uint8Array
  readonly prekey: PrekeyId
  readonly state: 'open' | 'used' | 'withdrawn'
  readonly usedBy: AccountId | null
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

export type ConversationKind = 'self' | 'direct' | 'group'

export interface ConversationRow {
  readonly conversation: ConversationId
  readonly kind: ConversationKind
  readonly members: readonly AccountId[]
  /** The sequence number of this device's next event here, from 1. */
  readonly nextSequence: number
  /** Events that nothing seen so far names: the next event names them. */
  readonly heads: readonly EventId[]
  /** The hybrid logical clock: no event of ours may be earlier. */
  readonly clockMs: number
  readonly clockCounter: number
  readonly unread: number
  readonly createdAtMs: number
}

export type DeliveryState = 'written' | 'sent' | 'delivered' | 'read'

export interface EventRow {
  readonly event: EventId
  readonly conversation: ConversationId
  readonly account: AccountId
  readonly device: DeviceId
  readonly sequence: number
  /** The sender's clock, and the clock by which the conversation is ordered here (then counter, device, sequence). */
  readonly timeMs: number
  readonly orderMs: number
  readonly counter: number
  /** `unknown`: of a later version of the protocol, kept whole in `content`. */
  readonly kind: 'text' | 'unknown'
  readonly text: string | null
  readonly content: Uint8Array
  /** The screen's own id for a message written here; null for others'. */
  readonly clientId: string | null
  readonly storedAtMs: number
  readonly unread: boolean
}

/** How far one event has come with one device of a recipient. */
export interface DeliveryRow {
  readonly event: EventId
  readonly device: DeviceId
  readonly state: DeliveryState
  readonly atMs: number
}

/** What waits for one device: content until a session can seal it, then the very bytes until acknowledged. */
export interface OutboxRow {
  readonly device: DeviceId
  /** Rises with every row of this device; rows are sealed and sent in this order. */
  readonly order: number
  /** The event whose delivery this row carries; null for receipts and the like. */
  readonly event: EventId | null
  readonly content: Uint8Array
  readonly sealed: { readonly envelope: EnvelopeId; readonly session: SessionId; readonly bytes: Uint8Array } | null
  readonly createdAtMs: number
}

/** A stored sequence number and the place (`orderMs`, then `counter`) that its event has in the conversation. */
export interface ProgressMark {
  readonly sequence: number
  readonly orderMs: number
  readonly counter: number
}

/** Which sequence numbers of a sender's device in a conversation have been stored. */
export interface ProgressRow {
  readonly conversation: ConversationId
  readonly device: DeviceId
  /** Every number up to this one, and the place of this one's event. */
  readonly contiguous: ProgressMark
  /** And these above it, ascending by sequence, at most `sequenceGapsMax`. */
  readonly above: readonly ProgressMark[]
}

export type SettingValue = string | number | boolean

// ── Store: slices and changes ────────────────────────────────────────────────────────────────

/** What is small, bounded and resident: read once at start. */
export interface Resident {
  readonly self: SelfRow | null
  readonly contacts: readonly ContactRow[]
  readonly devices: readonly DeviceRow[]
  readonly invites: readonly InviteRow[]
  readonly settings: ReadonlyMap<string, SettingValue>
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
