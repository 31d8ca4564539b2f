/** Rows for the store's conformance suite: complete, distinct, and the same in every run. */
import type {
  AccountId,
  ConversationId,
  DeviceId,
  EnvelopeId,
  EventId,
  InviteId,
  PrekeyId,
  SessionId,
} from '../../main/core/ids.ts'
import type * as ports from '../../main/core/ports.ts'

function hex(bytes: number, kind: number, number: number): string {
  return kind.toString(16).padStart(2, '0') + number.toString(16).padStart(bytes * 2 - 2, '0')
}

export const accountOf = (number: number) => hex(32, 0xa0, number) as AccountId
export const deviceOf = (number: number) => hex(32, 0xd0, number) as DeviceId
export const conversationOf = (number: number) => hex(32, 0xc0, number) as ConversationId
export const eventOf = (number: number) => hex(16, 0xe0, number) as EventId
export const inviteOf = (number: number) => hex(16, 0x10, number) as InviteId
export const prekeyOf = (number: number) => hex(16, 0x20, number) as PrekeyId
export const sessionOf = (number: number) => hex(16, 0x30, number) as SessionId
export const envelopeOf = (number: number) => hex(16, 0x40, number) as EnvelopeId
export const hashOf = (number: number) => hex(32, 0x50, number)

export function bytesOf(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 31 + seed * 17) & 0xff)
}

export const self: ports.SelfRow = { secrets: bytesOf(200, 1), name: 'Ada ✓ 🐦', createdAtMs: 1_800_000_000_000 }

export function contact(number: number, over: Partial<ports.ContactRow> = {}): ports.ContactRow {
  return {
    account: accountOf(number),
    state: 'active',
    pendingProblem: null,
    claimedName: `Contact ${number}`,
    petName: null,
    descriptor: bytesOf(120, number),
    offeredDescriptor: null,
    verifiedAtMs: null,
    createdAtMs: 1_800_000_000_000 + number,
    lastSeenAtMs: null,
    acceptedInvite: null,
    lanKey: bytesOf(32, number),
    ...over,
  }
}

export function device(number: number, over: Partial<ports.DeviceRow> = {}): ports.DeviceRow {
  return {
    device: deviceOf(number),
    account: accountOf(number),
    certificate: bytesOf(150, number),
    addresses: ['/ip4/127.0.0.1/tcp/4001', '/ip6/::1/tcp/4001'],
    addressesAtMs: 1_800_000_000_100 + number,
    toldAtMs: 1_800_000_000_100 + number,
    services: 0,
    mailboxes: [],
    relays: [],
    mail: null,
    use: 'auto',
    ...over,
  }
}

export function mailSlot(number: number, over: Partial<ports.MailSlotRow> = {}): ports.MailSlotRow {
  return { slot: number, seed: bytesOf(32, number), device: null, fromDay: 20_700 + number, untilDay: null, ...over }
}

export function session(number: number, over: Partial<ports.SessionRow> = {}): ports.SessionRow {
  return {
    device: deviceOf(1),
    session: sessionOf(number),
    state: bytesOf(700, number),
    active: true,
    createdAtMs: 1_800_000_000_000,
    usedAtMs: 1_800_000_000_000 + number,
    ...over,
  }
}

export function prekey(number: number, over: Partial<ports.PrekeyRow> = {}): ports.PrekeyRow {
  return {
    prekey: prekeyOf(number),
    purpose: 'invite',
    bundle: bytesOf(1_400, number),
    secrets: bytesOf(2_600, number),
    invite: inviteOf(number),
    device: null,
    createdAtMs: 1_800_000_000_000,
    expiresAtMs: 1_800_000_000_000 + number * 1_000,
    ...over,
  }
}

/** What is kept of device 1. */
export function stash(number: number, over: Partial<ports.StashRow> = {}): ports.StashRow {
  return {
    device: deviceOf(1),
    prekey: prekeyOf(number),
    bundle: bytesOf(1_400, number),
    lastResort: false,
    expiresAtMs: 1_800_000_000_000 + number * 1_000,
    ...over,
  }
}

export function invite(number: number, over: Partial<ports.InviteRow> = {}): ports.InviteRow {
  return {
    invite: inviteOf(number),
    payload: bytesOf(300, number),
    prekey: prekeyOf(number),
    state: 'open',
    usedBy: null,
    createdAtMs: 1_800_000_000_000,
    expiresAtMs: 1_800_000_500_000,
    ...over,
  }
}

export function conversation(number: number, over: Partial<ports.ConversationRow> = {}): ports.ConversationRow {
  return {
    conversation: conversationOf(number),
    kind: 'direct',
    members: [accountOf(0), accountOf(number)],
    nextSequence: 1,
    heads: [],
    clockMs: 0,
    clockCounter: 0,
    unread: 0,
    createdAtMs: 1_800_000_000_000 + number,
    ...over,
  }
}

/** Event `number`, from device 1 in conversation 1, number `number` of its sequence. */
export function event(number: number, over: Partial<ports.EventRow> = {}): ports.EventRow {
  return {
    event: eventOf(number),
    conversation: conversationOf(1),
    account: accountOf(1),
    device: deviceOf(1),
    sequence: number,
    timeMs: 1_800_000_000_000 + number,
    orderMs: 1_800_000_000_000 + number,
    counter: 0,
    kind: 'text',
    text: `message ${number}`,
    content: bytesOf(40, number),
    clientId: null,
    storedAtMs: 1_800_000_000_500 + number,
    unread: true,
    ...over,
  }
}

/** An event written here, by device 0. */
export function ownEvent(number: number, over: Partial<ports.EventRow> = {}): ports.EventRow {
  const own = { account: accountOf(0), device: deviceOf(0), clientId: `client-${number}`, unread: false }
  return event(number, { ...own, ...over })
}

export function outboxRow(number: number, over: Partial<ports.OutboxRow> = {}): ports.OutboxRow {
  return {
    device: deviceOf(1),
    order: number,
    event: eventOf(number),
    content: bytesOf(60, number),
    sealed: null,
    held: [],
    createdAtMs: 1_800_000_000_000 + number,
    ...over,
  }
}

export function sealed(number: number): NonNullable<ports.OutboxRow['sealed']> {
  return { envelope: envelopeOf(number), session: sessionOf(1), bytes: bytesOf(400, number) }
}

export function mark(sequence: number): ports.ProgressMark {
  return { sequence, orderMs: 1_800_000_000_000 + sequence, counter: sequence % 3 }
}

export function progress(contiguous: number, above: readonly number[]): ports.ProgressRow {
  return {
    conversation: conversationOf(1),
    device: deviceOf(1),
    contiguous: mark(contiguous),
    above: above.map(mark),
  }
}

export const put = {
  self: (row: ports.SelfRow): ports.Change => ({ kind: 'putSelf', row }),
  contact: (row: ports.ContactRow): ports.Change => ({ kind: 'putContact', row }),
  device: (row: ports.DeviceRow): ports.Change => ({ kind: 'putDevice', row }),
  session: (row: ports.SessionRow): ports.Change => ({ kind: 'putSession', row }),
  prekey: (row: ports.PrekeyRow): ports.Change => ({ kind: 'putPrekey', row }),
  stash: (row: ports.StashRow): ports.Change => ({ kind: 'putStash', row }),
  invite: (row: ports.InviteRow): ports.Change => ({ kind: 'putInvite', row }),
  mailSlot: (row: ports.MailSlotRow): ports.Change => ({ kind: 'putMailSlot', row }),
  conversation: (row: ports.ConversationRow): ports.Change => ({ kind: 'putConversation', row }),
  event: (row: ports.EventRow): ports.Change => ({ kind: 'putEvent', row }),
  outbox: (row: ports.OutboxRow): ports.Change => ({ kind: 'putOutbox', row }),
  progress: (row: ports.ProgressRow): ports.Change => ({ kind: 'putProgress', row }),
  seen: (number: number, atMs: number, device = deviceOf(1)): ports.Change => ({
    kind: 'putSeen',
    device,
    envelope: envelopeOf(number),
    atMs,
  }),
  initial: (number: number, untilMs: number): ports.Change => ({
    kind: 'putInitial',
    hash: hashOf(number),
    device: deviceOf(1),
    untilMs,
  }),
  delivery: (
    event: number,
    device: number,
    state: ports.DeliveryState,
    atMs: number,
    way: Partial<ports.DeliveryRow> = {},
  ): ports.Change => ({
    kind: 'putDelivery',
    row: { event: eventOf(event), device: deviceOf(device), state, atMs, via: null, mailbox: null, ...way },
  }),
  setting: (key: string, value: ports.SettingValue): ports.Change => ({ kind: 'putSetting', key, value }),
}
