/**
 * An invite: what one person gives to another so that their devices can meet. It carries a one-time secret, so
 * it is itself a secret until it is used. PROTOCOL.md "Invite".
 */
import { assert } from '../assert.ts'
import type { ByteReader, DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode, equalBytes, fromBase64Url, toBase64Url, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { InviteId } from '../ids.ts'
import { idBytes, inviteIdOf } from '../ids.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err } from '../result.ts'
import { readKey, writeKey } from './keyField.ts'

export interface Invite {
  /** The cipher suite of the handshake that it opens; see session. */
  readonly suite: number
  readonly inviteId: InviteId
  /** Ed25519 keys of the inviting account and device, 32 bytes each. */
  readonly rootKey: Uint8Array
  readonly deviceKey: Uint8Array
  /** The one-time secret that is mixed into the handshake, 32 bytes. */
  readonly secret: Uint8Array
  /** SHA-256 of the prekey bundle that the device will hand out, 32 bytes. */
  readonly bundleHash: Uint8Array
  readonly expiresAtMs: number
  /** As the inviter wrote it: sanitise it before it is shown. May be empty. */
  readonly name: string
  /** Multiaddrs as text, best first. Not validated here. */
  readonly addresses: readonly string[]
}

export type InviteError =
  /** No `waxwing:invite/` in it. */
  | { readonly kind: 'notALink' }
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }
  /** The checksum does not fit: cut off or altered on its way. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'unknownVersion'; readonly got: number }
  | { readonly kind: 'unknownSuite'; readonly got: number }
  | { readonly kind: 'malformed'; readonly cause: DecodeError }

const version = 1
/** The one suite that there is; session.ts names it. */
const suites: readonly number[] = [1]
const checksumLength = 4
const linkStart = 'waxwing:invite/'

/** The payload without its checksum. InvariantError for fields that do not fit. */
function encodeBody(invite: Invite): Uint8Array {
  const { secret, bundleHash, addresses } = invite
  assert(secret.length === 32 && bundleHash.length === 32, 'secret and hash are 32 bytes')
  assert(utf8(invite.name).length <= protocolLimits.nameSizeBytesMax, 'name too long')
  assert(addresses.length <= protocolLimits.addressesMax, 'too many addresses')
  const writer = new ByteWriter().u8(version).u16(invite.suite).bytes(idBytes(invite.inviteId))
  writeKey(writer, 'ed25519', invite.rootKey)
  writeKey(writer, 'ed25519', invite.deviceKey)
  writer.bytes(secret).bytes(bundleHash).u64(invite.expiresAtMs).text(invite.name).u8(addresses.length)
  for (const address of addresses) {
    assert(utf8(address).length <= protocolLimits.addressSizeBytesMax, 'address too long')
    writer.text(address)
  }
  return writer.done()
}

function checksumOf(crypto: Crypto, body: Uint8Array): Uint8Array {
  return crypto.sha256(body).slice(0, checksumLength)
}

/** The payload: the fixed layout and, behind it, the first 4 bytes of its SHA-256. */
export function encodeInvite(crypto: Crypto, invite: Invite): Uint8Array {
  const body = encodeBody(invite)
  return concat(body, checksumOf(crypto, body))
}

function readAddresses(reader: ByteReader): readonly string[] {
  const got = reader.u8()
  const max = protocolLimits.addressesMax
  if (got > max) reader.refuse({ kind: 'tooLong', field: 'addresses', got, max })
  return Array.from({ length: got }, () => reader.text('address', protocolLimits.addressSizeBytesMax))
}

function readTime(reader: ByteReader): number {
  const got = reader.u64('expiresAtMs')
  return got <= protocolLimits.timeMsMax ? got : reader.refuse({ kind: 'badValue', field: 'expiresAtMs', got })
}

function decodeBody(body: Uint8Array): Result<Invite, DecodeError> {
  return decode(body, (reader) => {
    reader.version('invite', version)
    return {
      suite: reader.u16(),
      inviteId: inviteIdOf(reader.bytes(16)),
      rootKey: readKey(reader, 'ed25519', 'root key'),
      deviceKey: readKey(reader, 'ed25519', 'device key'),
      secret: reader.bytes(32),
      bundleHash: reader.bytes(32),
      expiresAtMs: readTime(reader),
      name: reader.text('name', protocolLimits.nameSizeBytesMax),
      addresses: readAddresses(reader),
    }
  })
}

/** Decodes a payload. The checksum comes first in every version, so that a damaged one is never misread. */
export function decodeInvite(crypto: Crypto, payload: Uint8Array): Result<Invite, InviteError> {
  const max = protocolLimits.inviteLinkLengthMax
  if (payload.length > max) return err({ kind: 'tooLong', got: payload.length, max })
  if (payload.length <= checksumLength) return err({ kind: 'incomplete' })
  const body = payload.subarray(0, -checksumLength)
  if (!equalBytes(checksumOf(crypto, body), payload.subarray(-checksumLength))) {
    return err({ kind: 'incomplete' })
  }
  const got = body[0] as number
  if (got !== version) return err({ kind: 'unknownVersion', got })
  const invite = decodeBody(body)
  if (!invite.ok) return err({ kind: 'malformed', cause: invite.error })
  const { suite } = invite.value
  return suites.includes(suite) ? invite : err({ kind: 'unknownSuite', got: suite })
}

/** `waxwing:invite/` and the payload in base64url. */
export function encodeInviteLink(crypto: Crypto, invite: Invite): string {
  const link = linkStart + toBase64Url(encodeInvite(crypto, invite))
  assert(link.length <= protocolLimits.inviteLinkLengthMax, 'invite link too long')
  return link
}

/**
 * Decodes a link as the OS hands it over or a person pastes it: `waxwing:invite/...` or `waxwing://invite/...`,
 * the scheme in any case, white space around it or from wrapped lines within it forgiven.
 */
export function decodeInviteLink(crypto: Crypto, text: string): Result<Invite, InviteError> {
  const max = protocolLimits.inviteLinkLengthMax
  if (text.length > implementationLimits.inviteTextLengthMax) {
    return err({ kind: 'tooLong', got: text.length, max })
  }
  const link = text.replace(/\s+/g, '')
  const parts = /^waxwing:(?:\/\/)?invite\/([A-Za-z0-9_-]*)$/i.exec(link)
  if (parts === null) return err({ kind: 'notALink' })
  if (link.length > max) return err({ kind: 'tooLong', got: link.length, max })
  const payload = fromBase64Url(parts[1] as string)
  // Of the right alphabet, and yet no whole bytes: the end is missing.
  return payload.ok ? decodeInvite(crypto, payload.value) : err({ kind: 'incomplete' })
}

/** The text of an invite file: one line of explanation, then the link. */
export function encodeInviteFile(crypto: Crypto, invite: Invite): string {
  const line =
    'An invite to Waxwing, for one person and one use: open Waxwing, choose "Accept invite", and open this file.'
  return `${line}\n${encodeInviteLink(crypto, invite)}\n`
}

/** Finds and decodes the link in a file or a longer text, in which it stands on a line of its own. */
export function decodeInviteText(crypto: Crypto, text: string): Result<Invite, InviteError> {
  const max = implementationLimits.inviteTextLengthMax
  if (text.length > max) return err({ kind: 'tooLong', got: text.length, max })
  const whole = decodeInviteLink(crypto, text)
  if (whole.ok || whole.error.kind !== 'notALink') return whole
  const line = /^[ \t<]*(waxwing:(?:\/\/)?invite\/[^\s>]*)/im.exec(text)
  return line === null ? err({ kind: 'notALink' }) : decodeInviteLink(crypto, line[1] as string)
}
