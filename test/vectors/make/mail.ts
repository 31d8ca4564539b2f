/** Vectors of what lies in mailboxes. */
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { encodeInviteRecord } from '../../../main/core/engine/mail/invites.ts'
import { sealForMailbox } from '../../../main/core/engine/mail/keys.ts'
import type { Place } from '../../../main/core/engine/mail/keys.ts'
import { encodeWhereabouts } from '../../../main/core/engine/mail/whereabouts.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { deviceIdOf, envelopeIdOf, idBytes } from '../../../main/core/ids.ts'
import { encodeFrame } from '../../../main/core/wire/frame.ts'
import type { Author, Draft } from './author.ts'
import { malformed } from './author.ts'
import { bytesFor, flipped, replaced, startMs } from './people.ts'

const place: Place = {
  key: bytesFor('slot key', 32),
  mailbox: deviceIdOf(bytesFor('mailbox', 32)),
  owner: deviceIdOf(bytesFor('owner', 32)),
  day: 20_718,
  use: 'item',
}
const nonce = bytesFor('mail nonce', 24)
const ack = encodeFrame({ kind: 'ack', envelopeIds: [envelopeIdOf(bytesFor('envelope id', 16))] })
const envelope = encodeFrame({ kind: 'envelope', sealed: bytesFor('sealed', 315) })

function inputAt(at: Place, item: Uint8Array, isRefused = false): object {
  const { key, day, use } = at
  const names = { key, mailbox: idBytes(at.mailbox), owner: idBytes(at.owner), day, use }
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
    not('of-another-owner', 'Nor those of one owner what was left for another.', { ...place, owner: other }),
    not('of-another-slot', 'Nor those of one slot what lies under another.', {
      ...place,
      key: bytesFor('other slot', 32),
    }),
    not('that-is-a-record', 'Nor those of a record an item.', { ...place, use: 'record' }),
    not('with-a-flipped-bit', 'An altered item opens for nobody.', place, flipped(sealed, 60)),
    not('that-is-cut', 'Nor does one whose end is missing.', place, sealed.slice(0, 40)),
  ]
}

function slot(): Draft {
  return {
    name: 'mail/slot',
    describes: 'What whoever has a slot is told: the key that tags come from, and the one that signs records.',
    scenario: 'mailSlot',
    input: { seed: bytesFor('slot seed', 32) },
  }
}

const seed = bytesFor('signer', 32)
const parties = { author: deviceIdOf(bytesFor('owner', 32)), reader: deviceIdOf(bytesFor('reader', 32)) }
const addresses = ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001']
const record = encodeWhereabouts(crypto, { timeMs: startMs, addresses }, parties, seed)

function whereabouts(): Draft[] {
  const names = { author: idBytes(parties.author), reader: idBytes(parties.reader) }
  const signer = crypto.ed25519PublicKey(seed)
  const of = (name: string, describes: string, bytes: Uint8Array): Draft => ({
    name: `mail/whereabouts-${name}`,
    describes,
    scenario: 'whereabouts',
    input: { ...names, signer, seed, record: bytes },
  })
  const not = (name: string, describes: string, bytes: Uint8Array, error: object, over: object = {}): Draft => ({
    name: `mail/refuses-whereabouts-${name}`,
    describes,
    scenario: 'whereabouts',
    input: { ...names, signer, record: bytes, ...over },
    error,
  })
  const nine = malformed({ kind: 'tooLong', field: 'addresses', got: 9, max: 8 })
  const newer = malformed({ kind: 'badVersion', field: 'record', got: 3, wanted: 2 })
  const bad = { kind: 'badSignature' }
  const none = encodeWhereabouts(crypto, { timeMs: 0, addresses: [] }, parties, seed)
  const other = bytesFor('another', 32)
  return [
    of('of-two-addresses', 'Where a device was, by its clock.', record),
    of('of-none', 'A device that can be reached by nobody says so.', none),
    not('of-a-later-version', 'Of a version to come.', replaced(record, 0, Uint8Array.of(3)), newer),
    not('of-nine-addresses', 'More addresses than a profile tells.', replaced(record, 9, Uint8Array.of(9)), nine),
    not(
      'after-the-end-of-time',
      'A time that no calendar has.',
      replaced(record, 1, Uint8Array.of(0, 0x1e, 0xb2, 0x08, 0xc2, 0xdc, 0, 1)),
      malformed({ kind: 'badValue', field: 'timeMs', got: 8_640_000_000_000_001 }),
    ),
    not('with-another-time', 'What the signature is not over.', flipped(record, 8), bad),
    not('by-another-key', 'By a key that the contact was not told.', record, bad, {
      signer: crypto.ed25519PublicKey(bytesFor('other signer', 32)),
    }),
    not('of-another-author', 'What another device says.', record, bad, { author: other }),
    not('for-another-reader', 'What is said to another device.', record, bad, { reader: other }),
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
  author.add('While a device is away', [...items(), slot()])
  author.add('Rendezvous', whereabouts())
  author.add('Invites and mailboxes', inviteRecords())
}
