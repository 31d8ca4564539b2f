/** Prekey bundles: read as by who fetched one, made again from their secrets. */
import { concat, toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { deviceIdOf, idBytes } from '../../../main/core/ids.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from '../../../main/core/identity/sshsig.ts'
import { ok } from '../../../main/core/result.ts'
import type { BundleError, BundleOwner, PrekeyBundle } from '../../../main/core/session/bundle.ts'
import { createBundle, openBundle } from '../../../main/core/session/bundle.ts'
import type { StashError } from '../../../main/core/session/stash.ts'
import { openStash } from '../../../main/core/session/stash.ts'
import type { Parts } from './format.ts'
import { bytesOf, there } from './format.ts'
import { runnable } from './scenario.ts'

/** Whose bundle it must be, out of a verified descriptor and certificate. */
export interface OwnerInput {
  readonly rootKey: Parts
  readonly device: Parts
  readonly identityKey: Parts
}

export interface BundleSecretsInput {
  readonly signedPrekeySecret: Parts
  readonly ratchetSecret: Parts
  readonly oneTimeSecret: Parts | null
  readonly kemSeed: Parts
}

export interface BundleInput {
  readonly bundle: Parts
  readonly owner: OwnerInput
  readonly nowMs: number
  readonly rootSeed?: Parts
  readonly secrets?: BundleSecretsInput
}

export function ownerOf(crypto: Crypto, owner: OwnerInput): BundleOwner {
  const rootKey = bytesOf(owner.rootKey)
  return {
    device: deviceIdOf(bytesOf(owner.device)),
    identityKey: bytesOf(owner.identityKey),
    verify: (bytes, signature) => sshsigVerify(crypto, rootKey, sshsigNamespaces.prekey, bytes, signature),
  }
}

/** The bundle of these secrets, and the secrets as the responder keeps them. */
export function makeBundle(
  crypto: Crypto,
  from: {
    readonly rootSeed: Uint8Array
    readonly device: Uint8Array
    readonly identityKey: Uint8Array
    readonly prekeyId: Uint8Array
    readonly expiresAtMs: number
    readonly secrets: BundleSecretsInput
  },
): ReturnType<typeof createBundle> {
  const { signedPrekeySecret, ratchetSecret, oneTimeSecret, kemSeed } = from.secrets
  const parts = [signedPrekeySecret, ratchetSecret, oneTimeSecret ?? '', kemSeed].map(bytesOf)
  return createBundle(crypto, entropyOf(concat(from.prekeyId, ...parts)), {
    device: deviceIdOf(from.device),
    identityKey: from.identityKey,
    expiresAtMs: from.expiresAtMs,
    oneTime: oneTimeSecret !== null,
    sign: (bytes) => sshsigSign(crypto, from.rootSeed, sshsigNamespaces.prekey, bytes),
  })
}

type ReadBundle = Omit<PrekeyBundle, 'bytes'> & { readonly bundleHash: Uint8Array }

const bundle = runnable<BundleInput, ReadBundle, BundleError>({
  read(crypto, input) {
    const read = openBundle(bytesOf(input.bundle), ownerOf(crypto, input.owner), input.nowMs)
    if (!read.ok) return read
    const { bytes, ...fields } = read.value
    return ok({ ...fields, bundleHash: crypto.sha256(bytes) })
  },
  write(crypto, { rootSeed, secrets, owner }, { prekeyId, expiresAtMs }) {
    const made = makeBundle(crypto, {
      rootSeed: bytesOf(there(rootSeed, 'root seed')),
      device: bytesOf(owner.device),
      identityKey: bytesOf(owner.identityKey),
      prekeyId: idBytes(prekeyId),
      expiresAtMs,
      secrets: there(secrets, 'secrets'),
    })
    return { bundle: toHex(made.bundle) }
  },
})

interface StashInput {
  readonly bundles: readonly Parts[]
  /** As it is pinned for who gave them. */
  readonly owner: OwnerInput
}

const stash = runnable<StashInput, object, StashError>({
  read(crypto, input) {
    const read = openStash(input.bundles.map(bytesOf), ownerOf(crypto, input.owner))
    if (!read.ok) return read
    return ok({ bundles: read.value.map(({ prekeyId, lastResort }) => ({ prekeyId, lastResort })) })
  },
})

export const bundleScenarios = { bundle, stash } as const
