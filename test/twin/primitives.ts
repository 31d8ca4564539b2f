/** The only thing that the twin has from the product. */
import { createSodiumCrypto } from '../../main/node/crypto/sodium.ts'

export const primitives = createSodiumCrypto()

/** So many random bytes, in the order in which PROTOCOL.md says that they are drawn. */
export type Take = (length: number) => Uint8Array
