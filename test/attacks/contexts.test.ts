/** Attacks that change something, or show it where it does not belong. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../main/core/bytes.ts'
import { verifyIdentityPayload, encodeIdentityPayload } from '../../main/core/identity/account.ts'
import { verifyCertificate } from '../../main/core/identity/certificate.ts'
import { verifyDescriptor } from '../../main/core/identity/descriptor.ts'
import { decodeInviteLink, encodeInvite } from '../../main/core/identity/invite.ts'
import { sshsigNamespaces, sshsigSign, sshsigVerify } from '../../main/core/identity/sshsig.ts'
import { toBase64Url } from '../../main/core/bytes.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { decodeSession, encodeSession, open } from '../../main/core/session/session.ts'
import { suiteId } from '../../main/core/session/suite.ts'
import type { Frame } from '../../main/core/wire/frame.ts'
import { encodeFrame } from '../../main/core/wire/frame.ts'
import { crypto, errorOf, value } from '../support/sessions.ts'
import { begunContact, bundleAt, initialAt, inviteIn, offered, prekeyOf, signedAgain } from './contact.ts'
import type { Machine } from './machine.ts'
import { acquainted, connect, envelopesOf, exchange, Machine as Device, meet } from './machine.ts'
import { envelope, Turned } from './turned.ts'

function changed(bytes: Uint8Array, at: number, to: number | readonly number[]): Uint8Array {
  const copy = bytes.slice()
  copy.set(typeof to === 'number' ? [to] : to, at)
  return copy
}

function flipped(bytes: Uint8Array, at: number, bit: number): Uint8Array {
  return changed(bytes, at, (bytes[at] as number) ^ (1 << bit))
}

/** Nothing is taken, kept, acknowledged or shown; what was heard of it. */
function expectNothing(at: Machine, from: Machine, bytes: Uint8Array) {
  const heard = at.tryHear(from.device, bytes)
  expect(heard.changes).toEqual([])
  expect(heard.acked).toEqual([])
  expect(heard.notices).toEqual([])
  return heard
}

describe('versions', () => {
  it('case 11: version 0 or 255, or a capability stripped, is refused and never weaker', () => {
    const { host, guest, initial } = begunContact()
    const before = host.snapshot()
    const id = new Uint8Array(16)
    const frames: readonly Frame[] = [
      initial.frame,
      { kind: 'goodbye', reason: 'closing' },
      { kind: 'bundleRequest', requestId: id, purpose: { kind: 'renew' } },
    ]
    for (const version of [0, 2, 255]) {
      for (const frame of frames) {
        const heard = expectNothing(host, guest, changed(encodeFrame(frame), 0, version))
        expect(heard).toMatchObject({ refusals: ['frameMalformed'], disconnected: true })
      }
    }
    const { bytes } = initial
    for (const version of [0, 1, 3, 255]) {
      const heard = expectNothing(host, guest, changed(bytes, initialAt.version, version))
      expect(heard).toMatchObject({ refusals: ['initialRefused'], answers: [{ kind: 'reject', reason: 'noSession' }] })
    }
    for (const suite of [0, 2, 0xffff]) {
      expectNothing(host, guest, changed(bytes, initialAt.suite, [suite >> 8, suite & 0xff]))
    }
    // Without its prologue, and as another kind.
    for (const kind of [0, 2, 3, 255]) expectNothing(host, guest, changed(bytes, initialAt.kind, kind))
    expect(host.snapshot()).toEqual(before)

    // A bundle of another version or suite, well signed and promised: what is newer is called so, nothing is begun.
    for (const got of [0, 2, 255]) {
      for (const at of [bundleAt.version, bundleAt.suite + 1]) {
        const other = offered((bundle, maker) => signedAgain(maker, bundle, (edited) => edited.set([got], at)))
        expect(other.heard.refusals).toEqual(['bundleRefused'])
        const [contact] = other.guest.disk.contacts.values()
        const pendingProblem = got > 1 ? 'peerTooNew' : 'identityMismatch'
        expect(contact).toMatchObject({ state: 'pending', pendingProblem })
        expect(other.guest.disk.sessions.size + other.guest.take().length).toBe(0)
      }
    }
    // The one-time prekey is taken out on the way: the signature does not fit.
    const strip = (bundle: Uint8Array) =>
      concat(changed(bundle.subarray(0, 159), bundleAt.oneTime, 0), bundle.subarray(bundleAt.kemKey - 1))
    const stripped = offered(strip)
    expect(stripped.heard.refusals).toEqual(['bundleRefused'])
    expect(stripped.guest.disk.sessions.size).toBe(0)

    const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const invite = inviteIn(link)
    const linkOf = (payload: Uint8Array) => `waxwing:invite/${toBase64Url(payload)}`
    for (const suite of [0, 2, 0xffff]) {
      const newer = linkOf(encodeInvite(crypto, { ...invite, suite }))
      expect(errorOf(decodeInviteLink(crypto, newer))).toEqual({ kind: 'unknownSuite', got: suite })
    }
    for (const version of [0, 2, 255]) {
      const body = changed(encodeInvite(crypto, invite).subarray(0, -4), 0, version)
      const newer = linkOf(concat(body, crypto.sha256(body).subarray(0, 4)))
      expect(errorOf(decodeInviteLink(crypto, newer))).toEqual({ kind: 'unknownVersion', got: version })
      const payload = changed(encodeIdentityPayload(host.identity), 0, version)
      expect(verifyIdentityPayload(crypto, payload, host.identity.deviceKey).ok).toBe(false)
      expect(verifyDescriptor(crypto, changed(host.identity.descriptor, 0, version)).ok).toBe(false)
      expect(verifyCertificate(crypto, changed(host.identity.certificate, 0, version), host.identity).ok).toBe(false)
    }
    const stored = encodeSession(guest.session(host))
    for (const version of [0, 1, 255]) expect(decodeSession(changed(stored, 0, version)).ok).toBe(false)
    expect(decodeSession(changed(stored, 1, [0, 2])).ok).toBe(false)

    // After all of it the session that comes about is the one that there is.
    host.hear(guest.device, bytes)
    exchange([host, guest])
    connect(host, guest)
    exchange([host, guest])
    for (const session of [host.session(guest), guest.session(host)]) {
      expect(session.suite).toBe(suiteId)
      expect(session.ratchet.epochs.newest.rootKey).toHaveLength(32)
    }
  })
})

describe('changes on the way', () => {
  it('case 12: any bit of header, sender, time or type flipped is refused', () => {
    const { anna, ben } = acquainted()
    const cleo = new Device(3)
    meet(anna, cleo)
    exchange([anna, ben, cleo])
    ben.say(anna, 'as it is')
    const [bytes] = envelopesOf(ben.take())
    if (bytes === undefined) throw new Error('no envelope')
    const before = anna.snapshot()
    for (let at = 0; at < bytes.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const heard = expectNothing(anna, ben, flipped(bytes, at, bit))
        expect(heard.refusals).toHaveLength(1)
      }
    }
    // Another sender: a contact, a stranger, and any bit of the two devices for whom it was sealed.
    for (const other of [cleo, new Device(4)]) expectNothing(anna, other, bytes)
    const turned = new Turned(ben, anna)
    const session = anna.session(ben)
    const nowMs = anna.nowMs
    const isOpen = (context: Uint8Array) => open(crypto, session, bytes.subarray(2), context, nowMs).ok
    expect(isOpen(turned.context)).toBe(true)
    for (let at = 0; at < turned.context.length; at++) {
      for (let bit = 0; bit < 8; bit++) expect(isOpen(flipped(turned.context, at, bit))).toBe(false)
    }
    expect(anna.snapshot()).toEqual(before)
    expect(anna.hear(ben.device, bytes).refusals).toEqual([])
    expect(anna.shown(ben)).toEqual(['as it is'])
  })

  it('case 12: any bit of a first envelope flipped is refused, and its invite stays open', () => {
    const { host, guest, initial } = begunContact()
    const before = host.snapshot()
    const { bytes } = initial
    for (let at = 0; at < bytes.length; at++) {
      // Inside the ciphertext and the sealed introduction one byte is like the next.
      const isBulk = at > initialAt.cipherText + 8 && at < bytes.length - 350
      const bits = isBulk
        ? at % 5 === 0
          ? [at % 8]
          : []
        : at < initialAt.cipherText + 8
          ? [0, 1, 2, 3, 4, 5, 6, 7]
          : [at % 8]
      for (const bit of bits) {
        const heard = expectNothing(host, guest, flipped(bytes, at, bit))
        expect(heard.refusals).toHaveLength(1)
      }
    }
    expect(host.snapshot()).toEqual(before)
    host.hear(guest.device, bytes)
    expect([...host.disk.invites.values()]).toMatchObject([{ state: 'used', usedBy: guest.identity.account }])
  })
})

describe('other contexts', () => {
  it('case 13: a valid blob of one context offered in another is rejected', () => {
    const { anna, ben } = acquainted()
    const cleo = new Device(3)
    meet(anna, cleo)
    meet(ben, cleo)
    exchange([anna, ben, cleo])
    const { rootSeed, rootKey, deviceSeed, deviceKey, device, identityKey, certificate, descriptor } = ben.identity

    // Signatures: each is good in the one namespace for which it was made.
    const message = new Uint8Array(75).fill(7)
    for (const made of Object.values(sshsigNamespaces)) {
      const signature = sshsigSign(crypto, rootSeed, made, message)
      for (const checked of Object.values(sshsigNamespaces)) {
        expect(sshsigVerify(crypto, rootKey, checked, message, signature)).toBe(made === checked)
      }
    }
    const owner = {
      device,
      identityKey,
      verify: (body: Uint8Array, signature: Uint8Array) =>
        sshsigVerify(crypto, rootKey, sshsigNamespaces.prekey, body, signature),
    }
    ben.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const { bundle } = prekeyOf(ben)
    expect(openBundle(bundle, owner, 0).ok).toBe(true)
    const body = certificate.subarray(0, 75)
    const under = (
      namespace: (typeof sshsigNamespaces)[keyof typeof sshsigNamespaces],
      bytes: Uint8Array,
      seed: Uint8Array = rootSeed,
    ) => sshsigSign(crypto, seed, namespace, bytes)
    const keys = { rootKey, deviceKey }
    const { device: deviceSpace, deviceRoot, prekey, descriptor: descriptorSpace, card } = sshsigNamespaces
    for (const namespace of [deviceSpace, deviceRoot, descriptorSpace, card]) {
      const wrong = concat(bundle.subarray(0, -64), under(namespace, bundle.subarray(0, -64)))
      expect(errorOf(openBundle(wrong, owner, 0))).toEqual({ kind: 'badSignature' })
      const descriptorBody = descriptor.subarray(0, 67)
      const space = namespace === descriptorSpace ? prekey : namespace
      expect(errorOf(verifyDescriptor(crypto, concat(descriptorBody, under(space, descriptorBody))))).toEqual({
        kind: 'badSignature',
      })
    }
    const [byRoot, byDevice] = [certificate.subarray(75, 139), certificate.subarray(139)]
    for (const signatures of [
      [byDevice, byRoot],
      [under(prekey, body), byDevice],
      [under(deviceRoot, body), byDevice],
      [byRoot, under(deviceSpace, body, deviceSeed)],
    ]) {
      expect(verifyCertificate(crypto, concat(body, ...signatures), keys).ok).toBe(false)
    }
    // Whole blobs: a bundle as a certificate, a descriptor or a payload, and each of them as a bundle.
    const payload = encodeIdentityPayload(ben.identity)
    for (const blob of [bundle, descriptor, certificate, payload]) {
      if (blob !== bundle) expect(openBundle(blob, owner, 0).ok).toBe(false)
      if (blob !== certificate) expect(verifyCertificate(crypto, blob, keys).ok).toBe(false)
      if (blob !== descriptor) expect(verifyDescriptor(crypto, blob).ok).toBe(false)
      if (blob !== payload) expect(verifyIdentityPayload(crypto, blob, deviceKey).ok).toBe(false)
    }

    // Envelopes: of another session, for another device, from another device, back to who sealed it.
    const [before, beforeBen] = [anna.snapshot(), ben.snapshot()]
    const forAnna = new Turned(ben, anna)
    const sealed = envelope(forAnna.seal(forAnna.text(1)))
    const forCleo = new Turned(ben, cleo)
    expectNothing(anna, ben, envelope(forCleo.seal(forCleo.text(1))))
    expectNothing(cleo, ben, sealed)
    expectNothing(anna, cleo, sealed)
    expectNothing(ben, anna, sealed)
    const elsewhere = new Turned(ben, anna)
    elsewhere.session = { ...elsewhere.session, transcript: forCleo.session.transcript }
    expectNothing(anna, ben, envelope(elsewhere.seal(elsewhere.text(1))))
    // An ordinary one as the first of a session, with the prologue that once made it; and the other way round.
    const { host, guest, initial } = begunContact()
    const { prologue } = guest.session(host)
    if (prologue === null) throw new Error('no prologue')
    host.hear(guest.device, initial.bytes)
    const parcels = host.take()
    const repeated = new Turned(guest, host)
    const again = repeated.seal(repeated.text(1))
    const hostBefore = host.snapshot()
    expectNothing(host, guest, envelope(concat(Uint8Array.of(2), again.subarray(1 + prologue.length))))
    for (const { bytes } of parcels) guest.hear(host.device, bytes)
    const answered = new Turned(guest, host)
    const ordinary = answered.seal(answered.text(1))
    expect(ordinary[0]).toBe(2)
    expectNothing(host, guest, envelope(concat(Uint8Array.of(1), prologue, ordinary.subarray(1))))
    expect(host.snapshot()).toEqual(hostBefore)
    expect([anna.snapshot(), ben.snapshot()]).toEqual([before, beforeBen])
    expect(value(open(crypto, host.session(guest), ordinary, answered.context, host.nowMs)).plaintext).toEqual(
      expect.any(Uint8Array),
    )
  })
})
