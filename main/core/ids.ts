/**
 * Identifiers are lowercase hexadecimal strings of a fixed length, branded so that
 * one kind can never stand in for another. Strings, because they are map keys,
 * database columns and JSON values; bytes only on the wire.
 */
import { toHex } from './bytes.ts'
import type { Result } from './result.ts'
import { err, ok } from './result.ts'

declare const brand: unique symbol
type Branded<T, Name extends string> = T & { readonly [brand]: Name }

/** An account: its Ed25519 root public key, 32 bytes. */
export type AccountId = Branded<string, 'AccountId'>
/** A device: the Ed25519 public key of its libp2p identity, 32 bytes. */
export type DeviceId = Branded<string, 'DeviceId'>
/** An event (message, receipt, ...): 16 random bytes, chosen by its sender. */
export type EventId = Branded<string, 'EventId'>
/** A conversation: 32 bytes; of two accounts it is a hash of both, see engine. */
export type ConversationId = Branded<string, 'ConversationId'>
/** An invite: 16 random bytes. */
export type InviteId = Branded<string, 'InviteId'>
/** A prekey bundle of this device: 16 random bytes. */
export type PrekeyId = Branded<string, 'PrekeyId'>
/** A session between two devices: the first 16 bytes of its handshake's transcript hash. */
export type SessionId = Branded<string, 'SessionId'>
/** A sealed envelope: the first 16 bytes of the SHA-256 of its bytes. */
export type EnvelopeId = Branded<string, 'EnvelopeId'>

export type IdError = { readonly kind: 'badId'; readonly wanted: string; readonly lengthHex: number }

const bytesOf = {
  AccountId: 32,
  DeviceId: 32,
  EventId: 16,
  ConversationId: 32,
  InviteId: 16,
  PrekeyId: 16,
  SessionId: 16,
  EnvelopeId: 16,
} as const

type IdName = keyof typeof bytesOf

function parser<Name extends IdName>(name: Name) {
  const pattern = new RegExp(`^[0-9a-f]{${bytesOf[name] * 2}}$`)
  return (text: string): Result<Branded<string, Name>, IdError> =>
    pattern.test(text)
      ? ok(text as Branded<string, Name>)
      : err({ kind: 'badId', wanted: name, lengthHex: text.length })
}

function converter<Name extends IdName>(name: Name) {
  return (bytes: Uint8Array): Branded<string, Name> => {
    if (bytes.length !== bytesOf[name]) {
      throw new RangeError(`${name} is ${bytesOf[name]} bytes, got ${bytes.length}`)
    }
    return toHex(bytes) as Branded<string, Name>
  }
}

/** Parse an id from outside: the exact length in lowercase hexadecimal, else `badId`. */
export const parseAccountId = parser('AccountId')
export const parseDeviceId = parser('DeviceId')
export const parseEventId = parser('EventId')
export const parseConversationId = parser('ConversationId')
export const parseInviteId = parser('InviteId')
export const parsePrekeyId = parser('PrekeyId')
export const parseSessionId = parser('SessionId')
export const parseEnvelopeId = parser('EnvelopeId')

/** Make an id from bytes whose length the caller has already checked; RangeError is a bug. */
export const accountIdOf = converter('AccountId')
export const deviceIdOf = converter('DeviceId')
export const eventIdOf = converter('EventId')
export const conversationIdOf = converter('ConversationId')
export const inviteIdOf = converter('InviteId')
export const prekeyIdOf = converter('PrekeyId')
export const sessionIdOf = converter('SessionId')
export const envelopeIdOf = converter('EnvelopeId')

type AnyId = AccountId | DeviceId | EventId | ConversationId | InviteId | PrekeyId | SessionId | EnvelopeId

/** The value of a lowercase hexadecimal digit: ids hold nothing else. */
function digitAt(id: string, at: number): number {
  const code = id.charCodeAt(at)
  return code < 0x3a ? code - 0x30 : code - 0x57
}

/** The bytes that an id stands for. */
export function idBytes(id: AnyId): Uint8Array {
  const bytes = new Uint8Array(id.length / 2)
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = (digitAt(id, i * 2) << 4) | digitAt(id, i * 2 + 1)
  }
  return bytes
}
