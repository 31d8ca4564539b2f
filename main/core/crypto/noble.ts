/** All primitives over noble: pure JavaScript, runs everywhere, the reference for the native provider. */
import { argon2id } from './argon2id.ts'
import { ed25519PublicKey, ed25519Sign, ed25519Verify } from './ed25519.ts'
import { hkdfSha256 } from './hkdf.ts'
import { hmacSha256 } from './hmac.ts'
import { mlKem768CheckPublicKey, mlKem768Decapsulate, mlKem768Encapsulate, mlKem768KeyPair } from './mlkem768.ts'
import type { Crypto } from './provider.ts'
import { sha256, sha512 } from './sha2.ts'
import { x25519, x25519PublicKey } from './x25519.ts'
import { xchachaOpen, xchachaSeal } from './xchacha.ts'

export const nobleCrypto: Crypto = {
  name: 'noble',
  sha256,
  sha512,
  hmacSha256,
  hkdfSha256,
  x25519PublicKey,
  x25519,
  ed25519PublicKey,
  ed25519Sign,
  ed25519Verify,
  xchachaSeal,
  xchachaOpen,
  mlKem768KeyPair,
  mlKem768CheckPublicKey,
  mlKem768Encapsulate,
  mlKem768Decapsulate,
  argon2id,
  wipe(...secrets) {
    for (const secret of secrets) secret.fill(0)
  },
}
