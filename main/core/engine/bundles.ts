/** Bundles: given to those who may have them, and sessions begun with those that were asked for. */
import { ByteWriter, decode, equalBytes, toHex } from '../bytes.ts'
import type { DecodeError } from '../bytes.ts'
import { assert } from '../assert.ts'
import type { PublicIdentity } from '../identity/account.ts'
import { encodeIdentityPayload, verifyIdentityPayload } from '../identity/account.ts'
import { decodeInvite } from '../identity/invite.ts'
import type { Invite } from '../identity/invite.ts'
import { implementationLimits, protocolLimits } from '../limits.ts'
import type { DeviceId } from '../ids.ts'
import type { ContactRow, InviteRow, PendingProblem } from '../ports.ts'
import type { Result } from '../result.ts'
import { openBundle } from '../session/bundle.ts'
import type { BundleError } from '../session/bundle.ts'
import { noPsk } from '../session/handshake.ts'
import type { BundlePurpose, BundleStatus } from '../wire/frame.ts'
import { begin } from './begin.ts'
import { deviceKeyOf } from './compose.ts'
import { changeKey } from './contacts.ts'
import { certify, establish } from './establish.ts'
import { hasElapsed, withinHour } from './flow.ts'
import { bundleProof } from './keys.ts'
import { contactOf } from './people.ts'
import { makeBundle, ownerOf } from './prekeys.ts'
import { mayOnceMore } from './quota.ts'
import { beginFromStash } from './stash.ts'
import type { Turn } from './turn.ts'

const limits = implementationLimits

// ── The offer: a bundle and who made it ──────────────────────────────────────────────────────

interface Offer {
  readonly bundle: Uint8Array
  readonly identityPayload: Uint8Array
}

function encodeOffer(turn: Turn, bundle: Uint8Array): Uint8Array {
  return new ByteWriter().prefixed(bundle).prefixed(encodeIdentityPayload(turn.state.identity)).done()
}

function decodeOffer(bytes: Uint8Array): Result<Offer, DecodeError> {
  return decode(bytes, (reader) => ({
    bundle: reader.prefixed('bundle', protocolLimits.bundleReplySizeBytesMax),
    identityPayload: reader.prefixed('identity payload', protocolLimits.identityPayloadSizeBytesMax),
  }))
}

// ── Giving ───────────────────────────────────────────────────────────────────────────────────

/** Who proves nothing is told so, a bounded number of times an hour whoever they say they are; then nothing at all. */
function statusOfUnproved(turn: Turn): BundleStatus | null {
  return mayOnceMore(turn, 'unproved', limits.unprovedAnswersPerHourMax) ? { kind: 'unknown' } : null
}

function statusForInvite(
  turn: Turn,
  device: DeviceId,
  purpose: Extract<BundlePurpose, { kind: 'invite' }>,
): BundleStatus | null {
  const row = turn.state.invite(purpose.inviteId)
  if (row === null) return statusOfUnproved(turn)
  const invite = decodeInvite(turn.crypto, row.payload)
  assert(invite.ok, 'a stored invite does not decode')
  const wanted = bundleProof(turn.crypto, invite.value.secret, row.invite, device, turn.state.identity.device)
  // Who cannot prove the secret learns nothing, not even that the invite exists.
  if (!equalBytes(wanted, purpose.proof)) return statusOfUnproved(turn)
  // Whoever has the link may have shown it to everybody: other invites must not suffer from it.
  if (!mayOnceMore(turn, `fetches of ${row.invite}`, limits.inviteFetchesPerHourMax)) return { kind: 'busy' }
  return inviteStatus(turn, row)
}

/** What whoever holds the invite is told of it: its bundle, or why there is none. */
export function inviteStatus(turn: Turn, row: InviteRow): BundleStatus {
  if (row.state === 'used') return { kind: 'used' }
  if (row.state === 'withdrawn') return { kind: 'withdrawn' }
  if (turn.nowMs >= row.expiresAtMs) return { kind: 'expired' }
  const prekey = turn.state.prekey(row.prekey)
  return prekey === null ? { kind: 'used' } : { kind: 'ok', bundle: encodeOffer(turn, prekey.bundle) }
}

/** A bundle for a contact's renewal: the same one until it is used or old. */
function statusForRenewal(turn: Turn, device: DeviceId): BundleStatus | null {
  if (contactOf(turn.state, device)?.state !== 'active') return statusOfUnproved(turn)
  const { renewal } = turn.state.flow(device)
  if (renewal !== null && turn.nowMs < renewal.expiresAtMs) {
    return { kind: 'ok', bundle: encodeOffer(turn, renewal.bundle) }
  }
  const expiresAtMs = turn.nowMs + limits.renewalLifetimeMs
  const made = makeBundle(turn, { purpose: 'renewal', invite: null, device, expiresAtMs })
  // Answered as if it ended sooner, so that what is handed out is still good when it comes back.
  turn.setFlow(device, { renewal: { ...made, expiresAtMs: expiresAtMs - limits.renewalLifetimeMs / 2 } })
  return { kind: 'ok', bundle: encodeOffer(turn, made.bundle) }
}

/** Whether this device may be given one more answer this hour; counts it. */
function countFetch(turn: Turn, device: DeviceId): boolean {
  const fetchesMs = withinHour(turn.state.flow(device).fetchesMs, turn.nowMs, limits.bundleFetchesPerHourMax)
  if (fetchesMs.length >= limits.bundleFetchesPerHourMax) return false
  turn.setFlow(device, { fetchesMs: [...fetchesMs, turn.nowMs] })
  return true
}

export function onBundleRequest(turn: Turn, device: DeviceId, requestId: Uint8Array, purpose: BundlePurpose): void {
  const reply = (status: BundleStatus): void =>
    turn.emit({ kind: 'send', device, frame: { kind: 'bundleReply', requestId, status }, order: null })
  if (contactOf(turn.state, device)?.state === 'blocked') return turn.refuse(device, 'notAContact')
  if (!countFetch(turn, device)) {
    turn.refuse(device, 'tooOften')
    return reply({ kind: 'busy' })
  }
  const status = purpose.kind === 'invite' ? statusForInvite(turn, device, purpose) : statusForRenewal(turn, device)
  return status === null ? turn.refuse(device, 'tooOften') : reply(status)
}

// ── Taking ───────────────────────────────────────────────────────────────────────────────────

export const problemOf = {
  unknown: 'inviteUnknown',
  used: 'inviteUsed',
  expired: 'inviteExpired',
  withdrawn: 'inviteWithdrawn',
} as const satisfies Record<string, PendingProblem>

export function fail(turn: Turn, device: DeviceId, contact: ContactRow, problem: PendingProblem): void {
  turn.refuse(device, 'bundleRefused')
  if (contact.state !== 'pending' || contact.pendingProblem === problem) return
  turn.putContact({ ...contact, pendingProblem: problem })
  turn.notice({ kind: 'warning', warning: { kind: 'inviteFailed', account: contact.account, problem } })
}

function inviteOf(turn: Turn, contact: ContactRow): Invite | null {
  if (contact.state !== 'pending' || contact.acceptedInvite === null) return null
  const invite = decodeInvite(turn.crypto, contact.acceptedInvite)
  assert(invite.ok, 'a stored invite does not decode')
  return invite.value
}

function isNewer(error: BundleError): boolean {
  return (error.kind === 'unknownSuite' || error.kind === 'unknownVersion') && error.got > error.known
}

/** Who made the offer: the account of the contact, on this device, and nobody else. */
function makerOf(turn: Turn, device: DeviceId, contact: ContactRow, offer: Offer): PublicIdentity | null {
  const maker = verifyIdentityPayload(turn.crypto, offer.identityPayload, deviceKeyOf(device))
  return maker.ok && maker.value.account === contact.account ? maker.value : null
}

/** Begins a session with the maker of an offer. */
export function beginSession(turn: Turn, device: DeviceId, contact: ContactRow, bytes: Uint8Array): void {
  const offer = decodeOffer(bytes)
  if (!offer.ok) return fail(turn, device, contact, 'identityMismatch')
  const maker = makerOf(turn, device, contact, offer.value)
  if (maker === null) return fail(turn, device, contact, 'identityMismatch')
  const invite = inviteOf(turn, contact)
  if (invite !== null && !equalBytes(turn.crypto.sha256(offer.value.bundle), invite.bundleHash)) {
    return fail(turn, device, contact, 'identityMismatch')
  }
  if (invite === null && !equalBytes(contact.descriptor, maker.descriptor)) return changeKey(turn, maker)
  // Fetched this moment: its maker, by its own clock, says whether it is still good. Ours may be years off.
  const bundle = openBundle(offer.value.bundle, ownerOf(turn, device, maker), 0)
  if (!bundle.ok) return fail(turn, device, contact, isNewer(bundle.error) ? 'peerTooNew' : 'identityMismatch')
  const { descriptor } = maker
  const begun = begin(turn, device, { bundle: bundle.value, descriptor, psk: invite?.secret ?? noPsk })
  if (!begun) return fail(turn, device, contact, 'identityMismatch')
  if (contact.state === 'pending') {
    establish(turn, maker, contact, contact.acceptedInvite)
    // With nothing else to say the peer would not learn of the session: introduce ourselves anew.
    turn.setFlow(device, { told: null })
  }
  certify(turn, maker)
  turn.emit({ kind: 'peersChanged' })
}

export function onBundleReply(turn: Turn, device: DeviceId, requestId: Uint8Array, status: BundleStatus): void {
  const contact = contactOf(turn.state, device)
  const { ask } = turn.state.flow(device)
  if (contact === null || ask === null || ask.requestId !== toHex(requestId)) return
  if (contact.state !== 'pending' && contact.state !== 'active') return
  if (status.kind === 'busy') {
    // Too busy now: what is kept must do, or the request is repeated when its time comes.
    if (ask.purpose === 'renew') beginFromStash(turn, device, contact)
    return
  }
  const answersNow = (ask.purpose === 'invite') === (contact.state === 'pending' && contact.acceptedInvite !== null)
  turn.setFlow(device, { ask: null })
  if (!answersNow || hasElapsed(ask.askedAtMs, limits.renewalLifetimeMs, turn.nowMs)) return
  if (status.kind === 'ok') return beginSession(turn, device, contact, status.bundle)
  turn.setFlow(device, { renewedAtMs: turn.nowMs })
  fail(turn, device, contact, ask.purpose === 'invite' ? problemOf[status.kind] : 'identityMismatch')
}
