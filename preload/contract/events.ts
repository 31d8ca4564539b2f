/** The one ordered stream of what changed. Numbers rise by one; after a gap the client takes a snapshot. */
import type { Infer } from './schema.ts'
import { nullable, object, oneOf, string, union } from './schema.ts'
import * as dto from './dto.ts'

export const eventSchema = union({
  profileChanged: { profile: dto.profileSchema },
  selfChanged: { self: dto.selfSchema },
  contactChanged: { contact: dto.contactSchema },
  conversationChanged: { conversation: dto.conversationSchema },
  messageChanged: { message: dto.messageSchema },
  inviteChanged: { invite: dto.inviteSchema },
  settingsChanged: { settings: dto.settingsSchema },
  networkChanged: { network: dto.networkSchema },
  nearbyChanged: { nearby: dto.nearbySchema },
  /** A new message of somebody else: a reason to notify. Never sent for what was read already. */
  messageArrived: { message: dto.messageSchema, senderName: dto.name },
  /** Something the user should know that no request asked for, such as a full disk. */
  warning: {
    code: oneOf('diskFull', 'storageFailed', 'portInUse', 'keyChanged', 'inviteFailed'),
    /** The contact whom it is about, or null. */
    account: nullable(dto.accountId),
    message: string({ max: 1_000 }),
  },
})
export type ContractEvent = Infer<typeof eventSchema>

export const numberedEventSchema = object({ sequence: dto.count, event: eventSchema })
export type NumberedEvent = Infer<typeof numberedEventSchema>
