/** The notation of PROTOCOL.md, "Handshake". */
import { refuse, text } from './bytes.ts'
import { primitives } from './primitives.ts'

/** L(x) */
export const label = (x: string) => text(`waxwing-1 ${x}`)

export const hmac = (key: Uint8Array, x: Uint8Array) => primitives.hmacSha256(key, x)

interface Cut {
  2: [Uint8Array, Uint8Array]
  3: [Uint8Array, Uint8Array, Uint8Array]
  4: [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
}

/** HKDF of `names` times 32 bytes, cut. */
export function hkdf<N extends keyof Cut>(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array, names: N): Cut[N] {
  const out = primitives.hkdfSha256(ikm, salt, info, 32 * names)
  return Array.from({ length: names }, (_, i) => out.slice(32 * i, 32 * i + 32)) as Cut[N]
}

/** DH(a, B) */
export function dh(secret: Uint8Array, publicKey: Uint8Array, name: string): Uint8Array {
  return primitives.x25519(secret, publicKey) ?? refuse(`low order: ${name}`)
}
