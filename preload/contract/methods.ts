/**
 * The one API: every request there is. The node implements it (main/node/service.ts); the screen
 * reaches it over the port, bots and tests as JSON-RPC. Both ends check params and results.
 */
import type { Infer, Schema } from './schema.ts'
import { boolean, integer, list, nullable, object, string, union } from './schema.ts'
import { contractLimits as limits } from './limits.ts'
import * as dto from './dto.ts'

interface Method<P, R> {
  readonly summary: string
  readonly params: Schema<P>
  readonly result: Schema<R>
}

function method<P, R>(summary: string, params: Schema<P>, result: Schema<R>): Method<P, R> {
  return { summary, params, result }
}

const nothing = object({})
const passphrase = string({ min: limits.passphraseLengthMin, max: limits.passphraseLengthMax })
const link = string({ min: 1, max: limits.inviteLinkLengthMax })

export const methods = {
  'profile.get': method('The state of the profile: absent, locked, open or broken.', nothing, dto.profileSchema),
  'profile.create': method(
    'First run: makes the identity and the encrypted store. Refused where anything exists already.',
    object({
      name: dto.name,
      protection: union({ passphrase: { passphrase }, keyring: {} }),
    }),
    dto.selfSchema,
  ),
  'profile.unlock': method(
    'Opens the store. With a keyring-protected profile the passphrase is null.',
    object({ passphrase: nullable(string({ max: limits.passphraseLengthMax })) }),
    dto.selfSchema,
  ),
  'profile.rename': method('Changes the own name; contacts are told.', object({ name: dto.name }), dto.selfSchema),
  'profile.changePassphrase': method(
    'Wraps the store key anew.',
    object({ current: nullable(string({ max: limits.passphraseLengthMax })), next: passphrase }),
    nothing,
  ),

  'snapshot.get': method(
    'Everything small, with the number of the last event it contains.',
    nothing,
    dto.snapshotSchema,
  ),

  'messages.page': method(
    'Messages of a conversation, newest first, before the cursor.',
    object({
      conversation: dto.conversationId,
      before: nullable(dto.cursorSchema),
      limit: integer({ min: 1, max: limits.messagePageMax }),
    }),
    object({ messages: list(dto.messageSchema, limits.messagePageMax), more: boolean }),
  ),
  'message.send': method(
    'Writes a message. It is stored, and will be sent, once this returns. The same clientId twice is one message.',
    object({
      conversation: dto.conversationId,
      clientId: string({ min: 1, max: limits.clientIdLengthMax }),
      text: string({ max: limits.messageTextLengthMax }),
    }),
    dto.messageSchema,
  ),
  'message.details': method(
    'How far a message has come with each device of its recipients.',
    object({ event: dto.eventId }),
    object({ message: dto.messageSchema, deliveries: list(dto.deliveryDetailsSchema, 1_000) }),
  ),
  'conversation.markRead': method(
    'Marks everything up to this message as read, and tells its senders if receipts are on.',
    object({ conversation: dto.conversationId, upTo: dto.eventId }),
    nothing,
  ),

  'invite.create': method(
    'Makes a single-use invite.',
    object({ lifetimeMs: nullable(integer({ min: 60_000, max: 30 * 86_400_000 })) }),
    object({ invite: dto.inviteSchema, link, fingerprint: dto.fingerprint }),
  ),
  'invite.link': method(
    'The link of an open invite again.',
    object({ invite: dto.inviteId }),
    object({ invite: dto.inviteSchema, link, fingerprint: dto.fingerprint }),
  ),
  'invite.withdraw': method(
    'An invite that is withdrawn can no longer be accepted.',
    object({ invite: dto.inviteId }),
    dto.inviteSchema,
  ),
  'invite.inspect': method(
    'Who an invite claims to be from, before anything is done with it.',
    object({ link }),
    object({
      name: dto.name,
      account: dto.accountId,
      fingerprint: dto.fingerprint,
      expiresAtMs: dto.timeMs,
      looksLike: nullable(dto.accountId),
    }),
  ),
  'invite.accept': method(
    'Accepts an invite: the contact is there at once, the session once they are reached.',
    object({ link }),
    dto.contactSchema,
  ),

  'contact.rename': method(
    'The user’s own name for a contact; null goes back to theirs.',
    object({ account: dto.accountId, petName: nullable(dto.name) }),
    dto.contactSchema,
  ),
  'contact.remove': method(
    'Nothing more is sent to or taken from them; messages stay.',
    object({ account: dto.accountId }),
    dto.contactSchema,
  ),
  'contact.block': method(
    'As remove, and they cannot be added again by an invite of theirs.',
    object({ account: dto.accountId, blocked: boolean }),
    dto.contactSchema,
  ),
  'contact.acceptKey': method(
    'Takes a changed key of a contact: sending goes on, verification starts anew.',
    object({ account: dto.accountId }),
    dto.contactSchema,
  ),
  'contact.setServiceUse': method(
    'Whether this contact’s device may pass calls on to this one and hold messages for it.',
    object({ account: dto.accountId, use: dto.serviceUse }),
    dto.contactSchema,
  ),

  'verification.get': method(
    'Safety number and QR text for a contact.',
    object({ account: dto.accountId }),
    dto.verificationSchema,
  ),
  'verification.set': method(
    'Marks a contact as verified, or withdraws it.',
    object({ account: dto.accountId, verified: boolean }),
    dto.contactSchema,
  ),
  'verification.checkQr': method(
    'Compares the text of a scanned QR code with the pinned keys.',
    object({ account: dto.accountId, qr: string({ min: 1, max: 1_024 }) }),
    dto.comparisonSchema,
  ),
  'verification.checkCard': method(
    'Compares a card.txt (with its signature, or null) or a .pub line with the pinned key.',
    object({
      account: dto.accountId,
      card: string({ min: 1, max: limits.cardLengthMax }),
      signature: nullable(string({ max: limits.cardLengthMax })),
    }),
    dto.comparisonSchema,
  ),
  'fingerprint.export': method(
    'The files that let anybody check this identity with ssh-keygen alone.',
    nothing,
    object({ files: list(dto.exportFileSchema, 16) }),
  ),

  'nearby.start': method(
    'Finds people on this network who do the same, for some minutes; null takes five. While it is on, goes on for so long.',
    object({
      durationMs: nullable(integer({ min: limits.nearbySittingMsMin, max: limits.nearbySittingMsMax })),
    }),
    dto.nearbySchema,
  ),
  'nearby.stop': method(
    'Ends it at once: nothing is announced any more, and nobody is answered.',
    nothing,
    dto.nearbySchema,
  ),
  'nearby.ask': method('Asks somebody to compare digits.', object({ peer: dto.deviceId }), dto.nearbySchema),
  'nearby.answer': method(
    'Answers who asks; false also withdraws an own question.',
    object({ peer: dto.deviceId, accept: boolean }),
    dto.nearbySchema,
  ),
  'nearby.compare': method(
    'Says whether both screens show the same digits. Once both people said so, they become contacts.',
    object({ peer: dto.deviceId, same: boolean }),
    dto.nearbySchema,
  ),

  'settings.set': method('Replaces the settings.', object({ settings: dto.settingsSchema }), dto.settingsSchema),
  'connections.get': method(
    'How contacts are reached at this moment, all or one, and who makes this device reachable. Measures round trips.',
    object({ account: nullable(dto.accountId) }),
    dto.connectionsSchema,
  ),
  'mailbox.usage': method('What this device holds for its contacts.', nothing, dto.holdingSchema),
  'relay.usage': method('What this device has passed on for its contacts today.', nothing, dto.relayUsageSchema),
  'network.wake': method('Dial everybody now: after a resume or a network change.', nothing, dto.networkSchema),
} as const

export type Methods = typeof methods
export type MethodName = keyof Methods
export type Params<M extends MethodName> = Infer<Methods[M]['params']>
export type MethodResult<M extends MethodName> = Infer<Methods[M]['result']>

/** Methods that answer while the profile is not open. */
export const methodsWithoutProfile: ReadonlySet<MethodName> = new Set<MethodName>([
  'profile.get',
  'profile.create',
  'profile.unlock',
])
