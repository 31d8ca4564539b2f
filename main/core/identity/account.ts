/**
 * This account on this device: its secrets, and the public parts that follow from them. Nothing but the secrets
 * and the time is stored, because signatures are deterministic.
 */
import { assert } from '../assert.ts'
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { AccountId, DeviceId } from '../ids.ts'
import { accountIdOf, deviceIdOf } from '../ids.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { CertificateError } from './certificate.ts'
import { certificateLength, signCertificate, verifyCertificate } from './certificate.ts'
import type { DescriptorError } from './descriptor.ts'
import { descriptorHash, signDescriptor, signedDescriptorLength, verifyDescriptor } from './descriptor.ts'

declare const secretBrand: unique symbol
type Secret<Name extends string> = Uint8Array & { readonly [secretBrand]: Name }

/** Seed of the Ed25519 root key, 32 bytes. */
export type RootSeed = Secret<'RootSeed'>
/** The X25519 identity secret, 32 bytes. */
export type IdentitySecret = Secret<'IdentitySecret'>
/** Seed of the device's Ed25519 key, which is its libp2p key, 32 bytes. */
export type DeviceSeed = Secret<'DeviceSeed'>

/** What anybody may know of an account on one device. */
export interface PublicIdentity {
  readonly account: AccountId
  readonly device: DeviceId
  /** Ed25519, X25519, Ed25519: 32 bytes each. */
  readonly rootKey: Uint8Array
  readonly identityKey: Uint8Array
  readonly deviceKey: Uint8Array
  readonly createdAtMs: number
  /** The signed descriptor, `signedDescriptorLength` bytes, and the hash of its canonical part, 32 bytes. */
  readonly descriptor: Uint8Array
  readonly descriptorHash: Uint8Array
  /** The certificate, signed both ways, `certificateLength` bytes. */
  readonly certificate: Uint8Array
}

export interface LocalIdentity extends PublicIdentity {
  readonly rootSeed: RootSeed
  readonly identitySecret: IdentitySecret
  readonly deviceSeed: DeviceSeed
}

/** Fresh random bytes that `createIdentity` needs. */
export const identityRandomBytes = 96
/** The size of `encodeIdentityPayload`'s result. */
export const identityPayloadLength = 1 + signedDescriptorLength + certificateLength

const version = 1

function derive(crypto: Crypto, secrets: Uint8Array, createdAtMs: number): LocalIdentity {
  assert(secrets.length === identityRandomBytes, 'an identity is made of 96 bytes')
  const rootSeed = secrets.slice(0, 32) as RootSeed
  const identitySecret = secrets.slice(32, 64) as IdentitySecret
  const deviceSeed = secrets.slice(64, 96) as DeviceSeed
  const rootKey = crypto.ed25519PublicKey(rootSeed)
  const identityKey = crypto.x25519PublicKey(identitySecret)
  const deviceKey = crypto.ed25519PublicKey(deviceSeed)
  const keys = { rootKey, identityKey, deviceKey }
  return {
    ...keys,
    account: accountIdOf(rootKey),
    device: deviceIdOf(deviceKey),
    createdAtMs,
    descriptor: signDescriptor(crypto, rootSeed, keys),
    descriptorHash: descriptorHash(crypto, keys),
    certificate: signCertificate(crypto, { rootSeed, deviceSeed }, { ...keys, createdAtMs }),
    rootSeed,
    identitySecret,
    deviceSeed,
  }
}

/** A new identity from `identityRandomBytes` fresh random bytes, which the caller wipes afterwards. */
export function createIdentity(crypto: Crypto, random: Uint8Array, createdAtMs: number): LocalIdentity {
  return derive(crypto, random, createdAtMs)
}

/** The secrets for the encrypted store: version u8, three secrets of 32 bytes, createdAtMs u64. */
export function encodeIdentitySecrets(identity: LocalIdentity): Uint8Array {
  return new ByteWriter()
    .u8(version)
    .bytes(identity.rootSeed)
    .bytes(identity.identitySecret)
    .bytes(identity.deviceSeed)
    .u64(identity.createdAtMs)
    .done()
}

/** The identity whose secrets were stored. */
export function decodeIdentitySecrets(crypto: Crypto, bytes: Uint8Array): Result<LocalIdentity, DecodeError> {
  const decoded = decode(bytes, (reader) => {
    reader.version('identity secrets', version)
    return { secrets: reader.bytes(identityRandomBytes), createdAtMs: reader.u64('createdAtMs') }
  })
  if (!decoded.ok) return decoded
  const identity = derive(crypto, decoded.value.secrets, decoded.value.createdAtMs)
  crypto.wipe(decoded.value.secrets)
  return ok(identity)
}

/** Overwrites the secrets; the identity must not be used afterwards. */
export function wipeIdentity(crypto: Crypto, identity: LocalIdentity): void {
  crypto.wipe(identity.rootSeed, identity.identitySecret, identity.deviceSeed)
}

export type IdentityPayloadError =
  | { readonly kind: 'malformed'; readonly cause: DecodeError }
  | { readonly kind: 'descriptor'; readonly cause: DescriptorError }
  | { readonly kind: 'certificate'; readonly cause: CertificateError }

/** What a handshake says about who speaks: version u8, signed descriptor, certificate. */
export function encodeIdentityPayload(identity: Pick<PublicIdentity, 'descriptor' | 'certificate'>): Uint8Array {
  return concat(Uint8Array.of(version), identity.descriptor, identity.certificate)
}

/**
 * Decodes and verifies all three signatures. `deviceKey` is the key that the sender has proven otherwise
 * (libp2p's Noise), or, for what came through a third party, the one that it must be.
 */
export function verifyIdentityPayload(
  crypto: Crypto,
  payload: Uint8Array,
  deviceKey: Uint8Array,
): Result<PublicIdentity, IdentityPayloadError> {
  const decoded = decode(payload, (reader) => {
    reader.version('identity payload', version)
    return { descriptor: reader.bytes(signedDescriptorLength), certificate: reader.bytes(certificateLength) }
  })
  if (!decoded.ok) return err({ kind: 'malformed', cause: decoded.error })
  const { descriptor: descriptorBytes, certificate: certificateBytes } = decoded.value
  const descriptor = verifyDescriptor(crypto, descriptorBytes)
  if (!descriptor.ok) return err({ kind: 'descriptor', cause: descriptor.error })
  const { rootKey, identityKey } = descriptor.value
  const certificate = verifyCertificate(crypto, certificateBytes, { rootKey, deviceKey })
  if (!certificate.ok) return err({ kind: 'certificate', cause: certificate.error })
  return ok({
    account: accountIdOf(rootKey),
    device: deviceIdOf(deviceKey),
    rootKey,
    identityKey,
    deviceKey: deviceKey.slice(),
    createdAtMs: certificate.value.createdAtMs,
    descriptor: descriptorBytes,
    descriptorHash: descriptorHash(crypto, descriptor.value),
    certificate: certificateBytes,
  })
}
