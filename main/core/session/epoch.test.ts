import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8 } from '../bytes.ts'
import { crypto } from '../../../test/support/sessions.ts'
import type { Epoch } from './epoch.ts'
import { answerAuthenticator, beginTurn, exchangeHash, firstEpoch, nextEpoch, offerAuthenticator } from './epoch.ts'

const of = (value: number, length = 32) => new Uint8Array(length).fill(value)
const label = (purpose: string) => utf8(`waxwing-1 ${purpose}`)
const u16 = (value: number) => Uint8Array.of(value >> 8, value & 0xff)

/** Root, authenticator key, direction A and direction B, as PROTOCOL.md derives them. */
function derived(number: number, secret: Uint8Array, root: Uint8Array, exchange: Uint8Array): string[] {
  const output = crypto.hkdfSha256(secret, root, concat(label('pq epoch'), u16(number), exchange), 128)
  return [0, 32, 64, 96].map((at) => toHex(output.slice(at, at + 32)))
}

function parts(epoch: Epoch, isInitiator: boolean): string[] {
  const { rootKey, authenticatorKey, sendKey, receiveKey } = epoch
  const directions = isInitiator ? [sendKey, receiveKey] : [receiveKey, sendKey]
  return [rootKey, authenticatorKey, ...directions].map(toHex)
}

const before: Epoch = { number: 299, rootKey: of(1), authenticatorKey: of(2), sendKey: of(3), receiveKey: of(4) }
const kemKey = of(5, 1_184)
const cipherText = of(6, 1_088)

describe('the derivations of an epoch', () => {
  it('are those of PROTOCOL.md, out of secret, root, number and exchange', () => {
    for (const isInitiator of [true, false]) {
      const first = firstEpoch(crypto, isInitiator, of(7), of(8))
      expect(first.number).toBe(0)
      expect(parts(first, isInitiator)).toEqual(derived(0, of(7), of(0), of(8)))
      const next = nextEpoch(crypto, isInitiator, before, of(7), of(8))
      expect(next.number).toBe(300)
      expect(parts(next, isInitiator)).toEqual(derived(300, of(7), of(1), of(8)))
      expect(new Set(parts(next, isInitiator)).size).toBe(4)
    }
  })

  it('know an exchange by its key and its ciphertext', () => {
    expect(exchangeHash(crypto, kemKey, cipherText)).toEqual(crypto.sha256(concat(kemKey, cipherText)))
  })

  it('authenticate an offer under the epoch before and an answer under its own, by number and purpose', () => {
    const authenticated = (purpose: string, number: number, data: Uint8Array) =>
      crypto.hmacSha256(of(2), concat(label(purpose), u16(number), data))
    expect(offerAuthenticator(crypto, before, kemKey)).toEqual(authenticated('pq key', 300, kemKey))
    expect(answerAuthenticator(crypto, before, of(8))).toEqual(authenticated('pq ciphertext', 299, of(8)))
  })

  it('move a direction on with every turn, by 3 for the chain and 4 for the direction', () => {
    const { pqChainKey, directionKey } = beginTurn(crypto, of(9))
    expect(pqChainKey).toEqual(crypto.hmacSha256(of(9), Uint8Array.of(3)))
    expect(directionKey).toEqual(crypto.hmacSha256(of(9), Uint8Array.of(4)))
  })
})
