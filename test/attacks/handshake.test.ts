/** The rules by which sessions are begun, and begun anew. */
import { afterEach, describe, expect, it } from 'vitest'
import { createIdentity, encodeIdentityPayload, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import { sshsigNamespaces, sshsigVerify } from '../../main/core/identity/sshsig.ts'
import { durationsMs, protocolLimits } from '../../main/core/limits.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { accept, initiate } from '../../main/core/session/handshake.ts'
import { decodeSession, seal } from '../../main/core/session/session.ts'
import { checkHealed } from '../sim/checks.ts'
import type { Peer } from '../sim/peer.ts'
import { Chance } from '../sim/schedule.ts'
import { Scene } from '../sim/scene.ts'
import { acceptance, begun, bundleOf, crypto, ownerOf, party, startMs, value } from '../support/sessions.ts'
import { begunContact, prekeyOf } from './contact.ts'
import type { Parcel } from './machine.ts'
import { acquainted, connect, envelopesOf, epochMs, exchange, Machine } from './machine.ts'

const { day } = durationsMs
const { unansweredMessagesMax, unansweredDurationMsMax, unacknowledgedDurationMsMax } = protocolLimits

const asksForBundle = (parcels: readonly Parcel[]) => parcels.some(({ frame }) => frame.kind === 'bundleRequest')

describe('handshake', () => {
  it('handshake: a one-time prekey is deleted on use and serves nobody again', () => {
    const { host, guest, initial } = begunContact()
    const second = new Machine(13)
    const { link } = guest.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const prekey = prekeyOf(host)
    expect(host.disk.prekeys.has(prekey.prekey)).toBe(true)
    const { changes } = host.hear(guest.device, initial.bytes)
    const kinds = changes.map(({ kind }) => kind)
    for (const kind of ['removePrekey', 'putInitial', 'putSession', 'putInvite', 'putSeen']) expect(kinds).toContain(kind)
    expect(host.disk.prekeys.has(prekey.prekey)).toBe(false)
    // Of two who hold one link, and were both given its bundle, one has a contact and the other is told why not.
    const again = host.snapshot()
    const other = new Machine(14)
    const late = host.hear(other.device, initial.bytes)
    expect(late).toMatchObject({ changes: [], refusals: ['initialRefused'], answers: [{ reason: 'noSession' }] })
    expect(host.snapshot()).toEqual(again)
    second.command<'acceptInvite'>({ kind: 'acceptInvite', link })
    connect(second, guest)
    exchange([second, guest, host])
    expect([...second.disk.contacts.values()]).toMatchObject([{ state: 'active' }])
  })

  it('handshake: a session is begun anew after 1,000 messages or 7 days without a reply', () => {
    const byCount = acquainted()
    const { anna, ben } = byCount
    const before = anna.session(ben).id
    anna.run({ kind: 'peerDown', device: ben.device })
    for (let i = 0; i < unansweredMessagesMax + 5; i++) anna.say(ben, `m${i}`)
    anna.run({ kind: 'peerUp', device: ben.device, path: 'loopback', address: '/test' })
    // Nothing of Ben's is heard but his acknowledgments: they are no replies.
    let asked = -1
    for (let round = 0; round < 100 && asked < 0; round++) {
      const parcels = anna.take()
      if (asksForBundle(parcels)) asked = anna.session(ben).sentUnanswered
      for (const { bytes } of parcels) ben.hear(anna.device, bytes)
      for (const { frame, bytes } of ben.take()) if (frame.kind === 'ack') anna.hear(ben.device, bytes)
    }
    expect(asked).toBeGreaterThanOrEqual(unansweredMessagesMax)
    expect(asked).toBeLessThan(unansweredMessagesMax + 64)
    anna.tick(10_000)
    exchange([anna, ben])
    expect(anna.session(ben).id).not.toBe(before)
    expect(ben.session(anna).id).toBe(anna.session(ben).id)
    expect(ben.shown(anna)).toEqual(Array.from({ length: unansweredMessagesMax + 5 }, (_, i) => `m${i}`))

    const byTime = acquainted()
    byTime.anna.say(byTime.ben, 'unanswered')
    for (const { bytes } of byTime.anna.take()) byTime.ben.hear(byTime.anna.device, bytes)
    for (const { frame, bytes } of byTime.ben.take()) if (frame.kind === 'ack') byTime.anna.hear(byTime.ben.device, bytes)
    const first = byTime.anna.session(byTime.ben).id
    const sayAt = (afterMs: number, text: string) => {
      byTime.anna.nowMs = epochMs + afterMs
      byTime.anna.say(byTime.ben, text)
      byTime.anna.run({ kind: 'flush', device: byTime.ben.device })
      return byTime.anna.take()
    }
    const early = sayAt(unansweredDurationMsMax - 1, 'in time')
    expect(asksForBundle(early)).toBe(false)
    const late = sayAt(unansweredDurationMsMax, 'too late')
    expect(asksForBundle(late)).toBe(true)
    byTime.ben.nowMs = byTime.anna.nowMs
    for (const { bytes } of [...early, ...late]) byTime.ben.hear(byTime.anna.device, bytes)
    exchange([byTime.anna, byTime.ben])
    expect(byTime.anna.session(byTime.ben).id).not.toBe(first)
    expect(byTime.ben.shown(byTime.anna)).toEqual(['unanswered', 'in time', 'too late'])
  })

  it('handshake: nothing is sealed under a session that nobody acknowledged for 30 days', () => {
    const { host, guest } = begunContact()
    const stale = guest.session(host).id
    let sealed = envelopesOf(guest.take()).length
    expect(sealed).toBe(0)
    for (let passedMs = 0; passedMs < unacknowledgedDurationMsMax; passedMs += day) {
      guest.say(host, `day ${passedMs / day}`)
      sealed += envelopesOf(guest.take()).length
      guest.tick(day)
    }
    expect(guest.session(host).clock.elapsedMs).toBeGreaterThanOrEqual(unacknowledgedDurationMsMax - day)
    guest.take()
    const before = guest.session(host)
    guest.say(host, 'a month later')
    guest.run({ kind: 'flush', device: host.device })
    const parcels = guest.take()
    expect(guest.session(host)).toEqual(before)
    expect(asksForBundle(parcels)).toBe(true)
    const [waiting] = [...guest.disk.outbox.values()].toSorted((a, b) => b.order - a.order)
    expect(waiting).toMatchObject({ sealed: null })
    // The invite is gone by then; with a new one everything arrives, once and in order.
    host.nowMs = guest.nowMs
    const { link } = host.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    guest.command<'removeContact'>({ kind: 'removeContact', account: host.identity.account })
    guest.command<'acceptInvite'>({ kind: 'acceptInvite', link })
    guest.run({ kind: 'flush', device: host.device })
    exchange([host, guest])
    for (let i = 0; i < 40; i++) {
      guest.tick(10_000)
      exchange([host, guest])
    }
    expect(guest.session(host).id).not.toBe(stale)
    const texts = host.shown(guest)
    expect(texts.at(-1)).toBe('a month later')
    expect(texts).toEqual([...Array.from({ length: 30 }, (_, i) => `day ${i}`), 'a month later'])
  })

  it('handshake: another identity key is detected in an offer and in a first envelope, and nothing is sent', () => {
    for (const where of ['offer', 'first envelope'] as const) {
      const { anna, ben } = acquainted()
      const account = ben.identity.account
      anna.command<'setVerified'>({ kind: 'setVerified', account, verified: true })
      const pinned = anna.disk.contacts.get(account)?.descriptor
      // The same root and device, another identity key, and no memory of sessions.
      const secrets = new Uint8Array([...ben.identity.rootSeed, ...new Uint8Array(32).fill(6), ...ben.identity.deviceSeed])
      const changed = new Machine(2)
      changed.disk.write([
        ...ben.disk.contacts.values()].map((row) => ({ kind: 'putContact' as const, row })))
      changed.disk.write([...ben.disk.devices.values()].map((row) => ({ kind: 'putDevice' as const, row })))
      changed.disk.write([...ben.disk.conversations.values()].map((row) => ({ kind: 'putConversation' as const, row })))
      const self = encodeIdentitySecrets(createIdentity(crypto, secrets, epochMs))
      changed.disk.write([{ kind: 'putSelf', row: { secrets: self, name: 'M2', createdAtMs: epochMs } }])
      changed.restart()
      if (where === 'offer') {
        for (const key of anna.disk.sessions.keys()) anna.disk.sessions.delete(key)
        anna.restart()
        anna.run({ kind: 'peerUp', device: ben.device, path: 'loopback', address: '/test' })
        anna.say(ben, 'for the old key alone')
      } else connect(anna, changed)
      if (where === 'first envelope') changed.say(anna, 'it is me')
      anna.disk.outbox.size
      exchange([anna, changed], ({ frame }) => frame.kind !== 'envelope' || where === 'first envelope')
      expect(anna.disk.contacts.get(account)).toMatchObject({ state: 'keyChanged', verifiedAtMs: null })
      expect(anna.disk.contacts.get(account)?.descriptor).toEqual(pinned)
      expect(anna.shown(ben)).not.toContain('it is me')
      const sent = envelopesOf(anna.take())
      expect(sent).toEqual([])
      anna.say(ben, 'waits')
      anna.tick(60_000)
      anna.run({ kind: 'flush', device: ben.device })
      expect(anna.take()).toEqual([])
    }
  })

  it('handshake: the same code serves online and offline', () => {
    // A bundle fetched this moment, and one that lay in a stash for weeks; one-time and last resort.
    for (const oneTime of [true, false]) {
      for (const days of [0, 29]) {
        const anna = party('anna')
        const ben = party('ben')
        const made = bundleOf(ben, oneTime)
        const bundle = value(openBundle(made.bundle, ownerOf(ben), startMs))
        const local = { identitySecret: anna.identitySecret, identityPayload: anna.descriptor }
        const nowMs = startMs + days * day
        const psk = new Uint8Array(32)
        const remoteDescriptor = ben.descriptor
        const { session } = value(
          initiate({ crypto, entropy: anna.entropy, nowMs, local, bundle, remoteDescriptor, psk, generation: 1 }),
        )
        const first = value(seal(crypto, session, new Uint8Array(9), new Uint8Array(1), anna.entropy, nowMs))
        const from = { ...begun(), anna, ben, made, bundle, psk, session, first }
        const taken = accept({ ...acceptance(from), associatedData: new Uint8Array(1), nowMs: nowMs + 20 * day })
        expect(value(taken).session.id).toBe(session.id)
        expect(value(taken).plaintext).toEqual(new Uint8Array(9))
      }
    }
    // Through the engine: the host was away, and hears days later, as another process, what was sealed for it.
    const { host, guest, initial } = begunContact()
    guest.say(host, 'are you there')
    guest.say(host, 'or not')
    const kept = [initial.bytes, ...envelopesOf(guest.take())]
    host.nowMs = epochMs + 6 * day
    host.restart()
    for (const bytes of kept.toReversed()) expect(host.hear(guest.device, bytes).refusals).toEqual([])
    expect(host.shown(guest)).toEqual(['are you there', 'or not'])
    expect(host.sessionRows(guest)).toHaveLength(1)
    expect(host.session(guest).id).toBe(guest.session(host).id)
  })
})
