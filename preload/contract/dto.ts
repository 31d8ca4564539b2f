/** The shapes that the screen, bots and tests see. Ids are lowercase hexadecimal; times are milliseconds since 1970. */
import type { Infer } from './schema.ts'
import { boolean, integer, list, nullable, object, oneOf, string, union } from './schema.ts'
import { contractLimits as limits } from './limits.ts'

const hexId = (bytes: number) => string({ max: bytes * 2, min: bytes * 2, pattern: /^[0-9a-f]+$/ })

export const accountId = hexId(32)
export const deviceId = hexId(32)
export const conversationId = hexId(32)
export const eventId = hexId(16)
export const inviteId = hexId(16)
export const timeMs = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
export const count = integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
export const name = string({ max: limits.nameLengthMax })
/** As ssh-keygen -lf prints it: `SHA256:` and 43 characters. */
export const fingerprint = string({ max: 64, pattern: /^SHA256:[A-Za-z0-9+/]{43}$/ })

/** How a connected device is reached. */
const pathKinds = ['loopback', 'lan', 'direct', 'relay', 'webrtc'] as const
/** Whether what a contact's device does for others is used: as the privacy mode says, always, or never. */
export const serviceUse = oneOf('auto', 'always', 'never')
export type ServiceUse = Infer<typeof serviceUse>

export const selfSchema = object({
  account: accountId,
  device: deviceId,
  name,
  fingerprint,
  /** The conversation with oneself. */
  conversation: conversationId,
})
export type Self = Infer<typeof selfSchema>

/** Whole seal: verified. Plain: not yet. Cracked: the key changed and nothing is sent. */
export const contactSchema = object({
  account: accountId,
  conversation: conversationId,
  /** The name to show: the user's own for them, else what they call themselves. Already sanitised. */
  name,
  claimedName: name,
  petName: nullable(name),
  fingerprint,
  state: oneOf('pending', 'active', 'keyChanged', 'blocked', 'removed'),
  verifiedAtMs: nullable(timeMs),
  /** How they are reached at this moment; `away` when not connected. */
  path: oneOf('away', ...pathKinds),
  lastSeenAtMs: nullable(timeMs),
  addedAtMs: timeMs,
  /** Another contact whose name looks the same, or null: a reason to compare fingerprints. */
  looksLike: nullable(accountId),
  /** Why a pending contact's invite could not be completed yet; null when it is only waiting for them. */
  pendingProblem: nullable(
    oneOf('inviteUsed', 'inviteExpired', 'inviteWithdrawn', 'inviteUnknown', 'identityMismatch', 'peerTooNew'),
  ),
  /** What their device offers its contacts: to pass calls on, to hold messages. */
  offers: object({ relay: boolean, mailbox: boolean }),
  serviceUse,
})
export type Contact = Infer<typeof contactSchema>

/** held: a mailbox has it. delivered: their device has stored it. */
export const deliverySchema = object({
  state: oneOf('written', 'sent', 'held', 'delivered', 'read'),
  atMs: timeMs,
})
export type Delivery = Infer<typeof deliverySchema>

/** How far a message has come with one device, and on which way. */
export const deliveryDetailsSchema = object({
  account: accountId,
  device: deviceId,
  delivery: deliverySchema,
  /** The way on which it went last, or by which it arrived; null before that. */
  via: nullable(oneOf(...pathKinds, 'mailbox')),
  /** The contact whose device holds or held it; null for none, and for one that is no contact. */
  mailbox: nullable(accountId),
  /** The contact through whose relay it goes at this moment; null for none, and for one that is no contact. */
  relay: nullable(accountId),
  /** Why no mailbox has it, while it waits here for somebody who is away; null when none was asked, or one takes it. */
  mailProblem: nullable(oneOf('full', 'unknownTag', 'busy', 'tooLarge', 'unreachable')),
})
export type DeliveryDetails = Infer<typeof deliveryDetailsSchema>

export const messageSchema = object({
  event: eventId,
  conversation: conversationId,
  sender: accountId,
  own: boolean,
  /** The id under which the screen wrote it; null for others' messages. */
  clientId: nullable(string({ max: limits.clientIdLengthMax })),
  body: union({
    text: { text: string({ max: limits.messageTextLengthMax }) },
    /** From a newer Waxwing: kept, shown as such. */
    unknown: {},
  }),
  /** When its sender says it was written, and the value to sort by (then counter, then event). */
  timeMs,
  orderMs: timeMs,
  counter: count,
  storedAtMs: timeMs,
  unread: boolean,
  delivery: nullable(deliverySchema),
  /** How many messages of the same sender are missing directly before this one. */
  missingBefore: count,
})
export type Message = Infer<typeof messageSchema>

export const conversationSchema = object({
  conversation: conversationId,
  kind: oneOf('self', 'direct', 'group'),
  /** Other members; empty for the note to self. */
  members: list(accountId, 250),
  unread: count,
  last: nullable(messageSchema),
  createdAtMs: timeMs,
})
export type Conversation = Infer<typeof conversationSchema>

export const inviteSchema = object({
  invite: inviteId,
  state: oneOf('open', 'used', 'withdrawn', 'expired'),
  createdAtMs: timeMs,
  expiresAtMs: timeMs,
  usedBy: nullable(accountId),
})
export type Invite = Infer<typeof inviteSchema>

const reach = oneOf('lan', 'public', 'mapped', 'relay')

export const networkSchema = object({
  state: oneOf('off', 'starting', 'listening', 'failed'),
  /** What went wrong with listening or with the proxy, and a sentence about it; null when all is well. */
  problem: nullable(
    object({
      code: oneOf(
        'portInUse',
        'addressNotAvailable',
        'listenRefused',
        'proxyRefused',
        'proxyUnreachable',
        'proxyAuthFailed',
        'proxyNotSocks',
        'proxyTimeout',
      ),
      message: string({ max: 300 }),
    }),
  ),
  addresses: list(string({ max: limits.addressLengthMax }), limits.addressesMax),
  connected: count,
  /** How others can reach this device: from its own network alone, by a public address, by the router, through relays. */
  reach,
})
export type NetworkStatus = Infer<typeof networkSchema>

export const connectionSchema = object({
  account: accountId,
  path: oneOf('away', ...pathKinds),
  /** How long their device takes to answer; null when that is not known. */
  roundTripMs: nullable(integer({ min: 0, max: 3_600_000 })),
  /** The contact through whose relay they are reached; null for none, and for one that is no contact. */
  relay: nullable(accountId),
})
export type Connection = Infer<typeof connectionSchema>

/** What is held here for contacts: for how many, how many things, and how much disk they take. */
export const holdingSchema = object({ contacts: count, items: count, sizeBytes: count })
export type Holding = Infer<typeof holdingSchema>

/** What was passed on for contacts since the day began, which is counted in UTC, and when it ends. */
export const relayUsageSchema = object({ sizeBytes: count, untilMs: timeMs })
export type RelayUsage = Infer<typeof relayUsageSchema>

export const connectionsSchema = object({
  contacts: list(connectionSchema, limits.contactsMax),
  reach,
  /** Contacts through whose devices others can reach this one at this moment. */
  relays: list(accountId, limits.contactsMax),
  /** Contacts whose devices hold messages for this one while it is away. */
  mailboxes: list(accountId, limits.contactsMax),
})
export type Connections = Infer<typeof connectionsSchema>

/** The names of a table's entries. */
function namesIn<T extends object>(table: T): readonly (keyof T & string)[] {
  return Object.keys(table) as (keyof T & string)[]
}

export const settingsSchema = object({
  theme: oneOf('system', 'light', 'dark', 'contrast'),
  lanDiscovery: boolean,
  /** Whether contacts are reached through this device, and whether it holds messages for them. */
  serveRelay: boolean,
  serveMailbox: boolean,
  /** How much may be passed on for them in a day, and how much disk what is held for them may take. */
  relayQuota: oneOf(...namesIn(limits.relayQuotasBytes)),
  mailboxQuota: oneOf(...namesIn(limits.mailboxQuotasBytes)),
  /** Whether the router is asked to pass calls on. */
  portMapping: boolean,
  /** Who may learn where this device is. */
  privacy: oneOf('open', 'relayOnly', 'proxy'),
  proxyHost: string({ max: limits.proxyHostLengthMax }),
  proxyPort: integer({ min: 1, max: 65_535 }),
  sendReadReceipts: boolean,
  notifications: oneOf('full', 'nameOnly', 'quiet'),
  density: oneOf('comfortable', 'compact'),
})
export type Settings = Infer<typeof settingsSchema>

/** absent: first run. locked: a passphrase is wanted. broken: see problem; nothing was changed. */
export const profileSchema = object({
  state: oneOf('absent', 'locked', 'opening', 'open', 'broken'),
  name: string({ max: 64 }),
  protection: nullable(oneOf('passphrase', 'keyring')),
  /** Whether the operating system offers a keyring that may be trusted. */
  keyringAvailable: boolean,
  problem: nullable(string({ max: 1_000 })),
})
export type Profile = Infer<typeof profileSchema>

/** Somebody who has switched on "people nearby" on this network as well. */
export const nearbyPersonSchema = object({
  /** Their key for this sitting: no device's, and worth nothing afterwards. */
  peer: deviceId,
  /** What they call themselves; sanitised, may be empty. Anybody can call themselves anything. */
  name,
  /**
   * asked: by us. asking: they ask. proving: nonces are exchanged. comparing: the user is to say whether both screens
   * show these digits. waiting: the user has, they have not yet. adding: both have. done: they are a contact.
   */
  stage: oneOf('here', 'asked', 'asking', 'proving', 'comparing', 'waiting', 'adding', 'done', 'gone'),
  digits: nullable(string({ min: 8, max: 8, pattern: /^[0-9]{8}$/ })),
  /** What became of the last attempt with them. */
  problem: nullable(oneOf('declined', 'cancelled', 'late', 'different', 'gone', 'protocol', 'refused')),
  /** Known once both people have said that the digits are the same. */
  account: nullable(accountId),
  /** A contact whose name looks the same, or null; and whether somebody else nearby has such a name. */
  looksLike: nullable(accountId),
  alike: boolean,
})
export type NearbyPerson = Infer<typeof nearbyPersonSchema>

/** People nearby: off, unless `endsAtMs` says until when it is on. */
export const nearbySchema = object({
  /** False where the network may not be told of, because of the privacy mode or of how this node was started. */
  available: boolean,
  endsAtMs: nullable(timeMs),
  /** Why the last sitting ended. attempts: too many comparisons failed. */
  ended: nullable(oneOf('time', 'attempts', 'stopped', 'forbidden')),
  people: list(nearbyPersonSchema, limits.nearbyPeopleMax),
})
export type Nearby = Infer<typeof nearbySchema>

export const cursorSchema = object({ orderMs: timeMs, counter: count, event: eventId })
export type Cursor = Infer<typeof cursorSchema>

export const snapshotSchema = object({
  /** The number of the last event that this snapshot contains. */
  sequence: count,
  self: selfSchema,
  contacts: list(contactSchema, limits.contactsMax),
  conversations: list(conversationSchema, limits.conversationsMax),
  invites: list(inviteSchema, limits.invitesMax),
  settings: settingsSchema,
  network: networkSchema,
  nearby: nearbySchema,
})
export type Snapshot = Infer<typeof snapshotSchema>

export const verificationSchema = object({
  contact: accountId,
  fingerprint,
  ownFingerprint: fingerprint,
  /** Twelve groups of five digits. */
  safetyNumber: list(string({ max: 5, min: 5, pattern: /^[0-9]{5}$/ }), 12),
  /** The text of the QR code that this side shows. */
  qr: string({ max: 512 }),
  verifiedAtMs: nullable(timeMs),
})
export type Verification = Infer<typeof verificationSchema>

/** What comparing a card, key or code with the pinned key said. */
export const comparisonSchema = union({
  match: { fingerprint },
  mismatch: { expected: fingerprint, got: fingerprint },
  /** The signature under the card does not belong to it. */
  badSignature: {},
})
export type Comparison = Infer<typeof comparisonSchema>

export const exportFileSchema = object({
  fileName: string({ max: 100, pattern: /^[A-Za-z0-9._-]+$/ }),
  /** UTF-8 text, or base64 for pictures. */
  encoding: oneOf('utf8', 'base64'),
  contents: string({ max: 1_000_000 }),
})
export type ExportFile = Infer<typeof exportFileSchema>
