/** What a user (through the node's service) can ask of the engine, what comes back, and what can go wrong. */
import type { AccountId, ConversationId, EventId, InviteId } from '../ids.ts'
import type {
  ContactRow,
  ContactState,
  EventRow,
  InviteRow,
  SelfRow,
  ServiceUse,
  SettingValue,
  StoreError,
} from '../ports.ts'

export type Command =
  /** A single-use invite; null takes `inviteLifetimeMsDefault`. */
  | { readonly kind: 'createInvite'; readonly lifetimeMs: number | null }
  /** The link of an open invite again. */
  | { readonly kind: 'inviteLink'; readonly invite: InviteId }
  | { readonly kind: 'withdrawInvite'; readonly invite: InviteId }
  /** Who an invite claims to be from; changes nothing. */
  | { readonly kind: 'inspectInvite'; readonly link: string }
  | { readonly kind: 'acceptInvite'; readonly link: string }
  /** The same clientId twice in a conversation is one message. */
  | {
      readonly kind: 'sendText'
      readonly conversation: ConversationId
      readonly clientId: string
      readonly text: string
    }
  | { readonly kind: 'markRead'; readonly conversation: ConversationId; readonly upTo: EventId }
  | { readonly kind: 'renameSelf'; readonly name: string }
  | { readonly kind: 'renameContact'; readonly account: AccountId; readonly petName: string | null }
  | { readonly kind: 'setVerified'; readonly account: AccountId; readonly verified: boolean }
  | { readonly kind: 'acceptKey'; readonly account: AccountId }
  | { readonly kind: 'removeContact'; readonly account: AccountId }
  | { readonly kind: 'blockContact'; readonly account: AccountId; readonly blocked: boolean }
  /** Whether what the contact's device does for others is used. */
  | { readonly kind: 'setServiceUse'; readonly account: AccountId; readonly use: ServiceUse }
  | { readonly kind: 'setSettings'; readonly values: ReadonlyMap<string, SettingValue> }

export type CommandKind = Command['kind']

export interface InviteReply {
  readonly invite: InviteRow
  readonly link: string
}

export interface InspectReply {
  readonly account: AccountId
  /** Sanitised. */
  readonly name: string
  readonly expiresAtMs: number
  /** A contact whose name looks the same but who is another account, or null. */
  readonly looksLike: AccountId | null
}

/** What each command answers with once it is committed. */
export interface Replies {
  readonly createInvite: InviteReply
  readonly inviteLink: InviteReply
  readonly withdrawInvite: { readonly invite: InviteRow }
  readonly inspectInvite: InspectReply
  readonly acceptInvite: { readonly contact: ContactRow }
  readonly sendText: { readonly event: EventRow }
  readonly markRead: Record<never, never>
  readonly renameSelf: { readonly self: SelfRow }
  readonly renameContact: { readonly contact: ContactRow }
  readonly setVerified: { readonly contact: ContactRow }
  readonly acceptKey: { readonly contact: ContactRow }
  readonly removeContact: { readonly contact: ContactRow }
  readonly blockContact: { readonly contact: ContactRow }
  readonly setServiceUse: { readonly contact: ContactRow }
  readonly setSettings: Record<never, never>
}

export type Reply = Replies[CommandKind]
export type CommandOf<K extends CommandKind> = Extract<Command, { readonly kind: K }>

/** Why the engine refused. Nothing was changed. */
export type CommandError =
  | { readonly kind: 'inviteMalformed' }
  | { readonly kind: 'inviteIncomplete' }
  | { readonly kind: 'inviteNewer'; readonly got: number; readonly known: number }
  | { readonly kind: 'inviteExpired'; readonly expiresAtMs: number }
  | { readonly kind: 'inviteUsed' }
  | { readonly kind: 'inviteWithdrawn' }
  | { readonly kind: 'inviteUnknown' }
  | { readonly kind: 'inviteOwn' }
  | { readonly kind: 'inviteAlreadyContact'; readonly account: AccountId; readonly state: ContactState }
  | { readonly kind: 'inviteLimit'; readonly got: number; readonly max: number }
  | { readonly kind: 'inviteLifetime'; readonly got: number; readonly max: number }
  | { readonly kind: 'contactUnknown' }
  | { readonly kind: 'contactNotReady'; readonly state: ContactState }
  | { readonly kind: 'contactLimit'; readonly got: number; readonly max: number }
  | { readonly kind: 'conversationUnknown' }
  | { readonly kind: 'messageUnknown' }
  | { readonly kind: 'messageEmpty' }
  | { readonly kind: 'messageTooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'clientIdTooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'nameTooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'settingsTooLarge'; readonly got: number; readonly max: number }
  | { readonly kind: 'outboxFull'; readonly got: number; readonly max: number }

/** Why the driver could not run a command, or could not keep what it did. */
export type SubmitError =
  | CommandError
  /** The commit failed: nothing was changed. */
  | { readonly kind: 'storage'; readonly error: StoreError }
  | { readonly kind: 'queueFull'; readonly got: number; readonly max: number }
  | { readonly kind: 'stopped' }
  /** A bug of ours; the log says where. Nothing was changed. */
  | { readonly kind: 'internal' }
