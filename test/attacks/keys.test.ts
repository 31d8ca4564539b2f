/** Attacks with keys that are none, signatures that are not theirs, and ciphertexts that were altered. */
import { ed25519 } from '@noble/curves/ed25519.js'
import { describe, expect, it } from 'vitest'
import { concat, toHex } from '../../main/core/bytes.ts'
import { encodeIdentityPayload, verifyIdentityPayload } from '../../main/core/identity/account.ts'
import { signDescriptor, verifyDescriptor } from '../../main/core/identity/descriptor.ts'
import { sshsigNamespaces, sshsigSignedBytes } from '../../main/core/identity/sshsig.ts'
import { nobleCrypto } from '../../main/core/crypto/noble.ts'
import type { Block } from '../../main/core/session/block.ts'
import { answerAuthenticator, exchangeHash, nextEpoch, offerAuthenticator } from '../../main/core/session/epoch.ts'
import { open } from '../../main/core/session/session.ts'
import { crypto, errorOf } from '../support/sessions.ts'
import { begunContact, bundleAt, expectRefused, initialAt, offered, signedAgain } from './contact.ts'
import type { Machine } from './machine.ts'
import { acquainted, exchange } from './machine.ts'
import { envelope, Turned } from './turned.ts'

const bytesOf = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'))
const withTopBit = (key: Uint8Array) => Uint8Array.from(key, (byte, at) => (at === 31 ? byte | 0x80 : byte))
/** 2^255 - 19 + `more`, little-endian. */
const beyond = (more: number) =>
  Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 0xed + more : at === 31 ? 0x7f : 0xff))

/** The points of low order on Curve25519 and its twist, in the one encoding that each has. */
const lowOrder = [
  new Uint8Array(32),
  Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0)),
  bytesOf('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
  bytesOf('5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
  beyond(-1),
]
const lawfulKey = crypto.x25519PublicKey(new Uint8Array(32).fill(9))
/** Of low order and not, in encodings that a lenient reader takes for keys. */
const nonCanonical = [beyond(0), beyond(1), beyond(2), beyond(18), withTopBit(lawfulKey), ...lowOrder.map(withTopBit)]
const badKeys = [...lowOrder, ...nonCanonical]

const groupOrder = 2n ** 252n + 27742317777372353535851937790883648493n

/** The same signature for whoever does not ask that S be below the group's order. */
function malleated(signature: Uint8Array, times = 1n): Uint8Array {
  let S = BigInt(`0x${toHex(signature.slice(32).toReversed())}`) + times * groupOrder
  const copy = signature.slice()
  for (let at = 32; at < 64; at++, S >>= 8n) copy[at] = Number(S & 0xffn)
  return copy
}

/** Nothing is taken, kept or shown; why the session itself refused. */
function refusalOf(at: Machine, turned: Turned, sealed: Uint8Array): string {
  const before = at.snapshot()
  const heard = at.hear(turned.device, envelope(sealed))
  expect(heard).toMatchObject({ changes: [], acked: [], notices: [], refusals: ['undecryptable'] })
  expect(at.snapshot()).toEqual(before)
  return errorOf(open(crypto, at.session(turned), sealed, turned.context, at.nowMs)).kind
}

/** Ben has sealed a post-quantum offer that Anna has not heard; and hears nothing of her any more. */
function offering() {
  const { anna, ben } = acquainted()
  for (let turn = 0; turn < 40; turn++) {
    ben.say(anna, `b${turn}`)
    const { exchange: under } = ben.session(anna).ratchet.epochs
    if (under.kind === 'offering' && under.block.kind === 'offer') {
      return { anna, ben, sealed: ben.take(), offer: under.block, turned: new Turned(ben, anna) }
    }
    exchange([anna, ben])
    anna.say(ben, `a${turn}`)
    exchange([anna, ben])
  }
  throw new Error('no offer in forty turns')
}

/** Anna has answered, and Ben has not heard it. */
function answering() {
  const from = offering()
  for (const { bytes } of from.sealed) from.anna.hear(from.ben.device, bytes)
  from.anna.take()
  from.anna.say(from.ben, 'an answer')
  const { exchange: under } = from.anna.session(from.ben).ratchet.epochs
  if (under.kind !== 'answering' || under.block.kind !== 'answer') throw new Error('no answer')
  const [genuine] = from.anna.take()
  if (genuine === undefined) throw new Error('nothing sealed')
  return { ...from, answer: under.block, genuine, turned: new Turned(from.anna, from.ben) }
}

describe('keys of curves', () => {
  it('case 14: low-order and non-canonical X25519 is rejected in prekeys, in first envelopes and in headers', () => {
    for (const key of badKeys) {
      for (const at of [bundleAt.signedPrekey, bundleAt.ratchetKey, bundleAt.oneTimePrekey]) {
        expectRefused(offered((bundle, host) => signedAgain(host, bundle, (edited) => edited.set(key, at))))
      }
      // The identity key, in the descriptor too, and signed by its root.
      const payload = ({ identity }: Machine) => {
        const descriptor = signDescriptor(crypto, identity.rootSeed, { ...identity, identityKey: key })
        return encodeIdentityPayload({ ...identity, descriptor })
      }
      const identity = bundleAt.identityKey
      expectRefused(
        offered((bundle, host) => signedAgain(host, bundle, (edited) => edited.set(key, identity)), payload),
      )
    }
    const { host, guest, initial } = begunContact()
    const before = host.snapshot()
    for (const key of badKeys) {
      const bytes = initial.bytes.slice()
      bytes.set(key, initialAt.ephemeralKey)
      expect(host.tryHear(guest.device, bytes)).toMatchObject({ changes: [], acked: [], refusals: ['initialRefused'] })
    }
    expect(host.snapshot()).toEqual(before)
    // A turn that begins with such a key: the peer who writes the header knows every key that it needs for that.
    const { anna, ben } = acquainted()
    anna.say(ben, 'a key of hers to step on')
    const [own] = anna.take()
    if (own?.frame.kind !== 'envelope') throw new Error('no envelope')
    const turned = new Turned(ben, anna)
    turned.open(own.frame.sealed)
    const { session } = turned
    const zero = new Uint8Array(32)
    const headerKey = session.ratchet.nextSendHeaderKey
    const send = { chainKey: zero, pqChainKey: zero, headerKey, epoch: 0, n: 0 }
    const previousCount = anna.session(ben).ratchet.receive?.n ?? 0
    for (const [at, key] of badKeys.entries()) {
      const ownKey = { secret: zero, publicKey: key }
      turned.session = { ...session, ratchet: { ...session.ratchet, ownKey, send, previousCount } }
      expect(refusalOf(anna, turned, turned.forge({}))).toBe(at < lowOrder.length ? 'badRatchetKey' : 'malformed')
    }
    turned.session = session
    expect(anna.hear(ben.device, envelope(turned.seal(turned.text(1)))).refusals).toEqual([])
  })

  it('case 14: malleable Ed25519 is rejected in prekeys, descriptors and certificates', () => {
    for (const times of [1n, 2n, 14n]) {
      expectRefused(offered((bundle) => concat(bundle.subarray(0, -64), malleated(bundle.subarray(-64), times))))
    }
    const { anna } = acquainted()
    const { descriptor, certificate, deviceKey } = anna.identity
    const altered = concat(descriptor.subarray(0, -64), malleated(descriptor.subarray(-64)))
    expect(errorOf(verifyDescriptor(crypto, altered))).toEqual({ kind: 'badSignature' })
    for (const [from, to] of [
      [75, 139],
      [139, 203],
    ] as const) {
      const forged = certificate.slice()
      forged.set(malleated(certificate.subarray(from, to)), from)
      const payload = encodeIdentityPayload({ descriptor, certificate: forged })
      expect(errorOf(verifyIdentityPayload(crypto, payload, deviceKey)).kind).toBe('certificate')
    }
    // Under a key of small order one signature is good for every message: [S]B = R + [k]A with [k]A = 0.
    const S = 5n
    const R = ed25519.Point.BASE.multiply(S).toBytes()
    const everything = concat(
      R,
      Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? Number(S) : 0)),
    )
    const neutral = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))
    for (const provider of [crypto, nobleCrypto]) {
      for (const space of Object.values(sshsigNamespaces)) {
        const message = sshsigSignedBytes(provider, space, descriptor)
        expect(provider.ed25519Verify(everything, message, neutral)).toBe(false)
      }
    }
  })
})

describe('the post-quantum key exchange', () => {
  /** Coefficients out of range: the modulus itself and the greatest, at either end. */
  const outOfRange = [
    [0, [0x01, 0x0d]],
    [0, [0xff, 0x0f]],
    [1_150, [0x10, 0xd0]],
    [1_150, [0xf0, 0xff]],
  ] as const

  it('case 15: an ML-KEM key with a coefficient out of range is rejected in a bundle and in an offer', () => {
    for (const [at, to] of outOfRange) {
      expectRefused(
        offered((bundle, host) => signedAgain(host, bundle, (edited) => edited.set(to, bundleAt.kemKey + at))),
      )
    }
    const { anna, ben, sealed, offer, turned } = offering()
    for (const [at, to] of outOfRange) {
      const kemKey = offer.kemKey.slice()
      kemKey.set(to, at)
      const authenticator = offerAuthenticator(crypto, turned.session.ratchet.epochs.newest, kemKey)
      expect(refusalOf(anna, turned, turned.forge({ block: { ...offer, kemKey, authenticator } }))).toBe('badKemKey')
    }
    for (const { bytes } of sealed) expect(anna.hear(ben.device, bytes).refusals).toEqual([])
    expect(anna.session(ben).ratchet.epochs.exchange.kind).toBe('offered')
  })

  it('case 15: a bad ciphertext is rejected implicitly: as if the seal behind it were bad', () => {
    const { host, guest, initial } = begunContact()
    const { bytes } = initial
    const at = initialAt.cipherText
    const sealAt = at + 1_088 + 2 + 30
    const answered = (altered: Uint8Array) => {
      const heard = host.tryHear(guest.device, altered)
      const answers = heard.answers.map((frame) => ({ ...frame, envelopeId: null }))
      return { ...heard, answers }
    }
    const altered = (from: number, to: readonly number[]) => {
      const copy = bytes.slice()
      copy.set(to, from)
      return copy
    }
    // What is said when the tag of the introduction does not fit, whoever looks at the answer.
    const badSeal = answered(altered(sealAt, [(bytes[sealAt] as number) ^ 1]))
    expect(badSeal).toMatchObject({ changes: [], refusals: ['initialRefused'], answers: [{ reason: 'undecryptable' }] })
    const zeros: readonly number[] = Array.from({ length: 1_088 }, () => 0)
    for (const bad of [
      altered(at, [(bytes[at] as number) ^ 1]),
      altered(at + 1_087, [(bytes[at + 1_087] as number) ^ 0x80]),
      altered(at, zeros),
      altered(
        at,
        zeros.map(() => 0xff),
      ),
    ]) {
      expect(answered(bad)).toEqual(badSeal)
    }
    // Implicitly: there is a secret, always the same, and not the sender's.
    const seed = new Uint8Array(64).fill(3)
    const { publicKey, secretKey } = crypto.mlKem768KeyPair(seed)
    const kem = crypto.mlKem768Encapsulate(publicKey, new Uint8Array(32).fill(4))
    if (kem === null) throw new Error('no key')
    const wrong = kem.cipherText.slice()
    wrong[7] = (wrong[7] as number) ^ 1
    const secret = crypto.mlKem768Decapsulate(wrong, secretKey)
    expect(secret).toHaveLength(32)
    expect(secret).not.toEqual(kem.sharedSecret)
    expect(crypto.mlKem768Decapsulate(wrong, secretKey)).toEqual(secret)
    host.hear(guest.device, bytes)
    expect([...host.disk.contacts.values()]).toMatchObject([{ state: 'active' }])
  })

  it('case 15: a bad ciphertext in an answer is a bad authenticator, and the exchange goes on', () => {
    const { ben, anna, answer, genuine, turned } = answering()
    for (const [at, bit] of [
      [0, 1],
      [1_087, 0x80],
    ] as const) {
      const cipherText = answer.cipherText.slice()
      cipherText[at] = (cipherText[at] as number) ^ bit
      expect(refusalOf(ben, turned, turned.forge({ block: { ...answer, cipherText } }))).toBe('badAuthenticator')
    }
    expect(ben.hear(anna.device, genuine.bytes).refusals).toEqual([])
    expect(ben.session(anna).ratchet.epochs.newest.number).toBe(1)
  })

  it('case 13: half an exchange offered as the other half, in another epoch or back to its maker is rejected', () => {
    const first = offering()
    const { newest } = first.turned.session.ratchet.epochs
    const { offer } = first
    const cipherText = offer.kemKey.slice(0, 1_088)
    const labelled = answerAuthenticator(crypto, { ...newest, number: 1 }, offer.kemKey)
    const wrong: readonly (readonly [Block, string])[] = [
      [{ kind: 'answer', epoch: 1, authenticator: offer.authenticator, cipherText }, 'unexpectedBlock'],
      [{ ...offer, authenticator: labelled }, 'badAuthenticator'],
      [{ ...offer, epoch: 2 }, 'unexpectedBlock'],
      [{ ...offer, epoch: 65_535 }, 'unexpectedBlock'],
      [
        { ...offer, authenticator: offerAuthenticator(crypto, { ...newest, number: 1 }, offer.kemKey) },
        'badAuthenticator',
      ],
    ]
    for (const [block, kind] of wrong) {
      expect(refusalOf(first.anna, first.turned, first.turned.forge({ block }))).toBe(kind)
    }
    const second = answering()
    const { answer, turned, ben } = second
    expect(refusalOf(ben, turned, turned.forge({ block: second.offer }))).toBe('unexpectedBlock')
    const asOffer = { ...answer, authenticator: second.offer.authenticator }
    expect(refusalOf(ben, turned, turned.forge({ block: asOffer }))).toBe('badAuthenticator')
    expect(refusalOf(ben, turned, turned.forge({ block: { ...answer, epoch: 2 } }))).toBe('unexpectedBlock')
    // An answer to another key, by who knows every key of the epoch before.
    const other = crypto.mlKem768KeyPair(new Uint8Array(64).fill(7)).publicKey
    const kem = crypto.mlKem768Encapsulate(other, new Uint8Array(32).fill(8))
    if (kem === null) throw new Error('no key')
    const hash = exchangeHash(crypto, other, kem.cipherText)
    const epoch = nextEpoch(crypto, false, ben.session(second.anna).ratchet.epochs.newest, kem.sharedSecret, hash)
    const authenticator = answerAuthenticator(crypto, epoch, hash)
    const block: Block = { kind: 'answer', epoch: 1, authenticator, cipherText: kem.cipherText }
    expect(refusalOf(ben, turned, turned.forge({ block }))).toBe('badAuthenticator')
  })
})
