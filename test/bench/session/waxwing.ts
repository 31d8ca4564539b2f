/** Our sessions as the engine uses them, with the state in memory. The one file here that knows their interface. */
import { equalBytes } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { sealContext } from '../../../main/core/engine/keys.ts'
import type { Entropy } from '../../../main/core/entropy.ts'
import type { LocalIdentity, PublicIdentity } from '../../../main/core/identity/account.ts'
import {
  createIdentity,
  encodeIdentityPayload,
  identityRandomBytes,
  verifyIdentityPayload,
} from '../../../main/core/identity/account.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from '../../../main/core/identity/sshsig.ts'
import type { Result } from '../../../main/core/result.ts'
import { ok } from '../../../main/core/result.ts'
import { createBundle, openBundle } from '../../../main/core/session/bundle.ts'
import { accept, initiate, noPsk } from '../../../main/core/session/handshake.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { initialMessageHash, open, peekInitial, seal } from '../../../main/core/session/session.ts'
import { createRandom } from '../../../main/node/random.ts'
import type { Library, Offer, Pair } from './ends.ts'

const bundleLifetimeMs = 3_600_000

/**
 * `proven`: each side has checked the other's descriptor and certificate before, as libsignal's store has for a known
 * contact. `shown`: both check all signatures of both, as at a first meeting.
 */
export type Identities = 'proven' | 'shown'

function valueOf<T>(result: Result<T, unknown>): T {
  if (!result.ok) throw new Error(`refused: ${JSON.stringify(result.error)}`)
  return result.value
}

function pairOf(crypto: Crypto, entropy: Entropy, sessions: [Session, Session], contexts: readonly Uint8Array[]): Pair {
  const contextOf = (from: number): Uint8Array => contexts[from] as Uint8Array
  return {
    seal(from, plaintext) {
      const sealed = valueOf(seal(crypto, sessions[from], plaintext, contextOf(from), entropy, Date.now()))
      sessions[from] = sealed.session
      return sealed.sealed
    },
    open(at, sealed) {
      const opened = valueOf(open(crypto, sessions[at], sealed, contextOf(1 - at), Date.now()))
      sessions[at] = opened.session
      return opened.plaintext
    },
  }
}

/** Who the payload says it is: checked in full, or known and only compared. */
function identityOf(
  crypto: Crypto,
  identities: Identities,
  payload: Uint8Array,
  known: PublicIdentity,
): { readonly identityKey: Uint8Array; readonly rootKey: Uint8Array } {
  if (identities === 'shown') return valueOf(verifyIdentityPayload(crypto, payload, known.deviceKey))
  if (!equalBytes(payload, encodeIdentityPayload(known))) throw new Error('another identity')
  return known
}

function offerOf(crypto: Crypto, entropy: Entropy, identities: Identities): Offer {
  const [anna, ben] = [0, 1].map(() => createIdentity(crypto, entropy.take(identityRandomBytes), Date.now())) as [
    LocalIdentity,
    LocalIdentity,
  ]
  const published = createBundle(crypto, entropy, {
    device: ben.device,
    identityKey: ben.identityKey,
    expiresAtMs: Date.now() + bundleLifetimeMs,
    oneTime: true,
    sign: (bytes) => sshsigSign(crypto, ben.rootSeed, sshsigNamespaces.prekey, bytes),
  })
  const [annasPayload, bensPayload] = [encodeIdentityPayload(anna), encodeIdentityPayload(ben)]
  const contexts = [sealContext(anna.device, ben.device), sealContext(ben.device, anna.device)] as const

  const initiation = (plaintext: Uint8Array) => {
    const maker = identityOf(crypto, identities, bensPayload, ben)
    const verify = (signed: Uint8Array, signature: Uint8Array): boolean =>
      sshsigVerify(crypto, maker.rootKey, sshsigNamespaces.prekey, signed, signature)
    const owner = { device: ben.device, identityKey: maker.identityKey, verify }
    const { session } = valueOf(
      initiate({
        crypto,
        entropy,
        nowMs: Date.now(),
        local: { identitySecret: anna.identitySecret, identityPayload: annasPayload },
        bundle: valueOf(openBundle(published.bundle, owner, Date.now())),
        remoteDescriptor: ben.descriptor,
        psk: noPsk,
        generation: 1,
      }),
    )
    return valueOf(seal(crypto, session, plaintext, contexts[0], entropy, Date.now()))
  }

  const acceptance = (message: Uint8Array) => {
    const { prekeyId } = valueOf(peekInitial(message))
    if (prekeyId !== published.prekeyId || valueOf(initialMessageHash(crypto, message)) === '') {
      throw new Error('another prekey')
    }
    return valueOf(
      accept({
        crypto,
        nowMs: Date.now(),
        secrets: published.secrets,
        local: { identitySecret: ben.identitySecret, descriptor: ben.descriptor },
        message,
        associatedData: contexts[0],
        psk: noPsk,
        verifyIdentity: (payload) => ok(identityOf(crypto, identities, payload, anna)),
      }),
    )
  }

  return {
    begin(plaintext) {
      const first = initiation(plaintext)
      const accepted = acceptance(first.sealed)
      const pair = pairOf(crypto, entropy, [first.session, accepted.session], contexts)
      return { pair, opened: accepted.plaintext }
    },
  }
}

export function waxwing(crypto: Crypto, identities: Identities = 'proven'): Library {
  const random = createRandom()
  const entropy: Entropy = { take: (lengthBytes) => random.bytes(lengthBytes) }
  return { offer: () => offerOf(crypto, entropy, identities) }
}
