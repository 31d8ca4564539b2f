/** Vectors of identity: descriptor, certificate, payload. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { ByteWriter, concat } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { encodeIdentityPayload } from '../../../main/core/identity/account.ts'
import { signCertificate } from '../../../main/core/identity/certificate.ts'
import { encodeDescriptor, signDescriptor } from '../../../main/core/identity/descriptor.ts'
import { sshsigNamespaces, sshsigSign, sshsigSignedBytes } from '../../../main/core/identity/sshsig.ts'
import type { Author, Draft } from './author.ts'
import { anna, ben, flipped, lowOrderKey, replaced, startMs, unreducedKey } from './people.ts'

const { descriptor: signed, rootKey, identityKey, rootSeed } = anna.identity
const canonical = encodeDescriptor(anna.identity)
const { Point } = ed25519
const order = Point.Fn.ORDER

const refused = (name: string, describes: string, input: object, error: object, scenario: string): Draft => ({
  name: `identity/refuses-${name}`,
  describes,
  scenario,
  input,
  error,
})
const descriptorRefused = (name: string, describes: string, bytes: Uint8Array, error: object) =>
  refused(`descriptor-${name}`, describes, { signed: bytes }, error, 'descriptor')
const malformed = (cause: object) => ({ kind: 'malformed', cause })

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 255n))
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return bytes.toReversed().reduce((value, byte) => value * 256n + BigInt(byte), 0n)
}

/** k of the verification equation, for a descriptor with this root key. */
function challenge(r: Uint8Array, root: Uint8Array, canonicalBytes: Uint8Array): bigint {
  const message = sshsigSignedBytes(crypto, sshsigNamespaces.descriptor, canonicalBytes)
  return fromLittleEndian(crypto.sha512(concat(r, root, message))) % order
}

const secretScalar = ed25519.utils.getExtendedPublicKey(rootSeed).scalar

/** A signature that fits the equation times eight alone: the root key has a part of order eight. */
function mixedOrder(): Uint8Array {
  const torsion = Point.fromHex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05')
  const root = Point.BASE.multiply(secretScalar).add(torsion).toBytes()
  const bytes = encodeDescriptor({ rootKey: root, identityKey })
  for (let nonce = 1n; ; nonce++) {
    const r = Point.BASE.multiply(nonce).toBytes()
    const k = challenge(r, root, bytes)
    if (k % 8n !== 0n) return concat(bytes, r, littleEndian((nonce + k * secretScalar) % order))
  }
}

/** R is the neutral element: the equation holds. */
function smallOrderR(): Uint8Array {
  const r = Point.ZERO.toBytes()
  return concat(canonical, r, littleEndian((challenge(r, rootKey, canonical) * secretScalar) % order))
}

/** The root key is the neutral element: anybody can sign for it. */
function smallOrderRoot(): Uint8Array {
  const root = Point.ZERO.toBytes()
  return concat(encodeDescriptor({ rootKey: root, identityKey }), Point.BASE.multiply(7n).toBytes(), littleEndian(7n))
}

function descriptors(): Draft[] {
  const signature = signed.slice(67)
  const largeS = littleEndian(fromLittleEndian(signature.slice(32)) + order)
  const inOtherNamespace = sshsigSign(crypto, rootSeed, sshsigNamespaces.prekey, canonical)
  const bad = { kind: 'badSignature' }
  const weak = signDescriptor(crypto, rootSeed, { rootKey, identityKey: lowOrderKey })
  return [
    {
      name: 'identity/descriptor',
      describes: 'A descriptor, its canonical bytes, its hash, and the signature of its root.',
      scenario: 'descriptor',
      input: { signed, rootSeed, identitySecret: anna.identity.identitySecret },
    },
    descriptorRefused(
      'cut',
      'The last byte of the signature is missing.',
      signed.slice(0, -1),
      malformed({ kind: 'truncated', wanted: 64, left: 63 }),
    ),
    descriptorRefused(
      'with-a-byte-behind',
      'A byte stands behind the signature.',
      concat(signed, Uint8Array.of(0)),
      malformed({ kind: 'trailing', left: 1 }),
    ),
    descriptorRefused(
      'of-version-2',
      'The version is one that is not known.',
      replaced(signed, 0, Uint8Array.of(2)),
      malformed({ kind: 'badVersion', field: 'descriptor', got: 2, wanted: 1 }),
    ),
    descriptorRefused(
      'with-x25519-root',
      'The type byte before the root key says X25519.',
      replaced(signed, 1, Uint8Array.of(2)),
      malformed({ kind: 'badValue', field: 'root key', got: 2 }),
    ),
    descriptorRefused(
      'with-unreduced-identity-key',
      'The identity key is 2^255 - 17, which is 2 written otherwise.',
      replaced(signed, 35, unreducedKey),
      malformed({ kind: 'badValue', field: 'identity key', got: 0x7f }),
    ),
    descriptorRefused(
      'altered',
      'One bit of the identity key is not the one that was signed.',
      flipped(signed, 40),
      bad,
    ),
    descriptorRefused(
      'signed-in-another-namespace',
      "The signature is the root's, made for prekey bundles.",
      concat(canonical, inOtherNamespace),
      bad,
    ),
    descriptorRefused(
      'signed-without-sshsig',
      "The signature is the root's over the bare canonical bytes.",
      concat(canonical, crypto.ed25519Sign(rootSeed, canonical)),
      bad,
    ),
    descriptorRefused(
      'with-unreduced-s',
      'S of a good signature is larger by the order of the group.',
      replaced(signed, 99, largeS),
      bad,
    ),
    descriptorRefused(
      'with-small-order-r',
      'R of the signature has a small order, and the equation holds.',
      smallOrderR(),
      bad,
    ),
    descriptorRefused(
      'with-small-order-root',
      'The root key has a small order, and the equation holds.',
      smallOrderRoot(),
      bad,
    ),
    descriptorRefused(
      'by-the-cofactored-equation',
      'The signature fits the equation only when it is multiplied by eight.',
      mixedOrder(),
      bad,
    ),
    descriptorRefused(
      'with-low-order-identity-key',
      'The identity key is of low order, and the signature good.',
      weak,
      { kind: 'weakKey' },
    ),
  ]
}

function certificates(): Draft[] {
  const { certificate, deviceKey, deviceSeed } = anna.identity
  const expected = { expectedRootKey: rootKey, expectedDeviceKey: deviceKey }
  const of = (name: string, describes: string, bytes: Uint8Array, error: object, wanted: object = expected) =>
    refused(`certificate-${name}`, describes, { signed: bytes, ...wanted }, error, 'certificate')
  const body = certificate.slice(0, 75)
  const [byRoot, byDevice] = [certificate.slice(75, 139), certificate.slice(139)]
  const late = new ByteWriter()
    .bytes(certificate.slice(0, 67))
    .u32(0x200000)
    .u32(0)
    .bytes(byRoot)
    .bytes(byDevice)
    .done()
  const own = signCertificate(
    crypto,
    { rootSeed, deviceSeed: rootSeed },
    { rootKey, deviceKey: rootKey, createdAtMs: startMs },
  )
  return [
    {
      name: 'identity/certificate',
      describes: 'A device certificate with both signatures.',
      scenario: 'certificate',
      input: { signed: certificate, ...expected, rootSeed, deviceSeed },
    },
    of(
      'cut',
      'The signature of the device is missing.',
      certificate.slice(0, 139),
      malformed({ kind: 'truncated', wanted: 64, left: 0 }),
    ),
    of(
      'with-time-above-2-53',
      'The time has more than 53 bits.',
      late,
      malformed({ kind: 'badValue', field: 'createdAtMs', got: 0x200000 }),
    ),
    of(
      'of-another-account',
      'It is good, but of another root than the one expected.',
      certificate,
      { kind: 'otherAccount' },
      { ...expected, expectedRootKey: ben.identity.rootKey },
    ),
    of(
      'of-another-device',
      'It is good, but for another device than the one expected.',
      certificate,
      { kind: 'otherDevice' },
      { ...expected, expectedDeviceKey: ben.identity.deviceKey },
    ),
    of(
      'of-a-root-that-is-its-device',
      'Root and device are one key.',
      own,
      { kind: 'sameKey' },
      { expectedRootKey: rootKey, expectedDeviceKey: rootKey },
    ),
    of(
      'with-altered-time',
      'Neither signature is over this time; that of the root is checked first.',
      flipped(certificate, 74),
      { kind: 'badRootSignature' },
    ),
    of(
      'signed-by-the-root-as-device',
      'The root signed in the namespace of devices.',
      concat(body, sshsigSign(crypto, rootSeed, sshsigNamespaces.deviceRoot, body), byDevice),
      { kind: 'badRootSignature' },
    ),
    of(
      'without-the-device',
      "The second signature is the root's again, not the device's.",
      concat(body, byRoot, byRoot),
      { kind: 'badDeviceSignature' },
    ),
  ]
}

function payloads(): Draft[] {
  const payload = encodeIdentityPayload(anna.identity)
  const { deviceKey, identitySecret, deviceSeed, certificate } = anna.identity
  const of = (name: string, describes: string, bytes: Uint8Array, error: object, device = deviceKey) =>
    refused(`payload-${name}`, describes, { payload: bytes, deviceKey: device }, error, 'identityPayload')
  return [
    {
      name: 'identity/payload',
      describes: 'An identity payload: signed descriptor and certificate.',
      scenario: 'identityPayload',
      input: { payload, deviceKey, rootSeed, identitySecret, deviceSeed },
    },
    of(
      'of-version-2',
      'The version is one that is not known.',
      replaced(payload, 0, Uint8Array.of(2)),
      malformed({ kind: 'badVersion', field: 'identity payload', got: 2, wanted: 1 }),
    ),
    of('with-altered-descriptor', 'The signature of the descriptor does not fit.', flipped(payload, 50), {
      kind: 'descriptor',
      cause: { kind: 'badSignature' },
    }),
    of(
      'of-another-device',
      'The connection proved another device than the certificate names.',
      payload,
      { kind: 'certificate', cause: { kind: 'otherDevice' } },
      ben.identity.deviceKey,
    ),
    of(
      'of-two-accounts',
      'The certificate is of another account than the descriptor.',
      concat(Uint8Array.of(1), ben.identity.descriptor, certificate),
      { kind: 'certificate', cause: { kind: 'otherAccount' } },
    ),
    of('with-altered-certificate', 'The last signature does not fit.', flipped(payload, -1), {
      kind: 'certificate',
      cause: { kind: 'badDeviceSignature' },
    }),
  ]
}

export function makeIdentity(author: Author): void {
  author.add('Descriptor (version 1)', descriptors())
  author.add('Device certificate (version 1)', certificates())
  author.add('Identity payload (version 1)', payloads())
}
