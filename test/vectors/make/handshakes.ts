/** Vectors of bundles and handshakes. */
import { concat, toHex } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { sealContext } from '../../../main/core/engine/keys.ts'
import { idBytes } from '../../../main/core/ids.ts'
import { sshsigNamespaces, sshsigSign } from '../../../main/core/identity/sshsig.ts'
import { utf8 } from '../../../main/core/bytes.ts'
import { makeBundle } from '../scenarios/bundle.ts'
import type { Author, Draft } from './author.ts'
import {
  anna,
  ben,
  bytesFor,
  dayMs,
  flipped,
  hexFor,
  lowOrderKey,
  mallory,
  replaced,
  startMs,
  unreducedKey,
} from './people.ts'

const hex = toHex
const zeros = '00'.repeat(32)

/** Ben's bundle of this name, and its secrets. */
export function bundleOf(name: string, oneTime: boolean) {
  const secrets = {
    signedPrekeySecret: hexFor(`${name} signed prekey`, 32),
    ratchetSecret: hexFor(`${name} ratchet`, 32),
    oneTimeSecret: oneTime ? hexFor(`${name} one-time prekey`, 32) : null,
    kemSeed: hexFor(`${name} kem`, 64),
  }
  const { rootSeed, deviceKey: device, identityKey } = ben.identity
  const prekeyId = bytesFor(`${name} id`, 16)
  const made = makeBundle(crypto, { rootSeed, device, identityKey, prekeyId, expiresAtMs: startMs + dayMs, secrets })
  return { bytes: made.bundle, secrets, kept: { ...secrets, prekeyId, bundleHash: made.secrets.bundleHash } }
}

const owner = {
  rootKey: ben.identity.rootKey,
  device: ben.identity.deviceKey,
  identityKey: ben.identity.identityKey,
}

/** The bundle with other bytes, signed by Ben again. */
export function resigned(bundle: Uint8Array): Uint8Array {
  const signed = bundle.slice(0, -64)
  return concat(signed, sshsigSign(crypto, ben.identity.rootSeed, sshsigNamespaces.prekey, signed))
}

/** Where the fields of a bundle with a one-time prekey stand. */
export const at = {
  suite: 1,
  device: 19,
  identityKey: 60,
  signedPrekey: 93,
  ratchetKey: 126,
  oneTime: 158,
  oneTimePrekey: 160,
  kemKey: 193,
}

function bundles(): Draft[] {
  const [one, several] = [bundleOf('bundle', true), bundleOf('last resort', false)]
  const { bytes } = one
  const common = { owner, nowMs: startMs }
  const malformed = (error: object) => ({ kind: 'malformed', error })
  const byte = (place: number, value: number) => replaced(bytes, place, Uint8Array.of(value))
  const of = (name: string, describes: string, input: object, error: object): Draft => ({
    name: `bundle/refuses-${name}`,
    describes,
    scenario: 'bundle',
    input: { bundle: bytes, ...common, ...input },
    error,
  })
  const byMallory = sshsigSign(crypto, mallory.identity.rootSeed, sshsigNamespaces.prekey, bytes.slice(0, -64))
  const expiresAtMs = startMs + dayMs
  const { rootSeed } = ben.identity
  const signedByBen = (edit: (body: Uint8Array) => void): Uint8Array => {
    const body = bytes.slice(0, -64)
    edit(body)
    return concat(body, sshsigSign(crypto, rootSeed, sshsigNamespaces.prekey, body))
  }
  return [
    {
      name: 'bundle/with-one-time-prekey',
      describes: 'A bundle for one use: 1,441 bytes.',
      scenario: 'bundle',
      input: { bundle: bytes, ...common, rootSeed, secrets: one.secrets },
    },
    {
      name: 'bundle/without-one-time-prekey',
      describes: 'A bundle of last resort: 1,408 bytes.',
      scenario: 'bundle',
      input: { bundle: several.bytes, ...common, rootSeed, secrets: several.secrets },
    },
    {
      name: 'bundle/stash',
      describes: 'A stash of a one-time bundle and one of last resort.',
      scenario: 'stash',
      input: { bundles: [bytes, several.bytes], owner },
    },
    {
      name: 'bundle/refuses-stash-with-a-bundle-twice',
      describes: 'The bundle of last resort stands twice, which condemns the whole stash.',
      scenario: 'stash',
      input: { bundles: [several.bytes, several.bytes], owner },
      error: { kind: 'repeated' },
    },
    {
      name: 'bundle/refuses-stash-of-another-device',
      describes: 'One bundle is not of the device that is pinned, which condemns the whole stash.',
      scenario: 'stash',
      input: { bundles: [several.bytes], owner: { ...owner, device: mallory.identity.deviceKey } },
      error: { kind: 'wrongDevice' },
    },
    of('no-bytes', 'There is nothing.', { bundle: '' }, malformed({ kind: 'truncated', wanted: 3, left: 0 })),
    of(
      'a-cut',
      'The last byte is missing.',
      { bundle: bytes.slice(0, -1) },
      malformed({ kind: 'truncated', wanted: 64, left: 63 }),
    ),
    of(
      'a-byte-behind',
      'A byte stands behind the signature.',
      { bundle: concat(bytes, Uint8Array.of(0)) },
      malformed({ kind: 'trailing', left: 1 }),
    ),
    of(
      'another-kind-of-key',
      'The type byte before the ML-KEM key says X25519.',
      { bundle: byte(at.kemKey - 1, 2) },
      malformed({ kind: 'badValue', field: 'kemKey', got: 2 }),
    ),
    of(
      'an-unreduced-key',
      'The signed prekey is 2^255 - 17, which is 2 written otherwise.',
      { bundle: replaced(bytes, at.signedPrekey, unreducedKey) },
      malformed({ kind: 'badValue', field: 'signedPrekey', got: 0x7f }),
    ),
    of(
      'a-one-time-flag-of-2',
      'Whether there is a one-time prekey is said with 0 or 1.',
      { bundle: byte(at.oneTime, 2) },
      malformed({ kind: 'badValue', field: 'oneTime', got: 2 }),
    ),
    of(
      'version-2',
      'The version is one that is not known.',
      { bundle: byte(0, 2) },
      { kind: 'unknownVersion', got: 2, known: 1 },
    ),
    of(
      'suite-2',
      'The suite is one that is not known.',
      { bundle: byte(at.suite + 1, 2) },
      { kind: 'unknownSuite', got: 2, known: 1 },
    ),
    of(
      'an-altered-key',
      'One bit of the signed prekey is not the one that was signed.',
      { bundle: flipped(bytes, at.signedPrekey) },
      { kind: 'badSignature' },
    ),
    of(
      'another-signer',
      'Another root signed the bundle.',
      { bundle: concat(bytes.slice(0, -64), byMallory) },
      { kind: 'badSignature' },
    ),
    of(
      'another-device',
      'The owner signed it for another device.',
      { owner: { ...owner, device: mallory.identity.deviceKey } },
      { kind: 'wrongDevice' },
    ),
    of(
      'another-identity-key',
      "It names another identity key than the owner's descriptor.",
      { owner: { ...owner, identityKey: mallory.identity.identityKey } },
      { kind: 'wrongIdentityKey' },
    ),
    of(
      'a-key-twice',
      'The initial ratchet key is the signed prekey; the owner signed it so.',
      { bundle: signedByBen((body) => body.copyWithin(at.signedPrekey + 33, at.signedPrekey, at.signedPrekey + 32)) },
      { kind: 'repeatedKey' },
    ),
    of(
      'an-expired-one',
      'Its time has come this very millisecond.',
      { nowMs: expiresAtMs },
      { kind: 'expired', expiresAtMs, nowMs: expiresAtMs },
    ),
  ]
}

const associatedData = sealContext(anna.identity.device, ben.identity.device)
const inviteSecret = hexFor('invite secret', 32)

/** What both sides have of a handshake by this name. */
export function handshakeOf(
  name: string,
  how: { readonly oneTime: boolean; readonly psk: string; readonly generation: number },
) {
  const bundle = bundleOf(name, how.oneTime)
  const input = {
    initiator: anna.input,
    responder: ben.input,
    bundle: hex(bundle.bytes),
    bundleSecrets: bundle.secrets,
    psk: how.psk,
    generation: how.generation,
    nowMs: startMs,
    entropy: hexFor(`${name} entropy`, 168),
    content: hex(utf8('hello')),
    associatedData: hex(associatedData),
  }
  return { bundle, input }
}

export const invited = handshakeOf('invited', { oneTime: true, psk: inviteSecret, generation: 1 })

function handshakes(): Draft[] {
  const lastResort = handshakeOf('last resort', { oneTime: false, psk: inviteSecret, generation: 1 })
  const renewed = handshakeOf('renewed', { oneTime: true, psk: zeros, generation: 2 })
  const of = (name: string, describes: string, { input }: typeof invited): Draft => ({
    name: `handshake/${name}`,
    describes,
    scenario: 'handshake',
    input,
  })
  return [
    of('with-one-time-prekey', 'A session begun with the bundle of an invite, and its first message.', invited),
    of('without-one-time-prekey', 'A session begun with a bundle of last resort: there is no DH4.', lastResort),
    of('with-psk-of-zeros', 'A session renewed between contacts: no invite, the second generation.', renewed),
  ]
}

function refusedBundles(): Draft[] {
  const { bundle, input } = invited
  const unreduced = Uint8Array.of(0xff, 0xff, 0xff)
  const withKey = (place: number, key: Uint8Array) => ({ bundle: resigned(replaced(bundle.bytes, place, key)) })
  const of = (name: string, describes: string, other: object, key: string): Draft => ({
    name: `handshake/refuses-${name}`,
    describes,
    scenario: 'initiate',
    input: {
      initiator: input.initiator,
      bundle: bundle.bytes,
      owner,
      responderDescriptor: ben.identity.descriptor,
      psk: input.psk,
      generation: 1,
      nowMs: startMs,
      entropy: input.entropy,
      ...other,
    },
    error: { kind: 'badKey', key },
  })
  const weak = withKey(at.identityKey, lowOrderKey)
  return [
    of(
      'low-order-identity-key',
      'The identity key in bundle and descriptor is of low order.',
      { ...weak, owner: { ...owner, identityKey: lowOrderKey } },
      'identityKey',
    ),
    of(
      'low-order-signed-prekey',
      'The signed prekey is of low order.',
      withKey(at.signedPrekey, lowOrderKey),
      'signedPrekey',
    ),
    of(
      'low-order-one-time-prekey',
      'The one-time prekey is of low order.',
      withKey(at.oneTimePrekey, lowOrderKey),
      'oneTimePrekey',
    ),
    of(
      'low-order-ratchet-key',
      'The initial ratchet key is of low order.',
      withKey(at.ratchetKey, lowOrderKey),
      'ratchetKey',
    ),
    of('kem-key-out-of-range', 'A coefficient of the ML-KEM key is 4,095.', withKey(at.kemKey, unreduced), 'kemKey'),
  ]
}

export function makeHandshakes(author: Author): void {
  author.add('Prekey bundles', bundles())
  author.add('Handshake', [...handshakes(), ...refusedBundles()])
}

/** What the responder has when an initial envelope comes. */
export const accepting = {
  responder: { identitySecret: ben.identity.identitySecret, descriptor: ben.identity.descriptor },
  secrets: invited.bundle.kept,
  deviceKey: idBytes(anna.identity.device),
  psk: inviteSecret,
  nowMs: startMs,
  associatedData,
}
