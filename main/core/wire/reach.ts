/** What somebody tells of themselves in a hello or profile: a name, where they are, and how they can be left something. */
import { fromUtf8, utf8 } from '../bytes.ts'
import type { DeviceId } from '../ids.ts'
import { deviceIdOf, idBytes } from '../ids.ts'
import { protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { Mailbox, MailGrant, Profile } from './content/content.ts'
import type { ContentError } from './values.ts'
import { bounded, exactly, textBytes, texts, u32Max } from './values.ts'

/** What somebody tells of themselves beside their name: where they are, and what they do for others. */
export interface Reach {
  readonly addresses: readonly string[]
  /** Bit 0: relays. Bit 1: holds messages. Other bits are of later versions. */
  readonly services: number
  /** Where messages for them can be left while they are away. */
  readonly mailboxes: readonly { readonly device: DeviceId; readonly addresses: readonly string[] }[]
  /** Relays that keep word of where they are, as their mailboxes do. */
  readonly relays: Reach['mailboxes']
  /** With what, 32 bytes each; null when they do not say. */
  readonly mail: { readonly key: Uint8Array; readonly signer: Uint8Array } | null
}

const limits = protocolLimits
const keyBytes = 32

const addresses = {
  kind: 'bytes',
  name: 'addresses',
  max: limits.addressSizeBytesMax,
  repeatedMax: limits.addressesMax,
} as const

const whereFields = {
  1: { kind: 'bytes', name: 'device', max: keyBytes },
  2: { ...addresses, repeatedMax: limits.mailboxAddressesMax },
} as const

/** Their shapes, for the messages that they stand in. */
export const reachShapes = {
  name: { kind: 'bytes', name: 'name', max: limits.nameSizeBytesMax },
  addresses,
  services: { kind: 'varint', name: 'services', max: u32Max },
  mailboxes: { kind: 'message', name: 'mailboxes', repeatedMax: limits.mailboxesMax, fields: whereFields },
  relays: { kind: 'message', name: 'relays', repeatedMax: limits.recordRelaysMax, fields: whereFields },
  mail: {
    kind: 'message',
    name: 'mail',
    fields: {
      1: { kind: 'bytes', name: 'key', max: keyBytes },
      2: { kind: 'bytes', name: 'signer', max: keyBytes },
    },
  },
} as const

function mailboxesOf(list: readonly Mailbox[]): Result<Reach['mailboxes'], ContentError> {
  const boxes: Reach['mailboxes'][number][] = []
  for (const { device, addresses: encoded } of list) {
    const refused = exactly('device', device, keyBytes)
    if (refused !== null) return err(refused)
    const where = texts('addresses', encoded)
    if (!where.ok) return where
    boxes.push({ device: deviceIdOf(device), addresses: where.value })
  }
  return ok(boxes)
}

function grantOf(grant: MailGrant | undefined): Result<Reach['mail'], ContentError> {
  if (grant === undefined) return ok(null)
  const refused = exactly('key', grant.key, keyBytes) ?? exactly('signer', grant.signer, keyBytes)
  return refused === null ? ok({ key: grant.key, signer: grant.signer }) : err(refused)
}

/** What a hello or profile says, all of it checked. */
export function readReach(fields: Profile): Result<{ readonly name: string } & Reach, ContentError> {
  const name = fromUtf8(fields.name, 'name')
  if (!name.ok) return err({ kind: 'badText', field: 'name' })
  const where = texts('addresses', fields.addresses)
  if (!where.ok) return where
  const mailboxes = mailboxesOf(fields.mailboxes)
  if (!mailboxes.ok) return mailboxes
  const relays = mailboxesOf(fields.relays)
  if (!relays.ok) return relays
  const mail = grantOf(fields.mail)
  if (!mail.ok) return mail
  return ok({
    name: name.value,
    addresses: where.value,
    services: fields.services,
    mailboxes: mailboxes.value,
    relays: relays.value,
    mail: mail.value,
  })
}

function addressBytes(list: readonly string[], max: number): Uint8Array[] {
  bounded('addresses', list.length, 0, max)
  return list.map((address) => textBytes('address', address, 1, limits.addressSizeBytesMax))
}

function mailboxFields(list: Reach['mailboxes']): Mailbox[] {
  return list.map((box) => ({
    device: idBytes(box.device),
    addresses: addressBytes(box.addresses, limits.mailboxAddressesMax),
  }))
}

function grantFields({ key, signer }: MailGrant): MailGrant {
  bounded('key', key.length, keyBytes, keyBytes)
  bounded('signer', signer.length, keyBytes, keyBytes)
  return { key, signer }
}

/** The fields of a hello or profile of ours. Values out of bounds are broken invariants. */
export function reachFields(said: { readonly name: string } & Reach): Profile {
  bounded('services', said.services, 0, u32Max)
  bounded('mailboxes', said.mailboxes.length, 0, limits.mailboxesMax)
  bounded('relays', said.relays.length, 0, limits.recordRelaysMax)
  bounded('name', utf8(said.name).length, 0, limits.nameSizeBytesMax)
  return {
    name: utf8(said.name),
    addresses: addressBytes(said.addresses, limits.addressesMax),
    services: said.services,
    mailboxes: mailboxFields(said.mailboxes),
    relays: mailboxFields(said.relays),
    ...(said.mail !== null && { mail: grantFields(said.mail) }),
  }
}
