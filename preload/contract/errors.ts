/**
 * What can go wrong with a request: a closed list of codes. Each comes with a sentence that says
 * what happened and what to do, and with figures for those who want them. No stack, no secret.
 */
import type { Infer } from './schema.ts'
import { integer, object, oneOf, string } from './schema.ts'

export const errorCodes = [
  'badRequest',
  'unknownMethod',
  'tooManyRequests',
  'notReady',
  'locked',
  'profileExists',
  'profileMissing',
  'profileBroken',
  'profileInUse',
  'wrongPassphrase',
  'passphraseTooShort',
  'keyringUnavailable',
  'databaseDamaged',
  'databaseNewer',
  'databaseReadOnly',
  'databaseForeign',
  'diskFull',
  'storageFailed',
  'inviteMalformed',
  'inviteIncomplete',
  'inviteNewer',
  'inviteExpired',
  'inviteUsed',
  'inviteWithdrawn',
  'inviteUnknown',
  'inviteOwn',
  'inviteAlreadyContact',
  'inviteLimit',
  'contactUnknown',
  'contactNotReady',
  'contactKeyChanged',
  'contactLimit',
  'conversationUnknown',
  'messageUnknown',
  'messageEmpty',
  'messageTooLong',
  'outboxFull',
  'cardMalformed',
  'qrMalformed',
  'portInUse',
  'fileRefused',
  'cancelled',
  'nearbyUnavailable',
  'nearbyBusy',
  'nearbyGone',
  'internal',
] as const

export type ErrorCode = (typeof errorCodes)[number]

export const errorSchema = object({
  code: oneOf(...errorCodes),
  /** A sentence for a person: what happened, what it means, what to do. */
  message: string({ max: 1_000 }),
  /** What was met and what is allowed, where the code has such figures; else 0. */
  got: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  max: integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
})

export type ContractError = Infer<typeof errorSchema>

/** JSON-RPC 2.0 numbers: those of its specification, and ours from -32000 downwards by place in the list. */
export function rpcCode(code: ErrorCode): number {
  if (code === 'badRequest') return -32602
  if (code === 'unknownMethod') return -32601
  if (code === 'internal') return -32603
  return -32000 - errorCodes.indexOf(code)
}
