/** Realistic people and conversations for the screen's tests. Deterministic: the same every time. */
import { createHash } from 'node:crypto'
import type {
  Contact,
  Conversation,
  Invite,
  Message,
  NearbyPerson,
  Profile,
  Self,
  Settings,
} from '../../../preload/contract/dto.ts'

/** A Thursday afternoon, local time. */
export const nowMs = new Date(2026, 4, 14, 16, 42).getTime()
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

export function hex(seed: string, bytes: number): string {
  return createHash('sha512')
    .update(seed)
    .digest('hex')
    .slice(0, bytes * 2)
}

export function fingerprintOf(seed: string): string {
  return `SHA256:${createHash('sha256').update(seed).digest('base64').slice(0, 43)}`
}

export const self: Self = {
  account: hex('self', 32),
  device: hex('self device', 32),
  name: 'Mara Lindqvist',
  fingerprint: fingerprintOf('self'),
  conversation: hex('self conversation', 32),
}

export function contact(name: string, change: Partial<Contact> = {}): Contact {
  return {
    account: hex(name, 32),
    conversation: hex(`${name} conversation`, 32),
    name,
    claimedName: name,
    petName: null,
    fingerprint: fingerprintOf(name),
    state: 'active',
    verifiedAtMs: null,
    path: 'away',
    lastSeenAtMs: nowMs - 3 * hour,
    addedAtMs: nowMs - 40 * day,
    looksLike: null,
    pendingProblem: null,
    offers: { relay: false, mailbox: false },
    serviceUse: 'auto',
    ...change,
  }
}

export function nearby(name: string, change: Partial<NearbyPerson> = {}): NearbyPerson {
  const peer = hex(`${name} nearby`, 32)
  return {
    peer,
    name,
    stage: 'here',
    digits: null,
    problem: null,
    account: null,
    looksLike: null,
    alike: false,
    ...change,
  }
}

let counter = 0

export function message(
  from: Contact | 'self',
  to: Contact | 'self',
  text: string,
  atMs: number,
  change: Partial<Message> = {},
): Message {
  const own = from === 'self'
  counter += 1
  return {
    event: hex(`event ${counter} ${text.slice(0, 40)}`, 16),
    conversation: own ? (to === 'self' ? self.conversation : to.conversation) : from.conversation,
    sender: own ? self.account : from.account,
    own,
    clientId: own ? `client-${counter}` : null,
    body: { kind: 'text', text },
    timeMs: atMs,
    orderMs: atMs,
    counter,
    storedAtMs: atMs + 40,
    unread: false,
    delivery: own && to !== 'self' ? { state: 'read', atMs: atMs + 900 } : null,
    missingBefore: 0,
    ...change,
  }
}

export const anna = contact('Anna Bergström', {
  path: 'lan',
  verifiedAtMs: nowMs - 30 * day,
  lastSeenAtMs: nowMs,
})
export const ben = contact('Ben Okafor', { lastSeenAtMs: nowMs - 50 * minute })
export const chiara = contact('Chiara Ferretti', { verifiedAtMs: nowMs - 12 * day, lastSeenAtMs: nowMs - day })
export const dmitri = contact('Дмитрий Соколов', { state: 'keyChanged', lastSeenAtMs: nowMs - 2 * day })
export const layla = contact('ليلى حداد', { path: 'direct', lastSeenAtMs: nowMs })
export const jonas = contact('Jonas from the choir', { claimedName: 'jonas_w', petName: 'Jonas from the choir' })
export const mei = contact('美玲', { state: 'pending', lastSeenAtMs: null, addedAtMs: nowMs - 20 * minute })
export const contacts: readonly Contact[] = [anna, ben, chiara, dmitri, layla, jonas, mei]

const morning = nowMs - 7 * hour

export const messages: readonly Message[] = [
  message(anna, 'self', 'Did the seedlings make it through the frost?', nowMs - 2 * day - 3 * hour),
  message(
    'self',
    anna,
    'Most of them. The tomatoes sulked for a day and then forgave me.',
    nowMs - 2 * day - 3 * hour + 2 * minute,
  ),
  message(
    'self',
    anna,
    'I moved the trays onto the kitchen table, so dinner is now in the living room.',
    nowMs - 2 * day - 3 * hour + 3 * minute,
  ),
  message(anna, 'self', 'A reasonable trade 🌱', nowMs - 2 * day - 3 * hour + 6 * minute),
  message(
    anna,
    'self',
    'Are we still on for Saturday? The ferry leaves at 9:40 and the next one is not until noon.',
    morning,
  ),
  message(
    anna,
    'self',
    'I can pick you up at the corner by the bakery if you bring the good thermos.',
    morning + minute,
  ),
  message('self', anna, 'Yes. 9:15 at the bakery, thermos full.', morning + 4 * minute),
  message(
    'self',
    anna,
    'I read up on the island path: the northern part is closed until June because the terns are nesting, so we would have to walk the southern loop and come back through the village. About eleven kilometres, mostly flat, one climb at the lighthouse.',
    morning + 5 * minute,
  ),
  message(
    'self',
    anna,
    'Map: https://www.naturkartan.se/sv/stockholms-lan/sodra-slingan',
    morning + 5 * minute + 20_000,
  ),
  message(anna, 'self', 'Perfect. Terns first.', morning + 31 * minute),
  message(anna, 'self', 'I will bring the binoculars, and a cake if the oven behaves.', nowMs - 16 * minute, {
    missingBefore: 2,
  }),
  message('self', anna, 'The oven always behaves for cake.', nowMs - 12 * minute, {
    delivery: { state: 'read', atMs: nowMs - 11 * minute },
  }),
  message('self', anna, 'Weather says sun until four.', nowMs - 11 * minute, {
    delivery: { state: 'delivered', atMs: nowMs - 10 * minute },
  }),
  message('self', anna, 'See you Saturday then', nowMs - minute, { delivery: { state: 'sent', atMs: nowMs - minute } }),

  message(ben, 'self', 'Slides are on the shared drive, last two are still rough', nowMs - 5 * hour),
  message('self', ben, 'Thanks, I will look at them tonight', nowMs - 52 * minute, {
    delivery: { state: 'written', atMs: nowMs - 52 * minute },
  }),

  message(chiara, 'self', 'Grazie mille! The book arrived today, and the ribbon too.', nowMs - day - hour),
  message('self', dmitri, 'Спасибо, посмотрю вечером', nowMs - 2 * day),
  message(layla, 'self', 'وصلت بخير، شكراً لك 🌙', nowMs - 36 * minute, { unread: true }),
  message(layla, 'self', 'سأرسل الصور غداً صباحاً إن شاء الله، والفيديو من الحفلة أيضاً.', nowMs - 35 * minute, {
    unread: true,
  }),
  message(jonas, 'self', 'Rehearsal moved to Tuesday, same room', nowMs - 6 * day),
  message('self', 'self', 'Buy: lamp oil, string, the small brushes', nowMs - 26 * hour),
]

export function conversationFor(
  id: string,
  members: readonly string[],
  kind: Conversation['kind'],
  createdAtMs: number,
): Conversation {
  const own = messages.filter((item) => item.conversation === id)
  return {
    conversation: id,
    kind,
    members,
    unread: own.filter((item) => item.unread).length,
    last: own.at(-1) ?? null,
    createdAtMs,
  }
}

export const conversations: readonly Conversation[] = [
  ...contacts.map((item) => conversationFor(item.conversation, [item.account], 'direct', item.addedAtMs)),
  conversationFor(self.conversation, [], 'self', nowMs - 60 * day),
]

export const invites: readonly Invite[] = [
  {
    invite: hex('invite 1', 16),
    state: 'open',
    createdAtMs: nowMs - 2 * hour,
    expiresAtMs: nowMs + 6 * day,
    usedBy: null,
  },
  {
    invite: hex('invite 2', 16),
    state: 'used',
    createdAtMs: nowMs - 3 * day,
    expiresAtMs: nowMs + 4 * day,
    usedBy: ben.account,
  },
  {
    invite: hex('invite 3', 16),
    state: 'withdrawn',
    createdAtMs: nowMs - 9 * day,
    expiresAtMs: nowMs - 2 * day,
    usedBy: null,
  },
]

export const settings: Settings = {
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
}

export const profile: Profile = {
  state: 'open',
  name: 'default',
  protection: 'passphrase',
  keyringAvailable: true,
  problem: null,
}
