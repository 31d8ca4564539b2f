/**
 * SSHSIG (OpenSSH PROTOCOL.sshsig), the only frame that a root key ever signs: one namespace per purpose, so that
 * a signature for one thing never passes for another, and stock `ssh-keygen -Y verify` can check it.
 */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, decode, fromBase64, fromUtf8, toBase64, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { implementationLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { decodeSshPublicKey, encodeSshPublicKey } from './sshKey.ts'

/** Every purpose for which Waxwing signs. */
export const sshsigNamespaces = {
  /** The identity descriptor, by the root key. */
  descriptor: 'identity-descriptor@waxwing',
  /** The device certificate, by the root key. */
  device: 'device@waxwing',
  /** The device certificate, by the device's key. */
  deviceRoot: 'device-root@waxwing',
  /** A prekey bundle, by the root key. */
  prekey: 'prekey@waxwing',
  /** The identity card that people hand each other, by the root key. */
  card: 'identity@waxwing',
  /** Where a device is, for one contact, by a key that was made for the two of them. */
  whereabouts: 'whereabouts@waxwing',
} as const

export type SshsigNamespace = (typeof sshsigNamespaces)[keyof typeof sshsigNamespaces]

const magic = utf8('SSHSIG')
const hashName = 'sha512'
const keyName = 'ssh-ed25519'
const signatureLength = 64

/** PROTOCOL.sshsig section 3, "Signed Data": what the Ed25519 key signs in place of `message`. */
export function sshsigSignedBytes(crypto: Crypto, namespace: SshsigNamespace, message: Uint8Array): Uint8Array {
  return new ByteWriter()
    .bytes(magic)
    .prefixed32(utf8(namespace))
    .prefixed32(new Uint8Array(0))
    .prefixed32(utf8(hashName))
    .prefixed32(crypto.sha512(message))
    .done()
}

/** The raw 64-byte signature, as our own layouts store it. */
export function sshsigSign(
  crypto: Crypto,
  seed: Uint8Array,
  namespace: SshsigNamespace,
  message: Uint8Array,
): Uint8Array {
  return crypto.ed25519Sign(seed, sshsigSignedBytes(crypto, namespace, message))
}

/** Verifies a raw 64-byte signature. */
export function sshsigVerify(
  crypto: Crypto,
  publicKey: Uint8Array,
  namespace: SshsigNamespace,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  return crypto.ed25519Verify(signature, sshsigSignedBytes(crypto, namespace, message), publicKey)
}

export interface Sshsig {
  /** Ed25519, 32 bytes. */
  readonly publicKey: Uint8Array
  readonly namespace: string
  /** 64 bytes. */
  readonly signature: Uint8Array
}

export type SshsigError =
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'notArmoured' }
  | { readonly kind: 'malformed'; readonly cause: DecodeError }
  | { readonly kind: 'unknownVersion'; readonly got: number }
  | { readonly kind: 'unsupported'; readonly field: 'key' | 'hash' | 'reserved' | 'signature' }

const beginLine = '-----BEGIN SSH SIGNATURE-----'
const endLine = '-----END SSH SIGNATURE-----'
/** ssh-keygen wraps its armour here. */
const armourLineLength = 70

/** PROTOCOL.sshsig section 2, "Blob format". */
function encodeBlob(sig: Sshsig): Uint8Array {
  const signature = new ByteWriter().prefixed32(utf8(keyName)).prefixed32(sig.signature).done()
  return new ByteWriter()
    .bytes(magic)
    .u32(1)
    .prefixed32(encodeSshPublicKey(sig.publicKey))
    .prefixed32(utf8(sig.namespace))
    .prefixed32(new Uint8Array(0))
    .prefixed32(utf8(hashName))
    .prefixed32(signature)
    .done()
}

/** The armoured file that `ssh-keygen -Y sign` would write; LF only. */
export function encodeSshsig(sig: Sshsig): string {
  const text = toBase64(encodeBlob(sig))
  const lines = Array.from({ length: Math.ceil(text.length / armourLineLength) }, (_, i) =>
    text.slice(i * armourLineLength, (i + 1) * armourLineLength),
  )
  return [beginLine, ...lines, endLine, ''].join('\n')
}

/** The blob's fields before they are judged. */
function splitBlob(blob: Uint8Array) {
  const fieldMax = implementationLimits.sshFileSizeBytesMax
  return decode(blob, (reader) => {
    const found = reader.bytes(magic.length)
    found.forEach((byte, i) => {
      if (byte !== magic[i]) reader.refuse({ kind: 'badValue', field: 'magic', got: byte })
    })
    const version = reader.u32()
    // Whatever follows belongs to a version that is not ours.
    if (version !== 1) return { version, rest: reader.bytes(reader.left), fields: [] }
    const fields = ['key', 'namespace', 'reserved', 'hash', 'signature'].map((field) =>
      reader.prefixed32(field, fieldMax),
    )
    return { version, rest: new Uint8Array(0), fields }
  })
}

function decodeSignatureField(bytes: Uint8Array) {
  return decode(bytes, (reader) => ({
    name: reader.prefixed32('signature name', 64),
    signature: reader.prefixed32('signature', signatureLength),
  }))
}

function decodeBlob(blob: Uint8Array): Result<Sshsig, SshsigError> {
  const split = splitBlob(blob)
  if (!split.ok) return err({ kind: 'malformed', cause: split.error })
  if (split.value.version !== 1) return err({ kind: 'unknownVersion', got: split.value.version })
  const [key, namespaceBytes, reserved, hash, signatureField] = split.value.fields as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ]
  const publicKey = decodeSshPublicKey(key)
  if (!publicKey.ok) return err({ kind: 'unsupported', field: 'key' })
  const namespace = fromUtf8(namespaceBytes, 'namespace')
  if (!namespace.ok) return err({ kind: 'malformed', cause: namespace.error })
  if (reserved.length !== 0) return err({ kind: 'unsupported', field: 'reserved' })
  const hashText = fromUtf8(hash, 'hash')
  if (!hashText.ok || hashText.value !== hashName) return err({ kind: 'unsupported', field: 'hash' })
  const parts = decodeSignatureField(signatureField)
  if (!parts.ok) return err({ kind: 'malformed', cause: parts.error })
  const { name, signature } = parts.value
  const nameText = fromUtf8(name, 'signature name')
  if (!nameText.ok || nameText.value !== keyName || signature.length !== signatureLength) {
    return err({ kind: 'unsupported', field: 'signature' })
  }
  return ok({ publicKey: publicKey.value, namespace: namespace.value, signature })
}

/**
 * Parses an armoured signature as strictly as ssh-keygen does: both marker lines, LF line ends, canonical base64,
 * version 1, Ed25519, SHA-512. It says nothing about whether the signature is good: see `verifySshsig`.
 */
export function decodeSshsig(text: string): Result<Sshsig, SshsigError> {
  const max = implementationLimits.sshFileSizeBytesMax
  if (text.length > max) return err({ kind: 'tooLong', got: text.length, max })
  const body = text.endsWith('\n') ? text.slice(0, -1) : text
  if (!body.startsWith(`${beginLine}\n`) || !body.endsWith(`\n${endLine}`)) {
    return err({ kind: 'notArmoured' })
  }
  const encoded = body.slice(beginLine.length + 1, -(endLine.length + 1))
  const blob = fromBase64(encoded.replaceAll('\n', ''))
  return blob.ok ? decodeBlob(blob.value) : err({ kind: 'malformed', cause: blob.error })
}

export type SshsigVerdict = 'good' | 'wrongNamespace' | 'badSignature'

/** Whether a parsed signature is one over `message` for this purpose, by the key that it names. */
export function verifySshsig(
  crypto: Crypto,
  sig: Sshsig,
  namespace: SshsigNamespace,
  message: Uint8Array,
): SshsigVerdict {
  if (sig.namespace !== namespace) return 'wrongNamespace'
  return sshsigVerify(crypto, sig.publicKey, namespace, message, sig.signature) ? 'good' : 'badSignature'
}
