/** What lies in mailboxes: items and records, and what is inside of records. */
import { toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { decodeInviteRecord, encodeInviteRecord } from '../../../main/core/engine/mail/invites.ts'
import type { Place } from '../../../main/core/engine/mail/keys.ts'
import { mailTag, openFromMailbox, sealForMailbox } from '../../../main/core/engine/mail/keys.ts'
import { grantOf } from '../../../main/core/engine/mail/slots.ts'
import type { Parties, Whereabouts, WhereaboutsError } from '../../../main/core/engine/mail/whereabouts.ts'
import { decodeWhereabouts, encodeWhereabouts } from '../../../main/core/engine/mail/whereabouts.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { deviceIdOf } from '../../../main/core/ids.ts'
import type { MailGrant } from '../../../main/core/ports.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { BundleStatus } from '../../../main/core/wire/frame.ts'
import type { Parts } from './format.ts'
import { bytesOf, there } from './format.ts'
import type { Malformed } from './scenario.ts'
import { laidOut, runnable } from './scenario.ts'

interface ItemInput {
  readonly key: Parts
  readonly mailbox: Parts
  readonly owner: Parts
  readonly day: number
  readonly use: 'item' | 'record'
  readonly nonce?: Parts
  readonly item: Parts
}

function placeOf({ key, mailbox, owner, day, use }: ItemInput): Place {
  const device = (parts: Parts) => deviceIdOf(bytesOf(parts))
  return { key: bytesOf(key), mailbox: device(mailbox), owner: device(owner), day, use }
}

const mailItem = runnable<ItemInput, { readonly tag: Uint8Array; readonly content: Uint8Array }, { kind: 'notOpened' }>(
  {
    read(crypto: Crypto, input) {
      const content = openFromMailbox(crypto, placeOf(input), bytesOf(input.item))
      return content === null ? err({ kind: 'notOpened' }) : ok({ tag: mailTag(crypto, placeOf(input)), content })
    },
    write(crypto, input, { content }) {
      const nonce = entropyOf(bytesOf(there(input.nonce, 'nonce')))
      return { item: toHex(sealForMailbox(crypto, placeOf(input), content, nonce)) }
    },
  },
)

interface WhereaboutsInput {
  readonly author: Parts
  readonly reader: Parts
  readonly signer: Parts
  /** Of the key that signs. */
  readonly seed?: Parts
  readonly record: Parts
}

function partiesOf({ author, reader }: WhereaboutsInput): Parties {
  return { author: deviceIdOf(bytesOf(author)), reader: deviceIdOf(bytesOf(reader)) }
}

const whereabouts = runnable<WhereaboutsInput, Whereabouts, WhereaboutsError>({
  read: (crypto, input) => decodeWhereabouts(crypto, bytesOf(input.record), partiesOf(input), bytesOf(input.signer)),
  write(crypto, input, value) {
    const seed = bytesOf(there(input.seed, 'seed'))
    return { record: toHex(encodeWhereabouts(crypto, value, partiesOf(input), seed)) }
  },
})

const inviteRecord = runnable<{ readonly record: Parts }, BundleStatus, Malformed>({
  read: (_, { record }) => laidOut(decodeInviteRecord(bytesOf(record))),
  write: (_, __, value) => ({ record: toHex(encodeInviteRecord(value)) }),
})

const mailSlot = runnable<{ readonly seed: Parts }, MailGrant, never>({
  read: (crypto, { seed }) =>
    ok(grantOf(crypto, { slot: 0, seed: bytesOf(seed), device: null, fromDay: 0, untilDay: null })),
})

export const mailScenarios = { mailItem, mailSlot, whereabouts, inviteRecord } as const
