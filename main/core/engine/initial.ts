/** The first envelope of a session: who is it, may they, and with which of our prekeys was it made. */
import { decodeInvite } from '../identity/invite.ts'
import { assert } from '../assert.ts'
import type { IdentityPayloadError, PublicIdentity } from '../identity/account.ts'
import { verifyIdentityPayload } from '../identity/account.ts'
import { implementationLimits } from '../limits.ts'
import type { DeviceId, EnvelopeId } from '../ids.ts'
import type { InviteRow, PrekeyRow } from '../ports.ts'
import type { Session } from '../session/session.ts'
import { initialMessageHash, peekInitial } from '../session/session.ts'
import { accept, noPsk } from '../session/handshake.ts'
import { decodeBundleSecrets, isLastResort } from '../session/bundleSecrets.ts'
import { markStored, rejectEnvelope } from './answers.ts'
import { deviceKeyOf } from './compose.ts'
import { takeContent } from './content.ts'
import { changeKey } from './contacts.ts'
import { withinHour } from './flow.ts'
import { certify, establish, queueHello } from './establish.ts'
import { sealContext } from './keys.ts'
import { contactCount, contactOf, ensureConversation } from './people.ts'
import { mayOnceMore } from './quota.ts'
import { keepSession } from './sessions.ts'
import { forgetStash } from './stash.ts'
import type { Turn } from './turn.ts'
import { equalBytes } from '../bytes.ts'

/** The prekey that the envelope names, if it may still be used by this device; with the invite it was made for. */
function usablePrekey(
  turn: Turn,
  device: DeviceId,
  sealed: Uint8Array,
): { readonly prekey: PrekeyRow; readonly invite: InviteRow | null; readonly hash: string } | null {
  const peeked = peekInitial(sealed)
  const hash = initialMessageHash(turn.crypto, sealed)
  if (!peeked.ok || !hash.ok) return null
  const prekey = turn.state.prekey(peeked.value.prekeyId)
  if (prekey === null || turn.nowMs >= prekey.expiresAtMs || turn.state.hasInitial(hash.value)) return null
  if (prekey.invite === null) {
    const mayRenew = prekey.device === device && contactOf(turn.state, device)?.state === 'active'
    return mayRenew ? { prekey, invite: null, hash: hash.value } : null
  }
  const invite = turn.state.invite(prekey.invite)
  return invite?.state === 'open' ? { prekey, invite, hash: hash.value } : null
}

function pskOf(turn: Turn, invite: InviteRow | null): Uint8Array {
  if (invite === null) return noPsk
  const decoded = decodeInvite(turn.crypto, invite.payload)
  assert(decoded.ok, 'a stored invite does not decode')
  return decoded.value.secret
}

interface Opened {
  readonly session: Session
  readonly plaintext: Uint8Array
  readonly identity: PublicIdentity
  /** The prekey outlives its use. */
  readonly lastResort: boolean
}

function openInitial(
  turn: Turn,
  device: DeviceId,
  sealed: Uint8Array,
  prekey: PrekeyRow,
  psk: Uint8Array,
): Opened | null {
  const secrets = decodeBundleSecrets(prekey.secrets)
  assert(secrets.ok, 'stored prekey secrets do not decode')
  let identity: PublicIdentity | null = null
  const accepted = accept<IdentityPayloadError>({
    crypto: turn.crypto,
    nowMs: turn.nowMs,
    secrets: secrets.value,
    local: {
      identitySecret: turn.state.identity.identitySecret,
      descriptor: turn.state.identity.descriptor,
    },
    message: sealed,
    associatedData: sealContext(device, turn.state.identity.device),
    psk,
    verifyIdentity: (payload) => {
      const verified = verifyIdentityPayload(turn.crypto, payload, deviceKeyOf(device))
      if (verified.ok) identity = verified.value
      return verified
    },
  })
  // The callback ran if the handshake held; the compiler cannot see that.
  const verified = identity as PublicIdentity | null
  if (!accepted.ok || verified === null) return null
  const { session, plaintext } = accepted.value
  return { session, plaintext, identity: verified, lastResort: isLastResort(secrets.value) }
}

/** Why this account may not become or be a contact now; null when it may. */
function refusalOf(
  turn: Turn,
  identity: PublicIdentity,
  isInvite: boolean,
): 'notAContact' | 'busy' | 'keyChanged' | null {
  if (identity.account === turn.state.identity.account) return 'notAContact'
  // A device cannot change its account, even by its own word.
  const owner = turn.state.device(identity.device)?.account
  if (owner !== undefined && owner !== identity.account) return 'notAContact'
  const known = turn.state.contact(identity.account)
  if (known?.state === 'blocked') return 'notAContact'
  if (known?.state === 'keyChanged') return 'busy'
  if (known?.state === 'active' && !equalBytes(known.descriptor, identity.descriptor)) return 'keyChanged'
  if (known === null && contactCount(turn.state) >= implementationLimits.contactsMax) return 'busy'
  return known === null && !isInvite ? 'notAContact' : null
}

function completeInvite(turn: Turn, invite: InviteRow, opened: Opened): void {
  const { identity } = opened
  // Who comes by a new invite has parted from us: what we had of each other is over.
  if (turn.state.contact(identity.account) !== null) forgetStash(turn, identity.device)
  establish(turn, identity, turn.state.contact(identity.account), null)
  certify(turn, identity)
  const conversation = ensureConversation(turn, identity.account)
  turn.put({ kind: 'putInvite', row: { ...invite, state: 'used', usedBy: identity.account } })
  turn.noticeInvite(invite.invite)
  queueHello(turn, identity.device, conversation)
  turn.emit({ kind: 'peersChanged' })
}

/** Takes an initial envelope that no session opened: everything it causes is in this one step. */
export function acceptInitial(turn: Turn, device: DeviceId, sealed: Uint8Array, envelope: EnvelopeId): void {
  const { bundleFetchesPerHourMax, inviteInitialsPerHourMax } = implementationLimits
  const lately = withinHour(turn.state.flow(device).initialsMs, turn.nowMs, bundleFetchesPerHourMax)
  if (lately.length >= bundleFetchesPerHourMax) return turn.refuse(device, 'tooOften')
  const usable = usablePrekey(turn, device, sealed)
  if (usable === null) {
    turn.refuse(device, 'initialRefused')
    return rejectEnvelope(turn, device, envelope, 'noSession')
  }
  const { prekey, invite, hash } = usable
  if (invite !== null && !mayOnceMore(turn, `initials of ${invite.invite}`, inviteInitialsPerHourMax)) {
    return turn.refuse(device, 'tooOften')
  }
  const opened = openInitial(turn, device, sealed, prekey, pskOf(turn, invite))
  turn.setFlow(device, { initialsMs: [...lately, turn.nowMs] })
  if (opened === null) {
    turn.refuse(device, 'initialRefused')
    return rejectEnvelope(turn, device, envelope, 'undecryptable')
  }
  const refusal = refusalOf(turn, opened.identity, invite !== null)
  if (refusal !== null) {
    turn.refuse(device, 'initialRefused')
    if (refusal === 'keyChanged') changeKey(turn, opened.identity)
    return rejectEnvelope(turn, device, envelope, refusal === 'notAContact' ? 'notAContact' : 'busy')
  }
  if (invite !== null) completeInvite(turn, invite, opened)
  if (!opened.lastResort) turn.put({ kind: 'removePrekey', prekey: prekey.prekey })
  turn.put({ kind: 'putInitial', hash, device, untilMs: prekey.expiresAtMs })
  turn.setFlow(device, { renewal: null, ask: null, stashLookedAtMs: null })
  keepSession(turn, device, opened.session)
  takeContent(turn, device, opened.identity.account, opened.plaintext)
  markStored(turn, device, envelope)
  turn.follow({ kind: 'introduce', device })
  turn.follow({ kind: 'flush', device })
}
