/** What the service's parts share while a profile is open. */
import type { LocalIdentity } from '../../core/identity/account.ts'
import type { CommandKind, CommandOf, Replies, SubmitError } from '../../core/engine/commands.ts'
import type { Flow } from '../../core/engine/flow.ts'
import type { AccountId, DeviceId, InviteId } from '../../core/ids.ts'
import type {
  Clock,
  ContactRow,
  Crypto,
  DeviceRow,
  InviteRow,
  MailboxStore,
  SelfRow,
  SettingValue,
  Store,
} from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import type { Nearby } from '../nearby/nearby.ts'
import type { NetworkMonitor } from '../networkMonitor.ts'
import type { RecentView } from './recent.ts'

/** What the engine keeps in memory, as of the last commit. */
export interface ResidentView extends RecentView {
  readonly identity: LocalIdentity
  readonly self: SelfRow
  contact(account: AccountId): ContactRow | null
  contacts(): Iterable<ContactRow>
  device(device: DeviceId): DeviceRow | null
  deviceOf(account: AccountId): DeviceId | null
  invite(invite: InviteId): InviteRow | null
  invites(): Iterable<InviteRow>
  setting(key: string): SettingValue | null
  /** What this run knows of reaching a device. */
  flow(device: DeviceId): Flow
}

export interface NodeContext {
  readonly clock: Clock
  readonly crypto: Crypto
  readonly store: Store
  /** What lies here for others. */
  readonly mailbox: Pick<MailboxStore, 'usage'>
  readonly network: NetworkMonitor
  readonly resident: () => ResidentView
  readonly submit: <K extends CommandKind>(command: CommandOf<K>) => Promise<Result<Replies[K], SubmitError>>
  readonly names: NameIndexView
  readonly nearby: Nearby
}

/** Which contacts' names look alike; see nameIndex.ts. */
export interface NameIndexView {
  /** Another contact whose name looks like this account's, or null. */
  twinOf(account: AccountId): AccountId | null
  /** A contact whose name looks like this one, other than `account`, or null. */
  likeName(name: string, account: AccountId | null): AccountId | null
}
