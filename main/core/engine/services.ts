/** What devices do for each other: pass calls on, hold messages. PROTOCOL.md, "Contents" and "Mailboxes". */
import { protocolLimits } from '../limits.ts'
import type { ContactRow, DeviceRow, MailboxAddress, Privacy, Serving } from '../ports.ts'
import { isOn, privacyOf } from './settings.ts'
import type { State } from './state.ts'

/** What is read of the state to know whose services are used. */
interface Known extends Pick<State, 'device' | 'deviceOf' | 'setting'> {
  contacts(): Iterable<ContactRow>
}

const relayBit = 1
const mailboxBit = 2

/** What the user lets this device do for contacts. */
export function serving(state: State): Serving {
  return { relay: isOn(state, 'serveRelay'), mailbox: isOn(state, 'serveMailbox') }
}

/** The same as a number, for contacts. */
export function ownServices(state: State): number {
  const { relay, mailbox } = serving(state)
  return (relay ? relayBit : 0) + (mailbox ? mailboxBit : 0)
}

/** What a device says that it does for its contacts. */
export function offersOf({ services }: DeviceRow): Serving {
  const offers = (bit: number): boolean => Math.floor(services / bit) % 2 === 1
  return { relay: offers(relayBit), mailbox: offers(mailboxBit) }
}

/** What a contact's device does for us: what it offers, if the user lets us take it. */
export function servicesOf(device: DeviceRow, privacy: Privacy): Serving {
  // Who serves learns where we are: where that is to be hidden, the user names whom to trust with it.
  const wanted = device.use === 'always' || (device.use === 'auto' && privacy.kind === 'open')
  const { relay, mailbox } = offersOf(device)
  return { relay: wanted && relay, mailbox: wanted && mailbox }
}

/** The devices of contacts that serve us so; those of the longest acquaintance first: nobody new takes their place. */
function devicesThat(state: Known, serves: (services: Serving) => boolean): readonly DeviceRow[] {
  const privacy = privacyOf(state)
  const devices: { readonly row: DeviceRow; readonly sinceMs: number }[] = []
  for (const contact of state.contacts()) {
    const device = contact.state === 'active' ? state.deviceOf(contact.account) : null
    const row = device === null ? null : state.device(device)
    if (row !== null && serves(servicesOf(row, privacy))) devices.push({ row, sinceMs: contact.createdAtMs })
  }
  const chosen = ({ row }: { readonly row: DeviceRow }): number => Number(row.use === 'always')
  const byName = (a: DeviceRow, b: DeviceRow): number => (a.device < b.device ? -1 : 1)
  devices.sort((a, b) => chosen(b) - chosen(a) || a.sinceMs - b.sinceMs || byName(a.row, b.row))
  return devices.map(({ row }) => row)
}

/** The devices of contacts that hold messages for us. */
export function mailboxDevices(state: Known): readonly DeviceRow[] {
  return devicesThat(state, ({ mailbox }) => mailbox).slice(0, protocolLimits.mailboxesMax)
}

/** Relays that keep word of where we are, beside our mailboxes. */
export function recordRelays(state: Known): readonly DeviceRow[] {
  const mailboxes = new Set(mailboxDevices(state).map(({ device }) => device))
  const relays = devicesThat(state, ({ relay }) => relay).filter(({ device }) => !mailboxes.has(device))
  return relays.slice(0, protocolLimits.recordRelaysMax)
}

/** How others reach them without us. One that is reached through relays alone is no use. */
function toldOf(devices: readonly DeviceRow[]): readonly MailboxAddress[] {
  return devices.flatMap(({ device, addresses }) => {
    const direct = addresses.filter((address) => !address.includes('/p2p-circuit'))
    const told = direct.slice(0, protocolLimits.mailboxAddressesMax)
    return told.length === 0 ? [] : [{ device, addresses: told }]
  })
}

/** Where contacts may leave messages for us. */
export function ownMailboxes(state: State): readonly MailboxAddress[] {
  return toldOf(mailboxDevices(state))
}

/** Where else contacts may look for word of us. */
export function ownRecordRelays(state: State): readonly MailboxAddress[] {
  return toldOf(recordRelays(state))
}
