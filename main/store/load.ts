/** Reads the slice that one step needs, and the resident state. */
import type { Resident, Slice, SliceRequest } from '../core/ports.ts'
import type { Queries } from './queries/queries.ts'
import { eventOf } from './queries/events.ts'

/** One of each: two parts of a request may find the same row. */
function unique<T>(rows: readonly T[], nameOf: (row: T) => string): readonly T[] {
  return rows.length < 2 ? rows : [...new Map(rows.map((row) => [nameOf(row), row])).values()]
}

function each<T, R>(wanted: readonly T[] | undefined, read: (one: T) => R | null): readonly R[] {
  const found: R[] = []
  for (const one of new Set(wanted ?? [])) {
    const row = read(one)
    if (row !== null) found.push(row)
  }
  return found
}

export function readResident(queries: Queries): Resident {
  return {
    self: queries.self.get(),
    contacts: queries.contacts.all(),
    devices: queries.devices.all(),
    invites: queries.invites.all(),
    settings: queries.settings.all(),
    mailSlots: queries.mailSlots.all(),
    outbox: queries.outbox.summary(),
  }
}

function readEvents(queries: Queries, request: SliceRequest): Slice['events'] {
  const byId = each(request.events, (event) => {
    const row = queries.events.get(event)
    return row === null ? null : eventOf(row)
  })
  const byClientId = (request.clientIds ?? []).flatMap((wanted) =>
    queries.events.byClientId(wanted.conversation, wanted.clientId),
  )
  return unique([...byId, ...byClientId], (row) => row.event)
}

function readPrekeys(queries: Queries, request: SliceRequest): Slice['prekeys'] {
  const byId = each(request.prekeys, (prekey) => queries.prekeys.get(prekey))
  const byDevice = (request.prekeysOf ?? []).flatMap((device) => queries.prekeys.ofDevice(device))
  return unique([...byId, ...byDevice], (row) => row.prekey)
}

function readOutbox(queries: Queries, request: SliceRequest): Slice['outbox'] {
  const inOrder = (request.outbox ?? []).flatMap((wanted) =>
    queries.outbox.after(wanted.device, wanted.after, wanted.limit),
  )
  const byEnvelope = (request.outboxEnvelopes ?? []).flatMap((wanted) =>
    queries.outbox.byEnvelope(wanted.device, wanted.envelope),
  )
  return unique([...inOrder, ...byEnvelope], (row) => `${row.device}/${row.order}`)
}

export function readSlice(queries: Queries, request: SliceRequest): Slice {
  const unread = (request.unreadUpTo ?? []).flatMap((wanted) =>
    queries.events.unreadUpTo(wanted.conversation, wanted.event, wanted.limit),
  )
  const progress = each(request.progress, (wanted) => queries.progress.get(wanted.conversation, wanted.device))
  return {
    sessions: [...new Set(request.sessionsOf ?? [])].flatMap((device) => queries.sessions.ofDevice(device)),
    conversations: each(request.conversations, (conversation) => queries.conversations.get(conversation)),
    progress: unique(progress, (row) => row.conversation + row.device),
    prekeys: readPrekeys(queries, request),
    stash: [...new Set(request.stashOf ?? [])].flatMap((device) => queries.stash.ofDevice(device)),
    initials: each(request.initials, (hash) => (queries.initials.has(hash) ? hash : null)),
    seen: unique(
      (request.seen ?? []).filter(({ device, envelope }) => queries.seen.has(device, envelope)),
      (row) => row.device + row.envelope,
    ),
    events: readEvents(queries, request),
    outbox: readOutbox(queries, request),
    unread: unique(unread, (row) => row.event),
    deliveries: [...new Set(request.deliveries ?? [])].flatMap((event) => queries.deliveries.ofEvent(event)),
  }
}
