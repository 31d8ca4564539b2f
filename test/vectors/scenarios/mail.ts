/** What lies in mailboxes: items and records, and what is inside of records. */
import type { DecodeError } from '../../../main/core/bytes.ts'
import { toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { decodeInviteRecord, encodeInviteRecord } from '../../../main/core/engine/mail/invites.ts'
import type { Place } from '../../../main/core/engine/mail/keys.ts'
import { mailTag, openFromMailbox, sealForMailbox } from '../../../main/core/engine/mail/keys.ts'
import type { Whereabouts } from '../../../main/core/engine/mail/rendezvous.ts'
import { decodeWhereabouts, encodeWhereabouts } from '../../../main/core/engine/mail/rendezvous.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { deviceIdOf } from '../../../main/core/ids.ts'
import type { Result } from '../../../main/core/result.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { BundleStatus } from '../../../main/core/wire/frame.ts'
import type { Parts } from './format.ts'
import { bytesOf, there } from './format.ts'
import { runnable } from './scenario.ts'

interface ItemInput {
  readonly pairKey: Parts
  readonly mailbox: Parts
  readonly recipient: Parts
  readonly day: number
  readonly use: 'item' | 'record'
  readonly nonce?: Parts
  readonly item: Parts
}

function placeOf({ pairKey, mailbox, recipient, day, use }: ItemInput): Place {
  const device = (parts: Parts) => deviceIdOf(bytesOf(parts))
  return { pairKey: bytesOf(pairKey), mailbox: device(mailbox), recipient: device(recipient), day, use }
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

interface RecordError {
  readonly kind: 'malformed'
  readonly cause: DecodeError
}

function recordOf<T>(read: Result<T, DecodeError>): Result<T, RecordError> {
  return read.ok ? read : err({ kind: 'malformed', cause: read.error })
}

const whereabouts = runnable<{ readonly record: Parts }, Whereabouts, RecordError>({
  read: (_, { record }) => recordOf(decodeWhereabouts(bytesOf(record))),
  write: (_, __, value) => ({ record: toHex(encodeWhereabouts(value)) }),
})

const inviteRecord = runnable<{ readonly record: Parts }, BundleStatus, RecordError>({
  read: (_, { record }) => recordOf(decodeInviteRecord(bytesOf(record))),
  write: (_, __, value) => ({ record: toHex(encodeInviteRecord(value)) }),
})

export const mailScenarios = { mailItem, whereabouts, inviteRecord } as const
