/** The byte that stands before every encoded public key, so that a key of one kind is never taken for another. */
export const keyTypes = { ed25519: 0x01, x25519: 0x02, mlKem768: 0x03 } as const
