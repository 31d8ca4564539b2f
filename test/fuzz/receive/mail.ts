/** What the hostile write: contents, first messages, offers of bundles. Zeros on the tape make them honest. */
import { ByteWriter, concat, utf8 } from '../../../main/core/bytes.ts'
import type { LocalIdentity } from '../../../main/core/identity/account.ts'
import { createIdentity, encodeIdentityPayload } from '../../../main/core/identity/account.ts'
import { encodeDescriptor } from '../../../main/core/identity/descriptor.ts'
import { sshsigNamespaces, sshsigSign } from '../../../main/core/identity/sshsig.ts'
import type { ConversationId, DeviceId, EventId } from '../../../main/core/ids.ts'
import { idBytes } from '../../../main/core/ids.ts'
import { protocolLimits } from '../../../main/core/limits.ts'
import type { Entropy } from '../../../main/core/entropy.ts'
import { createBundle, openBundle } from '../../../main/core/session/bundle.ts'
import type { PrekeyBundle } from '../../../main/core/session/bundle.ts'
import { initiate } from '../../../main/core/session/handshake.ts'
import type { Session } from '../../../main/core/session/session.ts'
import { crypto, value } from '../../support/sessions.ts'
import { field, varintField } from '../protobuf.ts'
import type { Tape } from '../tape.ts'
import { patched } from '../tape.ts'
import { lowOrderKeys } from '../tokens.ts'
import type { Person } from './person.ts'

// ── Contents ─────────────────────────────────────────────────────────────────────────────────

export interface Facts {
  readonly conversation: ConversationId
  readonly sequence: number
  readonly nowMs: number
  /** Events that the writer may name. */
  readonly known: readonly EventId[]
  /** A bundle of the writer's. */
  readonly bundle: (tape: Tape) => Uint8Array
}

const textSizeBytesMax = protocolLimits.messageTextSizeBytesMax + 64

/** A text of the tape's, repeated so often as it says. */
function repeated(tape: Tape): Uint8Array {
  const part = tape.chunk()
  const often = part.length === 0 ? 0 : Math.min(1 + tape.u16(), Math.ceil(textSizeBytesMax / part.length))
  const text = new Uint8Array(part.length * often)
  for (let i = 0; i < often; i++) text.set(part, i * part.length)
  return text
}

function eventIn(tape: Tape, facts: Facts): Uint8Array {
  const { known } = facts
  const event = known[tape.u8() % Math.max(1, known.length)]
  return event === undefined || tape.below(8) === 7 ? tape.chunk() : idBytes(event)
}

interface Body {
  /** A field of the event. */
  readonly bytes: Uint8Array
  /** Whether an honest writer gives it no number. */
  readonly isAside: boolean
}

function bodyOf(tape: Tape, facts: Facts): Body {
  const several = (make: () => Uint8Array, max: number) => Array.from({ length: tape.below(max) }, make)
  const aside = (bytes: Uint8Array): Body => ({ bytes, isAside: true })
  switch (tape.below(7)) {
    case 0:
      return { bytes: field(11, field(1, concat(utf8('said'), repeated(tape)))), isAside: false }
    case 1:
      return aside(
        field(12, concat(varintField(1, tape.number(1, 9)), ...several(() => field(2, eventIn(tape, facts)), 64))),
      )
    case 2:
      return aside(field(13, concat(field(1, repeated(tape)), ...several(() => field(2, tape.chunk()), 12))))
    case 3:
      return aside(
        field(10, concat(field(1, tape.chunk()), ...several(() => field(2, tape.chunk()), 12), field(3, tape.chunk()))),
      )
    case 4:
      return aside(field(14, concat(...Array.from({ length: 1 + tape.below(5) }, () => field(1, facts.bundle(tape))))))
    case 5:
      return { bytes: field(10 + tape.below(200), tape.chunk()), isAside: false }
    default:
      return { bytes: tape.chunk(), isAside: false }
  }
}

/** The plaintext of an envelope. */
export function contentFrom(tape: Tape, facts: Facts): Uint8Array {
  const mask = tape.u8()
  if ((mask & 128) !== 0) return tape.longChunk()
  const conversation = (mask & 1) !== 0 ? tape.chunk() : idBytes(facts.conversation)
  const body = bodyOf(tape, facts)
  const honest = body.isAside ? 0 : facts.sequence
  const sequence = (mask & 2) !== 0 ? tape.number(honest, Number.MAX_SAFE_INTEGER) : honest
  const timeMs = (mask & 4) !== 0 ? tape.number(facts.nowMs, protocolLimits.timeMsMax) : facts.nowMs
  const counter = (mask & 8) !== 0 ? tape.number(0, 0xffffffff) : 0
  const heads = (mask & 16) !== 0 ? Array.from({ length: tape.below(20) }, () => field(6, eventIn(tape, facts))) : []
  const id = new Uint8Array(16).fill(tape.u8())
  const content = field(
    1,
    concat(
      field(1, id),
      field(2, conversation),
      varintField(3, sequence),
      varintField(4, timeMs),
      varintField(5, counter),
      ...heads,
      body.bytes,
    ),
  )
  return (mask & 32) !== 0 ? patched(content, tape) : content
}

// ── Who somebody says to be ──────────────────────────────────────────────────────────────────

/** The same account and device with another identity key, well signed. */
export function withOtherKey(identity: LocalIdentity, fill: number): LocalIdentity {
  const secrets = concat(identity.rootSeed, new Uint8Array(32).fill(fill), identity.deviceSeed)
  return createIdentity(crypto, secrets, identity.createdAtMs)
}

/** A payload with a key of low order, well signed. */
function weakPayload(identity: LocalIdentity, tape: Tape): Uint8Array {
  const bytes = encodeDescriptor({ rootKey: identity.rootKey, identityKey: tape.pick(lowOrderKeys) })
  const descriptor = concat(bytes, sshsigSign(crypto, identity.rootSeed, sshsigNamespaces.descriptor, bytes))
  return encodeIdentityPayload({ descriptor, certificate: identity.certificate })
}

function payloadFrom(tape: Tape, own: LocalIdentity, others: readonly LocalIdentity[]): Uint8Array {
  switch (tape.below(6)) {
    case 0:
      return encodeIdentityPayload(own)
    case 1:
      return encodeIdentityPayload(withOtherKey(own, 1 + tape.below(4)))
    case 2:
      return encodeIdentityPayload(tape.pick([own, ...others]))
    case 3:
      return weakPayload(own, tape)
    case 4:
      return encodeIdentityPayload({ descriptor: own.descriptor, certificate: tape.pick([own, ...others]).certificate })
    default:
      return patched(encodeIdentityPayload(own), tape)
  }
}

// ── First messages ───────────────────────────────────────────────────────────────────────────

export interface Beginning {
  readonly initiator: Person
  readonly responder: Person
  readonly others: readonly LocalIdentity[]
  /** As the responder published it. */
  readonly bundle: Uint8Array
  readonly psk: Uint8Array
  readonly entropy: Entropy
}

function ownerOf(person: Person) {
  const { device, identityKey } = person.identity
  return { device, identityKey, verify: () => true }
}

/** A session with the responder, begun with what the tape says; null when its own side refuses. */
export function beginFrom(tape: Tape, from: Beginning): Session | null {
  const { initiator, responder, others, entropy } = from
  const mask = tape.u8()
  const own = (mask & 1) !== 0 ? withOtherKey(initiator.identity, 9) : initiator.identity
  const opened: PrekeyBundle = value(openBundle(from.bundle, ownerOf(responder), 0))
  const begun = initiate({
    crypto,
    entropy,
    nowMs: initiator.nowMs,
    local: { identitySecret: own.identitySecret, identityPayload: payloadFrom(tape, own, others) },
    bundle: opened,
    remoteDescriptor: (mask & 2) !== 0 ? own.descriptor : responder.identity.descriptor,
    psk: (mask & 4) !== 0 ? new Uint8Array(32) : from.psk,
    generation: (mask & 8) !== 0 ? tape.number(1, 0xffffffff) : 2,
  })
  return begun.ok ? begun.value.session : null
}

// ── Offers ───────────────────────────────────────────────────────────────────────────────────

const x25519FieldsAt = 1 + 2 + 16 + 32 + 8
const signatureSizeBytes = 64

/** A bundle, its fields as the tape says, and signed as if that were right. */
export function bundleFrom(
  tape: Tape,
  identity: LocalIdentity,
  device: DeviceId,
  entropy: Entropy,
  expiresAtMs: number,
): Uint8Array {
  const sign = (bytes: Uint8Array) => sshsigSign(crypto, identity.rootSeed, sshsigNamespaces.prekey, bytes)
  const mask = tape.u8()
  const wanted = { device, identityKey: identity.identityKey, expiresAtMs, oneTime: (mask & 1) === 0, sign }
  const { bundle } = createBundle(crypto, entropy, wanted)
  let body = bundle.slice(0, -signatureSizeBytes)
  // The identity key, the signed prekey, the ratchet key, the one-time prekey: each a type byte and 32 bytes.
  if ((mask & 2) !== 0) body.set(tape.pick(lowOrderKeys), x25519FieldsAt + 33 * tape.below(4) + 1)
  if ((mask & 4) !== 0) body.fill(0xff, body.length - 1 - tape.u8())
  if ((mask & 8) !== 0) body = new Uint8Array(patched(body, tape))
  return concat(body, (mask & 16) !== 0 ? new Uint8Array(signatureSizeBytes) : sign(body))
}

/** What an ok reply carries. */
export function offerFrom(
  tape: Tape,
  bundle: Uint8Array,
  own: LocalIdentity,
  others: readonly LocalIdentity[],
): Uint8Array {
  const payload = payloadFrom(tape, own, others)
  const offer = new ByteWriter().prefixed(bundle).prefixed(payload).done()
  const whole = tape.below(4) === 3 ? patched(offer, tape) : offer
  return whole.subarray(0, protocolLimits.bundleReplySizeBytesMax)
}
