/** Argon2id version 0x13 with one lane (RFC 9106). */
import { argon2id as derive } from '@noble/hashes/argon2.js'
import { assert } from '../assert.ts'

/** Blocks for its whole duration: about a second for 64 MiB and three passes. */
export function argon2id(
  password: Uint8Array,
  salt: Uint8Array,
  memoryKiB: number,
  passes: number,
  lengthBytes: number,
): Uint8Array {
  assert(salt.length === 16, 'Argon2id salt is 16 bytes')
  assert(lengthBytes >= 16, 'Argon2id output is at least 16 bytes')
  return derive(password, salt, { m: memoryKiB, t: passes, p: 1, version: 0x13, dkLen: lengthBytes })
}
