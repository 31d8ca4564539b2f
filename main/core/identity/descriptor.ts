/**
 * The identity descriptor: the keys that stand for an account. Its bytes go into every handshake's transcript,
 * its hash into the safety number.
 */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, concat, decode } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { readKey, writeKey } from './keyField.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from './sshsig.ts'

export interface Descriptor {
  /** Ed25519, 32 bytes: the account. */
  readonly rootKey: Uint8Array
  /** X25519, 32 bytes: authenticates handshakes. */
  readonly identityKey: Uint8Array
}

export type DescriptorError =
  | { readonly kind: 'malformed'; readonly cause: DecodeError }
  | { readonly kind: 'badSignature' }
  /** The identity key has a low order: every shared secret with it is zero. */
  | { readonly kind: 'weakKey' }

const version = 1
/** The canonical bytes, and with the root's signature behind them. */
export const descriptorLength = 67
export const signedDescriptorLength = descriptorLength + 64

/** The canonical bytes: version u8, type byte and root key, type byte and identity key. PROTOCOL.md "Identity". */
export function encodeDescriptor(descriptor: Descriptor): Uint8Array {
  const writer = new ByteWriter().u8(version)
  writeKey(writer, 'ed25519', descriptor.rootKey)
  writeKey(writer, 'x25519', descriptor.identityKey)
  return writer.done()
}

/** The canonical bytes and, behind them, the root's signature over them: `signedDescriptorLength` bytes. */
export function signDescriptor(crypto: Crypto, rootSeed: Uint8Array, descriptor: Descriptor): Uint8Array {
  const bytes = encodeDescriptor(descriptor)
  return concat(bytes, sshsigSign(crypto, rootSeed, sshsigNamespaces.descriptor, bytes))
}

/** Decodes and verifies a signed descriptor. That the root key is the expected one is the caller's to check. */
export function verifyDescriptor(crypto: Crypto, signed: Uint8Array): Result<Descriptor, DescriptorError> {
  const decoded = decode(signed, (reader) => {
    reader.version('descriptor', version)
    const rootKey = readKey(reader, 'ed25519', 'root key')
    const identityKey = readKey(reader, 'x25519', 'identity key')
    return { rootKey, identityKey, signature: reader.bytes(64) }
  })
  if (!decoded.ok) return err({ kind: 'malformed', cause: decoded.error })
  const { rootKey, identityKey, signature } = decoded.value
  const bytes = signed.subarray(0, descriptorLength)
  if (!sshsigVerify(crypto, rootKey, sshsigNamespaces.descriptor, bytes, signature)) {
    return err({ kind: 'badSignature' })
  }
  // Any secret will do: a low-order key gives zero with each of them (RFC 7748 section 6.1).
  if (crypto.x25519(new Uint8Array(32), identityKey) === null) return err({ kind: 'weakKey' })
  return ok({ rootKey, identityKey })
}

/** SHA-256 of the canonical bytes, without the signature. 32 bytes. */
export function descriptorHash(crypto: Crypto, descriptor: Descriptor): Uint8Array {
  return crypto.sha256(encodeDescriptor(descriptor))
}
