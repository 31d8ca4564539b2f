/**
 * The identity card: a small signed text that people hand each other on paper or by any channel, and that stock
 * `ssh-keygen` can check. UTF-8, LF line ends, the same bytes for the same keys, name and day.
 */
import { equalBytes, fromBase64, toBase64, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { implementationLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { LocalIdentity, PublicIdentity } from './account.ts'
import { civilDate } from './civilDate.ts'
import { descriptorHash } from './descriptor.ts'
import { fingerprintOf, parseFingerprint } from './fingerprint.ts'
import { sanitizeName } from './names.ts'
import { nameSlug } from './slug.ts'
import { allowedSignersLine, parseSshPublicKeyLine, sshPublicKeyLine } from './sshKey.ts'
import type { SshsigError, SshsigVerdict } from './sshsig.ts'
import { decodeSshsig, encodeSshsig, sshsigNamespaces, sshsigSign, verifySshsig } from './sshsig.ts'

/** The first line of every card, so that a signature over a card can never be one over something else. */
const contextLine = 'Waxwing identity card v1'
const namespace = sshsigNamespaces.card
/** In place of an empty name: mail programs cut spaces at the end of a line. */
const noName = '-'

export interface Card {
  /** Sanitised; may be empty. */
  readonly name: string
  /** 32 bytes each. */
  readonly rootKey: Uint8Array
  readonly identityKey: Uint8Array
  readonly fingerprint: string
  /** `YYYY-MM-DD`, UTC. */
  readonly date: string
}

export type CardError =
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'notACard' }
  /** The card's line of this number, from 1, is not as it must be. */
  | { readonly kind: 'badLine'; readonly line: number }
  /** The fingerprint or hash on the card is not that of its keys. */
  | { readonly kind: 'contradiction'; readonly field: 'fingerprint' | 'descriptor' }
  | { readonly kind: 'badSignatureFile'; readonly cause: SshsigError }
  /** A good signature file, but by another key than the card's. */
  | { readonly kind: 'otherSigner' }
  | { readonly kind: 'badSignature'; readonly verdict: Exclude<SshsigVerdict, 'good'> }

/** `NAME@waxwing`: who is said to sign, in allowed_signers and as the key's comment. */
export function cardPrincipal(name: string): string {
  return `${nameSlug(sanitizeName(name))}@waxwing`
}

function unpadded(bytes: Uint8Array): string {
  return toBase64(bytes).replace(/=+$/, '')
}

type CardKeys = Pick<PublicIdentity, 'rootKey' | 'identityKey'>

/** The text of `card.txt`: seven lines. */
export function cardText(crypto: Crypto, keys: CardKeys, name: string, nowMs: number): string {
  return [
    contextLine,
    `name: ${sanitizeName(name) || noName}`,
    `account: ${sshPublicKeyLine(keys.rootKey, cardPrincipal(name))}`,
    `fingerprint: ${fingerprintOf(crypto, keys.rootKey)}`,
    `identity key: x25519 ${toBase64(keys.identityKey)}`,
    `descriptor: SHA256:${unpadded(descriptorHash(crypto, keys))}`,
    `date: ${civilDate(nowMs)}`,
    '',
  ].join('\n')
}

const labels = ['', 'name: ', 'account: ', 'fingerprint: ', 'identity key: x25519 ', 'descriptor: ', 'date: ']

/** The seven values, each line checked for its label. CRLF, which mail programs make, is read as LF. */
function splitCard(text: string): Result<readonly string[], CardError> {
  const max = implementationLimits.sshFileSizeBytesMax
  if (text.length > max) return err({ kind: 'tooLong', got: text.length, max })
  const lines = text.replaceAll('\r\n', '\n').split('\n')
  if (lines[0] !== contextLine) return err({ kind: 'notACard' })
  // The text ends with a line end; more than that is not the card's.
  if (lines.length !== labels.length + 1 || lines[labels.length] !== '') {
    return err({ kind: 'badLine', line: Math.min(lines.length, labels.length + 1) })
  }
  const values: string[] = []
  for (const [i, label] of labels.entries()) {
    const line = lines[i] as string
    if (!line.startsWith(label)) return err({ kind: 'badLine', line: i + 1 })
    values.push(line.slice(label.length))
  }
  return ok(values)
}

/** Parses a card and checks that it does not contradict itself. Nothing is known yet about who made it. */
export function parseCard(crypto: Crypto, text: string): Result<Card, CardError> {
  const values = splitCard(text)
  if (!values.ok) return values
  const [, shownName, account, fingerprint, identity, descriptor, date] = values.value as readonly [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ]
  const name = shownName === noName ? '' : shownName
  if (shownName === '' || name !== sanitizeName(name)) return err({ kind: 'badLine', line: 2 })
  const root = parseSshPublicKeyLine(account)
  if (!root.ok || account !== sshPublicKeyLine(root.value.publicKey, cardPrincipal(name))) {
    return err({ kind: 'badLine', line: 3 })
  }
  const identityKey = fromBase64(identity)
  if (!identityKey.ok || identityKey.value.length !== 32) return err({ kind: 'badLine', line: 5 })
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return err({ kind: 'badLine', line: 7 })
  const keys = { rootKey: root.value.publicKey, identityKey: identityKey.value }
  if (fingerprint !== fingerprintOf(crypto, keys.rootKey)) {
    return err({ kind: 'contradiction', field: 'fingerprint' })
  }
  if (descriptor !== `SHA256:${unpadded(descriptorHash(crypto, keys))}`) {
    return err({ kind: 'contradiction', field: 'descriptor' })
  }
  return ok({ ...keys, name, fingerprint, date })
}

/** Signs a card: the text of `card.txt.sig`. */
export function signCard(crypto: Crypto, rootSeed: Uint8Array, text: string): string {
  return encodeSshsig({
    publicKey: crypto.ed25519PublicKey(rootSeed),
    namespace,
    signature: sshsigSign(crypto, rootSeed, namespace, utf8(text)),
  })
}

/** Parses a card and verifies its signature file. A good one proves that the key's owner made the card. */
export function verifyCard(crypto: Crypto, text: string, signatureText: string): Result<Card, CardError> {
  const card = parseCard(crypto, text)
  if (!card.ok) return card
  const signature = decodeSshsig(signatureText.replaceAll('\r\n', '\n'))
  if (!signature.ok) return err({ kind: 'badSignatureFile', cause: signature.error })
  if (!equalBytes(signature.value.publicKey, card.value.rootKey)) return err({ kind: 'otherSigner' })
  const message = utf8(text.replaceAll('\r\n', '\n'))
  const verdict = verifySshsig(crypto, signature.value, namespace, message)
  return verdict === 'good' ? card : err({ kind: 'badSignature', verdict })
}

export type CardComparison =
  | { readonly kind: 'match'; readonly source: 'card' | 'publicKey' | 'fingerprint' }
  /** `fingerprint` is the one that was imported. Equal to the pinned one when only the identity key differs. */
  | { readonly kind: 'mismatch'; readonly source: 'card' | 'publicKey' | 'fingerprint'; readonly fingerprint: string }
  | { readonly kind: 'malformed'; readonly cause: CardError }

/**
 * Compares what somebody handed over with the keys that are pinned for them: the text of a card, with its signature
 * file if there is one, or of a `.pub` file, or a fingerprint.
 */
export function compareCard(
  crypto: Crypto,
  pinned: CardKeys,
  text: string,
  signatureText: string | null,
): CardComparison {
  const judge = (source: 'card' | 'publicKey' | 'fingerprint', fingerprint: string, same: boolean): CardComparison =>
    same ? { kind: 'match', source } : { kind: 'mismatch', source, fingerprint }
  const pinnedFingerprint = fingerprintOf(crypto, pinned.rootKey)
  const fingerprint = parseFingerprint(text)
  if (fingerprint !== null) return judge('fingerprint', fingerprint, fingerprint === pinnedFingerprint)
  const key = parseSshPublicKeyLine(text)
  if (key.ok) {
    const { publicKey } = key.value
    return judge('publicKey', fingerprintOf(crypto, publicKey), equalBytes(publicKey, pinned.rootKey))
  }
  const card = signatureText === null ? parseCard(crypto, text) : verifyCard(crypto, text, signatureText)
  if (!card.ok) return { kind: 'malformed', cause: card.error }
  const { rootKey, identityKey } = card.value
  const same = equalBytes(rootKey, pinned.rootKey) && equalBytes(identityKey, pinned.identityKey)
  return judge('card', card.value.fingerprint, same)
}

export interface ExportFile {
  /** ASCII, safe on every system. */
  readonly fileName: string
  readonly text: string
}

function howToCheck(principal: string, publicKeyFile: string): string {
  return [
    `1. Run "ssh-keygen -lf ${publicKeyFile}": it must print the fingerprint that the person reads to you, not one from this folder.`,
    `2. Run "ssh-keygen -Y verify -f allowed_signers -I ${principal} -n ${namespace} -s card.txt.sig < card.txt": it must say "Good".`,
    '3. Compare with Waxwing: open the conversation, choose "Verify", then check card.txt or the public key there: it says match or mismatch.',
    '',
  ].join('\n')
}

/** The files of a fingerprint export. All text, UTF-8, LF. */
export function exportFiles(
  crypto: Crypto,
  identity: LocalIdentity,
  name: string,
  nowMs: number,
): readonly ExportFile[] {
  const principal = cardPrincipal(name)
  const publicKeyFile = `${nameSlug(sanitizeName(name))}.pub`
  const text = cardText(crypto, identity, name, nowMs)
  return [
    { fileName: publicKeyFile, text: `${sshPublicKeyLine(identity.rootKey, principal)}\n` },
    { fileName: 'allowed_signers', text: `${allowedSignersLine(principal, namespace, identity.rootKey)}\n` },
    { fileName: 'card.txt', text },
    { fileName: 'card.txt.sig', text: signCard(crypto, identity.rootSeed, text) },
    { fileName: 'HOW-TO-CHECK.txt', text: howToCheck(principal, publicKeyFile) },
  ]
}
