/** Fingerprints, safety numbers, codes, cards. */
import type { Comparison, ExportFile } from '../../../preload/contract/dto.ts'
import type { ContractError } from '../../../preload/contract/errors.ts'
import { compareCard, exportFiles, parseCard } from '../../core/identity/card.ts'
import type { CardError } from '../../core/identity/card.ts'
import { descriptorHash, verifyDescriptor } from '../../core/identity/descriptor.ts'
import {
  compareVerificationCode,
  encodeVerificationCode,
  safetyNumber,
  safetyNumberGroups,
} from '../../core/identity/safetyNumber.ts'
import type { AccountId } from '../../core/ids.ts'
import type { ContactRow } from '../../core/ports.ts'
import type { Result } from '../../core/result.ts'
import { err, ok } from '../../core/result.ts'
import { cardPng, cardSvg } from '../card/cardPicture.ts'
import { contractError } from '../errors.ts'
import { changeContact } from './contacts.ts'
import type { NodeContext } from './context.ts'
import { fingerprintOfAccount } from './dto.ts'
import type { Handlers } from './handlers.ts'
import { accountIdFrom } from './ids.ts'

type VerificationMethods =
  | 'verification.get'
  | 'verification.set'
  | 'verification.checkQr'
  | 'verification.checkCard'
  | 'fingerprint.export'

interface Pinned {
  readonly row: ContactRow
  readonly rootKey: Uint8Array
  readonly identityKey: Uint8Array
  readonly descriptorHash: Uint8Array
}

/**
 * The keys to compare. While a changed key waits for the user's word it is the new one: that is what the other
 * person's screen shows now, and what is to be judged.
 */
function pinned(context: NodeContext, account: string): Result<Pinned, ContractError> {
  const row = context.resident().contact(accountIdFrom(account))
  if (row === null) return err(contractError('contactUnknown'))
  const signed = row.state === 'keyChanged' && row.offeredDescriptor !== null ? row.offeredDescriptor : row.descriptor
  if (signed.length === 0) return err(contractError('contactNotReady'))
  const descriptor = verifyDescriptor(context.crypto, signed)
  // It was verified when it was stored.
  if (!descriptor.ok) return err(contractError('databaseDamaged'))
  const { rootKey, identityKey } = descriptor.value
  return ok({ row, rootKey, identityKey, descriptorHash: descriptorHash(context.crypto, descriptor.value) })
}

/** Numbers cost ten thousand hashes: the latest are kept. */
const numbersKeptMax = 64

function createNumbers(context: NodeContext): (pin: Pinned) => readonly string[] {
  const kept = new Map<string, readonly string[]>()
  return (pin) => {
    const key = `${pin.row.account}/${Buffer.from(pin.descriptorHash).toString('hex')}`
    const known = kept.get(key)
    if (known) return known
    const groups = safetyNumberGroups(safetyNumber(context.crypto, context.resident().identity, pin))
    if (kept.size >= numbersKeptMax) kept.clear()
    kept.set(key, groups)
    return groups
  }
}

function malformedCard(error: CardError): Result<Comparison, ContractError> {
  const untrue = error.kind === 'badSignature' || error.kind === 'otherSigner' || error.kind === 'contradiction'
  return untrue ? ok({ kind: 'badSignature' }) : err(contractError('cardMalformed'))
}

function exported(context: NodeContext): readonly ExportFile[] {
  const { identity, self } = context.resident()
  const nowMs = context.clock.nowMs()
  const texts = exportFiles(context.crypto, identity, self.name, nowMs)
  const subject = { rootKey: identity.rootKey, name: self.name, nowMs }
  const png = Buffer.from(cardPng(context.crypto, subject)).toString('base64')
  return [
    ...texts.map(({ fileName, text }) => ({ fileName, encoding: 'utf8' as const, contents: text })),
    { fileName: 'card.svg', encoding: 'utf8', contents: cardSvg(context.crypto, subject) },
    { fileName: 'card.png', encoding: 'base64', contents: png },
  ]
}

function checkCode(context: NodeContext, pin: Pinned, text: string): Result<Comparison, ContractError> {
  const outcome = compareVerificationCode(text, context.resident().identity, pin)
  switch (outcome.kind) {
    case 'match':
      return ok({ kind: 'match', fingerprint: fingerprintOfAccount(context, pin.row.account) })
    case 'mismatch':
      return ok({ kind: 'mismatch', ...codeDigests(text, context.resident().identity, pin, outcome.which) })
    case 'malformed':
      return err(contractError('qrMalformed'))
  }
}

function digest(bytes: Uint8Array): string {
  return `SHA256:${Buffer.from(bytes).toString('base64').replace(/=+$/, '')}`
}

/** Where only the identity keys differ the fingerprints are equal: then the descriptors' hashes are shown. */
function cardDigests(
  context: NodeContext,
  pin: Pinned,
  text: string,
  expected: string,
  got: string,
): { expected: string; got: string } {
  const card = expected === got ? parseCard(context.crypto, text) : null
  if (!card?.ok) return { expected, got }
  return { expected: digest(pin.descriptorHash), got: digest(descriptorHash(context.crypto, card.value)) }
}

/** A code carries hashes of descriptors, not fingerprints: those that differ are shown, as cards print them. */
function codeDigests(
  text: string,
  ours: { readonly descriptorHash: Uint8Array },
  theirs: { readonly descriptorHash: Uint8Array },
  which: 'ours' | 'theirs' | 'both',
): { expected: string; got: string } {
  const payload = Buffer.from(text.trim().slice(text.trim().indexOf(':') + 1), 'base64url')
  const own = which === 'ours'
  return {
    expected: digest((own ? ours : theirs).descriptorHash),
    got: digest(own ? payload.subarray(33, 65) : payload.subarray(1, 33)),
  }
}

export function verificationHandlers(context: NodeContext): Handlers<VerificationMethods> {
  const numbers = createNumbers(context)
  const mark = (account: AccountId, verified: boolean) =>
    changeContact(context, { kind: 'setVerified', account, verified })
  return {
    async 'verification.get'({ account }) {
      const pin = pinned(context, account)
      if (!pin.ok) return pin
      const { identity } = context.resident()
      return ok({
        contact: pin.value.row.account,
        fingerprint: fingerprintOfAccount(context, pin.value.row.account),
        ownFingerprint: fingerprintOfAccount(context, identity.account),
        safetyNumber: numbers(pin.value),
        qr: encodeVerificationCode(identity, pin.value),
        verifiedAtMs: pin.value.row.verifiedAtMs,
      })
    },
    'verification.set': ({ account, verified }) => mark(accountIdFrom(account), verified),
    async 'verification.checkQr'({ account, qr }) {
      const pin = pinned(context, account)
      return pin.ok ? checkCode(context, pin.value, qr) : pin
    },
    async 'verification.checkCard'({ account, card, signature }) {
      const pin = pinned(context, account)
      if (!pin.ok) return pin
      const fingerprint = fingerprintOfAccount(context, pin.value.row.account)
      const compared = compareCard(context.crypto, pin.value, card, signature)
      switch (compared.kind) {
        case 'match':
          return ok({ kind: 'match', fingerprint })
        case 'mismatch':
          return ok({ kind: 'mismatch', ...cardDigests(context, pin.value, card, fingerprint, compared.fingerprint) })
        case 'malformed':
          return malformedCard(compared.cause)
      }
    },
    async 'fingerprint.export'() {
      return ok({ files: exported(context) })
    },
  }
}
