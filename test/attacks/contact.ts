/** First contact in a test's hands: what an invite's maker answers, and what its guest says first. */
import { expect } from 'vitest'
import { ByteWriter } from '../../main/core/bytes.ts'
import { encodeIdentityPayload } from '../../main/core/identity/account.ts'
import type { Invite } from '../../main/core/identity/invite.ts'
import { decodeInviteLink, encodeInviteLink } from '../../main/core/identity/invite.ts'
import { sshsigNamespaces, sshsigSign } from '../../main/core/identity/sshsig.ts'
import type { PrekeyRow } from '../../main/core/ports.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { crypto, value } from '../support/sessions.ts'
import type { Heard, Parcel } from './machine.ts'
import { connect, exchange, Machine } from './machine.ts'

/** Where the parts of a bundle with a one-time prekey stand (PROTOCOL.md, "Prekey bundles"). */
export const bundleAt = {
  version: 0,
  suite: 1,
  prekeyId: 3,
  device: 19,
  identityKey: 60,
  signedPrekey: 93,
  ratchetKey: 126,
  oneTime: 158,
  oneTimePrekey: 160,
  kemKey: 193,
  signature: 1_377,
} as const

/** Where the parts of an initial envelope's frame stand (PROTOCOL.md, "Handshake"). */
export const initialAt = { kind: 2, version: 3, suite: 4, prekeyId: 6, ephemeralKey: 23, cipherText: 56 } as const

/** Signed anew by `signer`'s root, after `edit` has changed it. */
export function signedAgain(signer: Machine, bundle: Uint8Array, edit: (bytes: Uint8Array) => void): Uint8Array {
  const edited = bundle.slice()
  edit(edited)
  const body = edited.subarray(0, -64)
  edited.set(sshsigSign(crypto, signer.identity.rootSeed, sshsigNamespaces.prekey, body), body.length)
  return edited
}

export function prekeyOf(machine: Machine): PrekeyRow {
  const row = [...machine.disk.prekeys.values()].find(({ invite }) => invite !== null)
  if (row === undefined) throw new Error('no prekey')
  return row
}

export function inviteIn(link: string): Invite {
  return value(decodeInviteLink(crypto, link))
}

/** What an invite's maker answers in a bundle reply: a bundle and who made it. */
export function offerOf(bundle: Uint8Array, payload: Uint8Array): Uint8Array {
  return new ByteWriter().prefixed(bundle).prefixed(payload).done()
}

/**
 * A guest accepts an invite of a hostile host, which promises the bundle that `forge` makes of the host's own,
 * and hears it. `payloadOf` is the identity that the host gives with it, `secret` another one for the invite.
 */
export function offered(
  forge: (bundle: Uint8Array, host: Machine) => Uint8Array,
  payloadOf: (host: Machine) => Uint8Array = (host) => encodeIdentityPayload(host.identity),
  secret: Uint8Array | null = null,
): { readonly host: Machine; readonly guest: Machine; readonly heard: Heard } {
  const host = new Machine(21)
  const guest = new Machine(22)
  const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  const bundle = forge(prekeyOf(host).bundle, host)
  const invite = inviteIn(link)
  const bundleHash = crypto.sha256(bundle)
  const forged = encodeInviteLink(crypto, { ...invite, bundleHash, secret: secret ?? invite.secret })
  guest.command<'acceptInvite'>({ kind: 'acceptInvite', link: forged })
  connect(host, guest)
  const [asked] = guest.take()
  if (asked?.frame.kind !== 'bundleRequest') throw new Error('nothing was asked for')
  const { requestId } = asked.frame
  const status = { kind: 'ok', bundle: offerOf(bundle, payloadOf(host)) } as const
  const heard = guest.hear(host.device, encodeFrame({ kind: 'bundleReply', requestId, status }))
  return { host, guest, heard }
}

/** The guest has refused what it was offered: it has begun nothing and says nothing. */
export function expectRefused({ guest, heard }: ReturnType<typeof offered>): void {
  expect(heard.refusals).toEqual(['bundleRefused'])
  expect(heard.changes.map(({ kind }) => kind)).toEqual(['putContact'])
  expect([...guest.disk.contacts.values()]).toMatchObject([{ state: 'pending', pendingProblem: 'identityMismatch' }])
  expect(guest.disk.sessions.size).toBe(0)
  expect(guest.take()).toEqual([])
}

/** A guest that has sealed its first envelope, which its host has not heard yet. */
export function begunContact(): { readonly host: Machine; readonly guest: Machine; readonly initial: Parcel } {
  const host = new Machine(11)
  const guest = new Machine(12)
  const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
  guest.command<'acceptInvite'>({ kind: 'acceptInvite', link })
  connect(host, guest)
  let initial: Parcel | undefined
  exchange([host, guest], (parcel) => {
    if (parcel.frame.kind === 'envelope') initial ??= parcel
    return parcel.frame.kind !== 'envelope'
  })
  if (initial === undefined) throw new Error('no first envelope')
  return { host, guest, initial }
}
