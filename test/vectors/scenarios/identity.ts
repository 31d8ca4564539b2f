/** Who an account is: descriptor, certificate, payload, signatures, and what people compare. */
import { toHex as hex } from '../../../main/core/bytes.ts'
import type { IdentityPayloadError } from '../../../main/core/identity/account.ts'
import { createIdentity, encodeIdentityPayload, verifyIdentityPayload } from '../../../main/core/identity/account.ts'
import type { Card, CardError } from '../../../main/core/identity/card.ts'
import { cardText, parseCard, signCard, verifyCard } from '../../../main/core/identity/card.ts'
import type { CertificateError } from '../../../main/core/identity/certificate.ts'
import { signCertificate, verifyCertificate } from '../../../main/core/identity/certificate.ts'
import type { DescriptorError } from '../../../main/core/identity/descriptor.ts'
import {
  descriptorHash,
  encodeDescriptor,
  signDescriptor,
  verifyDescriptor,
} from '../../../main/core/identity/descriptor.ts'
import { fingerprintOf, parseFingerprint } from '../../../main/core/identity/fingerprint.ts'
import type { InviteError } from '../../../main/core/identity/invite.ts'
import {
  decodeInviteText,
  encodeInvite,
  encodeInviteFile,
  encodeInviteLink,
} from '../../../main/core/identity/invite.ts'
import type { VerificationOutcome } from '../../../main/core/identity/safetyNumber.ts'
import {
  compareVerificationCode,
  encodeVerificationCode,
  safetyNumber,
} from '../../../main/core/identity/safetyNumber.ts'
import type { SshKeyError } from '../../../main/core/identity/sshKey.ts'
import { parseSshPublicKeyLine, sshPublicKeyLine } from '../../../main/core/identity/sshKey.ts'
import type { SshsigError, SshsigNamespace, SshsigVerdict } from '../../../main/core/identity/sshsig.ts'
import {
  decodeSshsig,
  encodeSshsig,
  sshsigSign,
  sshsigSignedBytes,
  verifySshsig,
} from '../../../main/core/identity/sshsig.ts'
import { err, ok } from '../../../main/core/result.ts'
import type { Parts } from './format.ts'
import { bytesOf, textOf, there } from './format.ts'
import { runnable } from './scenario.ts'

/** Seeds and secrets stand in a vector where what was signed can be made again. */
interface DescriptorInput {
  readonly signed: Parts
  readonly rootSeed?: Parts
  readonly identitySecret?: Parts
}

const descriptor = runnable<DescriptorInput, object, DescriptorError>({
  read(crypto, { signed }) {
    const read = verifyDescriptor(crypto, bytesOf(signed))
    if (!read.ok) return read
    const canonical = encodeDescriptor(read.value)
    return ok({ ...read.value, canonical, descriptorHash: descriptorHash(crypto, read.value) })
  },
  write(crypto, { rootSeed, identitySecret }) {
    const seed = bytesOf(there(rootSeed, 'root seed'))
    const identityKey = crypto.x25519PublicKey(bytesOf(there(identitySecret, 'identity secret')))
    const keys = { rootKey: crypto.ed25519PublicKey(seed), identityKey }
    return { signed: hex(signDescriptor(crypto, seed, keys)) }
  },
})

interface CertificateInput {
  readonly signed: Parts
  readonly expectedRootKey: Parts
  readonly expectedDeviceKey: Parts
  readonly rootSeed?: Parts
  readonly deviceSeed?: Parts
}

const certificate = runnable<CertificateInput, { readonly createdAtMs: number }, CertificateError>({
  read: (crypto, input) =>
    verifyCertificate(crypto, bytesOf(input.signed), {
      rootKey: bytesOf(input.expectedRootKey),
      deviceKey: bytesOf(input.expectedDeviceKey),
    }),
  write(crypto, input, { createdAtMs }) {
    const rootSeed = bytesOf(there(input.rootSeed, 'root seed'))
    const deviceSeed = bytesOf(there(input.deviceSeed, 'device seed'))
    const keys = { rootKey: crypto.ed25519PublicKey(rootSeed), deviceKey: crypto.ed25519PublicKey(deviceSeed) }
    return { signed: hex(signCertificate(crypto, { rootSeed, deviceSeed }, { ...keys, createdAtMs })) }
  },
})

interface PayloadInput {
  readonly payload: Parts
  /** The one that the connection or the invite proved. */
  readonly deviceKey: Parts
  readonly rootSeed?: Parts
  readonly identitySecret?: Parts
  readonly deviceSeed?: Parts
}

const identityPayload = runnable<PayloadInput, { readonly createdAtMs: number }, IdentityPayloadError>({
  read: (crypto, input) => verifyIdentityPayload(crypto, bytesOf(input.payload), bytesOf(input.deviceKey)),
  write(crypto, { rootSeed, identitySecret, deviceSeed }, { createdAtMs }) {
    const secrets = [rootSeed, identitySecret, deviceSeed].map((part) => textOf(there(part, 'secret'))).join('')
    return { payload: hex(encodeIdentityPayload(createIdentity(crypto, bytesOf(secrets), createdAtMs))) }
  },
})

interface SshsigInput {
  readonly armour: Parts
  readonly namespace: SshsigNamespace
  readonly message: Parts
  readonly seed?: Parts
}

/** What is wrong with a file, or with a signature in a file that is in order. */
type SignatureError = SshsigError | { readonly kind: Exclude<SshsigVerdict, 'good'> }

const sshsig = runnable<SshsigInput, object, SignatureError>({
  read(crypto, { armour, namespace, message }) {
    const read = decodeSshsig(textOf(armour))
    if (!read.ok) return read
    const verdict = verifySshsig(crypto, read.value, namespace, bytesOf(message))
    if (verdict !== 'good') return err({ kind: verdict })
    return ok({ ...read.value, signedBytes: sshsigSignedBytes(crypto, namespace, bytesOf(message)) })
  },
  write(crypto, { namespace, message, seed: seedHex }) {
    const seed = bytesOf(there(seedHex, 'seed'))
    const signature = sshsigSign(crypto, seed, namespace, bytesOf(message))
    return { armour: encodeSshsig({ publicKey: crypto.ed25519PublicKey(seed), namespace, signature }) }
  },
})

const sshKey = runnable<
  { readonly line: Parts },
  { readonly publicKey: Uint8Array; readonly comment: string },
  SshKeyError
>({
  read: (_, { line }) => parseSshPublicKeyLine(textOf(line)),
  write: (_, __, { publicKey, comment }) => ({ line: sshPublicKeyLine(publicKey, comment) }),
})

const fingerprint = runnable<{ readonly rootKey: Parts }, { readonly fingerprint: string }, never>({
  read(crypto, { rootKey }) {
    const printed = fingerprintOf(crypto, bytesOf(rootKey))
    return ok({ fingerprint: there(parseFingerprint(printed), 'fingerprint in its own text') })
  },
})

interface Verifiable {
  readonly rootKey: Parts
  readonly descriptorHash: Parts
}

const verifiable = ({ rootKey, descriptorHash: hash }: Verifiable) => ({
  rootKey: bytesOf(rootKey),
  descriptorHash: bytesOf(hash),
})

const safety = runnable<{ readonly ours: Verifiable; readonly theirs: Verifiable }, object, never>({
  read(crypto, { ours, theirs }) {
    const [one, other] = [verifiable(ours), verifiable(theirs)]
    return ok({ ours: safetyNumber(crypto, one, other), theirs: safetyNumber(crypto, other, one) })
  },
})

interface CodeInput {
  /** What was scanned from their screen. */
  readonly code: Parts
  readonly ours: Verifiable
  readonly theirs: Verifiable
  readonly canonical?: false
}

const verificationCode = runnable<CodeInput, object, Exclude<VerificationOutcome, { readonly kind: 'match' }>>({
  read(_, { code, ours, theirs }) {
    const outcome = compareVerificationCode(textOf(code), verifiable(ours), verifiable(theirs))
    return outcome.kind === 'match' ? ok({ outcome: outcome.kind }) : err(outcome)
  },
  write: (_, { ours, theirs }) => ({ code: encodeVerificationCode(verifiable(theirs), verifiable(ours)) }),
})

interface CardInput {
  readonly text: Parts
  /** Null: only the text is read. */
  readonly signature: Parts | null
  readonly rootSeed?: Parts
  readonly nowMs?: number
  readonly canonical?: false
}

const card = runnable<CardInput, Card, CardError>({
  read(crypto, { text, signature }) {
    return signature === null ? parseCard(crypto, textOf(text)) : verifyCard(crypto, textOf(text), textOf(signature))
  },
  write(crypto, { rootSeed, nowMs, canonical }, read) {
    if (canonical === false) return null
    const text = cardText(crypto, read, read.name, there(nowMs, 'time'))
    return { text, signature: signCard(crypto, bytesOf(there(rootSeed, 'root seed')), text) }
  },
})

interface InviteInput {
  readonly text: Parts
  readonly form?: 'file'
  /** A link as a mail program or a person may have changed it. */
  readonly canonical?: false
}

type ReadInvite = Parameters<typeof encodeInvite>[1] & { readonly payload: Uint8Array }

const invite = runnable<InviteInput, ReadInvite, InviteError>({
  read(crypto, { text }) {
    const read = decodeInviteText(crypto, textOf(text))
    return read.ok ? ok({ ...read.value, payload: encodeInvite(crypto, read.value) }) : read
  },
  write(crypto, { form, canonical }, read) {
    if (canonical === false) return null
    return { text: form === 'file' ? encodeInviteFile(crypto, read) : encodeInviteLink(crypto, read) }
  },
})

export const identityScenarios = {
  descriptor,
  certificate,
  identityPayload,
  sshsig,
  sshKey,
  fingerprint,
  safetyNumber: safety,
  verificationCode,
  card,
  invite,
} as const
