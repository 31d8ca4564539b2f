/**
 * What two contacts derive for mailboxes from what one has told the other: tags that change every day, and the seal
 * around what lies under them. PROTOCOL.md, "While a device is away". A mailbox, a use or a day more, and nothing of it
 * is the same.
 */
import { ByteWriter, concat, utf8 } from '../../bytes.ts'
import type { Crypto } from '../../crypto/provider.ts'
import type { Entropy } from '../../entropy.ts'
import type { DeviceId } from '../../ids.ts'
import { idBytes } from '../../ids.ts'
import { durationsMs } from '../../limits.ts'
import { pad, unpad } from '../../wire/padding.ts'

const none = new Uint8Array(0)
const tagSizeBytes = 16
const nonceSizeBytes = 24
const authenticatorSizeBytes = 16

/** Where something lies: at a mailbox of `owner`, who takes the items there and leaves the records. */
export interface Place {
  /** Of the owner's slot, or of an invite. 32 bytes. */
  readonly key: Uint8Array
  readonly mailbox: DeviceId
  readonly owner: DeviceId
  readonly day: number
  readonly use: 'item' | 'record'
}

/** Days since 1970. */
export function dayOf(timeMs: number): number {
  return Math.floor(timeMs / durationsMs.day)
}

/** What all tags and keys of a slot come from: for who derives many. The caller wipes it. */
export function mailRoot(crypto: Crypto, key: Uint8Array): Uint8Array {
  return crypto.hkdfSha256(key, none, utf8('waxwing/1/mailbox'), 32)
}

function deriveUnder(crypto: Crypto, root: Uint8Array, place: Place, what: 'tag' | 'key'): Uint8Array {
  const label = utf8(`${what}/${place.use}`)
  const context = new ByteWriter().bytes(idBytes(place.mailbox)).bytes(idBytes(place.owner)).u32(place.day).done()
  return crypto.hmacSha256(root, concat(label, Uint8Array.of(0), context))
}

function derive(crypto: Crypto, place: Place, what: 'tag' | 'key'): Uint8Array {
  const root = mailRoot(crypto, place.key)
  const derived = deriveUnder(crypto, root, place, what)
  crypto.wipe(root)
  return derived
}

/** As `mailTag`, under the root of the place's key. */
export function mailTagUnder(crypto: Crypto, root: Uint8Array, place: Place): Uint8Array {
  return deriveUnder(crypto, root, place, 'tag').slice(0, tagSizeBytes)
}

/** Under which the mailbox takes it. 16 bytes. */
export function mailTag(crypto: Crypto, place: Place): Uint8Array {
  return derive(crypto, place, 'tag').slice(0, tagSizeBytes)
}

/** Nonce (24), then XChaCha20-Poly1305 over the padded content, the tag as associated data. */
export function sealForMailbox(crypto: Crypto, place: Place, content: Uint8Array, entropy: Entropy): Uint8Array {
  const key = derive(crypto, place, 'key')
  const nonce = entropy.take(nonceSizeBytes)
  const sealed = crypto.xchachaSeal(key, nonce, pad(content), mailTag(crypto, place))
  crypto.wipe(key)
  return concat(nonce, sealed)
}

/** Null for what nobody who has the key left there on that day. */
export function openFromMailbox(crypto: Crypto, place: Place, item: Uint8Array): Uint8Array | null {
  if (item.length <= nonceSizeBytes + authenticatorSizeBytes) return null
  const key = derive(crypto, place, 'key')
  const nonce = item.subarray(0, nonceSizeBytes)
  const padded = crypto.xchachaOpen(key, nonce, item.subarray(nonceSizeBytes), mailTag(crypto, place))
  crypto.wipe(key)
  if (padded === null) return null
  const content = unpad(padded)
  return content.ok ? content.value : null
}
