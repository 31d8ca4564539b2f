/** The rules by which sessions are begun, and begun anew. */
import { describe, expect, it } from 'vitest'
import { createIdentity, encodeIdentitySecrets } from '../../main/core/identity/account.ts'
import { durationsMs, protocolLimits } from '../../main/core/limits.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { accept, initiate } from '../../main/core/session/handshake.ts'
import { seal } from '../../main/core/session/session.ts'
import { acceptance, begun, bundleOf, crypto, ownerOf, party, startMs, value } from '../support/sessions.ts'
import { begunContact, prekeyOf } from './contact.ts'
import type { Parcel } from './machine.ts'
import { acquainted, connect, envelopesOf, epochMs, exchange, Machine } from './machine.ts'

const { day } = durationsMs
const { unansweredMessagesMax, unansweredDurationMsMax, unacknowledgedDurationMsMax } = protocolLimits

const asksForBundle = (parcels: readonly Parcel[]) => parcels.some(({ frame }) => frame.kind === 'bundleRequest')

type Pair = ReturnType<typeof acquainted>

/** Two who have met, and said all that they say of themselves. */
function quiet(): Pair {
  const pair = acquainted()
  pair.anna.say(pair.ben, 'a turn')
  exchange([pair.anna, pair.ben])
  pair.ben.say(pair.anna, 'and one back')
  exchange([pair.anna, pair.ben])
  return pair
}

describe('handshake', () => {
  it('handshake: a one-time prekey is deleted on use and serves nobody again', () => {
    const { host, guest, initial } = begunContact()
    const second = new Machine(13)
    const { link } = guest.command<'createInvite'>({ kind: 'createInvite', lifetimeMs: null })
    const prekey = prekeyOf(host)
    expect(host.disk.prekeys.has(prekey.prekey)).toBe(true)
    const { changes } = host.hear(guest.device, initial.bytes)
    const kinds = changes.map(({ kind }) => kind)
    for (const kind of ['removePrekey', 'putInitial', 'putSession', 'putInvite', 'putSeen'])
      expect(kinds).toContain(kind)
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
    /** Carries what Anna says; of Ben only the acknowledgments, which are no replies. What Anna sent. */
    const carry = ({ anna, ben }: Pair): readonly Parcel[] => {
      const parcels = anna.take()
      for (const { bytes } of parcels) ben.hear(anna.device, bytes)
      for (const { frame, bytes } of ben.take()) if (frame.kind === 'ack') anna.hear(ben.device, bytes)
      return parcels
    }
    /** Everything is carried, and both have one new session. */
    const expectRenewed = (pair: Pair, before: string, texts: readonly string[]) => {
      const { anna, ben } = pair
      for (let i = 0; i < 3; i++) {
        anna.tick(10_000)
        ben.tick(10_000)
        exchange([anna, ben])
      }
      expect(anna.session(ben).id).not.toBe(before)
      // Ben hears of it with the next message.
      anna.say(ben, 'renewed')
      exchange([anna, ben])
      expect(ben.session(anna).id).toBe(anna.session(ben).id)
      expect(ben.shown(anna)).toEqual(['a turn', 'and one back', ...texts, 'renewed'])
      expect(anna.disk.outbox.size).toBe(0)
    }
    const numbered = (count: number) => Array.from({ length: count }, (_, i) => `m${i}`)

    // One after the other, each acknowledged before the next.
    const slow = quiet()
    const first = slow.anna.session(slow.ben)
    const left = unansweredMessagesMax - first.sentUnanswered
    for (const [at, text] of numbered(left + 5).entries()) {
      slow.anna.say(slow.ben, text)
      const asked = asksForBundle(carry(slow))
      if (at < left - 1) expect([at, asked]).toEqual([at, false])
      if (at === left - 1) expect([at, asked]).toEqual([at, true])
    }
    expectRenewed(slow, first.id, numbered(left + 5))

    // All at once, after an absence.
    const fast = quiet()
    const old = fast.anna.session(fast.ben).id
    fast.anna.run({ kind: 'peerDown', device: fast.ben.device })
    for (const text of numbered(unansweredMessagesMax + 5)) fast.anna.say(fast.ben, text)
    fast.anna.run({ kind: 'peerUp', device: fast.ben.device, path: 'loopback', address: '/test' })
    let sealed = -1
    for (let round = 0; round < 100 && sealed < 0; round++) {
      if (asksForBundle(carry(fast))) sealed = fast.anna.session(fast.ben).sentUnanswered
    }
    expect(sealed).toBeGreaterThanOrEqual(unansweredMessagesMax)
    expect(sealed).toBeLessThan(unansweredMessagesMax + 64)
    expectRenewed(fast, old, numbered(unansweredMessagesMax + 5))

    // And by time alone.
    const seldom = quiet()
    const { anna, ben } = seldom
    const begunAs = anna.session(ben).id
    const since = anna.session(ben).unansweredSinceMs ?? anna.nowMs
    for (const [atMs, text, asks] of [
      [0, 'unanswered', false],
      [unansweredDurationMsMax - 1, 'in time', false],
      [unansweredDurationMsMax, 'too late', true],
    ] as const) {
      anna.nowMs = since + atMs
      ben.nowMs = anna.nowMs
      anna.say(ben, text)
      expect([text, asksForBundle(carry(seldom))]).toEqual([text, asks])
    }
    expectRenewed(seldom, begunAs, ['unanswered', 'in time', 'too late'])
  })

  it('handshake: nothing is sealed under a session that nobody acknowledged for 30 days', () => {
    const { host, guest } = begunContact()
    const stale = guest.session(host).id
    let sealed = 0
    for (let passedMs = 0; passedMs < unacknowledgedDurationMsMax; passedMs += day) {
      guest.say(host, `day ${passedMs / day}`)
      sealed += envelopesOf(guest.take()).length
      guest.tick(day)
    }
    expect(sealed).toBeGreaterThanOrEqual(30)
    guest.take()
    const before = guest.session(host)
    guest.say(host, 'a month later')
    guest.tick(10_000)
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
      const secrets = new Uint8Array([
        ...ben.identity.rootSeed,
        ...new Uint8Array(32).fill(6),
        ...ben.identity.deviceSeed,
      ])
      const changed = new Machine(2)
      changed.disk.write([...ben.disk.contacts.values()].map((row) => ({ kind: 'putContact' as const, row })))
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
