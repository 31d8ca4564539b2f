/** Layouts of a session: bundles, prologues, blocks, what is stored. */
import { ByteWriter, concat } from '../../../main/core/bytes.ts'
import { keyTypes } from '../../../main/core/crypto/keyType.ts'
import { idBytes } from '../../../main/core/ids.ts'
import { blockSizeBytesMax, encodeBlock, splitBlock } from '../../../main/core/session/block.ts'
import type { PrekeyBundle } from '../../../main/core/session/bundle.ts'
import { openBundle } from '../../../main/core/session/bundle.ts'
import { decodeBundleSecrets, encodeBundleSecrets } from '../../../main/core/session/bundleSecrets.ts'
import {
  encodePrologue,
  initialMessageHash,
  peekInitial,
  splitInitial,
} from '../../../main/core/session/initialMessage.ts'
import { decodeSession, encodeSession } from '../../../main/core/session/sessionCodec.ts'
import { encodeX25519, suiteId } from '../../../main/core/session/suite.ts'
import { begun, bundleOf, crypto, ends, ownerOf, party, seeded, sign, startMs } from '../../support/sessions.ts'
import type { Target } from '../target.ts'
import { must, mustBeSameBytes, mustEqual } from '../target.ts'

const owner = party('owner')
const signatureSizeBytes = 64

/** The layout of PROTOCOL.md, "Prekey bundles", written a second time. */
function encodeBundle(bundle: PrekeyBundle): Uint8Array {
  const writer = new ByteWriter().u8(1).u16(suiteId).bytes(idBytes(bundle.prekeyId)).bytes(idBytes(bundle.device))
  writer.u64(bundle.expiresAtMs).bytes(encodeX25519(bundle.identityKey)).bytes(encodeX25519(bundle.signedPrekey))
  writer.bytes(encodeX25519(bundle.ratchetKey)).u8(bundle.oneTimePrekey === null ? 0 : 1)
  if (bundle.oneTimePrekey !== null) writer.bytes(encodeX25519(bundle.oneTimePrekey))
  return writer.u8(keyTypes.mlKem768).bytes(bundle.kemKey).done()
}

/** The first byte of an input says whether the rest is signed by the owner, whatever it holds, or stands as it is. */
function signedOrRaw(input: Uint8Array): Uint8Array {
  const rest = input.subarray(1)
  if (input[0] !== 1) return rest
  const body = rest.subarray(0, Math.max(0, rest.length - signatureSizeBytes))
  return concat(body, sign(owner)(body))
}

const bundle: Target = {
  name: 'bundle',
  what: 'openBundle, raw or signed anew; canonical: what is opened is written again as the same bytes',
  inputSizeBytesMax: 2_048,
  weight: 1,
  tokens: [],
  seeds: () => {
    const made = [bundleOf(party('owner')), bundleOf(party('owner'), false)]
    return made.flatMap(({ bundle: bytes }, signed) => [concat(Uint8Array.of(signed), bytes)])
  },
  run(input, clock) {
    const bytes = signedOrRaw(input)
    const opened = clock.time(() => openBundle(bytes, ownerOf(owner), startMs))
    if (!opened.ok) {
      const { error } = opened
      return [error.kind === 'malformed' ? `malformed ${error.error.kind}` : error.kind]
    }
    mustBeSameBytes(encodeBundle(opened.value), bytes.subarray(0, -signatureSizeBytes), 'one bundle, two encodings')
    return [opened.value.oneTimePrekey === null ? 'last resort' : 'one-time']
  },
}

const bundleSecrets: Target = {
  name: 'bundleSecrets',
  what: 'decodeBundleSecrets; canonical',
  inputSizeBytesMax: 512,
  weight: 1,
  tokens: [],
  seeds: () => [true, false].map((oneTime) => encodeBundleSecrets(bundleOf(party('owner'), oneTime).secrets)),
  run(input, clock) {
    const decoded = clock.time(() => decodeBundleSecrets(input))
    if (!decoded.ok) return [decoded.error.kind]
    mustBeSameBytes(encodeBundleSecrets(decoded.value), input, 'secrets of a bundle have two encodings')
    return ['decoded']
  },
}

const prologue: Target = {
  name: 'prologue',
  what: 'splitInitial, peekInitial and initialMessageHash, which agree; canonical',
  inputSizeBytesMax: 8_192,
  weight: 1,
  tokens: [],
  seeds: () => [begun().first.sealed, begun({ oneTime: false, first: '' }).first.sealed],
  run(input, clock) {
    const split = clock.time(() => splitInitial(input))
    const peeked = clock.time(() => peekInitial(input))
    const hash = clock.time(() => initialMessageHash(crypto, input))
    must(peeked.ok === split.ok && hash.ok === split.ok, 'one reads a prologue that another refuses')
    if (!split.ok) {
      const { error } = split
      return [error.kind === 'malformed' ? `malformed ${error.error.kind}` : error.kind]
    }
    const { prologue: read, prologueBytes, message } = split.value
    mustEqual(peeked.ok && peeked.value.prekeyId, read.prekeyId, 'a prologue names two prekeys')
    mustBeSameBytes(encodePrologue(read), prologueBytes, 'one prologue, two encodings')
    mustBeSameBytes(concat(Uint8Array.of(1), prologueBytes, message), input, 'an initial envelope is not its parts')
    return ['split']
  },
}

function offerAndAnswer(): readonly Uint8Array[] {
  const entropy = seeded('blocks')
  const { publicKey: kemKey } = crypto.mlKem768KeyPair(entropy.take(64))
  const kem = crypto.mlKem768Encapsulate(kemKey, entropy.take(32))
  if (kem === null) throw new Error('a fresh key is refused')
  const authenticator = entropy.take(32)
  return [
    encodeBlock({ kind: 'offer', epoch: 1, authenticator, kemKey }),
    encodeBlock({ kind: 'answer', epoch: 65_535, authenticator, cipherText: kem.cipherText }),
  ]
}

const block: Target = {
  name: 'block',
  what: 'splitBlock; canonical: block and content written one after the other are the same bytes',
  inputSizeBytesMax: blockSizeBytesMax + 256,
  weight: 1,
  tokens: [],
  seeds: () => [...offerAndAnswer(), Uint8Array.of(0), Uint8Array.of(0, 1, 2, 3)],
  run(input, clock) {
    const split = clock.time(() => splitBlock(input))
    if (!split.ok) return [split.error.kind]
    const { block: read, content } = split.value
    mustBeSameBytes(concat(encodeBlock(read), content), input, 'one block, two encodings')
    return [read.kind]
  },
}

/** Sessions in the states that they can be in: fresh, waiting for keys, in the middle of an exchange, an epoch later. */
function sessionSeeds(): readonly Uint8Array[] {
  const { anna, ben } = ends()
  const kept = [encodeSession(anna.session), encodeSession(ben.session)]
  for (let turn = 0; turn < 17; turn++) {
    const [from, to] = turn % 2 === 0 ? [ben, anna] : [anna, ben]
    if (turn === 5) for (let lost = 0; lost < 3; lost++) from.seal('lost')
    to.open(from.seal('said'))
    const kind = to.session.ratchet.epochs.exchange.kind
    if (kind !== 'idle') kept.push(encodeSession(to.session), encodeSession(from.session))
  }
  return kept.slice(0, 5)
}

const sessionState: Target = {
  name: 'sessionState',
  what: 'decodeSession; canonical',
  inputSizeBytesMax: 16_384,
  weight: 1,
  tokens: [],
  seeds: sessionSeeds,
  run(input, clock) {
    const decoded = clock.time(() => decodeSession(input))
    if (!decoded.ok) return [`${decoded.error.kind} ${'field' in decoded.error ? decoded.error.field : ''}`]
    mustBeSameBytes(encodeSession(decoded.value), input, 'one session, two encodings')
    return [decoded.value.ratchet.epochs.exchange.kind]
  },
}

export const sessionTargets: readonly Target[] = [bundle, bundleSecrets, prologue, block, sessionState]
