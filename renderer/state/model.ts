/** Everything the screen knows. Plain data; only `reduce` makes a new one. */
import type {
  Contact,
  Conversation,
  Invite,
  Message,
  Nearby,
  NetworkStatus,
  Profile,
  Self,
  Settings,
} from '../../preload/contract/dto.ts'
import type { ContractEvent } from '../../preload/contract/events.ts'

/** Messages held per open conversation; beyond that the view lets go of the far end, at twice that the reducer does. */
export const windowMessagesMax = 2_000
/** Conversations whose messages stay in memory; the one left longest ago goes first. */
export const windowsMax = 8
export const noticesMax = 4
export const pendingMax = 500

/** A message that was written here and is not yet known to be stored. */
export interface Pending {
  readonly clientId: string
  readonly text: string
  readonly timeMs: number
  /** The reason why it could not be stored; null while it is on its way to the node. */
  readonly failure: string | null
}

/** A stretch of a conversation without holes, oldest first. */
export interface MessageWindow {
  readonly messages: readonly Message[]
  readonly pending: readonly Pending[]
  /** Whether there are older messages in the store. */
  readonly older: boolean
  /** False when the newest messages were let go to make room for older ones. */
  readonly atNewest: boolean
  readonly loading: boolean
  /** Set once the first page is there. */
  readonly loaded: boolean
  /** The first message that was unread when the conversation was opened. */
  readonly unreadFrom: string | null
  /** Grows with each visit; the lowest is let go first. */
  readonly visitedAt: number
}

export type Warning = Extract<ContractEvent, { kind: 'warning' }>

export interface Notice {
  readonly id: number
  readonly tone: 'plain' | 'danger'
  readonly text: string
}

export type ById<T> = { readonly [id: string]: T }

export interface State {
  /** connecting: no port yet or lost. Nothing of the state is thrown away meanwhile. */
  readonly connection: 'connecting' | 'connected'
  readonly profile: Profile | null
  /** Whether a snapshot was taken since the profile opened. */
  readonly ready: boolean
  readonly self: Self | null
  readonly contacts: ById<Contact>
  readonly conversations: ById<Conversation>
  readonly invites: ById<Invite>
  readonly settings: Settings
  readonly network: NetworkStatus
  readonly nearby: Nearby
  readonly windows: ById<MessageWindow>
  readonly selected: string | null
  readonly drafts: ById<string>
  readonly notices: readonly Notice[]
  readonly noticeCount: number
  readonly visits: number
  readonly focused: boolean
}

export function initialState(): State {
  return {
    connection: 'connecting',
    profile: null,
    ready: false,
    self: null,
    contacts: {},
    conversations: {},
    invites: {},
    settings: {
      theme: 'system',
      lanDiscovery: true,
      serveRelay: false,
      serveMailbox: false,
      relayQuota: '10GB',
      mailboxQuota: '1GB',
      portMapping: true,
      privacy: 'open',
      proxyHost: '127.0.0.1',
      proxyPort: 9050,
      sendReadReceipts: true,
      notifications: 'full',
      density: 'comfortable',
    },
    network: { state: 'starting', problem: null, addresses: [], connected: 0, reach: 'lan' },
    nearby: { available: false, endsAtMs: null, ended: null, people: [] },
    windows: {},
    selected: null,
    drafts: {},
    notices: [],
    noticeCount: 0,
    visits: 0,
    focused: true,
  }
}

export function emptyWindow(visitedAt: number): MessageWindow {
  return {
    messages: [],
    pending: [],
    older: false,
    atNewest: true,
    loading: false,
    loaded: false,
    unreadFrom: null,
    visitedAt,
  }
}

export type {
  Comparison,
  Connection,
  Connections,
  Contact,
  Conversation,
  Delivery,
  DeliveryDetails,
  ExportFile,
  Holding,
  Invite,
  Message,
  Nearby,
  NearbyPerson,
  NetworkStatus,
  Profile,
  RelayUsage,
  Self,
  ServiceUse,
  Settings,
  Verification,
} from '../../preload/contract/dto.ts'
