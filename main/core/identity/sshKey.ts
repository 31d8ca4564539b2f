/** Ed25519 public keys as OpenSSH writes them (RFC 8709 section 4, RFC 4253 section 6.6). */
import type { DecodeError } from '../bytes.ts'
import { ByteWriter, decode, equalBytes, fromBase64, toBase64, utf8 } from '../bytes.ts'
import { assert } from '../assert.ts'
import { implementationLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'

const keyName = 'ssh-ed25519'
const keyNameBytes = utf8(keyName)

/** string "ssh-ed25519", string key: 51 bytes, the ones that a fingerprint is taken of. */
export function encodeSshPublicKey(publicKey: Uint8Array): Uint8Array {
  assert(publicKey.length === 32, 'an Ed25519 key is 32 bytes')
  return new ByteWriter().prefixed32(keyNameBytes).prefixed32(publicKey).done()
}

/** The 32-byte key; anything that is not exactly an Ed25519 key is an error. */
export function decodeSshPublicKey(bytes: Uint8Array): Result<Uint8Array, DecodeError> {
  return decode(bytes, (reader) => {
    const name = reader.prefixed32('key name', keyNameBytes.length)
    if (!equalBytes(name, keyNameBytes)) reader.refuse({ kind: 'badText', field: 'key name' })
    const key = reader.prefixed32('key', 32)
    if (key.length !== 32) reader.refuse({ kind: 'tooShort', field: 'key', got: key.length, min: 32 })
    return key
  })
}

/** `ssh-ed25519 AAAA... comment`, without a line end. The comment must be one printable line. */
export function sshPublicKeyLine(publicKey: Uint8Array, comment: string): string {
  assert(/^[\x21-\x7e]*$/.test(comment), 'a key comment is one printable ASCII word')
  const line = `${keyName} ${toBase64(encodeSshPublicKey(publicKey))}`
  return comment === '' ? line : `${line} ${comment}`
}

export type SshKeyError =
  | { readonly kind: 'tooLong'; readonly got: number; readonly max: number }
  | { readonly kind: 'notAKeyLine' }
  /** A key of another algorithm than Ed25519. */
  | { readonly kind: 'otherAlgorithm' }
  | { readonly kind: 'malformed'; readonly cause: DecodeError }

/** Parses the text of a `.pub` file: one line, surrounding white space forgiven. */
export function parseSshPublicKeyLine(
  text: string,
): Result<{ readonly publicKey: Uint8Array; readonly comment: string }, SshKeyError> {
  const max = implementationLimits.sshFileSizeBytesMax
  if (text.length > max) return err({ kind: 'tooLong', got: text.length, max })
  const line = /^(\S+)[ \t]+([A-Za-z0-9+/=]+)(?:[ \t]+([^\r\n]*))?$/.exec(text.trim())
  if (line === null) return err({ kind: 'notAKeyLine' })
  const [, algorithm = '', encoded = '', comment = ''] = line
  if (algorithm !== keyName) {
    return err({ kind: /^(?:ssh-|ecdsa-|sk-)/.test(algorithm) ? 'otherAlgorithm' : 'notAKeyLine' })
  }
  const blob = fromBase64(encoded)
  if (!blob.ok) return err({ kind: 'malformed', cause: blob.error })
  const publicKey = decodeSshPublicKey(blob.value)
  if (!publicKey.ok) return err({ kind: 'malformed', cause: publicKey.error })
  return ok({ publicKey: publicKey.value, comment })
}

/**
 * A line of an `allowed_signers` file (ssh-keygen(1), ALLOWED SIGNERS), without a line end: `principal` may sign
 * in `namespace` alone.
 */
export function allowedSignersLine(principal: string, namespace: string, publicKey: Uint8Array): string {
  assert(/^[a-z0-9.@-]+$/.test(principal), 'a principal has no spaces or patterns')
  return `${principal} namespaces="${namespace}" ${sshPublicKeyLine(publicKey, '')}`
}
