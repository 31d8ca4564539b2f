/** What becomes of secrets: fresh where they must be, gone from memory where they were used, whole where they are needed. */
import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8 } from '../bytes.ts'
import type { Crypto } from '../crypto/provider.ts'
import {
  acceptance,
  begun,
  bound,
  crypto,
  ends,
  errorOf,
  joined,
  seeded,
  startMs,
  value,
} from '../../../test/support/sessions.ts'
import { expectRefused, forged, spoken } from '../../../test/support/forged.ts'
import { durationsMs, protocolLimits } from '../limits.ts'
import type { Answer } from './block.ts'
import type { Epochs } from './epochs.ts'
import { blockFor, newEpochs, prepare, takeBlock } from './epochs.ts'
import { accept, initiate } from './handshake.ts'
import { prologueSizeBytesMax, splitInitial } from './initialMessage.ts'
import { open, seal } from './session.ts'

const of = (length: number, fill: number) => new Uint8Array(length).fill(fill)

/** The provider, and everything secret that it ever gave out. */
function watching() {
  const agreed: Uint8Array[] = []
  const hashed: Uint8Array[] = []
  const drawn: Uint8Array[] = []
  const kept = <T extends Uint8Array | null>(list: Uint8Array[], output: T): T => {
    if (output !== null) list.push(output)
    return output
  }
  const provider: Crypto = {
    ...crypto,
    x25519: (secret, publicKey) => kept(agreed, crypto.x25519(secret, publicKey)),
    hmacSha256: (key, data) => kept(hashed, crypto.hmacSha256(key, data)),
    mlKem768Decapsulate: (cipherText, key) => kept(agreed, crypto.mlKem768Decapsulate(cipherText, key)),
    mlKem768Encapsulate: (key, coins) => {
      const made = crypto.mlKem768Encapsulate(key, coins)
      drawn.push(coins)
      if (made !== null) agreed.push(made.sharedSecret)
      return made
    },
    mlKem768KeyPair: (seed) => {
      const pair = crypto.mlKem768KeyPair(seed)
      agreed.push(pair.secretKey)
      return pair
    },
  }
  return { provider, agreed, hashed, drawn }
}

const isZero = (bytes: Uint8Array) => bytes.every((byte) => byte === 0)

/** An exchange for epoch 1 with this randomness, at this time. */
function exchange(seed: string, atMs = 0, provider: Crypto = crypto) {
  const initiator: Epochs = {
    ...newEpochs(crypto, true, of(32, 1), of(32, 2)),
    turns: protocolLimits.pqOfferAfterTurns,
  }
  const offering = prepare(provider, initiator, 0, seeded(`${seed} offer`), atMs)
  const offered = value(
    takeBlock(provider, newEpochs(crypto, false, of(32, 1), of(32, 2)), blockFor(offering, 0), atMs),
  )
  const answering = prepare(provider, offered, 0, seeded(`${seed} answer`), atMs)
  const answer = blockFor(answering, 0) as Answer
  return { offering, answering, answer, answered: value(takeBlock(provider, offering, answer, atMs)) }
}

describe('secrets of a handshake', () => {
  it('are gone from memory once the session stands, on both sides', () => {
    const from = begun()
    const [anna, ben] = [watching(), watching()]
    value(
      initiate({
        crypto: anna.provider,
        entropy: seeded('again'),
        nowMs: startMs,
        local: { identitySecret: from.anna.identitySecret, identityPayload: from.anna.descriptor },
        bundle: from.bundle,
        remoteDescriptor: from.ben.descriptor,
        psk: from.psk,
        generation: 1,
      }),
    )
    value(accept({ ...acceptance(from), crypto: ben.provider }))
    expect([anna.agreed.length, ben.agreed.length]).toEqual([6, 7])
    expect(anna.drawn.map(isZero)).toEqual([true])
    expect([...anna.agreed, ...ben.agreed].filter((secret) => !isZero(secret))).toEqual([])
  })

  it('are bound to a generation that both sides then have', () => {
    const { session, accepted } = joined()
    expect([session.generation, accepted.session.generation]).toEqual([1, 1])
    const from = begun()
    const { session: seventh } = value(
      initiate({
        crypto,
        entropy: seeded('seventh'),
        nowMs: startMs,
        local: { identitySecret: from.anna.identitySecret, identityPayload: from.anna.descriptor },
        bundle: from.bundle,
        remoteDescriptor: from.ben.descriptor,
        psk: from.psk,
        generation: 7,
      }),
    )
    const { sealed } = value(seal(crypto, seventh, utf8('x'), bound, seeded('x'), startMs))
    expect(value(accept({ ...acceptance(from), message: sealed })).session.generation).toBe(7)
  })

  it('are not derived for a prologue over its limit', () => {
    const { first } = begun()
    const { prologueBytes, message } = value(splitInitial(first.sealed))
    const identityAt = 1_141
    const front = prologueBytes.slice(0, identityAt)
    const room = prologueSizeBytesMax - identityAt - 2
    const withLength = (length: number) =>
      concat(Uint8Array.of(1), front, Uint8Array.of(length >> 8, length & 255), of(length, 0), message)
    expect(prologueBytes.length - identityAt - 2).toBe(
      ((prologueBytes[identityAt] as number) << 8) | (prologueBytes[identityAt + 1] as number),
    )
    expect(splitInitial(withLength(room)).ok).toBe(true)
    expect(errorOf(splitInitial(withLength(room + 1)))).toMatchObject({
      kind: 'malformed',
      error: { kind: 'tooLong', got: room + 1, max: room },
    })
  })
})

describe('secrets of the ratchets', () => {
  it('are gone from memory once used: those of an exchange, of a turn, of a message', () => {
    const kem = watching()
    exchange('one', 0, kem.provider)
    // The pair that is made to offer a key leaves its secret half to the runtime; what is used is wiped.
    expect(kem.agreed.filter((secret) => secret.length === 32)).toHaveLength(2)
    expect(kem.agreed.filter((secret) => secret.length === 32 && !isZero(secret))).toEqual([])
    expect(isZero(kem.agreed.at(-2) as Uint8Array)).toBe(true)
    expect(kem.drawn.map(isZero)).toEqual([true])
    const { anna, ben } = ends()
    const message = watching()
    const chain = anna.session.ratchet.send
    if (chain === null) throw new Error('an initiator can send')
    const hmac = (key: Uint8Array, constant: number) => crypto.hmacSha256(key, Uint8Array.of(constant))
    const messageKey = toHex(crypto.hmacSha256(hmac(chain.pqChainKey, 1), hmac(chain.chainKey, 1)))
    ben.open(anna.seal('x', startMs, message.provider))
    expect(message.hashed.length).toBeGreaterThanOrEqual(7)
    expect(message.hashed.map(toHex)).not.toContain(messageKey)
  })

  it('of an exchange are as fresh as what is drawn for them', () => {
    const [one, two] = [exchange('one'), exchange('two')]
    expect(blockFor(one.offering, 0)).not.toEqual(blockFor(two.offering, 0))
    const { offering } = one
    const offered = value(takeBlock(crypto, newEpochs(crypto, false, of(32, 1), of(32, 2)), blockFor(offering, 0), 0))
    const answers = ['a', 'b'].map((seed) => prepare(crypto, offered, 0, seeded(seed), 0))
    expect(answers[0]?.newest.rootKey).not.toEqual(answers[1]?.newest.rootKey)
  })

  it('of an offer survive an answer that is forged', () => {
    const { offering, answer, answered } = exchange('one')
    const cipherText = answer.cipherText.map((byte, at) => (at === 0 ? byte ^ 1 : byte))
    expect(errorOf(takeBlock(crypto, offering, { ...answer, cipherText }, 0)).kind).toBe('badAuthenticator')
    expect(value(takeBlock(crypto, offering, answer, 0))).toEqual(answered)
  })

  it('of the epoch before are no more than its directions, and time counts anew', () => {
    const atMs = 5 * durationsMs.day
    const { answered, answering } = exchange('one', atMs)
    for (const { previous, turns, sinceMs } of [answered, answering]) {
      expect(Object.keys(previous ?? {}).toSorted()).toEqual(['number', 'receiveKey', 'sendKey'])
      expect([turns, sinceMs]).toEqual([0, atMs])
    }
  })
})

describe('a number', () => {
  it('of a message is never the last that four bytes can say', () => {
    const { ben } = spoken()
    const { ratchet } = ben.session
    const { receive, remoteKey } = ratchet
    if (receive === null || remoteKey === null) throw new Error('nothing was opened')
    const n = protocolLimits.turnMessagesMax
    ben.session = { ...ben.session, ratchet: { ...ratchet, receive: { ...receive, n: n - 1 } } }
    const last = (number: number) => forged(receive.headerKey, { ratchetKey: remoteKey, previousCount: 0, n: number })
    expectRefused(ben, last(n), { kind: 'badHeader' })
    expectRefused(ben, last(n - 1), { kind: 'badCommitment' })
  })
})

describe('an answer', () => {
  it('is a new turn of the peer, not one more message of a turn that it had begun, nor a late one', () => {
    const { anna, ben } = spoken()
    const late = ben.seal('late')
    anna.open(ben.seal('more'))
    anna.seal('one')
    anna.seal('two')
    expect(anna.session.sentUnanswered).toBe(2)
    const opened = value(open(crypto, anna.session, late, bound, startMs)).session
    expect(opened.sentUnanswered).toBe(2)
    anna.open(ben.seal('more of the same turn'))
    expect(anna.session.sentUnanswered).toBe(2)
    ben.open(anna.seal('three'))
    anna.open(ben.seal('an answer'))
    expect(anna.session.sentUnanswered).toBe(0)
  })
})
