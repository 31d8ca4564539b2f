/** How a session begins: both sides at once, or one of them with something that it must refuse. */
import { concat, equalBytes, toHex } from '../../../main/core/bytes.ts'
import type { Crypto } from '../../../main/core/crypto/provider.ts'
import { prekeyIdOf } from '../../../main/core/ids.ts'
import type { IdentityPayloadError, LocalIdentity } from '../../../main/core/identity/account.ts'
import { createIdentity, encodeIdentityPayload, verifyIdentityPayload } from '../../../main/core/identity/account.ts'
import { ok } from '../../../main/core/result.ts'
import { openBundle } from '../../../main/core/session/bundle.ts'
import type { BundleSecrets } from '../../../main/core/session/bundleSecrets.ts'
import { encodeBundleSecrets } from '../../../main/core/session/bundleSecrets.ts'
import type { AcceptError, InitiateError } from '../../../main/core/session/handshake.ts'
import { accept, initiate } from '../../../main/core/session/handshake.ts'
import { splitInitial } from '../../../main/core/session/initialMessage.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { initialMessageHash, peekInitial, seal } from '../../../main/core/session/session.ts'
import type { Parts } from './format.ts'
import { bytesOf, entropyFrom, given, there } from './format.ts'
import { Recorder } from './recorder.ts'
import type { BundleSecretsInput, OwnerInput } from './bundle.ts'
import { ownerOf } from './bundle.ts'
import { runnable } from './scenario.ts'
import { traceFirstEpoch, traceMessage, traceTurn } from './trace.ts'

export interface PersonInput {
  readonly rootSeed: Parts
  readonly identitySecret: Parts
  readonly deviceSeed: Parts
  readonly createdAtMs: number
}

export function personOf(crypto: Crypto, person: PersonInput): LocalIdentity {
  const secrets = concat(bytesOf(person.rootSeed), bytesOf(person.identitySecret), bytesOf(person.deviceSeed))
  return createIdentity(crypto, secrets, person.createdAtMs)
}

export interface HandshakeInput {
  readonly initiator: PersonInput
  readonly responder: PersonInput
  readonly bundle: Parts
  readonly bundleSecrets: BundleSecretsInput
  readonly psk: Parts
  readonly generation: number
  readonly nowMs: number
  /** Drawn by the initiator: for the handshake, then for its first message. */
  readonly entropy: Parts
  readonly content: Parts
  readonly associatedData: Parts
}

function secretsOf(crypto: Crypto, bundle: Uint8Array, prekeyId: string, from: BundleSecretsInput): BundleSecrets {
  return {
    prekeyId: prekeyIdOf(bytesOf(prekeyId)),
    bundleHash: crypto.sha256(bundle),
    signedPrekeySecret: bytesOf(from.signedPrekeySecret),
    ratchetSecret: bytesOf(from.ratchetSecret),
    oneTimeSecret: from.oneTimeSecret === null ? null : bytesOf(from.oneTimeSecret),
    kemSeed: bytesOf(from.kemSeed),
  }
}

/** Both sessions after the first message was opened, and what was watched on the way there. */
export interface Met {
  readonly a: Session
  readonly b: Session
  readonly envelope: Uint8Array
  readonly secrets: BundleSecrets
  readonly initiating: Recorder
  readonly sealing: Recorder
  readonly begun: Session
  readonly initiator: LocalIdentity
  readonly responder: LocalIdentity
}

/** Runs a handshake that must go well, on both sides. */
export function meet(crypto: Crypto, input: HandshakeInput): Met {
  const [initiator, responder] = [personOf(crypto, input.initiator), personOf(crypto, input.responder)]
  const bytes = bytesOf(input.bundle)
  const owner = {
    rootKey: toHex(responder.rootKey),
    device: responder.device,
    identityKey: toHex(responder.identityKey),
  }
  const bundle = given(openBundle(bytes, ownerOf(crypto, owner), input.nowMs))
  const [psk, associatedData, content] = [bytesOf(input.psk), bytesOf(input.associatedData), bytesOf(input.content)]
  const entropy = entropyFrom(crypto, input.entropy)
  const [initiating, sealing] = [new Recorder(crypto), new Recorder(crypto)]
  const begun = given(
    initiate({
      crypto: initiating.crypto,
      entropy,
      nowMs: input.nowMs,
      local: { identitySecret: initiator.identitySecret, identityPayload: encodeIdentityPayload(initiator) },
      bundle,
      remoteDescriptor: responder.descriptor,
      psk,
      generation: input.generation,
    }),
  ).session
  const first = given(seal(sealing.crypto, begun, content, associatedData, entropy, input.nowMs))
  if (entropy.left() !== 0) throw new Error('entropy was left over')
  const secrets = secretsOf(crypto, bytes, bundle.prekeyId, input.bundleSecrets)
  const accepted = given(
    accept({
      crypto,
      nowMs: input.nowMs,
      secrets,
      local: responder,
      message: first.sealed,
      associatedData,
      psk,
      verifyIdentity: (payload) => verifyIdentityPayload(crypto, payload, initiator.deviceKey),
    }),
  )
  if (!equalBytes(accepted.plaintext, content)) throw new Error('the first message came out as another')
  if (accepted.session.id !== begun.id) throw new Error('the two sides have different sessions')
  const met = { a: first.session, b: accepted.session, envelope: first.sealed, begun, secrets }
  return { ...met, initiating, sealing, initiator, responder }
}

const handshake = runnable<HandshakeInput, object, never>({
  read(crypto, input) {
    const met = meet(crypto, input)
    const { initiating, envelope, secrets, initiator, responder } = met
    const publicOf = (secret: Uint8Array) => crypto.x25519PublicKey(secret)
    const signedPrekey = publicOf(secrets.signedPrekeySecret)
    const ephemeral = initiating.agreed(responder.identityKey)
    const oneTime = secrets.oneTimeSecret === null ? null : initiating.agreed(publicOf(secrets.oneTimeSecret)).shared
    const identity = there(initiating.derived('identity'), 'identity key').parts
    const session = there(initiating.derived('session'), 'session').parts
    const turn = there(traceTurn(initiating), 'first turn')
    return ok({
      bundleHash: secrets.bundleHash,
      responderDescriptor: responder.descriptor,
      dh1: initiating.agreed(signedPrekey, initiator.identitySecret).shared,
      dh2: ephemeral.shared,
      dh3: initiating.agreed(signedPrekey, ephemeral.secret).shared,
      dh4: oneTime,
      kemSecret: there(initiating.encapsulated(), 'encapsulation').secret,
      h0: initiating.hash('handshake'),
      chain: identity[0],
      identityKey: identity[1],
      introduction: initiating.sealed(0).plaintext,
      h1: initiating.hash('transcript'),
      sessionId: met.begun.id,
      rootKey: session[0],
      headerKeyA: session[1],
      headerKeyB: session[2],
      epochSeed: session[3],
      epoch: traceFirstEpoch(initiating),
      turn,
      message: traceMessage(met.sealing, turn),
      initialMessageHash: given(initialMessageHash(crypto, envelope)),
      prologueHash: crypto.sha256(given(splitInitial(envelope)).prologueBytes),
      envelope,
    })
  },
})

interface InitiateInput {
  readonly initiator: PersonInput
  readonly bundle: Parts
  readonly owner: OwnerInput
  readonly responderDescriptor: Parts
  readonly psk: Parts
  readonly generation: number
  readonly nowMs: number
  readonly entropy: Parts
}

/** With a bundle that is in order but for its keys. */
const initiation = runnable<InitiateInput, object, InitiateError>({
  read(crypto, input) {
    const initiator = personOf(crypto, input.initiator)
    const begun = initiate({
      crypto,
      entropy: entropyFrom(crypto, input.entropy),
      nowMs: input.nowMs,
      local: { identitySecret: initiator.identitySecret, identityPayload: encodeIdentityPayload(initiator) },
      bundle: given(openBundle(bytesOf(input.bundle), ownerOf(crypto, input.owner), input.nowMs)),
      remoteDescriptor: bytesOf(input.responderDescriptor),
      psk: bytesOf(input.psk),
      generation: input.generation,
    })
    return begun.ok ? ok({ sessionId: begun.value.session.id, prologue: begun.value.prologue }) : begun
  },
})

export interface AcceptInput {
  readonly responder: { readonly identitySecret: Parts; readonly descriptor: Parts }
  readonly secrets: BundleSecretsInput & { readonly prekeyId: Parts; readonly bundleHash: Parts }
  /** The one that the connection proved for who sent the envelope. */
  readonly deviceKey: Parts
  readonly psk: Parts
  readonly nowMs: number
  readonly associatedData: Parts
  readonly envelope: Parts
}

const acceptance = runnable<AcceptInput, object, AcceptError<IdentityPayloadError>>({
  read(crypto, input) {
    const message = bytesOf(input.envelope)
    const secrets: BundleSecrets = {
      ...secretsOf(crypto, new Uint8Array(0), toHex(bytesOf(input.secrets.prekeyId)), input.secrets),
      bundleHash: bytesOf(input.secrets.bundleHash),
    }
    const before = encodeBundleSecrets(secrets)
    const accepted = accept({
      crypto,
      nowMs: input.nowMs,
      secrets,
      local: {
        identitySecret: bytesOf(input.responder.identitySecret),
        descriptor: bytesOf(input.responder.descriptor),
      },
      message,
      associatedData: bytesOf(input.associatedData),
      psk: bytesOf(input.psk),
      verifyIdentity: (payload) => verifyIdentityPayload(crypto, payload, bytesOf(input.deviceKey)),
    })
    if (!equalBytes(encodeBundleSecrets(secrets), before)) throw new Error('the secrets of the bundle were changed')
    if (!equalBytes(message, bytesOf(input.envelope))) throw new Error('the envelope was changed')
    if (!accepted.ok) return accepted
    const { session, identityPayload, plaintext } = accepted.value
    const { id: sessionId, generation } = session
    const { prekeyId } = given(peekInitial(message))
    const hash = given(initialMessageHash(crypto, message))
    return ok({ prekeyId, identityPayload, generation, sessionId, content: plaintext, initialMessageHash: hash })
  },
})

export const handshakeScenarios = { handshake, initiate: initiation, accept: acceptance } as const
