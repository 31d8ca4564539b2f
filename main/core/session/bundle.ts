/**
 * What a device publishes so that a session with it can be begun: PROTOCOL.md, "Prekey bundles".
 * The ratchet key is one of its own, never the signed prekey ("weak state", IEEE S&P 2026), and
 * every key but the identity key is made fresh for each bundle.
 */
import { assert } from '../assert.ts'
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, decode, equalBytes } from '../bytes.ts'
import { keyTypes } from '../crypto/keyType.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Entropy } from '../entropy.ts'
import type { DeviceId, PrekeyId } from '../ids.ts'
import { deviceIdOf, idBytes, prekeyIdOf } from '../ids.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import type { BundleSecrets } from './bundleSecrets.ts'
import { kemSeedSizeBytes } from './bundleSecrets.ts'
import type { LayoutError } from './suite.ts'
import {
  checkSuite,
  encodeX25519,
  keySizeBytes,
  kemPublicKeySizeBytes,
  readTyped,
  readX25519,
  suiteId,
} from './suite.ts'

const bundleVersion = 1
const versionAndSuiteBytes = 3
const signatureSizeBytes = 64
const prekeyIdSizeBytes = 16
const deviceSizeBytes = 32

/** A bundle whose signature, age and owner were checked. `bytes` is all of it, for the transcript. */
export interface PrekeyBundle {
  readonly bytes: Uint8Array
  readonly prekeyId: PrekeyId
  readonly device: DeviceId
  readonly expiresAtMs: number
  readonly identityKey: Uint8Array
  readonly signedPrekey: Uint8Array
  readonly ratchetKey: Uint8Array
  readonly oneTimePrekey: Uint8Array | null
  /** Without a one-time prekey: several sessions may be begun with it, so it is used when nothing else is left. */
  readonly lastResort: boolean
  readonly kemKey: Uint8Array
}

export type BundleError =
  | LayoutError
  | { readonly kind: 'badSignature' }
  | { readonly kind: 'wrongDevice' }
  | { readonly kind: 'wrongIdentityKey' }
  /** One key for two purposes: the first ratchet key must not be the signed prekey, nor any other. */
  | { readonly kind: 'repeatedKey' }
  | { readonly kind: 'expired'; readonly expiresAtMs: number; readonly nowMs: number }

export interface NewBundle {
  readonly device: DeviceId
  /** The account's X25519 identity key, public. */
  readonly identityKey: Uint8Array
  readonly expiresAtMs: number
  /** False for a bundle that several may use: a last resort, with less protection against replay. */
  readonly oneTime: boolean
  /** The account root's SSHSIG over the given bytes, namespace `prekey@waxwing`: the bare 64-byte signature. */
  readonly sign: (bytes: Uint8Array) => Uint8Array
}

/**
 * Makes a bundle and its secrets. Takes 176 bytes of entropy (208 with a one-time prekey).
 * `bundle` is to be published, `secrets` to be stored encrypted and erased once used.
 */
export function createBundle(
  crypto: Crypto,
  entropy: Entropy,
  wanted: NewBundle,
): { readonly bundle: Uint8Array; readonly prekeyId: PrekeyId; readonly secrets: BundleSecrets } {
  const prekeyId = prekeyIdOf(entropy.take(prekeyIdSizeBytes))
  const signedPrekeySecret = entropy.take(keySizeBytes)
  const ratchetSecret = entropy.take(keySizeBytes)
  const oneTimeSecret = wanted.oneTime ? entropy.take(keySizeBytes) : null
  const kemSeed = entropy.take(kemSeedSizeBytes)
  const publicOf = (secret: Uint8Array) => encodeX25519(crypto.x25519PublicKey(secret))

  const writer = new ByteWriter()
    .u8(bundleVersion)
    .u16(suiteId)
    .bytes(idBytes(prekeyId))
    .bytes(idBytes(wanted.device))
    .u64(wanted.expiresAtMs)
    .bytes(encodeX25519(wanted.identityKey))
    .bytes(publicOf(signedPrekeySecret))
    .bytes(publicOf(ratchetSecret))
    .u8(oneTimeSecret === null ? 0 : 1)
  if (oneTimeSecret !== null) writer.bytes(publicOf(oneTimeSecret))
  writer.u8(keyTypes.mlKem768).bytes(crypto.mlKem768KeyPair(kemSeed).publicKey)
  const signature = wanted.sign(writer.done())
  assert(signature.length === signatureSizeBytes, 'signature of another length')

  const bundle = writer.bytes(signature).done()
  const bundleHash = crypto.sha256(bundle)
  const secrets = { prekeyId, bundleHash, signedPrekeySecret, ratchetSecret, oneTimeSecret, kemSeed }
  return { bundle, prekeyId, secrets }
}

type Decoded = Omit<PrekeyBundle, 'bytes'> & { readonly signature: Uint8Array }

function decodeBundle(bytes: Uint8Array): Result<Decoded, DecodeError> {
  return decode(bytes, (reader) => {
    reader.bytes(versionAndSuiteBytes)
    const prekeyId = prekeyIdOf(reader.bytes(prekeyIdSizeBytes))
    const device = deviceIdOf(reader.bytes(deviceSizeBytes))
    const expiresAtMs = reader.u64('expiresAtMs')
    const identityKey = readX25519(reader, 'identityKey')
    const signedPrekey = readX25519(reader, 'signedPrekey')
    const ratchetKey = readX25519(reader, 'ratchetKey')
    const oneTime = reader.u8()
    if (oneTime > 1) reader.refuse({ kind: 'badValue', field: 'oneTime', got: oneTime })
    const oneTimePrekey = oneTime === 1 ? readX25519(reader, 'oneTimePrekey') : null
    const kemKey = readTyped(reader, 'kemKey', keyTypes.mlKem768, kemPublicKeySizeBytes)
    const signature = reader.bytes(signatureSizeBytes)
    return {
      prekeyId,
      device,
      expiresAtMs,
      identityKey,
      signedPrekey,
      ratchetKey,
      oneTimePrekey,
      lastResort: oneTimePrekey === null,
      kemKey,
      signature,
    }
  })
}

/** Whose bundle it must be, and the check of the root's SSHSIG, namespace `prekey@waxwing`, over the given bytes. */
export interface BundleOwner {
  readonly device: DeviceId
  readonly identityKey: Uint8Array
  readonly verify: (bytes: Uint8Array, signature: Uint8Array) => boolean
}

function repeatsKey({ identityKey, signedPrekey, ratchetKey, oneTimePrekey }: Omit<PrekeyBundle, 'bytes'>): boolean {
  const keys = [identityKey, signedPrekey, ratchetKey, ...(oneTimePrekey === null ? [] : [oneTimePrekey])]
  return keys.some((key, at) => keys.slice(at + 1).some((other) => equalBytes(key, other)))
}

/**
 * Decodes a bundle and checks that its owner made it, for this device, and that it has not expired.
 * `identityKey` is that of the owner's verified descriptor: a bundle republished by somebody else fails.
 */
export function openBundle(bytes: Uint8Array, owner: BundleOwner, nowMs: number): Result<PrekeyBundle, BundleError> {
  const refused = checkSuite(bytes, bundleVersion)
  if (refused !== null) return err(refused)
  const decoded = decodeBundle(bytes)
  if (!decoded.ok) return err({ kind: 'malformed', error: decoded.error })
  const { signature, ...bundle } = decoded.value
  const signed = bytes.subarray(0, bytes.length - signatureSizeBytes)
  if (!owner.verify(signed, signature)) return err({ kind: 'badSignature' })
  if (bundle.device !== owner.device) return err({ kind: 'wrongDevice' })
  if (!equalBytes(bundle.identityKey, owner.identityKey)) return err({ kind: 'wrongIdentityKey' })
  if (repeatsKey(bundle)) return err({ kind: 'repeatedKey' })
  const { expiresAtMs } = bundle
  if (nowMs >= expiresAtMs) return err({ kind: 'expired', expiresAtMs, nowMs })
  return ok({ bytes, ...bundle })
}
