/** What two devices derive beside their sessions: proofs, keys and names that both compute for themselves. */
import { directConversationId, eventIdFor, selfConversationId } from '../../../main/core/conversation/ids.ts'
import { bundleProof, envelopeIdFor, lanKey, sealContext } from '../../../main/core/engine/keys.ts'
import { accountIdOf, conversationIdOf, deviceIdOf, inviteIdOf } from '../../../main/core/ids.ts'
import { ok } from '../../../main/core/result.ts'
import type { Parts } from './format.ts'
import { bytesOf, there } from './format.ts'
import { runnable } from './scenario.ts'

interface ProofInput {
  readonly secret: Parts
  readonly inviteId: Parts
  readonly requester: Parts
  readonly responder: Parts
}

const proof = runnable<ProofInput, object, never>({
  read(crypto, { secret, inviteId, requester, responder }) {
    const [from, to] = [deviceIdOf(bytesOf(requester)), deviceIdOf(bytesOf(responder))]
    return ok({ proof: bundleProof(crypto, bytesOf(secret), inviteIdOf(bytesOf(inviteId)), from, to) })
  },
})

interface LanInput {
  readonly one: { readonly rootKey: Parts; readonly identitySecret: Parts }
  readonly other: { readonly rootKey: Parts; readonly identitySecret: Parts }
}

const lan = runnable<LanInput, object, never>({
  read(crypto, { one, other }) {
    const of = (own: LanInput['one'], theirs: LanInput['one']) => {
      const identityKey = crypto.x25519PublicKey(bytesOf(theirs.identitySecret))
      const side = { identitySecret: bytesOf(own.identitySecret), rootKey: bytesOf(own.rootKey) }
      return there(lanKey(crypto, side, { identityKey, rootKey: bytesOf(theirs.rootKey) }), 'LAN key')
    }
    return ok({ keyOfOne: of(one, other), keyOfOther: of(other, one) })
  },
})

const conversation = runnable<{ readonly account: Parts; readonly other: Parts }, object, never>({
  read(crypto, input) {
    const hash = (bytes: Uint8Array) => crypto.sha256(bytes)
    const [account, other] = [accountIdOf(bytesOf(input.account)), accountIdOf(bytesOf(input.other))]
    return ok({
      ofAccountAndOther: directConversationId(hash, account, other),
      ofOtherAndAccount: directConversationId(hash, other, account),
      noteToSelf: selfConversationId(hash, account),
    })
  },
})

interface EventInput {
  readonly device: Parts
  readonly conversation: Parts
  readonly sequence: number
  /** The 16 random bytes in the event. */
  readonly random: Parts
}

const event = runnable<EventInput, object, never>({
  read(crypto, input) {
    const hash = (bytes: Uint8Array) => crypto.sha256(bytes)
    const place = conversationIdOf(bytesOf(input.conversation))
    const device = deviceIdOf(bytesOf(input.device))
    return ok({ eventId: eventIdFor(hash, device, place, input.sequence, bytesOf(input.random)) })
  },
})

interface EnvelopeInput {
  readonly sender: Parts
  readonly receiver: Parts
  readonly sealed: Parts
}

const envelope = runnable<EnvelopeInput, object, never>({
  read: (crypto, { sender, receiver, sealed }) =>
    ok({
      associatedData: sealContext(deviceIdOf(bytesOf(sender)), deviceIdOf(bytesOf(receiver))),
      envelopeId: envelopeIdFor(crypto, bytesOf(sealed)),
    }),
})

export const engineScenarios = { bundleProof: proof, lanKey: lan, conversation, event, envelope } as const
