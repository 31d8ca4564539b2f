/** SHA-256 and SHA-512 (FIPS 180-4). */
import { sha256 as noble256, sha512 as noble512 } from '@noble/hashes/sha2.js'

/** 32 bytes. */
export function sha256(data: Uint8Array): Uint8Array {
  return noble256(data)
}

/** 64 bytes. */
export function sha512(data: Uint8Array): Uint8Array {
  return noble512(data)
}
