/** Vectors of initial envelopes that a responder takes, or refuses. */
import { concat, toHex, utf8 } from '../../../main/core/bytes.ts'
import { nobleCrypto as crypto } from '../../../main/core/crypto/noble.ts'
import { entropyOf } from '../../../main/core/entropy.ts'
import { encodeIdentityPayload } from '../../../main/core/identity/account.ts'
import { openBundle } from '../../../main/core/session/bundle.ts'
import { initiate } from '../../../main/core/session/handshake.ts'
import { seal } from '../../../main/core/session/session.ts'
import type { Json } from '../scenarios/format.ts'
import { bytesOf, given } from '../scenarios/format.ts'
import { ownerOf } from '../scenarios/bundle.ts'
import { meet } from '../scenarios/handshake.ts'
import type { Author, Draft } from './author.ts'
import { accepting, invited } from './handshakes.ts'
import { anna, ben, bytesFor, flipped, lowOrderKey, mallory, replaced, startMs, unreducedKey } from './people.ts'

/** Where the parts of an initial envelope stand. */
const at = {
  version: 1,
  suite: 2,
  prekeyId: 4,
  ephemeralKey: 21,
  cipherText: 54,
  introductionLength: 1_142,
  introduction: 1_144,
}

/** An envelope of who has Anna's payload, but another identity secret. */
function impostor(): Uint8Array {
  const { rootKey, device, identityKey, descriptor } = ben.identity
  const owner = ownerOf(crypto, { rootKey: toHex(rootKey), device, identityKey: toHex(identityKey) })
  const entropy = entropyOf(bytesFor('impostor', 168))
  const { session } = given(
    initiate({
      crypto,
      entropy,
      nowMs: startMs,
      local: {
        identitySecret: mallory.identity.identitySecret,
        identityPayload: encodeIdentityPayload(anna.identity),
      },
      bundle: given(openBundle(invited.bundle.bytes, owner, startMs)),
      remoteDescriptor: descriptor,
      psk: bytesOf(invited.input.psk),
      generation: 1,
    }),
  )
  return given(seal(crypto, session, utf8('hello'), accepting.associatedData, entropy, startMs)).sealed
}

/** The envelope with an introduction of other bytes, sealed with the right key. */
function withIntroduction(
  envelope: Uint8Array,
  stage: { readonly identityKey: string; readonly h0: string },
  plain: Uint8Array,
) {
  const nonce = envelope.slice(at.introduction, at.introduction + 24)
  const sealed = crypto.xchachaSeal(bytesOf(stage.identityKey), nonce, plain, bytesOf(stage.h0))
  const length = nonce.length + sealed.length
  const front = envelope.slice(0, at.introductionLength)
  return concat(front, Uint8Array.of(length >> 8, length & 255), nonce, sealed, envelope.slice(endOf(envelope)))
}

function endOf(envelope: Uint8Array): number {
  const [high = 0, low = 0] = envelope.slice(at.introductionLength)
  return at.introduction + high * 256 + low
}

type Derived = {
  readonly identityKey: string
  readonly h0: string
  readonly envelope: string
  readonly introduction: string
}

export function makeAcceptances(author: Author): void {
  const derived = author.library('handshake/with-one-time-prekey').expect as Json & Derived
  const envelope = bytesOf(derived.envelope)
  const malformed = (error: object) => ({ kind: 'malformed', error })
  const byte = (place: number, value: number) => ({ envelope: replaced(envelope, place, Uint8Array.of(value)) })
  const flip = (place: number) => ({ envelope: flipped(envelope, place) })
  const { secrets, responder } = accepting
  const introduction = bytesOf(derived.introduction)
  const undecryptable = { kind: 'undecryptable' }
  const first = (error: object) => ({ kind: 'badFirstMessage', error })
  const end = endOf(envelope)
  const met = meet(crypto, invited.input)
  const second = given(
    seal(crypto, met.a, utf8('second'), accepting.associatedData, entropyOf(bytesFor('second', 48)), startMs),
  )
  const zeros = { repeat: '00', count: 32 }

  const list: readonly (readonly [string, string, object, object])[] = [
    [
      'ordinary-envelope',
      'The first byte says that there is no prologue.',
      byte(0, 2),
      malformed({ kind: 'badValue', field: 'envelope kind', got: 2 }),
    ],
    [
      'prologue-of-version-3',
      'The version is one that is not known.',
      byte(at.version, 3),
      { kind: 'unknownVersion', got: 3, known: 2 },
    ],
    [
      'prologue-of-suite-2',
      'The suite is one that is not known.',
      byte(at.suite + 1, 2),
      { kind: 'unknownSuite', got: 2, known: 1 },
    ],
    [
      'ed25519-ephemeral-key',
      'The type byte before the ephemeral key says Ed25519.',
      byte(at.ephemeralKey - 1, 1),
      malformed({ kind: 'badValue', field: 'ephemeralKey', got: 1 }),
    ],
    [
      'unreduced-ephemeral-key',
      'The ephemeral key is 2^255 - 17, which is 2 written otherwise.',
      { envelope: replaced(envelope, at.ephemeralKey, unreducedKey) },
      malformed({ kind: 'badValue', field: 'ephemeralKey', got: 0x7f }),
    ],
    [
      'cut-ciphertext',
      'The envelope ends within the ciphertext.',
      { envelope: envelope.slice(0, 100) },
      malformed({ kind: 'truncated', wanted: 1_088, left: 46 }),
    ],
    [
      'introduction-over-its-limit',
      'The introduction says that it has 65,535 bytes.',
      { envelope: replaced(envelope, at.introductionLength, Uint8Array.of(255, 255)).slice(0, 1_200) },
      malformed({ kind: 'tooLong', field: 'sealedIntroduction', got: 65_535, max: 2_120 }),
    ],
    [
      'another-prekey',
      'The secrets are of another prekey than the envelope names.',
      flip(at.prekeyId),
      { kind: 'wrongPrekey' },
    ],
    [
      'another-prekey-before-its-ephemeral-key',
      'The prekey is another, and the ephemeral key of low order: the prekey is looked at first.',
      { envelope: replaced(flipped(envelope, at.prekeyId), at.ephemeralKey, lowOrderKey) },
      { kind: 'wrongPrekey' },
    ],
    [
      'low-order-ephemeral-key',
      'The ephemeral key is of low order.',
      { envelope: replaced(envelope, at.ephemeralKey, lowOrderKey) },
      { kind: 'badKey', key: 'ephemeralKey' },
    ],
    ['another-psk', 'The invite is another: the psk is zeros.', { psk: zeros }, undecryptable],
    [
      'another-descriptor',
      'The responder has another descriptor than the initiator believes.',
      { responder: { ...responder, descriptor: mallory.identity.descriptor } },
      undecryptable,
    ],
    [
      'another-bundle',
      'The keys are right, but the hash is of another bundle.',
      { secrets: { ...secrets, bundleHash: bytesFor('another bundle', 32) } },
      undecryptable,
    ],
    [
      'forgotten-one-time-prekey',
      'The responder leaves DH4 out.',
      { secrets: { ...secrets, oneTimeSecret: null } },
      undecryptable,
    ],
    [
      'altered-ciphertext',
      'One bit of the ciphertext is another: decapsulation gives another secret.',
      flip(at.cipherText + 500),
      undecryptable,
    ],
    [
      'altered-introduction',
      'One bit of the sealed introduction is another.',
      flip(at.introduction + 100),
      undecryptable,
    ],
    [
      'introduction-without-padding',
      'The introduction is sealed with the right key, but not padded.',
      { envelope: withIntroduction(envelope, derived, introduction.slice(0, 339)) },
      undecryptable,
    ],
    [
      'introduction-without-generation',
      'Three bytes are padded and sealed with the right key.',
      { envelope: withIntroduction(envelope, derived, concat(Uint8Array.of(0, 0, 1, 0x80), new Uint8Array(156))) },
      undecryptable,
    ],
    [
      'identity-of-another-device',
      'The connection proved another device than the certificate names.',
      { deviceKey: mallory.identity.deviceKey },
      { kind: 'identityRefused', reason: { kind: 'certificate', cause: { kind: 'otherDevice' } } },
    ],
    [
      'identity-with-a-bad-signature',
      'The introduction is sealed with the right key, but its certificate does not hold.',
      { envelope: withIntroduction(envelope, derived, flipped(introduction, 338)) },
      { kind: 'identityRefused', reason: { kind: 'certificate', cause: { kind: 'badDeviceSignature' } } },
    ],
    [
      'who-does-not-hold-the-identity-key',
      "Somebody else sends Anna's payload: DH1 is another.",
      { envelope: impostor() },
      first({ kind: 'noHeaderKey' }),
    ],
    [
      'another-generation',
      'The introduction says another generation than the transcript of the initiator.',
      { envelope: withIntroduction(envelope, derived, flipped(introduction, 3, 2)) },
      first({ kind: 'noHeaderKey' }),
    ],
    [
      'first-message-with-flipped-commitment',
      'The handshake holds, but the commitment of the message does not.',
      flip(end + 83),
      first({ kind: 'badCommitment' }),
    ],
    [
      'first-message-with-flipped-body',
      'The handshake holds, but the body of the message does not open.',
      flip(-1),
      first({ kind: 'badTag' }),
    ],
    [
      'first-message-cut',
      'The handshake holds, but the message ends in its header.',
      { envelope: envelope.slice(0, end + 80) },
      first(malformed({ kind: 'truncated', wanted: 155, left: 80 })),
    ],
    [
      'other-associated-data',
      'The envelope was for another device.',
      { associatedData: flipped(accepting.associatedData, -1) },
      first({ kind: 'badTag' }),
    ],
  ]
  const draft = (name: string, describes: string, input: object): Draft => ({
    name: `handshake/${name}`,
    describes,
    scenario: 'accept',
    input: { ...accepting, envelope, ...input },
  })
  author.add('Handshake', [
    draft('second-message-first', 'Of two initial envelopes the second comes first, and begins the session.', {
      envelope: second.sealed,
    }),
    ...list.map(([name, describes, input, error]) => ({ ...draft(`refuses-${name}`, describes, input), error })),
  ])
}
