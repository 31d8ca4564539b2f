/** Who somebody says to be: descriptors, certificates, payloads, signatures, cards, invites, codes. */
import { ByteWriter, concat, fromUtf8, toBase64, toBase64Url, utf8 } from '../../../main/core/bytes.ts'
import {
  createIdentity,
  encodeIdentityPayload,
  encodeIdentitySecrets,
  decodeIdentitySecrets,
  verifyIdentityPayload,
} from '../../../main/core/identity/account.ts'
import {
  cardText,
  compareCard,
  exportFiles,
  parseCard,
  signCard,
  verifyCard,
} from '../../../main/core/identity/card.ts'
import { certificateLength, verifyCertificate } from '../../../main/core/identity/certificate.ts'
import {
  descriptorLength,
  encodeDescriptor,
  signedDescriptorLength,
  verifyDescriptor,
} from '../../../main/core/identity/descriptor.ts'
import type { Invite } from '../../../main/core/identity/invite.ts'
import {
  decodeInvite,
  decodeInviteLink,
  decodeInviteText,
  encodeInvite,
  encodeInviteFile,
  encodeInviteLink,
} from '../../../main/core/identity/invite.ts'
import { compareVerificationCode, encodeVerificationCode } from '../../../main/core/identity/safetyNumber.ts'
import { parseSshPublicKeyLine, sshPublicKeyLine } from '../../../main/core/identity/sshKey.ts'
import type { SshsigNamespace } from '../../../main/core/identity/sshsig.ts'
import {
  decodeSshsig,
  encodeSshsig,
  sshsigNamespaces,
  sshsigSign,
  verifySshsig,
} from '../../../main/core/identity/sshsig.ts'
import { inviteIdOf } from '../../../main/core/ids.ts'
import { implementationLimits } from '../../../main/core/limits.ts'
import { Chance } from '../../sim/schedule.ts'
import { crypto, startMs } from '../../support/sessions.ts'
import type { FrameClock, Target } from '../target.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'
import { textTokens, words } from '../tokens.ts'

const own = createIdentity(crypto, new Chance(1).bytes(96), startMs)
const other = createIdentity(crypto, new Chance(2).bytes(96), startMs)
const { rootKey, deviceKey } = own

/** Behind a first byte that asks for it, signatures are made anew over whatever the fields have become. */
function signedDescriptor(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, descriptorLength)
  return concat(
    body,
    sshsigSign(crypto, own.rootSeed, sshsigNamespaces.descriptor, body),
    bytes.subarray(signedDescriptorLength),
  )
}

function signedCertificate(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, certificateLength - 128)
  const { device, deviceRoot } = sshsigNamespaces
  const signatures = [
    sshsigSign(crypto, own.rootSeed, device, body),
    sshsigSign(crypto, own.deviceSeed, deviceRoot, body),
  ]
  return concat(body, ...signatures, bytes.subarray(certificateLength))
}

function signedPayload(bytes: Uint8Array): Uint8Array {
  const certificateAt = 1 + signedDescriptorLength
  const descriptor = signedDescriptor(bytes.subarray(1, certificateAt))
  return concat(bytes.subarray(0, 1), descriptor, signedCertificate(bytes.subarray(certificateAt)))
}

function orSigned(input: Uint8Array, sign: (bytes: Uint8Array) => Uint8Array): Uint8Array {
  return input[0] === 1 ? sign(input.subarray(1)) : input.subarray(1)
}

const raw = Uint8Array.of(0)
const resigned = Uint8Array.of(1)

const descriptor: Target = {
  name: 'descriptor',
  what: 'verifyDescriptor, raw or signed anew; canonical',
  inputSizeBytesMax: 512,
  weight: 1,
  tokens: [],
  seeds: () => [concat(raw, own.descriptor), concat(resigned, own.descriptor)],
  run(input, clock) {
    const bytes = orSigned(input, signedDescriptor)
    const verified = clock.time(() => verifyDescriptor(crypto, bytes))
    if (!verified.ok) return [verified.error.kind]
    mustBeSameBytes(
      encodeDescriptor(verified.value),
      bytes.subarray(0, descriptorLength),
      'one descriptor, two encodings',
    )
    must(bytes.length === signedDescriptorLength, 'a descriptor of another length')
    return ['verified']
  },
}

const certificate: Target = {
  name: 'certificate',
  what: 'verifyCertificate, raw or signed anew; canonical',
  inputSizeBytesMax: 512,
  weight: 1,
  tokens: [rootKey, deviceKey, other.rootKey],
  seeds: () => [concat(raw, own.certificate), concat(resigned, own.certificate)],
  run(input, clock) {
    const bytes = orSigned(input, signedCertificate)
    const verified = clock.time(() => verifyCertificate(crypto, bytes, { rootKey, deviceKey }))
    if (!verified.ok) return [verified.error.kind]
    const { createdAtMs } = verified.value
    const again = new ByteWriter().u8(1).u8(1).bytes(rootKey).u8(1).bytes(deviceKey).u64(createdAtMs).done()
    mustBeSameBytes(again, bytes.subarray(0, certificateLength - 128), 'one certificate, two encodings')
    return ['verified']
  },
}

const identityPayload: Target = {
  name: 'identityPayload',
  what: 'verifyIdentityPayload, raw or signed anew, and decodeIdentitySecrets; canonical',
  inputSizeBytesMax: 1_024,
  weight: 1,
  tokens: [rootKey, deviceKey, own.identityKey, other.descriptor, other.certificate],
  seeds: () => [
    concat(raw, encodeIdentityPayload(own)),
    concat(resigned, encodeIdentityPayload(own)),
    concat(raw, encodeIdentityPayload(other)),
    concat(raw, encodeIdentitySecrets(own)),
  ],
  run(input, clock) {
    const secrets = clock.time(() => decodeIdentitySecrets(crypto, input.subarray(1)))
    if (secrets.ok)
      mustBeSameBytes(encodeIdentitySecrets(secrets.value), input.subarray(1), 'secrets have two encodings')
    const bytes = orSigned(input, signedPayload)
    const verified = clock.time(() => verifyIdentityPayload(crypto, bytes, deviceKey))
    if (!verified.ok) return [`${verified.error.kind} ${verified.error.cause.kind}`]
    mustBeSameBytes(encodeIdentityPayload(verified.value), bytes, 'one identity payload, two encodings')
    return ['verified']
  },
}

/** The text of an input, for formats that are text; null where it is none. */
function textOf(input: Uint8Array): string | null {
  const text = fromUtf8(input, 'text')
  return text.ok ? text.value : null
}

const sshFileSizeBytesMax = implementationLimits.sshFileSizeBytesMax + 64

const sshsig: Target = {
  name: 'sshsig',
  what: 'decodeSshsig and verifySshsig; not canonical (line ends): what is read means the same when written again',
  inputSizeBytesMax: sshFileSizeBytesMax,
  weight: 1,
  tokens: words(
    '-----BEGIN SSH SIGNATURE-----\n',
    '\n-----END SSH SIGNATURE-----',
    '\n',
    'U1NIU0lH',
    'AAAAC3NzaC1lZDI1NTE5',
    '==',
  ),
  seeds: () => {
    const namespace: SshsigNamespace = 'identity@waxwing'
    const signature = sshsigSign(crypto, own.rootSeed, namespace, utf8('message'))
    return [utf8(encodeSshsig({ publicKey: rootKey, namespace, signature }))]
  },
  run(input, clock) {
    const text = textOf(input)
    if (text === null) return ['no text']
    const decoded = clock.time(() => decodeSshsig(text))
    if (!decoded.ok) return [`${decoded.error.kind} ${'cause' in decoded.error ? decoded.error.cause.kind : ''}`]
    mustEqual(decodeSshsig(encodeSshsig(decoded.value)), decoded, 'a signature is written otherwise than it was read')
    return [clock.time(() => verifySshsig(crypto, decoded.value, 'identity@waxwing', utf8('message')))]
  },
}

const sshKey: Target = {
  name: 'sshKey',
  what: 'parseSshPublicKeyLine; not canonical (spaces, comment): the key written again is read as the same',
  inputSizeBytesMax: sshFileSizeBytesMax,
  weight: 1,
  tokens: words('ssh-ed25519 ', 'ssh-rsa ', 'AAAA', '\t', ' ', '\r', '\n', '='),
  seeds: () => words(`${sshPublicKeyLine(rootKey, 'ada@waxwing')}\n`, sshPublicKeyLine(rootKey, ''), 'ssh-rsa AAAA x'),
  run(input, clock) {
    const text = textOf(input)
    if (text === null) return ['no text']
    const parsed = clock.time(() => parseSshPublicKeyLine(text))
    if (!parsed.ok) return [`${parsed.error.kind} ${'cause' in parsed.error ? parsed.error.cause.kind : ''}`]
    const again = parseSshPublicKeyLine(sshPublicKeyLine(parsed.value.publicKey, ''))
    must(again.ok, 'a key that was read cannot be written')
    mustBeSameBytes(again.value.publicKey, parsed.value.publicKey, 'a key is written otherwise than it was read')
    return [parsed.value.comment === '' ? 'key' : 'key and comment']
  },
}

const separator = '\u0001'

function checkCard(text: string, signature: string | null, clock: FrameClock): string {
  const parsed = clock.time(() => parseCard(crypto, text))
  if (!parsed.ok) return `${parsed.error.kind} ${'line' in parsed.error ? parsed.error.line : ''}`
  const { name, date } = parsed.value
  const again = cardText(crypto, parsed.value, name, startMs).replace(/^date: .*$/m, `date: ${date}`)
  mustEqual(again, text.replaceAll('\r\n', '\n'), 'one card, two texts')
  if (signature === null) return 'card'
  const verified = clock.time(() => verifyCard(crypto, text, signature))
  return verified.ok ? 'signed card' : verified.error.kind
}

const card: Target = {
  name: 'card',
  what: 'parseCard, verifyCard, compareCard; canonical but for line ends: what is read is written as the same text',
  inputSizeBytesMax: 2 * sshFileSizeBytesMax,
  weight: 1,
  tokens: [...textTokens, ...words(separator, '\n', 'name: ', 'date: 2026-13-99', 'SHA256:', '-', 'fingerprint: ')],
  seeds: () => {
    const text = cardText(crypto, own, 'Ada', startMs)
    const files = exportFiles(crypto, own, '', startMs).map(({ text: file }) => file)
    const signed = `${text}${separator}${signCard(crypto, own.rootSeed, text)}`
    return words(text, signed, ...files.slice(0, 1), `SHA256:${'A'.repeat(43)}`)
  },
  run(input, clock) {
    const whole = textOf(input)
    if (whole === null) return ['no text']
    const [text = '', signature = null] = whole.split(separator, 2)
    const compared = clock.time(() => compareCard(crypto, own, text, signature))
    const what = compared.kind === 'malformed' ? compared.cause.kind : `${compared.kind} ${compared.source}`
    return [what, checkCard(text, signature, clock)]
  },
}

const sample: Invite = {
  suite: 1,
  inviteId: inviteIdOf(new Chance(3).bytes(16)),
  rootKey,
  deviceKey,
  secret: new Chance(4).bytes(32),
  bundleHash: new Chance(5).bytes(32),
  expiresAtMs: startMs,
  name: 'Ada',
  addresses: ['/ip4/192.168.0.7/tcp/4001', '/ip6/::1/tcp/9'],
}

const checksumSizeBytes = 4

/** Behind a first byte that asks for it, the checksum is made to fit. */
function withChecksum(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, Math.max(0, bytes.length - checksumSizeBytes))
  return concat(body, crypto.sha256(body).subarray(0, checksumSizeBytes))
}

const invite: Target = {
  name: 'invite',
  what: 'decodeInvite and decodeInviteLink, the checksum raw or made to fit; canonical',
  inputSizeBytesMax: 4_160,
  weight: 1,
  tokens: textTokens,
  seeds: () => [
    concat(raw, encodeInvite(crypto, sample)),
    concat(resigned, encodeInvite(crypto, sample)),
    concat(resigned, encodeInvite(crypto, { ...sample, name: '', addresses: [] })),
  ],
  run(input, clock) {
    const payload = orSigned(input, withChecksum)
    const decoded = clock.time(() => decodeInvite(crypto, payload))
    const linked = clock.time(() => decodeInviteLink(crypto, `waxwing:invite/${toBase64Url(payload)}`))
    if (!decoded.ok) return [`${decoded.error.kind} ${'cause' in decoded.error ? decoded.error.cause.kind : ''}`]
    mustBeSameBytes(encodeInvite(crypto, decoded.value), payload, 'one invite, two encodings')
    if (linked.ok) mustEqual(linked.value, decoded.value, 'a link says another thing than its payload')
    return [linked.ok ? 'invite' : 'an invite too long for a link']
  },
}

const inviteText: Target = {
  name: 'inviteText',
  what: 'decodeInviteText and decodeInviteLink; not canonical (white space): the link written again is read as the same',
  inputSizeBytesMax: implementationLimits.inviteTextLengthMax + 64,
  weight: 1,
  tokens: words(
    'waxwing:invite/',
    'waxwing://invite/',
    'WAXWING:',
    '<',
    '>',
    ' ',
    '\n',
    '\r\n',
    '\t<',
    '\u00a0',
    '\u2028',
  ),
  seeds: () => {
    const link = encodeInviteLink(crypto, sample)
    return words(
      link,
      encodeInviteFile(crypto, sample),
      `<${link.replace(':', '://')}>`,
      link.replace(/.{60}/g, '$&\n'),
    )
  },
  run(input, clock) {
    const text = textOf(input)
    if (text === null) return ['no text']
    const link = clock.time(() => decodeInviteLink(crypto, text))
    const decoded = clock.time(() => decodeInviteText(crypto, text))
    if (link.ok) mustEqual(decoded, link, 'a link is another invite where a text is looked for')
    if (!decoded.ok) return [decoded.error.kind]
    const again = decodeInviteText(crypto, encodeInviteFile(crypto, decoded.value))
    mustEqual(again, decoded, 'an invite is written otherwise than it was read')
    return [link.ok ? 'link' : 'link in a text']
  },
}

const verificationCode: Target = {
  name: 'verificationCode',
  what: 'compareVerificationCode; only the one code matches, whatever stands around it',
  inputSizeBytesMax: implementationLimits.verificationCodeLengthMax + 16,
  weight: 1,
  tokens: [...words('waxwing-verify:', ' ', '\n', toBase64(own.descriptorHash)), own.descriptorHash],
  seeds: () =>
    words(encodeVerificationCode(other, own), encodeVerificationCode(own, other), encodeVerificationCode(own, own)),
  run(input, clock) {
    const text = textOf(input)
    if (text === null) return ['no text']
    const outcome = clock.time(() => compareVerificationCode(text, own, other))
    const isTheCode = text.trim() === encodeVerificationCode(other, own)
    must((outcome.kind === 'match') === isTheCode, 'another code matches, or the code does not')
    const detail = outcome.kind === 'malformed' ? outcome.reason : outcome.kind === 'mismatch' ? outcome.which : ''
    return [`${outcome.kind} ${detail}`]
  },
}

export const identityTargets: readonly Target[] = [
  descriptor,
  certificate,
  identityPayload,
  sshsig,
  sshKey,
  card,
  invite,
  inviteText,
  verificationCode,
]
