/** All kinds of scenarios, and the errors that each can end in: the compiler keeps the lists complete. */
import type { DecodeError } from '../../../main/core/bytes.ts'
import type { CardError } from '../../../main/core/identity/card.ts'
import type { VerificationOutcome } from '../../../main/core/identity/safetyNumber.ts'
import type { SshsigError } from '../../../main/core/identity/sshsig.ts'
import type { BundleError } from '../../../main/core/session/bundle.ts'
import type { BadKey } from '../../../main/core/session/handshake.ts'
import { bundleScenarios } from './bundle.ts'
import { engineScenarios } from './engine.ts'
import { handshakeScenarios } from './handshake.ts'
import { identityScenarios } from './identity.ts'
import { mailScenarios } from './mail.ts'
import { mailboxScenarios } from './mailbox.ts'
import { nearbyScenarios } from './nearby.ts'
import type { Runnable } from './scenario.ts'
import { sessionScenarios } from './session.ts'
import { wireScenarios } from './wire.ts'

const all = {
  ...identityScenarios,
  ...wireScenarios,
  ...bundleScenarios,
  ...handshakeScenarios,
  ...sessionScenarios,
  ...engineScenarios,
  ...mailScenarios,
  ...mailboxScenarios,
  ...nearbyScenarios,
}

export const scenarios: Readonly<Record<string, Runnable<unknown>>> = all

type ErrorOf<Name extends keyof typeof all> = (typeof all)[Name] extends Runnable<infer Problem> ? Problem : never
/** What is wrong with one bundle is shown by bundles alone, not once more by a stash. */
type Shown<Name extends keyof typeof all> = Name extends 'stash' ? Exclude<ErrorOf<Name>, BundleError> : ErrorOf<Name>
type KindOf<Problem> = Problem extends { readonly kind: infer Kind extends string } ? Kind : never

/** Every kind of error, by scenario: each stands in at least one vector. */
export const errorKinds = {
  descriptor: { malformed: true, badSignature: true, weakKey: true },
  certificate: {
    malformed: true,
    otherAccount: true,
    otherDevice: true,
    sameKey: true,
    badRootSignature: true,
    badDeviceSignature: true,
  },
  identityPayload: { malformed: true, descriptor: true, certificate: true },
  sshsig: {
    tooLong: true,
    notArmoured: true,
    malformed: true,
    unknownVersion: true,
    unsupported: true,
    wrongNamespace: true,
    badSignature: true,
  },
  sshKey: { tooLong: true, notAKeyLine: true, otherAlgorithm: true, malformed: true },
  fingerprint: {},
  safetyNumber: {},
  verificationCode: { mismatch: true, malformed: true },
  card: {
    tooLong: true,
    notACard: true,
    badLine: true,
    contradiction: true,
    badSignatureFile: true,
    otherSigner: true,
    badSignature: true,
  },
  invite: {
    notALink: true,
    tooLong: true,
    incomplete: true,
    unknownVersion: true,
    unknownSuite: true,
    malformed: true,
  },
  frame: { frameTooLarge: true, unknownVersion: true, unknownType: true, malformed: true },
  content: {
    truncated: true,
    badVarint: true,
    badTag: true,
    badWireType: true,
    badValue: true,
    tooLong: true,
    tooMany: true,
    tooShort: true,
    badText: true,
    kindCount: true,
  },
  padding: { badPadding: true },
  paddingClasses: {},
  frameClasses: {},
  bundle: {
    malformed: true,
    unknownVersion: true,
    unknownSuite: true,
    badSignature: true,
    wrongDevice: true,
    wrongIdentityKey: true,
    repeatedKey: true,
    expired: true,
  },
  stash: { repeated: true },
  handshake: {},
  initiate: { badKey: true },
  accept: {
    badKey: true,
    malformed: true,
    unknownVersion: true,
    unknownSuite: true,
    wrongPrekey: true,
    undecryptable: true,
    identityRefused: true,
    badFirstMessage: true,
  },
  session: {
    tooLong: true,
    exhausted: true,
    stale: true,
    notReady: true,
    malformed: true,
    noHeaderKey: true,
    badHeader: true,
    noMessageKey: true,
    gapTooLarge: true,
    badRatchetKey: true,
    badPadding: true,
    badCommitment: true,
    badTag: true,
    unknownEpoch: true,
    unexpectedBlock: true,
    badAuthenticator: true,
    badKemKey: true,
    badBlock: true,
    unknownVersion: true,
    unknownSuite: true,
    unknownKind: true,
    otherHandshake: true,
  },
  rank: {},
  bundleProof: {},
  lanKey: {},
  conversation: {},
  mailItem: { notOpened: true },
  mailSlot: {},
  whereabouts: { malformed: true, badSignature: true },
  inviteRecord: { malformed: true },
  mailboxRequest: { malformed: true },
  mailboxAnswer: { malformed: true },
  nearbyAnnouncement: { notOurs: true, badVersion: true, malformed: true },
  nearbyMessage: { malformed: true },
  nearbyDigits: { protocol: true },
  event: {},
  envelope: {},
} as const satisfies { readonly [Name in keyof typeof all]: Readonly<Record<KindOf<Shown<Name>>, true>> }

type Malformed = Extract<VerificationOutcome, { kind: 'malformed' }>['reason']
type Mismatch = Extract<VerificationOutcome, { kind: 'mismatch' }>['which']

/** What errors say beside their kind: each value stands in at least one vector, in a field of this name. */
export const errorDetails = {
  /** Of any layout, wherever an error carries it as its cause. */
  kind: {
    truncated: true,
    trailing: true,
    tooLong: true,
    tooShort: true,
    badVersion: true,
    badValue: true,
    badText: true,
  } satisfies Record<DecodeError['kind'], true>,
  key: {
    identityKey: true,
    signedPrekey: true,
    oneTimePrekey: true,
    ratchetKey: true,
    kemKey: true,
    ephemeralKey: true,
  } satisfies Record<BadKey['key'], true>,
  reason: {
    notACode: true,
    tooLong: true,
    incomplete: true,
    unknownVersion: true,
    ownCode: true,
  } satisfies Record<Malformed, true>,
  which: { theirs: true, ours: true, both: true } satisfies Record<Mismatch, true>,
  field: {
    key: true,
    hash: true,
    reserved: true,
    signature: true,
    fingerprint: true,
    descriptor: true,
  } satisfies Record<
    Extract<SshsigError, { kind: 'unsupported' }>['field'] | Extract<CardError, { kind: 'contradiction' }>['field'],
    true
  >,
  verdict: { wrongNamespace: true, badSignature: true } satisfies Record<
    Extract<CardError, { kind: 'badSignature' }>['verdict'],
    true
  >,
} as const
