/** The real functions, but for a passphrase whose cost a unit test can pay. */
import { nobleCrypto } from '../../main/core/crypto/noble.ts'
import type { Crypto } from '../../main/core/ports.ts'

export const cheapCrypto: Crypto = {
  ...nobleCrypto,
  // Memory and passes go into the salt, so that a change of either still gives another key.
  argon2id: (password, salt, memoryKiB, passes, lengthBytes) => {
    const mixed = salt.map((byte) => byte ^ (memoryKiB & 0xff) ^ (memoryKiB >> 8) ^ passes)
    return nobleCrypto.argon2id(password, mixed, 8, 1, lengthBytes)
  },
}
