/** The post-quantum ratchet: PROTOCOL.md, "Post-quantum epochs". */
import { describe, expect, it } from 'vitest'
import { InvariantError } from '../assert.ts'
import { concat, toHex } from '../bytes.ts'
import { durationsMs, protocolLimits } from '../limits.ts'
import type { End } from '../../../test/support/sessions.ts'
import { crypto, ends, seeded, startMs } from '../../../test/support/sessions.ts'
import { pad } from '../wire/padding.ts'
import type { Block } from './block.ts'
import { encodeBlock, noBlock } from './block.ts'
import type { Epochs } from './epochs.ts'
import { beginReceiving, beginSending, blockFor, holdsEpoch, newEpochs, prepare, takeBlock } from './epochs.ts'
import { answerAuthenticator, exchangeHash, nextEpoch, offerAuthenticator } from './epoch.ts'
import { encodeSession, needsRenewal } from './session.ts'

const of = (value: number, length = 32) => new Uint8Array(length).fill(value)
const { pqOfferAfterTurns, pqOfferAfterMs } = protocolLimits
const epochTurnsMax = 16

/** Both sides of epoch 0, the initiator's offer due. */
function due() {
  const transcript = of(2)
  const initiator: Epochs = { ...newEpochs(crypto, true, of(1), transcript), turns: pqOfferAfterTurns }
  const responder = newEpochs(crypto, false, of(1), transcript)
  return { initiator, responder }
}

function taken(epochs: Epochs, block: Block, clockMs = 0): Epochs {
  const result = takeBlock(crypto, epochs, block, clockMs)
  if (!result.ok) throw new Error(result.error.kind)
  return result.value
}

function refused(epochs: Epochs, block: Block) {
  const result = takeBlock(crypto, epochs, block, 0)
  if (result.ok) throw new Error('accepted')
  return result.error
}

/** After an exchange: the initiator has epoch 1 by the answer, the responder made it. */
function exchanged() {
  const { initiator, responder } = due()
  const offering = prepare(crypto, initiator, 0, seeded('offer'), 0)
  const offer = blockFor(offering, 0)
  const offered = taken(responder, offer)
  const answering = prepare(crypto, offered, 0, seeded('answer'), 0)
  const answer = blockFor(answering, 0)
  return { offering, offer, offered, answering, answer, answered: taken(offering, answer) }
}

describe('an exchange', () => {
  it('gives both sides the same epoch, each the other direction', () => {
    const { answering, answered } = exchanged()
    expect(answered.newest.number).toBe(1)
    expect(answered.newest.rootKey).toEqual(answering.newest.rootKey)
    expect(answered.newest.authenticatorKey).toEqual(answering.newest.authenticatorKey)
    expect(answered.newest.sendKey).toEqual(answering.newest.receiveKey)
    expect(answered.newest.receiveKey).toEqual(answering.newest.sendKey)
    const keys = [answered.newest, answered.previous].flatMap((epoch) => [epoch?.sendKey, epoch?.receiveKey])
    const all = [...keys, answered.newest.rootKey, answered.newest.authenticatorKey].map((key) => toHex(key ?? of(0)))
    expect(new Set(all).size).toBe(6)
  })

  it('begins when 14 turns were begun or 4 days have passed, by its own side alone', () => {
    const { initiator, responder } = due()
    const offers = (epochs: Epochs, clockMs = 0, n = 0) =>
      prepare(crypto, epochs, n, seeded('x'), clockMs).exchange.kind === 'offering'
    expect(offers(initiator)).toBe(true)
    expect(offers({ ...initiator, turns: pqOfferAfterTurns - 1 })).toBe(false)
    expect(offers({ ...initiator, turns: 0 }, pqOfferAfterMs - 1)).toBe(false)
    expect(offers({ ...initiator, turns: 0 }, pqOfferAfterMs)).toBe(true)
    expect(offers({ ...responder, turns: 99 }, pqOfferAfterMs)).toBe(false)
    // Only in a message that may carry it; never while an exchange runs, an epoch is left, or none is to come.
    expect(offers(initiator, 0, 3)).toBe(true)
    expect(offers(initiator, 0, 4)).toBe(false)
    expect(offers(initiator, 0, 15)).toBe(false)
    expect(offers(initiator, 0, 32)).toBe(true)
    expect(offers({ ...initiator, previous: initiator.newest })).toBe(false)
    const last = { ...initiator.newest, number: protocolLimits.pqEpochMax }
    expect(offers({ ...initiator, isInitiator: false, newest: { ...last, number: last.number - 2 } })).toBe(true)
    expect(offers({ ...initiator, isInitiator: false, newest: last })).toBe(false)
  })

  it('offers and answers in the messages 0 to 3 and every sixteenth, the same bytes', () => {
    const { offering, answering } = exchanged()
    for (const epochs of [offering, answering]) {
      const carried = Array.from({ length: 49 }, (_, n) => blockFor(epochs, n))
      expect(carried.flatMap((block, n) => (block === noBlock ? [] : [n]))).toEqual([0, 1, 2, 3, 16, 32, 48])
      expect(new Set(carried.filter((block) => block !== noBlock)).size).toBe(1)
    }
    const { offered } = exchanged()
    expect(prepare(crypto, offered, 5, seeded('x'), 0)).toBe(offered)
    expect(blockFor(offered, 0)).toBe(noBlock)
  })

  it('lets the answerer speak in the new epoch only once the offerer has', () => {
    const { answering, answered } = exchanged()
    expect(beginSending(crypto, answering).epoch).toBe(0)
    const first = beginSending(crypto, answered)
    expect(first.epoch).toBe(1)
    const came = beginReceiving(crypto, answering, 1)
    expect(came.pqChainKey).toEqual(first.pqChainKey)
    expect(came.epochs).toMatchObject({ previous: null, exchange: { kind: 'idle' } })
    const second = beginSending(crypto, came.epochs)
    expect(second.epoch).toBe(1)
    const back = beginReceiving(crypto, first.epochs, 1)
    expect(back.pqChainKey).toEqual(second.pqChainKey)
    expect(back.epochs.previous).toBeNull()
  })

  it('still opens a turn that the answerer begins in the epoch before', () => {
    const { answering, answered } = exchanged()
    const turn = beginSending(crypto, answering)
    const came = beginReceiving(crypto, answered, 0)
    expect(came.pqChainKey).toEqual(turn.pqChainKey)
    // And another one after it, with another key.
    const next = beginSending(crypto, turn.epochs)
    expect(next.pqChainKey).not.toEqual(turn.pqChainKey)
    expect(beginReceiving(crypto, came.epochs, 0).pqChainKey).toEqual(next.pqChainKey)
  })

  it('holds the newest epoch, and the one before until the peer has come over', () => {
    const { answered } = exchanged()
    const held = (epochs: Epochs) => [0, 1, 2].filter((epoch) => holdsEpoch(epochs, epoch))
    expect(held(due().initiator)).toEqual([0])
    expect(held(answered)).toEqual([0, 1])
    const over = beginReceiving(crypto, answered, 1).epochs
    expect(held(over)).toEqual([1])
    expect(() => beginReceiving(crypto, over, 0)).toThrow(InvariantError)
  })

  it('takes repetitions and what is late without a change', () => {
    const { offered, offer, answer, answered, answering } = exchanged()
    expect(taken(offered, offer)).toBe(offered)
    expect(taken(answering, offer)).toBe(answering)
    expect(taken(answered, answer)).toBe(answered)
    expect(taken(answered, noBlock)).toBe(answered)
  })

  it('refuses a key or ciphertext that was not made by who holds the epoch before', () => {
    const { offer, answer, offering } = exchanged()
    const { responder } = due()
    if (offer.kind !== 'offer' || answer.kind !== 'answer') throw new Error('no exchange')
    const foreign = { ...responder.newest, authenticatorKey: of(9) }
    const authenticator = offerAuthenticator(crypto, foreign, offer.kemKey)
    expect(refused(responder, { ...offer, authenticator })).toEqual({ kind: 'badAuthenticator', epoch: 1 })
    const otherKey = crypto.mlKem768KeyPair(of(7, 64)).publicKey
    expect(refused(responder, { ...offer, kemKey: otherKey })).toEqual({ kind: 'badAuthenticator', epoch: 1 })
    // Implicit rejection: an altered ciphertext gives a secret, but not the one that the answer confirms.
    const cipherText = answer.cipherText.slice()
    cipherText[5] = (cipherText[5] as number) ^ 1
    expect(refused(offering, { ...answer, cipherText })).toEqual({ kind: 'badAuthenticator', epoch: 1 })
    const flipped = answer.authenticator.slice()
    flipped[31] = (flipped[31] as number) ^ 0x80
    expect(refused(offering, { ...answer, authenticator: flipped })).toEqual({ kind: 'badAuthenticator', epoch: 1 })
  })

  it('refuses an answer to another key, even from who holds every key of the epoch before', () => {
    const { offering } = exchanged()
    const { responder } = due()
    const other = crypto.mlKem768KeyPair(of(7, 64)).publicKey
    const kem = crypto.mlKem768Encapsulate(other, of(8))
    if (kem === null) throw new Error('no key')
    const exchange = exchangeHash(crypto, other, kem.cipherText)
    const epoch = nextEpoch(crypto, false, responder.newest, kem.sharedSecret, exchange)
    const authenticator = answerAuthenticator(crypto, epoch, exchange)
    const block: Block = { kind: 'answer', epoch: 1, authenticator, cipherText: kem.cipherText }
    expect(refused(offering, block)).toEqual({ kind: 'badAuthenticator', epoch: 1 })
  })

  it('refuses a KEM key with a coefficient out of range, though its authenticator fits', () => {
    const { responder } = due()
    const { offer } = exchanged()
    if (offer.kind !== 'offer') throw new Error('no offer')
    for (const at of [0, 1, 1_150]) {
      const kemKey = offer.kemKey.slice()
      kemKey.fill(0xff, at, at + 2)
      const authenticator = offerAuthenticator(crypto, responder.newest, kemKey)
      expect(refused(responder, { ...offer, kemKey, authenticator })).toEqual({ kind: 'badKemKey', epoch: 1 })
    }
  })

  it('refuses half an exchange that nobody asked for', () => {
    const { offer, answer, offering, answered } = exchanged()
    const { initiator, responder } = due()
    const unexpected = (got: number, newest: number) => ({ kind: 'unexpectedBlock', got, newest })
    if (offer.kind !== 'offer' || answer.kind !== 'answer') throw new Error('no exchange')
    // From the side whose turn it is not; an answer without an offer; of an epoch that nobody can know.
    expect(refused(initiator, offer)).toEqual(unexpected(1, 0))
    expect(refused(offering, offer)).toEqual(unexpected(1, 0))
    expect(refused(responder, answer)).toEqual(unexpected(1, 0))
    expect(refused(initiator, answer)).toEqual(unexpected(1, 0))
    expect(refused(responder, { ...offer, epoch: 3 })).toEqual(unexpected(3, 0))
    // The next one cannot begin before the peer has come over.
    expect(refused(answered, { ...offer, epoch: 2 })).toEqual(unexpected(2, 1))
  })
})

/** Two who answer each other, a message a turn; the largest distance, in turns, between an epoch's first uses. */
function pingPong(turns: number) {
  const { anna, ben } = ends()
  const firstUses = [{ epoch: 0, turn: 0 }]
  const sizes = new Map<number, number>()
  for (let turn = 1; turn <= turns; turn++) {
    const [from, to] = turn % 2 === 1 ? [ben, anna] : [anna, ben]
    const sealed = from.seal(`turn ${turn}`)
    expect(to.open(sealed)).toBe(`turn ${turn}`)
    sizes.set(sealed.length, (sizes.get(sealed.length) ?? 0) + 1)
    const epoch = to.session.ratchet.receive?.epoch ?? -1
    if (epoch > (firstUses.at(-1)?.epoch ?? 0)) firstUses.push({ epoch, turn })
  }
  return { anna, ben, firstUses, sizes }
}

describe('epochs in a conversation', () => {
  it('follow each other every 15 turns, offered by turns, and are held two at most', () => {
    const { anna, ben, firstUses, sizes } = pingPong(160)
    expect(firstUses.length).toBeGreaterThanOrEqual(11)
    for (const [at, { epoch, turn }] of firstUses.entries()) {
      if (at === 0) continue
      expect(epoch).toBe(at)
      expect(turn - (firstUses[at - 1]?.turn ?? 0)).toBeLessThanOrEqual(epochTurnsMax)
    }
    for (const { session } of [anna, ben]) {
      const { newest, previous } = session.ratchet.epochs
      expect(newest.number - (previous?.number ?? newest.number)).toBeLessThanOrEqual(1)
    }
    // Two messages of fifteen carry half an exchange; all others have the size of the shortest text.
    const [usual = 0] = [...sizes.keys()]
    expect(sizes.get(usual)).toBeGreaterThanOrEqual(Math.floor((160 * 13) / 15) - 2)
    expect(sizes.size).toBe(3)
  })

  it('end after 7 days at the latest when both speak once a day', () => {
    const { anna, ben } = ends()
    for (let day = 0; day < 30; day++) {
      const atMs = startMs + day * durationsMs.day
      anna.open(ben.seal('daily', atMs), atMs)
      ben.open(anna.seal('daily', atMs), atMs)
    }
    expect(anna.session.ratchet.epochs.newest.number).toBeGreaterThanOrEqual(5)
  })

  it('end after 7 days at the latest even when each speaks only every other day', () => {
    const { anna, ben } = ends()
    let [epoch, sinceDay] = [0, 0]
    for (let day = 1; day < 60; day++) {
      const atMs = startMs + day * durationsMs.day
      const [from, to] = day % 2 === 1 ? [ben, anna] : [anna, ben]
      to.open(from.seal('daily', atMs), atMs)
      const used = to.session.ratchet.receive?.epoch ?? 0
      if (used > epoch) [epoch, sinceDay] = [used, day]
      expect(day - sinceDay).toBeLessThanOrEqual(7)
    }
    expect(epoch).toBeGreaterThanOrEqual(8)
  })

  it('survive that the messages with an offer or answer come late, or never', () => {
    const { anna, ben } = ends()
    const late: [End, Uint8Array, string][] = []
    for (let turn = 0; turn < 60; turn++) {
      const [from, to] = turn % 2 === 0 ? [ben, anna] : [anna, ben]
      for (let n = 0; n < 6; n++) {
        const text = `${turn}.${n}`
        const sealed = from.seal(text)
        // The first three of a turn are lost or late: the fourth still carries the block.
        if (n < 3) late.push([to, sealed, text])
        else expect(to.open(sealed)).toBe(text)
      }
      for (const [end, sealed, text] of late.splice(0, turn % 3 === 0 ? 0 : 4)) expect(end.open(sealed)).toBe(text)
    }
    expect(anna.session.ratchet.epochs.newest.number).toBeGreaterThanOrEqual(3)
  })

  it('do not stall when only messages without a block arrive for a while', () => {
    const { anna, ben } = ends()
    for (let turn = 0; turn < 80; turn++) {
      const [from, to] = turn % 2 === 0 ? [ben, anna] : [anna, ben]
      const sealed = Array.from({ length: 6 }, () => from.seal('x'))
      const arrives = turn > 30 ? sealed : sealed.slice(4)
      for (const envelope of arrives) to.open(envelope)
    }
    expect(anna.session.ratchet.epochs.newest.number).toBeGreaterThanOrEqual(2)
    expect(ben.session.ratchet.epochs.newest.number).toBeGreaterThanOrEqual(2)
  })

  it('heal: who knows all of a state knows nothing two epochs later', () => {
    const { anna, ben } = ends()
    const stolen = toHex(encodeSession(ben.session))
    for (let turn = 0; turn < 64; turn++) {
      anna.open(ben.seal('x'))
      ben.open(anna.seal('x'))
    }
    const { newest } = ben.session.ratchet.epochs
    for (const key of [newest.rootKey, newest.authenticatorKey, newest.sendKey, newest.receiveKey]) {
      expect(stolen).not.toContain(toHex(key))
    }
    // The secret of an exchange comes from a seed that was not there: same root, other secret, other epoch.
    const again = nextEpoch(crypto, false, newest, of(1), of(2))
    expect(nextEpoch(crypto, false, newest, of(3), of(2)).rootKey).not.toEqual(again.rootKey)
    expect(nextEpoch(crypto, false, newest, of(1), of(4)).rootKey).not.toEqual(again.rootKey)
  })

  it('ask for a new session when their numbers are used up', () => {
    const { ben } = ends()
    expect(needsRenewal(ben.session, startMs)).toBe(false)
    const { ratchet } = ben.session
    const newest = { ...ratchet.epochs.newest, number: protocolLimits.pqEpochMax }
    const ended = { ...ben.session, ratchet: { ...ratchet, epochs: { ...ratchet.epochs, newest } } }
    expect(needsRenewal(ended, startMs)).toBe(true)
  })
})

/** What only the peer could send: a body of its choice under the right message key. */
function withBody(from: End, body: Uint8Array): Uint8Array {
  const provider = {
    ...crypto,
    xchachaSeal: (key: Uint8Array, nonce: Uint8Array, plain: Uint8Array, data: Uint8Array) =>
      crypto.xchachaSeal(key, nonce, plain.length === 160 ? pad(body) : plain, data),
  }
  return from.seal('x', startMs, provider)
}

describe('a body', () => {
  it('whose block is none, cut, or of another key type is refused and changes nothing', () => {
    const { anna, ben } = ends()
    const { offer } = exchanged()
    const encoded = encodeBlock(offer)
    const otherType = encoded.slice()
    otherType[35] = 2
    for (const body of [Uint8Array.of(3), Uint8Array.of(), encoded.subarray(0, 100), otherType]) {
      const before = encodeSession(ben.session)
      expect(ben.refuses(withBody(anna, body))).toMatchObject({ kind: 'badBlock' })
      expect(encodeSession(ben.session)).toEqual(before)
    }
  })

  it('whose block is not the one that is awaited is refused and changes nothing', () => {
    const { anna, ben } = ends()
    const { offer, answer } = exchanged()
    for (const [block, kind] of [
      [offer, 'badAuthenticator'],
      [answer, 'unexpectedBlock'],
    ] as const) {
      const before = encodeSession(ben.session)
      const sealed = withBody(anna, concat(encodeBlock(block), Uint8Array.of(1)))
      expect(ben.refuses(sealed)).toMatchObject({ kind })
      expect(encodeSession(ben.session)).toEqual(before)
    }
    expect(ben.open(anna.seal('still'))).toBe('still')
  })

  it('whose content is over the limit is refused and changes nothing, though it would fit into its class', () => {
    const { anna, ben } = ends()
    const max = protocolLimits.contentSizeBytesMax
    const before = encodeSession(ben.session)
    const sealed = withBody(anna, new Uint8Array(1 + max + 1))
    expect(ben.refuses(sealed)).toEqual({ kind: 'tooLong', field: 'content', got: max + 1, max })
    expect(encodeSession(ben.session)).toEqual(before)
    expect(ben.open(withBody(anna, new Uint8Array(1 + max)))).toHaveLength(max)
  })
})
