/** Every implementation of the primitives: each vector goes through all of them. */
import { nobleCrypto } from '../../main/core/crypto/noble.ts'
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { createSodiumCrypto } from '../../main/node/crypto/sodium.ts'

export const providers: readonly Crypto[] = [nobleCrypto, createSodiumCrypto()]
