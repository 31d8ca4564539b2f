/** Watches the primitives, so that a vector can name what a handshake or a message derives on its way. */
import { concat, equalBytes, utf8 } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { there } from './format.ts'

const labelled = (purpose: string): Uint8Array => utf8(`waxwing-1 ${purpose}`)

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  return equalBytes(bytes.subarray(0, start.length), start)
}

interface Call {
  readonly inputs: readonly Uint8Array[]
  readonly output: Uint8Array
}

interface Derivation {
  readonly material: Uint8Array
  readonly info: Uint8Array
  readonly parts: readonly Uint8Array[]
}

/** What came out of the primitives, found again by what went in. All are copies: the product wipes its own. */
export class Recorder {
  readonly crypto: Crypto
  readonly #calls = { sha256: [], hmac: [], hkdf: [], x25519: [], seal: [], seed: [], encapsulate: [] } as {
    readonly [name: string]: Call[]
  }

  constructor(inner: Crypto) {
    const note = (name: string, inputs: readonly Uint8Array[], output: Uint8Array): Uint8Array => {
      this.#calls[name]?.push({ inputs: inputs.map((part) => part.slice()), output: output.slice() })
      return output
    }
    this.crypto = {
      ...inner,
      sha256: (data) => note('sha256', [data], inner.sha256(data)),
      hmacSha256: (key, data) => note('hmac', [key, data], inner.hmacSha256(key, data)),
      hkdfSha256: (material, salt, info, length) =>
        note('hkdf', [material, salt, info], inner.hkdfSha256(material, salt, info, length)),
      x25519(secret, publicKey) {
        const shared = inner.x25519(secret, publicKey)
        return shared === null ? null : note('x25519', [secret, publicKey], shared)
      },
      xchachaSeal: (key, nonce, plaintext, data) =>
        note('seal', [key, nonce, plaintext], inner.xchachaSeal(key, nonce, plaintext, data)),
      mlKem768KeyPair(seed) {
        const pair = inner.mlKem768KeyPair(seed)
        note('seed', [seed], pair.publicKey)
        return pair
      },
      mlKem768Encapsulate(publicKey, coins) {
        const kem = inner.mlKem768Encapsulate(publicKey, coins)
        if (kem !== null) note('encapsulate', [coins, kem.cipherText], kem.sharedSecret)
        return kem
      },
    }
  }

  #find(name: string, fits: (inputs: readonly Uint8Array[]) => boolean): Call | undefined {
    return this.#calls[name]?.find((call) => fits(call.inputs))
  }

  /** The hash over something that begins with a label (a `str`). */
  hash(purpose: string): Uint8Array {
    const label = labelled(purpose)
    const start = concat(Uint8Array.of(0, label.length), label)
    return there(
      this.#find('sha256', ([data]) => data !== undefined && startsWith(data, start)),
      purpose,
    ).output
  }

  /** The parts, 32 bytes each, that were derived with an info that begins with a label; and from what. */
  derived(purpose: string): Derivation | null {
    const call = this.#find('hkdf', ([, , info]) => info !== undefined && startsWith(info, labelled(purpose)))
    if (call === undefined) return null
    const parts = Array.from({ length: call.output.length / 32 }, (_, at) => call.output.slice(at * 32, at * 32 + 32))
    const [material, , info] = call.inputs
    return { material: material as Uint8Array, info: info as Uint8Array, parts }
  }

  /** The shared secret with a public key, and the secret that it was made with. */
  agreed(publicKey: Uint8Array, secret?: Uint8Array): { readonly secret: Uint8Array; readonly shared: Uint8Array } {
    const call = there(
      this.#find('x25519', ([own, theirs]) => {
        const isKey = theirs !== undefined && equalBytes(theirs, publicKey)
        return isKey && own !== undefined && (secret === undefined || equalBytes(own, secret))
      }),
      'agreement with this key',
    )
    return { secret: call.inputs[0] as Uint8Array, shared: call.output }
  }

  /** The HMAC of these bytes under this key. */
  mac(key: Uint8Array, data: Uint8Array): Uint8Array {
    const fits = ([k, d]: readonly Uint8Array[]) =>
      k !== undefined && d !== undefined && equalBytes(k, key) && equalBytes(d, data)
    return there(this.#find('hmac', fits), 'HMAC of these bytes').output
  }

  /** The HMAC of a single byte, whatever its key, and the key. */
  macOf(constant: number): { readonly key: Uint8Array; readonly output: Uint8Array } {
    const call = there(
      this.#find('hmac', ([, data]) => data?.length === 1 && data[0] === constant),
      `HMAC of ${constant}`,
    )
    return { key: call.inputs[0] as Uint8Array, output: call.output }
  }

  /** The HMAC of a label alone under this key. */
  macOfLabel(key: Uint8Array, purpose: string): Uint8Array {
    return this.mac(key, labelled(purpose))
  }

  /** The HMAC of something that begins with a label. */
  macLabelled(purpose: string): Uint8Array | null {
    const call = this.#find('hmac', ([, data]) => data !== undefined && startsWith(data, labelled(purpose)))
    return call?.output ?? null
  }

  /** What was sealed, in order: key, nonce, plaintext. */
  sealed(at: number): { readonly key: Uint8Array; readonly nonce: Uint8Array; readonly plaintext: Uint8Array } {
    const [key, nonce, plaintext] = there(this.#calls['seal']?.[at], 'seal').inputs
    return { key: key as Uint8Array, nonce: nonce as Uint8Array, plaintext: plaintext as Uint8Array }
  }

  /** The seed of a KEM key that was made. */
  kemSeed(): Uint8Array | null {
    return this.#calls['seed']?.[0]?.inputs[0] ?? null
  }

  encapsulated(): { readonly coins: Uint8Array; readonly cipherText: Uint8Array; readonly secret: Uint8Array } | null {
    const call = this.#calls['encapsulate']?.[0]
    if (call === undefined) return null
    return { coins: call.inputs[0] as Uint8Array, cipherText: call.inputs[1] as Uint8Array, secret: call.output }
  }
}
