/** What the store keeps: one type for each kind of row. Adapters and the engine take them from ports.ts. */
import type { AccountId, ConversationId, DeviceId, EnvelopeId, EventId, InviteId, PrekeyId, SessionId } from './ids.ts'
import type { MailboxAddress } from './mail.ts'
import type { PathKind } from './paths.ts'

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

/** What a contact's device has told us for its mailboxes. PROTOCOL.md, "While a device is away". */
export interface MailGrant {
  /** A secret of the two of us, 32 bytes: what tags and keys come from there. */
  readonly key: Uint8Array
  /** The Ed25519 key that signs its records for us, and nothing else, 32 bytes. */
  readonly signer: Uint8Array
}

export interface KnownGrant extends MailGrant {
  /** What was left before, by our clock, was left with another one, and is nobody's there. */
  readonly sinceMs: number
}

export interface DeviceRow {
  readonly device: DeviceId
  readonly account: AccountId
  /** The device certificate, both ways signed; empty while pending. */
  readonly certificate: Uint8Array
  readonly addresses: readonly string[]
  readonly addressesAtMs: number
  /** When it said last what follows, by its clock. A record of its addresses may be later. */
  readonly toldAtMs: number
  /** What it says that it does for its contacts: bit 0 relays, bit 1 holds messages. Others' bits are kept. */
  readonly services: number
  /** Where messages for it can be left while it is away. */
  readonly mailboxes: readonly MailboxAddress[]
  /** Relays where word of it lies as well. */
  readonly relays: readonly MailboxAddress[]
  /** With what; null before it has said so. */
  readonly mail: KnownGrant | null
  /** Whether its services are used: as the mode says, always, or never. */
  readonly use: ServiceUse
}

/**
 * One of the slots that our mailboxes know tags of, whether a contact has it or nobody. Numbers are not used again. Those
 * days' tags that a mailbox knows already never change, so that it does not see who comes and who goes.
 */
export interface MailSlotRow {
  readonly slot: number
  /** 32 random bytes: what its grant comes from. */
  readonly seed: Uint8Array
  /** Whose it is. */
  readonly device: DeviceId | null
  /** The first and the last day, since 1970, that it has tags of; without end: null. */
  readonly fromDay: number
  readonly untilDay: number | null
}

export type ServiceUse = 'auto' | 'always' | 'never'

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

/** sent: on its way to the device. held: a mailbox has it. delivered: the device has stored it. */
export type DeliveryState = 'written' | 'sent' | 'held' | 'delivered' | 'read'

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
  /** The path on which it went last, or by which it arrived; null before that. */
  readonly via: PathKind | 'mailbox' | null
  /** The mailbox that has it, or had it; null for none. */
  readonly mailbox: DeviceId | null
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
  /** The mailboxes that took these very bytes, and when. */
  readonly held: readonly { readonly mailbox: DeviceId; readonly atMs: number }[]
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
