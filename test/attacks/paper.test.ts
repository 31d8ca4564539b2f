/** The attacks of Cheval, Jacomme and Richards on ratchets (IEEE S&P 2026). */
import { describe, expect, it } from 'vitest'
import { ByteWriter, concat } from '../../main/core/bytes.ts'
import { accept } from '../../main/core/session/handshake.ts'
import { open, peekInitial } from '../../main/core/session/session.ts'
import { decodeBundleSecrets } from '../../main/core/session/bundleSecrets.ts'
import {
  acceptance,
  begun,
  bundleOf,
  crypto,
  errorOf,
  ownerOf,
  party,
  sign,
  startMs,
  value,
} from '../support/sessions.ts'
import { openBundle } from '../../main/core/session/bundle.ts'
import { begunContact, bundleAt, expectRefused, offered, prekeyOf, signedAgain } from './contact.ts'
import { counting } from './counting.ts'
import type { Machine } from './machine.ts'
import { acquainted, connect, envelopesOf, exchange } from './machine.ts'
import type { Forgery } from './turned.ts'
import { envelope, Turned } from './turned.ts'

const someKey = crypto.x25519PublicKey(new Uint8Array(32).fill(8))
const header = (type: number, key: Uint8Array, previousCount = 0, n = 0) =>
  new ByteWriter().u8(type).bytes(key).u32(previousCount).u32(n).u16(0).done()

/** Headers that only a peer can write, and for which no chain is there: with why they are refused. */
const withoutChain: readonly (readonly [Forgery, string])[] = [
  [{ header: { previousCount: 1 } }, 'badHeader'],
  [{ header: { previousCount: 1_000 } }, 'badHeader'],
  [{ header: { previousCount: 0xffffffff, n: 5 } }, 'badHeader'],
  // Without a ratchet key of its kind, or with one that is none.
  [{ headerBytes: new Uint8Array(43) }, 'malformed'],
  [{ headerBytes: header(0, someKey) }, 'malformed'],
  [{ headerBytes: header(1, someKey) }, 'malformed'],
  [{ headerBytes: header(2, new Uint8Array(32).fill(0xff)) }, 'malformed'],
  // Of another length, so that the message has a length of no class.
  [{ headerBytes: header(2, someKey).subarray(0, 10) }, 'malformed'],
  [{ headerBytes: new Uint8Array(0) }, 'malformed'],
]

describe('none-ck', () => {
  it('none-ck: nothing is derived from a receiving chain that is not set, and no header goes without a key', () => {
    // The guest has spoken and heard nothing: it has no receiving chain. Its host turns.
    const { host, guest, initial } = begunContact()
    const before = host.snapshot()
    // Nor has the host one for a first envelope.
    const first = new Turned(guest, host)
    for (const [forgery] of withoutChain) {
      const heard = host.hear(guest.device, envelope(first.forge(forgery)))
      expect(heard).toMatchObject({ changes: [], acked: [], notices: [], refusals: ['initialRefused'] })
    }
    expect(host.snapshot()).toEqual(before)
    host.restart()
    connect(host, guest)
    host.hear(guest.device, initial.bytes)
    host.take()
    const turned = new Turned(host, guest)
    turned.skip()
    const session = guest.session(host)
    expect(session.ratchet.receive).toBeNull()
    const guestBefore = guest.snapshot()
    const counted = counting()
    for (const [forgery, kind] of withoutChain) {
      const sealed = turned.forge(forgery)
      counted.derived = 0
      expect(errorOf(open(counted.provider, session, sealed, turned.context, guest.nowMs)).kind).toBe(kind)
      expect(counted.derived).toBe(0)
      expect(guest.hear(host.device, envelope(sealed))).toMatchObject({ changes: [], refusals: ['undecryptable'] })
    }
    expect(guest.snapshot()).toEqual(guestBefore)
    // The same after its state was stored, and the genuine reply is as good as ever.
    guest.restart()
    connect(guest, host)
    guest.take()
    const reply = turned.seal(turned.text(1))
    const stepped = value(open(crypto, guest.session(host), reply, turned.context, guest.nowMs)).session
    expect(guest.hear(host.device, envelope(reply)).refusals).toEqual([])
    expect(guest.shown(host)).toEqual(['m1'])
    // Who has stepped and not spoken has shown no key: the peer cannot have stepped on it.
    expect(stepped.ratchet.ownKey).toBeNull()
    const { ratchet } = turned.session
    const send = { ...ratchet.send, headerKey: ratchet.nextSendHeaderKey, n: 0 } as NonNullable<typeof ratchet.send>
    turned.session = { ...turned.session, ratchet: { ...ratchet, send } }
    for (const previousCount of [0, 2, 900]) {
      const sealed = turned.forge({ header: { previousCount } })
      counted.derived = 0
      const refused = errorOf(open(counted.provider, stepped, sealed, turned.context, guest.nowMs))
      expect([refused.kind, counted.derived]).toEqual(['badHeader', 0])
    }
  })
})

/** Ben has lost his sessions and begun a new one with a bundle of Anna's, which she has not heard yet. */
function renewing() {
  const { anna, ben } = acquainted()
  for (const key of ben.disk.sessions.keys()) ben.disk.sessions.delete(key)
  ben.restart()
  ben.run({ kind: 'peerUp', device: anna.device, path: 'loopback', address: '/test' })
  ben.say(anna, 'one')
  ben.say(anna, 'two')
  const initials: Uint8Array[] = []
  exchange([anna, ben], (parcel) => {
    const isInitial = parcel.from === ben && parcel.frame.kind === 'envelope'
    if (isInitial) initials.push(parcel.bytes)
    return !isInitial
  })
  const [sealed] = initials.map((bytes) => bytes.subarray(2))
  if (sealed === undefined || initials.length < 2) throw new Error('nothing was begun')
  const prekey = anna.disk.prekeys.get(value(peekInitial(sealed)).prekeyId)
  if (prekey === undefined) throw new Error('no prekey')
  return { anna, ben, initials, prekey }
}

/** No session is begun, nothing is taken or shown, whatever is heard again. */
function expectNoSession(at: Machine, from: Machine, bytes: Uint8Array): void {
  const before = at.snapshot()
  const heard = at.hear(from.device, bytes)
  expect(heard).toMatchObject({ changes: [], acked: [], notices: [], refusals: ['initialRefused'] })
  expect(heard.answers).toMatchObject([{ kind: 'reject', reason: 'noSession' }])
  expect(at.snapshot()).toEqual(before)
}

describe('replay', () => {
  it('replay: one initial message never makes two sessions', () => {
    const { anna, ben, initials, prekey } = renewing()
    const [first, ...others] = initials as [Uint8Array, ...Uint8Array[]]
    const heard = anna.hear(ben.device, first)
    // The one-time prekey goes in the commit that accepts the message and remembers it.
    expect(heard.changes).toContainEqual({ kind: 'removePrekey', prekey: prekey.prekey })
    const remembered = heard.changes.find((change) => change.kind === 'putInitial')
    if (remembered === undefined) throw new Error('not remembered')
    expect(remembered).toMatchObject({ device: ben.device, untilMs: prekey.expiresAtMs })
    expect(heard.changes.filter(({ kind }) => kind === 'putSession').length).toBeGreaterThan(0)
    const secrets = value(decodeBundleSecrets(prekey.secrets))
    for (const secret of [secrets.signedPrekeySecret, secrets.kemSeed]) expect(anna.keeps(secret)).toBe(false)
    // While its session is there, the same message is a repetition and the next one is the session's.
    expect(anna.hear(ben.device, first)).toMatchObject({ changes: [], notices: [] })
    const sessions = [...anna.disk.sessions.keys()]
    for (const bytes of others) expect(anna.hear(ben.device, bytes).refusals).toEqual([])
    expect([...anna.disk.sessions.keys()].toSorted()).toEqual(sessions.toSorted())
    expect(anna.shown(ben)).toEqual(['one', 'two'])

    // Without session and without memory of envelopes: the prekey is gone.
    const forget = () => {
      anna.disk.sessions.clear()
      anna.disk.seen.clear()
      anna.restart()
    }
    forget()
    for (const bytes of initials) expectNoSession(anna, ben, bytes)
    // And where the prekey outlives its use, the accepted message is known by its keys, whatever stands behind them.
    anna.disk.prekeys.set(prekey.prekey, prekey)
    forget()
    for (const bytes of initials) expectNoSession(anna, ben, bytes)
    const altered = concat(first.subarray(0, -40), new Uint8Array(40))
    expectNoSession(anna, ben, altered)
    // That is known for as long as the prekey is there, however often it is started anew.
    const { hash } = remembered
    for (let hour = 0; hour < 30; hour++) {
      anna.tick(3_600_000)
      if (hour % 10 === 0) anna.restart()
      expect(anna.disk.prekeys.has(prekey.prekey) && !anna.disk.initials.has(hash)).toBe(false)
      expectNoSession(anna, ben, first)
    }
    expect(anna.disk.prekeys.has(prekey.prekey)).toBe(false)
    expect(anna.shown(ben)).toEqual(['one', 'two'])
  })
})

describe('weak state', () => {
  it('weak state: the first ratchet key is a key of its own, never the signed prekey', () => {
    for (const oneTime of [true, false]) {
      const maker = party('ben')
      const { bundle, secrets } = bundleOf(maker, oneTime)
      const made = value(openBundle(bundle, ownerOf(maker), startMs))
      const keys = [made.identityKey, made.signedPrekey, made.ratchetKey, made.oneTimePrekey ?? new Uint8Array(32)]
      expect(new Set(keys.map(String)).size).toBe(4)
      expect(secrets.ratchetSecret).not.toEqual(secrets.signedPrekeySecret)
      const repeated = bundle.slice()
      repeated.set(made.signedPrekey, bundleAt.ratchetKey)
      repeated.set(sign(maker)(repeated.subarray(0, -64)), repeated.length - 64)
      expect(errorOf(openBundle(repeated, ownerOf(maker), startMs))).toEqual({ kind: 'repeatedKey' })
    }
    // A maker that gives one key for two purposes is not talked to.
    const places = [bundleAt.identityKey, bundleAt.signedPrekey, bundleAt.ratchetKey, bundleAt.oneTimePrekey]
    for (const from of places) {
      for (const to of places) {
        if (from === to || to === bundleAt.identityKey) continue
        const copy = (edited: Uint8Array) => edited.copyWithin(to, from, from + 32)
        expectRefused(offered((bundle, host) => signedAgain(host, bundle, copy)))
      }
    }
    // Who knows the signed prekey, the one-time prekey, the KEM key and the identity key does not have the first chain.
    const from = begun()
    const { secrets } = from.made
    expect(accept(acceptance(from)).ok).toBe(true)
    const weak = { ...secrets, ratchetSecret: secrets.signedPrekeySecret }
    expect(errorOf(accept(acceptance(from, weak)))).toMatchObject({
      kind: 'badFirstMessage',
      error: { kind: 'badCommitment' },
    })
    // And once the first message is opened, none of the bundle's secrets is kept, the ratchet's included.
    const { host, guest, initial } = begunContact()
    const kept = value(decodeBundleSecrets(prekeyOf(host).secrets))
    const all = [kept.signedPrekeySecret, kept.ratchetSecret, kept.oneTimeSecret ?? new Uint8Array(32), kept.kemSeed]
    for (const secret of all) expect(host.keeps(secret)).toBe(true)
    host.hear(guest.device, initial.bytes)
    for (const secret of all) expect(host.keeps(secret)).toBe(false)
    expect(envelopesOf(host.take()).length).toBeGreaterThan(0)
  })
})
