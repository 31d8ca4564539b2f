/** Two devices with keys made from a seed, for the tests of sessions: real cryptography, no network, no store. */
import type { Crypto } from '../../main/core/crypto/provider.ts'
import { createSodiumCrypto } from '../../main/node/crypto/sodium.ts'
import { concat, utf8 } from '../../main/core/bytes.ts'
import type { Entropy } from '../../main/core/entropy.ts'
import { deviceIdOf } from '../../main/core/ids.ts'
import { protocolLimits } from '../../main/core/limits.ts'
import { ok } from '../../main/core/result.ts'
import type { Result } from '../../main/core/result.ts'
import { createBundle, openBundle } from '../../main/core/session/bundle.ts'
import type { BundleSecrets } from '../../main/core/session/bundleSecrets.ts'
import { accept, initiate } from '../../main/core/session/handshake.ts'
import type { Session } from '../../main/core/session/session.ts'
import { open, seal } from '../../main/core/session/session.ts'

/** The native provider, because it is fast; one test holds a whole conversation equal to noble's. */
export const crypto = createSodiumCrypto()

export const startMs = 1_790_000_000_000
export const hourMs = 3_600_000
export const bound = utf8('a-to-b')

/** Endless deterministic bytes: SHA-256 of the seed and a counter. */
export function seeded(seed: string): Entropy {
  let left: Uint8Array = new Uint8Array(0)
  let counter = 0
  return {
    take(lengthBytes) {
      while (left.length < lengthBytes) left = concat(left, crypto.sha256(utf8(`${seed}/${counter++}`)))
      const taken = left.slice(0, lengthBytes)
      left = left.slice(lengthBytes)
      return taken
    },
  }
}

export function value<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

export function errorOf<E>(result: Result<unknown, E>): E {
  if (result.ok) throw new Error('accepted')
  return result.error
}

export interface Party {
  readonly name: string
  readonly entropy: Entropy
  readonly rootSeed: Uint8Array
  readonly identitySecret: Uint8Array
  readonly identityKey: Uint8Array
  readonly descriptor: Uint8Array
  readonly device: ReturnType<typeof deviceIdOf>
}

export function party(name: string): Party {
  const entropy = seeded(name)
  const rootSeed = entropy.take(32)
  const identitySecret = entropy.take(32)
  const identityKey = crypto.x25519PublicKey(identitySecret)
  const device = deviceIdOf(entropy.take(32))
  return { name, entropy, rootSeed, identitySecret, identityKey, device, descriptor: concat(utf8(name), identityKey) }
}

export const sign = (of: Party) => (bytes: Uint8Array) => crypto.ed25519Sign(of.rootSeed, bytes)
export const verify = (of: Party) => (bytes: Uint8Array, signature: Uint8Array) =>
  crypto.ed25519Verify(signature, bytes, crypto.ed25519PublicKey(of.rootSeed))
export const ownerOf = (of: Party) => ({ device: of.device, identityKey: of.identityKey, verify: verify(of) })

export function bundleOf(of: Party, oneTime = true) {
  return createBundle(crypto, of.entropy, {
    device: of.device,
    identityKey: of.identityKey,
    expiresAtMs: startMs + hourMs,
    oneTime,
    sign: sign(of),
  })
}

export interface Options {
  readonly oneTime?: boolean
  readonly psk?: Uint8Array
  readonly first?: string
  readonly label?: string
}

/** Anna has fetched Ben's bundle and sealed her first message. */
export function begun(options: Options = {}) {
  const anna = party(`anna${options.label ?? ''}`)
  const ben = party(`ben${options.label ?? ''}`)
  const psk = options.psk ?? new Uint8Array(32).fill(5)
  const made = bundleOf(ben, options.oneTime ?? true)
  const bundle = value(openBundle(made.bundle, ownerOf(ben), startMs))
  const { session, prologue } = value(
    initiate({
      crypto,
      entropy: anna.entropy,
      nowMs: startMs,
      local: { identitySecret: anna.identitySecret, identityPayload: anna.descriptor },
      bundle,
      remoteDescriptor: ben.descriptor,
      psk,
      generation: 1,
    }),
  )
  const first = value(seal(crypto, session, utf8(options.first ?? 'hello'), bound, anna.entropy, startMs))
  return { anna, ben, psk, made, bundle, prologue, session, first }
}

export type Begun = ReturnType<typeof begun>

/** What Ben gives to `accept`; any part may be replaced. */
export function acceptance(from: Begun, secrets: BundleSecrets = from.made.secrets) {
  return {
    crypto,
    nowMs: startMs,
    secrets,
    local: { identitySecret: from.ben.identitySecret, descriptor: from.ben.descriptor },
    message: from.first.sealed,
    associatedData: bound,
    psk: from.psk,
    verifyIdentity: (payload: Uint8Array) => ok({ identityKey: payload.slice(payload.length - 32) }),
  }
}

/** Both sessions after Ben has opened Anna's first message. */
export function joined(options: Options = {}) {
  const from = begun(options)
  const accepted = value(accept(acceptance(from)))
  return { ...from, accepted, a: from.first.session, b: accepted.session }
}

/** One end of a session that keeps its own state, as the engine does. */
export class End {
  session: Session
  readonly entropy: Entropy
  constructor(session: Session, entropy: Entropy) {
    this.session = session
    this.entropy = entropy
  }
  seal(text: string, nowMs = startMs, provider: Crypto = crypto): Uint8Array {
    const sealed = value(seal(provider, this.session, utf8(text), bound, this.entropy, nowMs))
    this.session = sealed.session
    return sealed.sealed
  }
  open(sealed: Uint8Array, nowMs = startMs): string {
    const opened = value(open(crypto, this.session, sealed, bound, nowMs))
    this.session = opened.session
    return String.fromCharCode(...opened.plaintext)
  }
  /** The error of an envelope that must not open. */
  refuses(sealed: Uint8Array, nowMs = startMs, provider: Crypto = crypto) {
    return errorOf(open(provider, this.session, sealed, bound, nowMs))
  }
}

export function ends(options: Options = {}) {
  const both = joined(options)
  return { ...both, anna: new End(both.a, both.anna.entropy), ben: new End(both.b, both.ben.entropy) }
}

/** Both answer each other, a message a turn, until Anna offers a post-quantum key: her envelope that carries it. */
export function untilOffer({ anna, ben }: ReturnType<typeof ends>): Uint8Array {
  for (let turn = 0; turn < protocolLimits.pqOfferAfterTurns + 2; turn++) {
    anna.open(ben.seal('x'))
    const sealed = anna.seal('x')
    if (anna.session.ratchet.epochs.exchange.kind === 'offering') return sealed
    ben.open(sealed)
  }
  throw new Error('no key was offered')
}
