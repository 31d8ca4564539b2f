/** The byte that stands before every encoded public key, so that a key of one kind is never taken for another. */
export const keyTypes = { ed25519: 0x01, x25519: 0x02, mlKem768: 0x03 } as const

/**
 * Whether these are the 32 bytes in which an X25519 public key is written: a number below 2^255 - 19,
 * little-endian. RFC 7748 has others taken too, as they stand for the same keys; we refuse them where keys are
 * read, so that a key has one encoding.
 */
export function isCanonicalX25519(publicKey: Uint8Array): boolean {
  const top = publicKey[31]
  if (top === undefined || publicKey.length > 32) return false
  const isBetween = publicKey.subarray(1, 31).some((byte) => byte !== 0xff)
  return top < 0x7f || (top === 0x7f && (isBetween || (publicKey[0] as number) < 0xed))
}
