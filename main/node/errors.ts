/**
 * The one table of what can go wrong and how it is said: every code of the contract with its sentence (what happened,
 * what it means, what to do), and every error of the rooms below with its code.
 */
import type { ContractError, ErrorCode } from '../../preload/contract/errors.ts'
import { unreachable } from '../core/assert.ts'
import type { SubmitError } from '../core/engine/commands.ts'
import type { StoreError } from '../core/ports.ts'
import type { OpenError } from '../store/errors.ts'
import type { FileError } from '../store/files.ts'
import type { BrokenReason, CreationError } from '../store/profile/directory.ts'
import type { LockError } from '../store/profile/lock.ts'
import type { VaultError } from '../store/profile/vault.ts'

export interface Figures {
  readonly got: number
  readonly max: number
}

type Sentence = string | ((figures: Figures) => string)

const kilobytes = (sizeBytes: number) => Math.ceil(sizeBytes / 1024)

/** Every code has a sentence; a code without one does not compile. */
const sentences: Readonly<Record<ErrorCode, Sentence>> = {
  badRequest: 'The request does not have the form that this method takes.',
  unknownMethod: 'There is no method of this name. Ask for "describe" to see those there are.',
  tooManyRequests: ({ max }) => `More than ${max} requests wait for an answer. Wait for some of them, then ask again.`,
  notReady: 'Waxwing is still opening the profile. Try again in a moment.',
  locked: 'The profile is locked. Unlock it first.',
  profileExists: 'There is a profile already, and it was left as it is. Open it, or choose another name for a new one.',
  profileMissing: 'There is no profile here yet. Create one first.',
  profileBroken:
    'The profile’s folder is not as Waxwing left it, so it was not opened and nothing in it was changed. Restore the folder from a copy, or start with another profile name.',
  profileInUse:
    'Another Waxwing has this profile open. Use that window, or close it and try again. Nothing was changed.',
  wrongPassphrase:
    'That passphrase does not open this profile. Check the keyboard layout and Caps Lock, then try again.',
  passphraseTooShort: ({ got, max }) =>
    `The passphrase has ${got} characters and needs at least ${max}. A few random words are easy to remember and hard to guess.`,
  keyringUnavailable:
    'This computer offers no keyring that Waxwing may trust, so the key to the profile is out of reach. Log in to the desktop as usual and try again, or use a passphrase for a new profile.',
  databaseDamaged:
    'The message store is damaged, so it was not opened and nothing in it was changed. Restore the profile’s folder from a copy.',
  databaseNewer: ({ got, max }) =>
    `The message store was written by a newer Waxwing (version ${got}; this one knows up to ${max}). Update Waxwing. Nothing was changed.`,
  databaseReadOnly:
    'The profile’s folder can only be read, so messages could not be kept. Make it writable for your user and try again. Nothing was changed.',
  databaseForeign:
    'The profile’s folder belongs to another user of this computer, so it was not opened. Use a profile of your own.',
  diskFull:
    'The disk is full, so this was not stored and not sent. Free some space and try again; what was stored before is safe.',
  storageFailed: 'The disk reported an error, so this was not stored and not sent. Check the disk, then try again.',
  inviteMalformed: 'This is not a Waxwing invite. Copy the whole link that begins with “waxwing:” and paste it again.',
  inviteIncomplete: 'The end of the invite is missing. Copy the whole link and paste it again.',
  inviteNewer: 'The invite was made by a newer Waxwing. Update Waxwing, then accept it again.',
  inviteExpired: 'The invite has expired. Ask for a new one.',
  inviteUsed: 'The invite was used already; each works once. Ask for a new one.',
  inviteWithdrawn: 'The invite was withdrawn. Ask for a new one.',
  inviteUnknown: 'There is no such invite.',
  inviteOwn: 'This invite is your own. Send it to the person whom you want to reach.',
  inviteAlreadyContact: 'This person is in your contacts already, so the invite was not needed. You can write to them.',
  inviteLimit: ({ max }) =>
    `There are ${max} open invites, as many as there can be. Withdraw one, then make a new one.`,
  contactUnknown: 'There is no such contact.',
  contactNotReady: 'This cannot be done with the contact yet: their computer has to be reached once first.',
  contactKeyChanged:
    'The key of this contact changed, so nothing is sent to them. Compare fingerprints with them, then accept the new key.',
  contactLimit: ({ max }) => `There are ${max} contacts, as many as there can be. Remove one first.`,
  conversationUnknown: 'There is no such conversation.',
  messageUnknown: 'There is no such message.',
  messageEmpty: 'The message is empty, so it was not sent.',
  messageTooLong: ({ got, max }) =>
    `The message is too long: ${kilobytes(got)} KB of at most ${kilobytes(max)}. Send it in parts.`,
  outboxFull: ({ max }) =>
    `As many messages wait for this person as can wait (${max}). Once their computer has been reached, you can write more.`,
  cardMalformed: 'This is no identity card and no public key that Waxwing can read. Choose a card.txt or a .pub file.',
  qrMalformed: 'This code is not a Waxwing verification code. Scan the one on the other person’s verification view.',
  portInUse: ({ got }) =>
    `Port ${got} is in use by another program, so others cannot dial this computer. Choose another port or close that program; Waxwing itself still dials others.`,
  fileRefused: 'The file could not be read or written. Choose another place.',
  cancelled: 'Nothing was done.',
  nearbyUnavailable:
    'People nearby cannot be looked for: who may learn where this computer is, is limited in the settings, or it may not use the local network. Use an invite.',
  nearbyBusy: 'There is one comparison at a time. Finish or cancel the one that has begun, then try again.',
  nearbyGone: 'This person is not there any more, or has not come so far. Nothing was done.',
  internal:
    'Waxwing made a mistake. Nothing was changed by this request; try again, and restart Waxwing if it happens again.',
}

/** The error of a code, with its sentence. Figures that are no whole numbers from 0 up are given as 0. */
export function contractError(code: ErrorCode, figures: Partial<Figures> = {}): ContractError {
  const whole = (value: number | undefined) =>
    Number.isSafeInteger(value) && value !== undefined && value >= 0 ? value : 0
  const exact = { got: whole(figures.got), max: whole(figures.max) }
  const sentence = sentences[code]
  return { code, message: typeof sentence === 'string' ? sentence : sentence(exact), ...exact }
}

/** A request that its schema refused; `detail` names the place and the rule, never the value. */
export function badRequest(detail: string): ContractError {
  const error = contractError('badRequest')
  return { ...error, message: `${error.message} ${detail}`.slice(0, 1_000) }
}

export function fromStoreError(error: StoreError): ContractError {
  switch (error.kind) {
    case 'diskFull':
      return contractError('diskFull')
    case 'readOnly':
      return contractError('databaseReadOnly')
    case 'damaged':
      return contractError('databaseDamaged')
    case 'ioFailed':
      return contractError('storageFailed')
    case 'closed':
      return contractError('notReady')
    default:
      return unreachable(error)
  }
}

const sameCode = new Set([
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
  'contactLimit',
  'conversationUnknown',
  'messageUnknown',
  'messageEmpty',
  'messageTooLong',
  'outboxFull',
] as const)
type SameCode = typeof sameCode extends Set<infer K> ? K : never

function hasSameCode(error: SubmitError): error is Extract<SubmitError, { kind: SameCode }> {
  return (sameCode as ReadonlySet<string>).has(error.kind)
}

function figuresOf(error: object): Partial<Figures> {
  const { got, max } = error as { got?: unknown; max?: unknown }
  return { ...(typeof got === 'number' && { got }), ...(typeof max === 'number' && { max }) }
}

export function fromSubmitError(error: SubmitError): ContractError {
  if (hasSameCode(error)) {
    const keyChanged = error.kind === 'contactNotReady' && error.state === 'keyChanged'
    return contractError(keyChanged ? 'contactKeyChanged' : error.kind, figuresOf(error))
  }
  switch (error.kind) {
    case 'inviteLifetime':
      return badRequest('lifetimeMs is out of range.')
    case 'clientIdTooLong':
      return badRequest('clientId is too long.')
    case 'nameTooLong':
      return badRequest(`The name has ${error.got} bytes of at most ${error.max}.`)
    case 'settingsTooLarge':
      return badRequest('The settings are too large.')
    case 'storage':
      return fromStoreError(error.error)
    case 'queueFull':
      return contractError('tooManyRequests', error)
    case 'stopped':
      return contractError('notReady')
    case 'internal':
      return contractError('internal')
    default:
      return unreachable(error)
  }
}

/** What stands in the way of a profile: its folder, lock, vault or database. */
export type ProfileError =
  | FileError
  | BrokenReason
  | CreationError
  | LockError
  | VaultError
  | OpenError
  /** The database opened, but what it says about its owner cannot be used. */
  | { readonly kind: 'selfDamaged' }

const profileCodes: Readonly<Record<ProfileError['kind'], ErrorCode>> = {
  missing: 'profileBroken',
  notAFile: 'profileBroken',
  vaultMissing: 'profileBroken',
  databaseMissing: 'profileBroken',
  selfDamaged: 'databaseDamaged',
  otherOwner: 'databaseForeign',
  notOurs: 'profileBroken',
  readOnly: 'databaseReadOnly',
  ioFailed: 'storageFailed',
  diskFull: 'diskFull',
  exists: 'profileExists',
  inUse: 'profileInUse',
  locked: 'profileInUse',
  wrongPassphrase: 'wrongPassphrase',
  wrongKeyringKey: 'keyringUnavailable',
  otherProtection: 'wrongPassphrase',
  damaged: 'databaseDamaged',
  newer: 'databaseNewer',
  // The vault gave this key: then the database beside it is another profile's.
  wrongKey: 'profileBroken',
}

export function fromProfileError(error: ProfileError): ContractError {
  const supported = error.kind === 'newer' ? { max: error.supported } : {}
  return contractError(profileCodes[error.kind], { ...figuresOf(error), ...supported })
}
