/** Vectors of what people hand each other: signatures, fingerprints, numbers, codes, cards. */
import { ByteWriter, concat, toBase64, toBase64Url, utf8 } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { cardText, signCard } from '../../../main/core/identity/card.ts'
import { encodeVerificationCode } from '../../../main/core/identity/safetyNumber.ts'
import { encodeSshPublicKey, sshPublicKeyLine } from '../../../main/core/identity/sshKey.ts'
import { encodeSshsig, sshsigNamespaces, sshsigSign } from '../../../main/core/identity/sshsig.ts'
import type { Author, Draft } from './author.ts'
import { anna, ben, mallory, startMs } from './people.ts'

const { rootKey, rootSeed } = anna.identity
const namespace = sshsigNamespaces.card

type Refusal = readonly [name: string, describes: string, input: object, error: object]

const drafts = (scenario: string, start: string, common: object, refusals: readonly Refusal[]): Draft[] =>
  refusals.map(([name, describes, input, error]) => ({
    name: `identity/refuses-${start}-${name}`,
    describes,
    scenario,
    input: { ...common, ...input },
    error,
  }))

const malformed = (cause: object) => ({ kind: 'malformed', cause })

interface Blob {
  readonly version?: number
  readonly key?: Uint8Array
  readonly reserved?: string
  readonly hash?: string
  readonly algorithm?: string
  readonly behind?: number
}

/** An armoured file that no honest signer writes. */
function armourOf(signature: Uint8Array, blob: Blob): string {
  const writer = new ByteWriter()
    .bytes(utf8('SSHSIG'))
    .u32(blob.version ?? 1)
    .prefixed32(blob.key ?? encodeSshPublicKey(rootKey))
    .prefixed32(utf8(namespace))
    .prefixed32(utf8(blob.reserved ?? ''))
    .prefixed32(utf8(blob.hash ?? 'sha512'))
  const inner = new ByteWriter()
    .prefixed32(utf8(blob.algorithm ?? 'ssh-ed25519'))
    .prefixed32(signature)
    .done()
  const bytes = writer
    .prefixed32(inner)
    .bytes(new Uint8Array(blob.behind ?? 0))
    .done()
  const lines = toBase64(bytes).match(/.{1,70}/g) ?? []
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n')
}

function signatures(): Draft[] {
  const message = utf8('a message\n')
  const common = { namespace, message }
  const signature = sshsigSign(crypto, rootSeed, namespace, message)
  const armour = encodeSshsig({ publicKey: rootKey, namespace, signature })
  const unsupported = (field: string) => ({ kind: 'unsupported', field })
  const key = encodeSshPublicKey(rootKey)
  const rsa = concat(key.slice(0, 4), utf8('ssh-rsa-512'), key.slice(15))
  const blob = (parts: Blob) => ({ armour: armourOf(signature, parts) })
  return [
    {
      name: 'identity/sshsig',
      describes: 'An armoured signature, the bytes that the key signs, and the file as ssh-keygen writes it.',
      scenario: 'sshsig',
      input: { ...common, armour, seed: rootSeed },
    },
    ...drafts('sshsig', 'sshsig', common, [
      [
        'over-its-limit',
        'The file has 4,097 characters.',
        { armour: { repeat: 'A', count: 4_097 } },
        { kind: 'tooLong', got: 4_097, max: 4_096 },
      ],
      [
        'without-armour',
        'The last line is missing.',
        { armour: armour.split('\n').slice(0, -2).join('\n') },
        { kind: 'notArmoured' },
      ],
      [
        'cut',
        'Four characters are missing before the last line.',
        { armour: armour.replace(/.{4}\n-----END/, '\n-----END') },
        malformed({ kind: 'truncated', wanted: 83, left: 80 }),
      ],
      [
        'with-bytes-behind',
        'Three bytes stand behind the signature.',
        blob({ behind: 3 }),
        malformed({ kind: 'trailing', left: 3 }),
      ],
      ['of-version-2', 'The version is 2.', blob({ version: 2 }), { kind: 'unknownVersion', got: 2 }],
      [
        'with-another-key-type',
        'The key says that it is of another algorithm.',
        blob({ key: rsa }),
        unsupported('key'),
      ],
      ['with-another-hash', 'The hash is SHA-256.', blob({ hash: 'sha256' }), unsupported('hash')],
      ['with-reserved-bytes', 'The reserved field is not empty.', blob({ reserved: 'x' }), unsupported('reserved')],
      [
        'with-another-signature-type',
        'The signature says that it is of another algorithm.',
        blob({ algorithm: 'ssh-rsa' }),
        unsupported('signature'),
      ],
      [
        'of-another-namespace',
        'It was made for device certificates.',
        {
          armour: encodeSshsig({
            publicKey: rootKey,
            namespace: sshsigNamespaces.device,
            signature: sshsigSign(crypto, rootSeed, sshsigNamespaces.device, message),
          }),
        },
        { kind: 'wrongNamespace' },
      ],
      [
        'of-another-message',
        'It was made over another message.',
        { armour, message: utf8('another message\n') },
        { kind: 'badSignature' },
      ],
    ]),
  ]
}

function keys(): Draft[] {
  const short = new ByteWriter().prefixed32(utf8('ssh-ed25519')).prefixed32(rootKey.slice(1)).done()
  return [
    {
      name: 'identity/ssh-key',
      describes: 'A public key as OpenSSH writes it, with a comment.',
      scenario: 'sshKey',
      input: { line: sshPublicKeyLine(rootKey, 'anna@waxwing') },
    },
    ...drafts('sshKey', 'ssh-key', {}, [
      [
        'over-its-limit',
        'The line has 4,097 characters.',
        { line: { repeat: 'A', count: 4_097 } },
        { kind: 'tooLong', got: 4_097, max: 4_096 },
      ],
      ['that-is-none', 'The text is no key.', { line: 'hello' }, { kind: 'notAKeyLine' }],
      [
        'of-another-algorithm',
        'The key is an RSA key.',
        { line: 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQ== anna' },
        { kind: 'otherAlgorithm' },
      ],
      [
        'of-31-bytes',
        'The key is a byte too short.',
        { line: `ssh-ed25519 ${toBase64(short)}` },
        malformed({ kind: 'tooShort', field: 'key', got: 31, min: 32 }),
      ],
    ]),
  ]
}

const verifiable = ({ identity }: typeof anna) => ({
  rootKey: identity.rootKey,
  descriptorHash: identity.descriptorHash,
})

function numbers(): Draft[] {
  const [ours, theirs] = [verifiable(anna), verifiable(ben)]
  const code = encodeVerificationCode(theirs, ours)
  const start = 'waxwing-verify:'
  const of = (version: number, hashes: Uint8Array) => start + toBase64Url(concat(Uint8Array.of(version), hashes))
  const bad = (reason: string) => ({ kind: 'malformed', reason })
  const mismatch = (which: string) => ({ kind: 'mismatch', which })
  const other = verifiable(mallory)
  return [
    {
      name: 'identity/safety-number',
      describes: 'The safety number of two accounts, seen from both sides.',
      scenario: 'safetyNumber',
      input: { ours, theirs },
    },
    {
      name: 'identity/verification-code',
      describes: 'The code on their screen, scanned by us, fits both descriptors.',
      scenario: 'verificationCode',
      input: { code, ours, theirs },
    },
    ...drafts('verificationCode', 'code', { ours, theirs }, [
      ['that-is-none', 'The text is no verification code.', { code: 'https://example.org/' }, bad('notACode')],
      [
        'over-its-limit',
        'The text has 257 characters.',
        { code: [start, { repeat: 'A', count: 242 }] },
        bad('tooLong'),
      ],
      ['cut', 'The last character is missing.', { code: code.slice(0, -1) }, bad('incomplete')],
      [
        'of-version-2',
        'The version is one that is not known.',
        { code: of(2, new Uint8Array(64)) },
        bad('unknownVersion'),
      ],
      [
        'that-is-our-own',
        'The code is the one that our own screen shows.',
        { code: encodeVerificationCode(ours, theirs) },
        bad('ownCode'),
      ],
      [
        'of-other-keys-of-theirs',
        'Their descriptor is not the one that is pinned here.',
        { code: encodeVerificationCode(other, ours) },
        mismatch('theirs'),
      ],
      [
        'of-other-keys-of-ours',
        'The descriptor that they have pinned for us is not ours.',
        { code: encodeVerificationCode(theirs, other) },
        mismatch('ours'),
      ],
      [
        'of-strangers',
        'Neither descriptor is one of the two.',
        { code: encodeVerificationCode(other, other) },
        mismatch('both'),
      ],
    ]),
  ]
}

function cards(): Draft[] {
  const text = cardText(crypto, anna.identity, 'Anna Müller', startMs)
  const signature = signCard(crypto, rootSeed, text)
  const signed = { text, signature, rootSeed, nowMs: startMs }
  const nameless = cardText(crypto, anna.identity, '', startMs)
  const others = cardText(crypto, ben.identity, 'Anna Müller', startMs).split('\n')
  const withLine = (at: number, line: string) => ({ text: text.split('\n').with(at, line).join('\n') })
  const wrongNamespace = sshsigSign(crypto, rootSeed, sshsigNamespaces.device, utf8(text))
  return [
    { name: 'identity/card', describes: 'An identity card and its signature file.', scenario: 'card', input: signed },
    {
      name: 'identity/card-without-a-name',
      describes: 'An empty name stands as a hyphen, and its slug is waxwing.',
      scenario: 'card',
      input: { ...signed, text: nameless, signature: signCard(crypto, rootSeed, nameless) },
    },
    {
      name: 'identity/card-with-crlf',
      describes: 'A card and a signature file whose line ends a mail program changed.',
      scenario: 'card',
      input: { text: text.replaceAll('\n', '\r\n'), signature: signature.replaceAll('\n', '\r\n'), canonical: false },
    },
    ...drafts('card', 'card', { text, signature: null }, [
      [
        'over-its-limit',
        'The text has 4,097 characters.',
        { text: { repeat: 'x', count: 4_097 } },
        { kind: 'tooLong', got: 4_097, max: 4_096 },
      ],
      [
        'of-version-2',
        'The first line is that of another version.',
        { text: text.replace('card v1', 'card v2') },
        { kind: 'notACard' },
      ],
      [
        'with-another-line-behind',
        'The text has eight lines.',
        { text: `${text}more\n` },
        { kind: 'badLine', line: 8 },
      ],
      [
        'with-a-hidden-character',
        'The name turns the reading direction.',
        withLine(1, 'name: Anna \u202e'),
        { kind: 'badLine', line: 2 },
      ],
      [
        'with-another-comment',
        'The comment of the key is not the slug of the name.',
        withLine(2, sshPublicKeyLine(rootKey, 'root@waxwing')),
        { kind: 'badLine', line: 3 },
      ],
      [
        'with-another-fingerprint',
        'The fingerprint is not that of the key.',
        withLine(3, others[3] ?? ''),
        { kind: 'contradiction', field: 'fingerprint' },
      ],
      [
        'with-another-identity-key',
        'The hash is not that of the keys.',
        withLine(4, others[4] ?? ''),
        { kind: 'contradiction', field: 'descriptor' },
      ],
      [
        'with-no-signature-file',
        'The signature file is something else.',
        { signature: 'hello\n' },
        { kind: 'badSignatureFile', cause: { kind: 'notArmoured' } },
      ],
      [
        'signed-by-another-key',
        'The signature is good, but not by the key on the card.',
        { signature: signCard(crypto, ben.identity.rootSeed, text) },
        { kind: 'otherSigner' },
      ],
      [
        'changed-after-signing',
        'The date was changed after the signature.',
        { text: text.replace(/date: 2/, 'date: 3'), signature },
        { kind: 'badSignature', verdict: 'badSignature' },
      ],
      [
        'signed-in-another-namespace',
        'The signature was made for device certificates.',
        {
          signature: encodeSshsig({
            publicKey: rootKey,
            namespace: sshsigNamespaces.device,
            signature: wrongNamespace,
          }),
        },
        { kind: 'badSignature', verdict: 'wrongNamespace' },
      ],
    ]),
  ]
}

export function makeComparing(author: Author): void {
  author.add('Signatures', [...signatures(), ...keys()])
  author.add('Fingerprint', [
    {
      name: 'identity/fingerprint',
      describes: 'The fingerprint of a root key, as ssh-keygen prints it.',
      scenario: 'fingerprint',
      input: { rootKey },
    },
  ])
  author.add('Safety number and verification code', numbers())
  author.add('Identity card (version 1)', cards())
}
