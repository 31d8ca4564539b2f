/** How contacts are reached at this moment, and who makes this device reachable. */
import type { Connection, Connections } from '../../../preload/contract/dto.ts'
import { contractLimits } from '../../../preload/contract/limits.ts'
import { mayTalk } from '../../core/engine/people.ts'
import { mailboxDevices } from '../../core/engine/services.ts'
import type { AccountId, DeviceId } from '../../core/ids.ts'
import type { ContactRow } from '../../core/ports.ts'
import { durationsMs } from '../../core/limits.ts'
import { ok } from '../../core/result.ts'
import type { NodeContext } from './context.ts'
import type { Handlers } from './handlers.ts'
import { accountIdFrom } from './ids.ts'

/** What a clock that was set makes of a measure is cut off here; the contract's bound. */
const roundTripMsMax = 3_600_000

/** The contact whose device this is; null when it is nobody's, or nobody's that the user knows. */
export function contactOfDevice(context: NodeContext, device: DeviceId | null): AccountId | null {
  const resident = context.resident()
  const account = device === null ? undefined : resident.device(device)?.account
  return account === undefined || resident.contact(account) === null ? null : account
}

function toConnection(context: NodeContext, { account }: ContactRow): Connection {
  const { network } = context
  const device = context.resident().deviceOf(account)
  const path = device === null ? null : network.pathOf(device)
  if (device === null || path === null) return { account, path: 'away', roundTripMs: null, relay: null }
  const measuredMs = network.roundTripMs(device)
  const roundTripMs = measuredMs === null ? null : Math.min(measuredMs, roundTripMsMax)
  return { account, path, roundTripMs, relay: contactOfDevice(context, network.relayTo(device)) }
}

function toConnections(context: NodeContext, account: AccountId | null): Connections {
  const resident = context.resident()
  const accounts = (devices: readonly DeviceId[]): readonly AccountId[] =>
    devices.map((device) => contactOfDevice(context, device)).filter((found) => found !== null)
  const wanted = [...resident.contacts()].filter(
    (contact) => mayTalk(contact) && (account === null || contact.account === account),
  )
  return {
    contacts: wanted.slice(0, contractLimits.contactsMax).map((contact) => toConnection(context, contact)),
    reach: context.network.status().reach,
    relays: accounts(context.network.relays()),
    mailboxes: accounts(mailboxDevices(resident).map(({ device }) => device)),
  }
}

export function connectionHandlers(
  context: NodeContext,
): Handlers<'connections.get' | 'mailbox.usage' | 'relay.usage'> {
  return {
    async 'relay.usage'() {
      const { day, sizeBytes } = context.network.relayUse()
      return ok({ sizeBytes, untilMs: (day + 1) * durationsMs.day })
    },
    async 'mailbox.usage'() {
      const { owners, items, sizeBytes } = await context.mailbox.usage()
      return ok({ contacts: owners, items, sizeBytes })
    },
    'connections.get': async ({ account }) =>
      ok(toConnections(context, account === null ? null : accountIdFrom(account))),
  }
}
