/**
 * Sessions as the engine uses them: seal, open, store, renew. One suite stands behind this interface
 * today; its id is in every session, bundle and initial message. PROTOCOL.md, "Session (triple ratchet)".
 */
import { concat, equalBytes } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import type { Entropy } from '../entropy.ts'
import { durationsMs, protocolLimits } from '../limits.ts'
import type { Result } from '../result.ts'
import { err, ok } from '../result.ts'
import { classifyEnvelope, envelopeKinds, splitInitial } from './initialMessage.ts'
import type { Ratchet, RatchetError } from './ratchet.ts'
import { canSeal, openMessage, sealMessage } from './ratchet.ts'
import type { Session, SessionClock } from './sessionState.ts'
import type { LayoutError } from './suite.ts'
import { suiteId } from './suite.ts'

export type { Session } from './sessionState.ts'
export { decodeSession, encodeSession } from './sessionCodec.ts'
export { classifyEnvelope, initialMessageHash, peekInitial } from './initialMessage.ts'

export type SealError =
  | { readonly kind: 'tooLong'; readonly field: 'content'; readonly got: number; readonly max: number }
  /** The chain's counter is at its end: begin a new session. */
  | { readonly kind: 'exhausted' }
  /** Its prologue has not been answered for `unacknowledgedDurationMsMax`: begin a new session. */
  | { readonly kind: 'stale'; readonly ageMs: number; readonly maxMs: number }
  /** A responder's session in which nothing has been opened yet. */
  | { readonly kind: 'notReady' }

export type OpenError =
  | RatchetError
  | LayoutError
  /** The first byte names no kind of envelope. */
  | { readonly kind: 'unknownKind'; readonly got: number }
  /** An initial envelope, but not of the handshake that made this session. */
  | { readonly kind: 'otherHandshake' }

/** A session whose handshake has just been done. */
export function newSession(
  made: Pick<Session, 'id' | 'transcript' | 'generation' | 'prologue' | 'prologueHash'> & { readonly ratchet: Ratchet },
  nowMs: number,
): Session {
  return {
    suite: suiteId,
    ...made,
    clock: { lastNowMs: nowMs, elapsedMs: 0 },
    createdAtMs: nowMs,
    sentUnanswered: 0,
    unansweredSinceMs: null,
    lastReceivedAtMs: null,
  }
}

function advance(clock: SessionClock, nowMs: number): SessionClock {
  const passedMs = Math.min(Math.max(0, nowMs - clock.lastNowMs), durationsMs.day)
  return { lastNowMs: nowMs, elapsedMs: clock.elapsedMs + passedMs }
}

/** The kind is authenticated too: a prologue can be neither taken off nor put on. */
function boundData(kind: number, session: Session, associatedData: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(kind), session.transcript, associatedData)
}

/**
 * Pads and seals one plaintext of at most `contentSizeBytesMax` bytes. Takes 48 to 144 bytes of entropy.
 * The session that comes back must be stored before `sealed` leaves, and the one given never be used again.
 */
export function seal(
  crypto: Crypto,
  session: Session,
  plaintext: Uint8Array,
  associatedData: Uint8Array,
  entropy: Entropy,
  nowMs: number,
): Result<{ readonly session: Session; readonly sealed: Uint8Array }, SealError> {
  const max = protocolLimits.contentSizeBytesMax
  if (plaintext.length > max) return err({ kind: 'tooLong', field: 'content', got: plaintext.length, max })
  if (!canSeal(session.ratchet)) return err({ kind: 'notReady' })
  if ((session.ratchet.send?.n ?? 0) >= protocolLimits.turnMessagesMax) return err({ kind: 'exhausted' })
  const { prologue } = session
  const clock = advance(session.clock, nowMs)
  const maxMs = protocolLimits.unacknowledgedDurationMsMax
  if (prologue !== null && clock.elapsedMs >= maxMs) return err({ kind: 'stale', ageMs: clock.elapsedMs, maxMs })
  const kind = prologue === null ? envelopeKinds.ordinary : envelopeKinds.initial
  const bound = boundData(kind, session, associatedData)
  const { ratchet, message } = sealMessage(crypto, session.ratchet, plaintext, bound, entropy, clock.elapsedMs)
  const front = Uint8Array.of(kind)
  return ok({
    sealed: prologue === null ? concat(front, message) : concat(front, prologue, message),
    session: {
      ...session,
      ratchet,
      clock,
      sentUnanswered: session.sentUnanswered + 1,
      unansweredSinceMs: session.unansweredSinceMs ?? nowMs,
    },
  })
}

/** The ratchet's message in an envelope, if the envelope can be of this session. */
function messageOf(
  crypto: Crypto,
  session: Session,
  sealed: Uint8Array,
): Result<{ readonly kind: number; readonly message: Uint8Array }, OpenError> {
  const kind = classifyEnvelope(sealed)
  if (kind === null) return err({ kind: 'unknownKind', got: sealed[0] ?? -1 })
  if (kind === 'ordinary') return ok({ kind: envelopeKinds.ordinary, message: sealed.subarray(1) })
  if (session.prologueHash === null) return err({ kind: 'otherHandshake' })
  const split = splitInitial(sealed)
  if (!split.ok) return split
  const { prologueBytes, message } = split.value
  if (!equalBytes(crypto.sha256(prologueBytes), session.prologueHash)) return err({ kind: 'otherHandshake' })
  return ok({ kind: envelopeKinds.initial, message })
}

/**
 * Opens one envelope of either kind. The session that comes back must be stored together with what the
 * plaintext caused; on an error the session given is as it was and stays in use. Opening takes no entropy.
 */
export function open(
  crypto: Crypto,
  session: Session,
  sealed: Uint8Array,
  associatedData: Uint8Array,
  nowMs: number,
): Result<{ readonly session: Session; readonly plaintext: Uint8Array }, OpenError> {
  const envelope = messageOf(crypto, session, sealed)
  if (!envelope.ok) return envelope
  const { kind, message } = envelope.value
  const clock = advance(session.clock, nowMs)
  const bound = boundData(kind, session, associatedData)
  const opened = openMessage(crypto, session.ratchet, message, bound, clock.elapsedMs)
  if (!opened.ok) return opened
  const { ratchet, content } = opened.value
  // Only a new turn of the peer's shows that it has seen a key of ours: what is late answers nothing.
  const isAnswer = ratchet.remoteKey !== session.ratchet.remoteKey
  return ok({
    plaintext: content,
    session: {
      ...session,
      prologue: null,
      ratchet,
      clock,
      sentUnanswered: isAnswer ? 0 : session.sentUnanswered,
      unansweredSinceMs: isAnswer ? null : session.unansweredSinceMs,
      lastReceivedAtMs: nowMs,
    },
  })
}

/**
 * Whether `session` is to be sealed under rather than `other`, whichever of them opened something last: the
 * higher generation; of two that were begun at once the one of the smaller device. Both sides decide alike, so
 * that they come to use one session; the other still opens what is on its way. Of two of one generation that one
 * side began, having forgotten the first, neither outranks the other: the one that came later is taken.
 */
export function outranks(session: Session, other: Session, isSmallerDevice: boolean): boolean {
  if (session.generation !== other.generation) return session.generation > other.generation
  const begunHere = session.ratchet.epochs.isInitiator
  if (begunHere === other.ratchet.epochs.isInitiator) return false
  return begunHere === isSmallerDevice
}

/**
 * Whether a new handshake is due: too much has been sent, or for too long, without an answer, so that
 * the keys have not been renewed by the other side (Sesame rev 2, section 6); or the epochs are used up.
 */
export function needsRenewal(session: Session, nowMs: number): boolean {
  if (session.ratchet.epochs.newest.number >= protocolLimits.pqEpochMax) return true
  if (session.sentUnanswered >= protocolLimits.unansweredMessagesMax) return true
  const { unansweredSinceMs } = session
  return unansweredSinceMs !== null && nowMs - unansweredSinceMs >= protocolLimits.unansweredDurationMsMax
}
