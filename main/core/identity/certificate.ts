/**
 * The device certificate: the root says that the device is its own, and the device says that the root is its own,
 * so that neither can claim the other.
 */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode, equalBytes } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { readKey, writeKey } from './keyField.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from './sshsig.ts'

export interface Certificate {
  /** Ed25519, 32 bytes. */
  readonly rootKey: Uint8Array
  /** Ed25519, 32 bytes: the key of the device's PeerId. */
  readonly deviceKey: Uint8Array
  readonly createdAtMs: number
}

export type CertificateError =
  | { readonly kind: 'malformed'; readonly cause: DecodeError }
  /** It is in order, but for another account or device than expected. */
  | { readonly kind: 'otherAccount' }
  | { readonly kind: 'otherDevice' }
  /** Root and device are the same key: each key has one purpose. */
  | { readonly kind: 'sameKey' }
  | { readonly kind: 'badRootSignature' }
  | { readonly kind: 'badDeviceSignature' }

const version = 1
const bodyLength = 75
/** The body, the root's signature, the device's signature. */
export const certificateLength = bodyLength + 64 + 64

function encodeBody(certificate: Certificate): Uint8Array {
  const writer = new ByteWriter().u8(version)
  writeKey(writer, 'ed25519', certificate.rootKey)
  writeKey(writer, 'ed25519', certificate.deviceKey)
  return writer.u64(certificate.createdAtMs).done()
}

/** Signs both ways. `certificateLength` bytes; PROTOCOL.md "Identity". */
export function signCertificate(
  crypto: Crypto,
  seeds: { readonly rootSeed: Uint8Array; readonly deviceSeed: Uint8Array },
  certificate: Certificate,
): Uint8Array {
  const body = encodeBody(certificate)
  return concat(
    body,
    sshsigSign(crypto, seeds.rootSeed, sshsigNamespaces.device, body),
    sshsigSign(crypto, seeds.deviceSeed, sshsigNamespaces.deviceRoot, body),
  )
}

/** Decodes and verifies a certificate of this account for this device. */
export function verifyCertificate(
  crypto: Crypto,
  signed: Uint8Array,
  expected: { readonly rootKey: Uint8Array; readonly deviceKey: Uint8Array },
): Result<Certificate, CertificateError> {
  const decoded = decode(signed, (reader) => {
    reader.version('certificate', version)
    const rootKey = readKey(reader, 'ed25519', 'root key')
    const deviceKey = readKey(reader, 'ed25519', 'device key')
    const createdAtMs = reader.u64('createdAtMs')
    const rootSignature = reader.bytes(64)
    return { rootKey, deviceKey, createdAtMs, rootSignature, deviceSignature: reader.bytes(64) }
  })
  if (!decoded.ok) return err({ kind: 'malformed', cause: decoded.error })
  const { rootKey, deviceKey, createdAtMs, rootSignature, deviceSignature } = decoded.value
  if (!equalBytes(rootKey, expected.rootKey)) return err({ kind: 'otherAccount' })
  if (!equalBytes(deviceKey, expected.deviceKey)) return err({ kind: 'otherDevice' })
  if (equalBytes(rootKey, deviceKey)) return err({ kind: 'sameKey' })
  const body = signed.subarray(0, bodyLength)
  if (!sshsigVerify(crypto, rootKey, sshsigNamespaces.device, body, rootSignature)) {
    return err({ kind: 'badRootSignature' })
  }
  if (!sshsigVerify(crypto, deviceKey, sshsigNamespaces.deviceRoot, body, deviceSignature)) {
    return err({ kind: 'badDeviceSignature' })
  }
  return ok({ rootKey, deviceKey, createdAtMs })
}
