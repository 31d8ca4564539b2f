/** Every statement there is, prepared once. */
import type { Connection } from '../connection.ts'
import { conversationQueries } from './conversations.ts'
import { deliveryQueries } from './deliveries.ts'
import { eventQueries } from './events.ts'
import { contactQueries, deviceQueries, selfQueries } from './identity.ts'
import { mailboxQueries } from './mailbox.ts'
import { mailSlotQueries } from './mailSlots.ts'
import { outboxQueries, progressQueries, seenQueries } from './outbox.ts'
import { initialQueries, inviteQueries, prekeyQueries, sessionQueries } from './sessions.ts'
import { settingQueries } from './settings.ts'
import { stashQueries } from './stash.ts'

export type Queries = ReturnType<typeof prepareQueries>

export function prepareQueries(connection: Connection) {
  return {
    self: selfQueries(connection),
    contacts: contactQueries(connection),
    devices: deviceQueries(connection),
    sessions: sessionQueries(connection),
    prekeys: prekeyQueries(connection),
    stash: stashQueries(connection),
    invites: inviteQueries(connection),
    initials: initialQueries(connection),
    conversations: conversationQueries(connection),
    events: eventQueries(connection),
    deliveries: deliveryQueries(connection),
    outbox: outboxQueries(connection),
    seen: seenQueries(connection),
    progress: progressQueries(connection),
    settings: settingQueries(connection),
    mailSlots: mailSlotQueries(connection),
    mailbox: mailboxQueries(connection),
  }
}
