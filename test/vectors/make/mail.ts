/** Vectors of what lies in mailboxes. */
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { encodeInviteRecord } from '../../../main/core/engine/mail/invites.ts'
import { sealForMailbox } from '../../../main/core/engine/mail/keys.ts'
import type { Place } from '../../../main/core/engine/mail/keys.ts'
import { encodeWhereabouts } from '../../../main/core/engine/mail/rendezvous.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { deviceIdOf, envelopeIdOf, idBytes } from '../../../main/core/ids.ts'
import { encodeFrame } from '../../../main/core/wire/frame.ts'
import type { Author, Draft } from './author.ts'
import { bytesFor, flipped, replaced, startMs } from './people.ts'

const place: Place = {
  pairKey: bytesFor('pair key', 32),
  mailbox: deviceIdOf(bytesFor('mailbox', 32)),
  recipient: deviceIdOf(bytesFor('recipient', 32)),
  day: 20_718,
  use: 'item',
}
const nonce = bytesFor('mail nonce', 24)
const ack = encodeFrame({ kind: 'ack', envelopeIds: [envelopeIdOf(bytesFor('envelope id', 16))] })
const envelope = encodeFrame({ kind: 'envelope', sealed: bytesFor('sealed', 315) })

function inputAt(at: Place, item: Uint8Array, isRefused = false): object {
  const { pairKey, day, use } = at
  const names = { pairKey, mailbox: idBytes(at.mailbox), recipient: idBytes(at.recipient), day, use }
  return isRefused ? { ...names, item } : { ...names, nonce, item }
}

function items(): Draft[] {
  const seal = (at: Place, content: Uint8Array) => sealForMailbox(crypto, at, content, entropyOf(nonce))
  const of = (name: string, describes: string, at: Place, content: Uint8Array): Draft => ({
    name: `mail/item-${name}`,
    describes,
    scenario: 'mailItem',
    input: inputAt(at, seal(at, content)),
  })
  const sealed = seal(place, ack)
  const not = (name: string, describes: string, at: Place, item = sealed): Draft => ({
    name: `mail/refuses-item-${name}`,
    describes,
    scenario: 'mailItem',
    input: inputAt(at, item, true),
    error: { kind: 'notOpened' },
  })
  const other = deviceIdOf(bytesFor('another', 32))
  return [
    of('ack', 'An acknowledgment for a device that is away.', place, ack),
    of('envelope', 'An envelope, on the first day that there was.', { ...place, day: 0 }, envelope),
    of(
      'record',
      'A record, under another tag and another key than an item of that day.',
      { ...place, use: 'record' },
      ack,
    ),
    not('of-the-next-day', 'The tag and key of a day open nothing of another.', { ...place, day: place.day + 1 }),
    not('of-another-mailbox', 'Nor those of one mailbox what lay in another.', { ...place, mailbox: other }),
    not('of-the-other-direction', 'Nor those of one direction what goes the other way.', {
      ...place,
      recipient: other,
    }),
    not('of-another-pair', 'Nor those of one pair what another left.', {
      ...place,
      pairKey: bytesFor('other pair', 32),
    }),
    not('that-is-a-record', 'Nor those of a record an item.', { ...place, use: 'record' }),
    not('with-a-flipped-bit', 'An altered item opens for nobody.', place, flipped(sealed, 60)),
    not('that-is-cut', 'Nor does one whose end is missing.', place, sealed.slice(0, 40)),
  ]
}

const record = encodeWhereabouts({
  timeMs: startMs,
  addresses: ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001'],
})
const malformed = (cause: object) => ({ kind: 'malformed', cause })

function whereabouts(): Draft[] {
  const of = (name: string, describes: string, bytes: Uint8Array, error?: object): Draft => ({
    name: `mail/${error === undefined ? '' : 'refuses-'}whereabouts-${name}`,
    describes,
    scenario: 'whereabouts',
    input: { record: bytes },
    ...(error !== undefined && { error }),
  })
  const nine = malformed({ kind: 'tooLong', field: 'addresses', got: 9, max: 8 })
  const newer = malformed({ kind: 'badVersion', field: 'record', got: 2, wanted: 1 })
  return [
    of('of-two-addresses', 'Where a device was, by its clock.', record),
    of('of-none', 'A device that can be reached by nobody says so.', encodeWhereabouts({ timeMs: 0, addresses: [] })),
    of('of-a-later-version', 'Of a version to come.', replaced(record, 0, Uint8Array.of(2)), newer),
    of('of-nine-addresses', 'More addresses than a profile tells.', replaced(record, 9, Uint8Array.of(9)), nine),
  ]
}

function inviteRecords(): Draft[] {
  const of = (name: string, describes: string, bytes: Uint8Array, error?: object): Draft => ({
    name: `mail/${error === undefined ? '' : 'refuses-'}invite-record-${name}`,
    describes,
    scenario: 'inviteRecord',
    input: { record: bytes },
    ...(error !== undefined && { error }),
  })
  const busy = malformed({ kind: 'badValue', field: 'status', got: 5 })
  return [
    of(
      'with-an-offer',
      'The offer of an open invite.',
      encodeInviteRecord({ kind: 'ok', bundle: bytesFor('offer', 64) }),
    ),
    ...(['unknown', 'used', 'expired', 'withdrawn'] as const).map((kind) =>
      of(kind, `Why there is no offer: ${kind}.`, encodeInviteRecord({ kind })),
    ),
    of('of-no-status', 'A record is never busy.', Uint8Array.of(1, 5), busy),
  ]
}

export function makeMail(author: Author): void {
  author.add('While a device is away', items())
  author.add('Rendezvous', whereabouts())
  author.add('Invites and mailboxes', inviteRecords())
}
