/** The fingerprint of a root key, as `ssh-keygen -lf` prints it. */
import { toBase64 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import { encodeSshPublicKey } from './sshKey.ts'

/** `SHA256:` and the unpadded base64 of the hash over the key's SSH encoding: 50 characters. */
export function fingerprintOf(crypto: Crypto, rootKey: Uint8Array): string {
  const hash = toBase64(crypto.sha256(encodeSshPublicKey(rootKey)))
  return `SHA256:${hash.replace(/=+$/, '')}`
}

/** The 43 characters behind `SHA256:` in groups of four, for the eye; the last group has three. */
export function fingerprintGroups(fingerprint: string): readonly string[] {
  return fingerprint.replace(/^SHA256:/, '').match(/.{1,4}/g) ?? []
}

/** Reads a fingerprint as a person may paste it: with or without spaces between groups. Null if it is none. */
export function parseFingerprint(text: string): string | null {
  if (text.length > 200) return null
  const joined = text.replace(/\s+/g, '')
  return /^SHA256:[A-Za-z0-9+/]{43}$/.test(joined) ? joined : null
}
