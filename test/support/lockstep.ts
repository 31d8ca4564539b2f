/**
 * Two people whose sessions are each kept twice, by the product and by its twin, with the same random bytes.
 * Whatever one of the two does otherwise than the other is thrown.
 */
import type { LocalIdentity } from '../../main/core/identity/account.ts'
import { createIdentity, encodeIdentityPayload, verifyIdentityPayload } from '../../main/core/identity/account.ts'
import { type SshsigNamespace, sshsigNamespaces, sshsigSign, sshsigVerify } from '../../main/core/identity/sshsig.ts'
import type { Entropy } from '../../main/core/entropy.ts'
import { err, ok, type Result } from '../../main/core/result.ts'
import { createBundle, openBundle } from '../../main/core/session/bundle.ts'
import type { BundleSecrets } from '../../main/core/session/bundleSecrets.ts'
import { accept, initiate, noPsk } from '../../main/core/session/handshake.ts'
import type { Session } from '../../main/core/session/session.ts'
import {
  decodeSession,
  encodeSession,
  initialMessageHash,
  open,
  outranks,
  seal,
} from '../../main/core/session/session.ts'
import { hex, join, Refusal, same } from '../twin/bytes.ts'
import { makeBundle, makePerson, type Person as TwinPerson, type Prekey as TwinPrekey } from '../twin/identity.ts'
import { Session as TwinSession } from '../twin/session.ts'
import { nameOf, refusals, type ErrorLike } from './refusals.ts'
import { crypto, seeded, startMs } from './sessions.ts'

export type Outcome<P, T> =
  | { readonly refused: null; readonly product: P; readonly twin: T }
  | { readonly refused: string }

/** Both do the same, or both refuse for the same reason. */
export function together<P, T>(product: Result<P, ErrorLike>, twin: () => T): Outcome<P, T> {
  const own = product.ok ? 'done' : nameOf(product.error)
  try {
    const done = twin()
    if (product.ok) return { refused: null, product: product.value, twin: done }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (!product.ok && refusals[error.kind]?.includes(own)) return { refused: error.kind }
    throw new Error(`the product says "${own}", its twin "${error.kind}"`, { cause: error })
  }
  throw new Error(`the product says "${own}", its twin "done"`)
}

function identical(what: string, product: Uint8Array, twin: Uint8Array): Uint8Array {
  if (!same(product, twin)) throw new Error(`${what} differs:\nproduct ${hex(product)}\ntwin    ${hex(twin)}`)
  return product
}

/** Two readers of the same random bytes; both must have read equally far whenever an action is done. */
class Randomness {
  readonly product: Entropy
  readonly twin: (length: number) => Uint8Array
  private readonly read = { product: 0, twin: 0 }

  constructor(seed: string) {
    const streams = { product: seeded(seed), twin: seeded(seed) }
    const count = (of: 'product' | 'twin') => (length: number) => {
      this.read[of] += length
      return streams[of].take(length)
    }
    this.product = { take: count('product') }
    this.twin = count('twin')
  }

  check(): void {
    const { product, twin } = this.read
    if (product !== twin) throw new Error(`the product has drawn ${product} bytes, its twin ${twin}`)
  }
}

export interface Person {
  readonly product: LocalIdentity
  readonly twin: TwinPerson
}

export function person(seed: string): Person {
  const random = seeded(`person ${seed}`).take(96)
  const [root, identity, device] = [random.slice(0, 32), random.slice(32, 64), random.slice(64)]
  const product = createIdentity(crypto, random, startMs)
  const twin = makePerson({ root, identity, device }, startMs)
  identical('the identity payload', encodeIdentityPayload(product), twin.payload)
  return { product, twin }
}

export interface Prekey {
  readonly bundle: Uint8Array
  readonly product: BundleSecrets
  readonly twin: TwinPrekey
  readonly psk: Uint8Array | null
  /** What the twin has accepted with it. */
  readonly accepted: Set<string>
}

/** `bytes` with something else at a place, and signed again by `seed` from `from` to there where the signature stands. */
export function resigned(
  bytes: Uint8Array,
  change: { readonly at: number; readonly put: Uint8Array },
  by: {
    readonly seed: Uint8Array
    readonly namespace: SshsigNamespace
    readonly from: number
    readonly signatureAt: number
  },
): Uint8Array {
  const changed = bytes.slice()
  changed.set(change.put, change.at)
  const message = changed.slice(by.from, by.signatureAt)
  changed.set(sshsigSign(crypto, by.seed, by.namespace, message), by.signatureAt)
  return changed
}

export const bundleLifeMs = 400 * 24 * 3_600_000

export function prekeyOf(owner: Person, seed: string, how: { oneTime: boolean; psk: boolean }): Prekey {
  const { rootSeed, device, identityKey } = owner.product
  const made = createBundle(crypto, seeded(`prekey ${seed}`), {
    device,
    identityKey,
    expiresAtMs: startMs + bundleLifeMs,
    oneTime: how.oneTime,
    sign: (bytes) => sshsigSign(crypto, rootSeed, sshsigNamespaces.prekey, bytes),
  })
  const { signedPrekeySecret, ratchetSecret, oneTimeSecret, kemSeed } = made.secrets
  const keys = { signedPrekey: signedPrekeySecret, ratchetKey: ratchetSecret, oneTimePrekey: oneTimeSecret, kemSeed }
  const twin = makeBundle(owner.twin, { ...keys, prekeyId: made.bundle.slice(3, 19) }, startMs + bundleLifeMs)
  identical('the bundle', made.bundle, twin.bundle)
  const psk = how.psk ? seeded(`psk ${seed}`).take(32) : null
  return { bundle: made.bundle, product: made.secrets, twin, psk, accepted: new Set() }
}

/** Reads the bundle of `peer` and begins a session with it. */
export function begin(
  me: Person,
  peer: Person,
  { bundle, psk }: Pick<Prekey, 'bundle' | 'psk'>,
  how: { seed: string; generation: number; nowMs: number },
): Outcome<End, End> {
  const { generation, nowMs } = how
  const randomness = new Randomness(how.seed)
  const local = { identitySecret: me.product.identitySecret, identityPayload: encodeIdentityPayload(me.product) }
  const verify = (bytes: Uint8Array, signature: Uint8Array) =>
    sshsigVerify(crypto, peer.product.rootKey, sshsigNamespaces.prekey, bytes, signature)
  const read = openBundle(bundle, { ...peer.product, verify }, nowMs)
  const product = read.ok
    ? initiate({
        crypto,
        entropy: randomness.product,
        nowMs,
        local,
        bundle: read.value,
        generation,
        remoteDescriptor: peer.product.descriptor,
        psk: psk ?? noPsk,
      })
    : read
  const begun = together(product, () =>
    TwinSession.begin(me.twin, peer.twin, bundle, { psk, generation, nowMs, take: randomness.twin }),
  )
  if (begun.refused !== null) return begun
  const end = new End(begun.product.session, begun.twin, randomness)
  randomness.check()
  return { refused: null, product: end, twin: end }
}

/** Opens an initial envelope with the secrets of a bundle. */
export function acceptFirst(
  me: Person,
  peer: Person,
  prekey: Prekey,
  envelope: Uint8Array,
  associatedData: Uint8Array,
  how: { seed: string; nowMs: number },
): { readonly refused: null; readonly end: End; readonly content: Uint8Array } | { readonly refused: string } {
  const { nowMs } = how
  const device = peer.product.deviceKey
  const product = accept({
    crypto,
    nowMs,
    secrets: prekey.product,
    message: envelope,
    associatedData,
    psk: prekey.psk ?? noPsk,
    local: { identitySecret: me.product.identitySecret, descriptor: me.product.descriptor },
    verifyIdentity: (payload) => {
      const verified = verifyIdentityPayload(crypto, payload, device)
      return verified.ok ? ok(verified.value) : err(verified.error)
    },
  })
  const { psk, accepted } = prekey
  const both = together(product, () =>
    TwinSession.accept(me.twin, prekey.twin, envelope, associatedData, { psk, device, nowMs, accepted }),
  )
  if (both.refused !== null) return both
  const once = initialMessageHash(crypto, envelope)
  if (!once.ok || !accepted.has(once.value)) throw new Error('remembered as something else')
  const end = new End(both.product.session, both.twin.session, new Randomness(how.seed))
  return { refused: null, end, content: identical('the content', both.product.plaintext, both.twin.content) }
}

/** One end of a session, kept by one of the two. */
export interface Alone {
  readonly seal: (content: Uint8Array, associatedData: Uint8Array, nowMs: number) => Uint8Array
  readonly open: (envelope: Uint8Array, associatedData: Uint8Array, nowMs: number) => Uint8Array
}

/** One end of a session, kept by both. */
export class End {
  product: Session
  readonly twin: TwinSession
  private readonly randomness: Randomness

  constructor(product: Session, twin: TwinSession, randomness: Randomness) {
    this.product = product
    this.twin = twin
    this.randomness = randomness
    if (product.id !== twin.id()) throw new Error(`session ${product.id}, its twin ${twin.id()}`)
    if (product.generation !== twin.generation) throw new Error(`generation ${twin.generation} of the twin`)
  }

  seal(content: Uint8Array, associatedData: Uint8Array, nowMs: number) {
    const { product: entropy, twin: take } = this.randomness
    const sealed = together(seal(crypto, this.product, content, associatedData, entropy, nowMs), () =>
      this.twin.seal(content, associatedData, nowMs, take),
    )
    this.randomness.check()
    if (sealed.refused !== null) return sealed
    this.product = sealed.product.session
    return { refused: null, sealed: identical('the envelope', sealed.product.sealed, sealed.twin) }
  }

  open(envelope: Uint8Array, associatedData: Uint8Array, nowMs: number) {
    const opened = together(open(crypto, this.product, envelope, associatedData, nowMs), () =>
      this.twin.open(envelope, associatedData, nowMs),
    )
    if (opened.refused !== null) return opened
    this.product = opened.product.session
    this.compareSkipped()
    return { refused: null, content: identical('the content', opened.product.plaintext, opened.twin) }
  }

  /** What waits for missing messages must be kept, and erased, alike. */
  private compareSkipped(): void {
    const product = this.product.ratchet.skipped.flatMap(({ keys }) => keys.map(({ messageKey }) => messageKey))
    const twin = this.twin.ratchet.skipped.map(({ messageKey }) => messageKey)
    if (product.length !== twin.length) throw new Error(`skipped keys: ${product.length}, its twin ${twin.length}`)
    identical('the skipped keys', join(...product), join(...twin))
  }

  /** This end as the product alone and as its twin alone: each with a state and randomness of its own. */
  productAlone(entropy: Entropy): Alone {
    return {
      seal: (content, associatedData, nowMs) => {
        const done = seal(crypto, this.product, content, associatedData, entropy, nowMs)
        if (!done.ok) throw new Error(done.error.kind)
        this.product = done.value.session
        return done.value.sealed
      },
      open: (envelope, associatedData, nowMs) => {
        const done = open(crypto, this.product, envelope, associatedData, nowMs)
        if (!done.ok) throw new Error(done.error.kind)
        this.product = done.value.session
        return done.value.plaintext
      },
    }
  }

  twinAlone(entropy: Entropy): Alone {
    const take = (length: number) => entropy.take(length)
    return {
      seal: (content, associatedData, nowMs) => this.twin.seal(content, associatedData, nowMs, take),
      open: (envelope, associatedData, nowMs) => this.twin.open(envelope, associatedData, nowMs),
    }
  }

  /** As after a restart. */
  reload(): void {
    const read = decodeSession(encodeSession(this.product))
    if (!read.ok) throw new Error(`a stored session is not read: ${JSON.stringify(read.error)}`)
    this.product = read.value
  }

  /** All that both know, as text. */
  snapshot(): string {
    const plain = (_key: string, value: unknown) => (value instanceof Uint8Array ? hex(value) : value)
    return hex(encodeSession(this.product)) + JSON.stringify(this.twin, plain)
  }

  /** Whether this session is to be sealed under rather than `other`; `later` if one side began both. */
  outranks(other: End, me: Person, peer: Person): boolean {
    const twin = this.twin.outranks(other.twin, me.twin.device, peer.twin.device)
    const product = outranks(this.product, other.product, me.product.device < peer.product.device)
    if (product !== twin) throw new Error(`outranks: the product says ${product}, its twin ${twin}`)
    return product
  }
}
