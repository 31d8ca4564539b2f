/** Everything that a step can cause, beside its changes. No effect happens before its commit. */
import type { AccountId, ConversationId, DeviceId, EnvelopeId, EventId, InviteId } from '../ids.ts'
import type { MailboxAddress, MailboxTag, PendingProblem, Privacy, Quotas, Serving, StoreError } from '../ports.ts'
import type { Frame } from '../wire/frame.ts'

/** What the screen should look at again. */
export type Notice =
  | { readonly kind: 'self' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'contact'; readonly account: AccountId }
  | { readonly kind: 'conversation'; readonly conversation: ConversationId }
  | { readonly kind: 'message'; readonly event: EventId; readonly conversation: ConversationId }
  | { readonly kind: 'invite'; readonly invite: InviteId }
  /** A new message of somebody else; its `message` notice comes before it. */
  | {
      readonly kind: 'arrived'
      readonly event: EventId
      readonly conversation: ConversationId
      readonly account: AccountId
    }
  | { readonly kind: 'warning'; readonly warning: Warning }

/** What the user should know although no request asked for it. */
export type Warning =
  | { readonly kind: 'keyChanged'; readonly account: AccountId }
  | { readonly kind: 'inviteFailed'; readonly account: AccountId; readonly problem: PendingProblem }
  /** Raised by the driver when a commit fails. */
  | { readonly kind: 'storage'; readonly error: StoreError }

/** Why a peer's frame led to nothing: figures for the log, by kind only. */
export type Refusal =
  | 'frameMalformed'
  | 'frameUnknown'
  | 'notAContact'
  | 'undecryptable'
  | 'initialRefused'
  | 'contentMalformed'
  | 'contentMisplaced'
  | 'bundleRefused'
  | 'tooOften'
  /** What a mailbox brought was nobody's. */
  | 'itemRefused'

export type Effect =
  /** A frame for a peer. `order` is the outbox row whose envelope it carries; null for control frames. */
  | { readonly kind: 'send'; readonly device: DeviceId; readonly frame: Frame; readonly order: number | null }
  /** Told to the peer after the commit; those of one peer share frames. */
  | { readonly kind: 'ack'; readonly device: DeviceId; readonly envelope: EnvelopeId }
  | { readonly kind: 'disconnect'; readonly device: DeviceId }
  /** The set of peers to keep is another one: `peerTargets(state)`. */
  | { readonly kind: 'peersChanged' }
  | { readonly kind: 'setLan'; readonly on: boolean }
  | { readonly kind: 'setPrivacy'; readonly privacy: Privacy }
  | { readonly kind: 'setPortMapping'; readonly on: boolean }
  | { readonly kind: 'setServing'; readonly serving: Serving }
  | { readonly kind: 'setQuotas'; readonly quotas: Quotas }
  /** Leaves an item in a mailbox: an envelope of the outbox, or what is owed (then `order` and `envelope` are null). */
  | {
      readonly kind: 'deposit'
      readonly device: DeviceId
      readonly mailbox: MailboxAddress
      readonly tag: Uint8Array
      readonly item: Uint8Array
      readonly order: number | null
      readonly envelope: EnvelopeId | null
      readonly told: readonly EnvelopeId[]
      /** When it was sealed for there: the key may be another by the time of the answer. */
      readonly atMs: number
    }
  | {
      readonly kind: 'publish'
      readonly mailbox: MailboxAddress
      readonly tag: Uint8Array
      readonly record: Uint8Array
      readonly lifetimeMs: number
    }
  | {
      readonly kind: 'lookup'
      readonly device: DeviceId
      readonly mailbox: MailboxAddress
      readonly day: number
      readonly tag: Uint8Array
    }
  | { readonly kind: 'registerTags'; readonly mailbox: DeviceId; readonly tags: readonly MailboxTag[] }
  | { readonly kind: 'collect'; readonly mailbox: DeviceId }
  | { readonly kind: 'removeItems'; readonly mailbox: DeviceId; readonly ids: readonly Uint8Array[] }
  /** Work that continues in an input of its own, with fresh time and randomness. */
  | { readonly kind: 'follow'; readonly input: FollowInput }
  | { readonly kind: 'notice'; readonly notice: Notice }
  | { readonly kind: 'refused'; readonly device: DeviceId; readonly refusal: Refusal }

export type FollowInput =
  /** Seal and send what waits for this device, as far as its window allows. */
  | { readonly kind: 'flush'; readonly device: DeviceId }
  /** Go on marking as read where one receipt ended. */
  | { readonly kind: 'markReadRest'; readonly conversation: ConversationId; readonly upTo: EventId }
  /** The stream with this contact ended: remember when. */
  | { readonly kind: 'parted'; readonly device: DeviceId }
  /** Tell this contact our name and addresses. */
  | { readonly kind: 'introduce'; readonly device: DeviceId }
  /** Leave what waits for this device, which is away, in this mailbox of its. */
  | { readonly kind: 'leave'; readonly device: DeviceId; readonly mailbox: DeviceId }
  /** See to it that our mailboxes know what they should. */
  | { readonly kind: 'tendMailboxes' }
  /** Leave word of where we are; at once, or when our addresses have settled. */
  | { readonly kind: 'publishWhereabouts' }
  | { readonly kind: 'publishSoon' }
  | { readonly kind: 'publishInvites'; readonly mailbox: DeviceId }
  /** Look for word of where this device is. */
  | { readonly kind: 'seek'; readonly device: DeviceId }
  /** Ask this mailbox of ours for what lies there. */
  | { readonly kind: 'fetch'; readonly mailbox: DeviceId }
  /** A frame that this device left for us in a mailbox; `id` of the item, in hexadecimal. */
  | {
      readonly kind: 'mail'
      readonly device: DeviceId
      readonly mailbox: DeviceId
      readonly id: string
      /** By an invite of ours: then the frame alone can prove the device. */
      readonly byInvite: boolean
      readonly bytes: Uint8Array
    }
  /** The items of a batch have been taken. */
  | { readonly kind: 'mailTaken'; readonly mailbox: DeviceId; readonly items: number; readonly more: boolean }
  /** See to it that this contact has bundles of ours for when we are away. */
  | { readonly kind: 'giveStash'; readonly device: DeviceId }
