/** The tables of the engine's state: which rows are always there, which are kept a while, which only pass through. */
import type { AccountId, ConversationId, DeviceId, EventId, InviteId, PrekeyId } from '../ids.ts'
import type * as ports from '../ports.ts'
import type { Flow } from './flow.ts'
import { Layered } from './layered.ts'

/** How many rows wait for a device, and the highest order that any of its rows ever had. */
export interface OutboxDepth {
  readonly rows: number
  readonly orderMax: number
}

/** Facts of this run that belong to no device. */
export interface Run {
  /** Where others may reach this device now. */
  readonly addresses: readonly string[]
  readonly prunedAtMs: number | null
  /** When word of where we are is left at our mailboxes and relays; null before there is any. */
  readonly publishAtMs: number | null
  /** The tag, in hexadecimal, up to which it has been left; empty between two rounds. */
  readonly publishedUpTo: string
  /** Our mailboxes, and the relays that keep word of us, as contacts were told last: one text to compare. */
  readonly keepers: string
}

/** How often something was done in the hour that began then. */
export interface Quota {
  readonly sinceMs: number
  readonly count: number
}

/** Key of a row with two keys. */
type Pair = string

export interface Tables {
  readonly self: Layered<'self', ports.SelfRow>
  readonly run: Layered<'run', Run>
  readonly contacts: Layered<AccountId, ports.ContactRow>
  readonly devices: Layered<DeviceId, ports.DeviceRow>
  readonly devicesOf: Layered<AccountId, readonly DeviceId[]>
  readonly invites: Layered<InviteId, ports.InviteRow>
  readonly settings: Layered<string, ports.SettingValue>
  readonly mailSlots: Layered<number, ports.MailSlotRow | null>
  readonly depths: Layered<DeviceId, OutboxDepth>
  readonly flows: Layered<DeviceId, Flow>
  /** By what is counted. */
  readonly quotas: Layered<string, Quota>
  readonly sessions: Layered<DeviceId, readonly ports.SessionRow[]>
  readonly conversations: Layered<ConversationId, ports.ConversationRow | null>
  readonly progress: Layered<Pair, ports.ProgressRow | null>
  readonly prekeys: Layered<PrekeyId, ports.PrekeyRow | null>
  readonly prekeysOf: Layered<DeviceId, readonly ports.PrekeyRow[]>
  readonly stash: Layered<DeviceId, readonly ports.StashRow[]>
  readonly initials: Layered<string, boolean>
  readonly seen: Layered<Pair, boolean>
  readonly events: Layered<EventId, ports.EventRow | null>
  readonly clientIds: Layered<Pair, ports.EventRow | null>
  readonly envelopes: Layered<Pair, ports.OutboxRow | null>
  readonly deliveries: Layered<EventId, readonly ports.DeliveryRow[]>
}

const resident = [
  'self',
  'run',
  'contacts',
  'devices',
  'devicesOf',
  'invites',
  'settings',
  'mailSlots',
  'depths',
  'flows',
  'quotas',
] as const
/** Kept in memory up to a limit: what the next message will need again. */
export const hot = ['sessions', 'conversations', 'progress', 'events', 'deliveries'] as const
/** Kept for one batch. */
export const passing = ['prekeys', 'prekeysOf', 'stash', 'initials', 'seen', 'clientIds', 'envelopes'] as const
export const tableNames = [...resident, ...hot, ...passing] as const satisfies readonly (keyof Tables)[]

export function makeTables(below: Tables | null): Tables {
  const tables: Partial<Record<keyof Tables, unknown>> = {}
  for (const name of tableNames) {
    tables[name] = new Layered(below === null ? null : (below[name] as Layered<unknown, unknown>))
  }
  return tables as unknown as Tables
}

export function pair(one: string, other: string): Pair {
  return `${one}/${other}`
}
