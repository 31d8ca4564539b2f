/** Rows of the core to what the screen sees. The only place where this is done. */
import type { Contact, Conversation, Delivery, Invite, Message, Self, Settings } from '../../../preload/contract/dto.ts'
import { settingsSchema } from '../../../preload/contract/dto.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { directConversationId, selfConversationId } from '../../core/conversation/ids.ts'
import { offersOf } from '../../core/engine/services.ts'
import { fingerprintGroups, fingerprintOf } from '../../core/identity/fingerprint.ts'
import type { AccountId } from '../../core/ids.ts'
import { idBytes } from '../../core/ids.ts'
import { quotaLimits } from '../../core/limits.ts'
import type { ContactRow, ConversationRecord, InviteRow, MessageRecord, SettingValue } from '../../core/ports.ts'
import type { NodeContext } from './context.ts'

export function fingerprintOfAccount(context: NodeContext, account: AccountId): string {
  return fingerprintOf(context.crypto, idBytes(account))
}

export function toSelf(context: NodeContext): Self {
  const { identity, self } = context.resident()
  return {
    account: identity.account,
    device: identity.device,
    name: shortName(self.name),
    fingerprint: fingerprintOfAccount(context, identity.account),
    conversation: selfConversationId((bytes) => context.crypto.sha256(bytes), identity.account),
  }
}

/** A name that the protocol allows may be longer than what is shown; characters are not cut in two. */
export function shortName(name: string): string {
  if (name.length <= contractLimits.nameLengthMax) return name
  let short = ''
  for (const { segment } of new Intl.Segmenter().segment(name)) {
    if (short.length + segment.length >= contractLimits.nameLengthMax) break
    short += segment
  }
  return `${short}…`
}

/** Somebody without a name is shown by the beginning of their fingerprint: true, short, in no language. */
function nameOrFingerprint(name: string, fingerprint: string): string {
  return name === '' ? fingerprintGroups(fingerprint).slice(0, 2).join(' ') : shortName(name)
}

export function toContact(context: NodeContext, row: ContactRow): Contact {
  const resident = context.resident()
  const device = resident.deviceOf(row.account)
  const deviceRow = device === null ? null : resident.device(device)
  const fingerprint = fingerprintOfAccount(context, row.account)
  return {
    account: row.account,
    conversation: directConversationId((bytes) => context.crypto.sha256(bytes), resident.identity.account, row.account),
    name: nameOrFingerprint(row.petName ?? row.claimedName, fingerprint),
    claimedName: shortName(row.claimedName),
    petName: row.petName && shortName(row.petName),
    fingerprint,
    state: row.state,
    verifiedAtMs: row.verifiedAtMs,
    path: (device === null ? null : context.network.pathOf(device)) ?? 'away',
    lastSeenAtMs: row.lastSeenAtMs,
    addedAtMs: row.createdAtMs,
    looksLike: context.names.twinOf(row.account),
    pendingProblem: row.pendingProblem,
    offers: deviceRow === null ? { relay: false, mailbox: false } : offersOf(deviceRow),
    serviceUse: deviceRow?.use ?? 'auto',
  }
}

/** The name to show for whoever wrote a message. */
export function nameOf(context: NodeContext, account: AccountId): string {
  const row = context.resident().contact(account)
  return nameOrFingerprint(row?.petName ?? row?.claimedName ?? '', fingerprintOfAccount(context, account))
}

function toDelivery(delivery: MessageRecord['delivery']): Delivery | null {
  return delivery && { state: delivery.state, atMs: delivery.atMs }
}

export function toMessage(context: NodeContext, record: MessageRecord): Message {
  const { row } = record
  const text = row.kind === 'text' ? row.text : null
  return {
    event: row.event,
    conversation: row.conversation,
    sender: row.account,
    own: row.account === context.resident().identity.account,
    clientId: row.clientId,
    body: text === null ? { kind: 'unknown' } : { kind: 'text', text },
    timeMs: row.timeMs,
    orderMs: row.orderMs,
    counter: row.counter,
    storedAtMs: row.storedAtMs,
    unread: row.unread,
    delivery: toDelivery(record.delivery),
    missingBefore: record.missingBefore,
  }
}

export function toConversation(context: NodeContext, record: ConversationRecord): Conversation {
  const { row, last } = record
  const own = context.resident().identity.account
  return {
    conversation: row.conversation,
    kind: row.kind,
    members: row.members.filter((member) => member !== own),
    unread: row.unread,
    last: last && toMessage(context, last),
    createdAtMs: row.createdAtMs,
  }
}

export function toInvite(context: NodeContext, row: InviteRow): Invite {
  const expired = row.state === 'open' && row.expiresAtMs <= context.clock.nowMs()
  return {
    invite: row.invite,
    state: expired ? 'expired' : row.state,
    createdAtMs: row.createdAtMs,
    expiresAtMs: row.expiresAtMs,
    usedBy: row.usedBy,
  }
}

export const settingDefaults: Settings = {
  theme: 'system',
  lanDiscovery: true,
  serveRelay: false,
  serveMailbox: false,
  relayQuota: quotaLimits.relayQuotaDefault,
  mailboxQuota: quotaLimits.mailboxQuotaDefault,
  portMapping: true,
  privacy: 'open',
  proxyHost: '127.0.0.1',
  proxyPort: 9050,
  sendReadReceipts: true,
  notifications: 'full',
  density: 'comfortable',
}

/** Each setting that is kept and valid; the default for the others, such as those of another version. */
export function toSettings(setting: (key: string) => SettingValue | null): Settings {
  let settings = settingDefaults
  for (const key of Object.keys(settingDefaults)) {
    const changed = settingsSchema.parse({ ...settings, [key]: setting(key) }, 'settings')
    if (changed.ok) settings = changed.value
  }
  return settings
}
