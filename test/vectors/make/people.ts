/** Who speaks in the vectors: everything follows from their names. */
import { toHex } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { createIdentity } from '../../../main/core/identity/account.ts'
import { streamOf } from '../scenarios/format.ts'

export const startMs = 1_790_000_000_000
export const dayMs = 86_400_000

/** A stream of bytes that belongs to one purpose. */
export function bytesFor(purpose: string, length: number): Uint8Array {
  return streamOf(crypto, `waxwing vectors/${purpose}`).take(length)
}

export function hexFor(purpose: string, length: number): string {
  return toHex(bytesFor(purpose, length))
}

export function person(name: string) {
  const secrets = bytesFor(name, 96)
  const identity = createIdentity(crypto, secrets, startMs)
  const part = (at: number): string => toHex(secrets.slice(at, at + 32))
  const input = { rootSeed: part(0), identitySecret: part(32), deviceSeed: part(64), createdAtMs: startMs }
  return { identity, input }
}

export const anna = person('anna')
export const ben = person('ben')
export const mallory = person('mallory')

export function flipped(bytes: Uint8Array, at: number, bit = 1): Uint8Array {
  const copy = bytes.slice()
  const place = at < 0 ? copy.length + at : at
  copy[place] = (copy[place] as number) ^ bit
  return copy
}

/** With other bytes from a place on. */
export function replaced(bytes: Uint8Array, at: number, by: Uint8Array): Uint8Array {
  const copy = bytes.slice()
  copy.set(by, at)
  return copy
}

/** 2^255 - 17, another encoding of the X25519 key 2. */
export const unreducedKey = Uint8Array.of(0xef, ...new Uint8Array(30).fill(0xff), 0x7f)

/** A point of order eight, as an X25519 public key (RFC 7748, section 6.1: agreements with it are zero). */
export const lowOrderKey = Uint8Array.from(
  Buffer.from('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800', 'hex'),
)
