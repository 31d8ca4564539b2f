import { describe, expect, it } from 'vitest'
import { concat, toHex, utf8 } from '../bytes.ts'
import { crypto } from '../../../test/support/sessions.ts'
import { pad } from '../wire/padding.ts'
import type { Introduction, Opening, OpeningSecrets } from './keySchedule.ts'
import { firstStage, openIntroduction, sealIntroduction, secondStage } from './keySchedule.ts'

const of = (value: number, length = 32) => new Uint8Array(length).fill(value)
const opening: Opening = {
  responderDescriptor: utf8('descriptor'),
  bundleHash: of(1),
  ephemeralKey: of(2),
  cipherText: of(3, 1_088),
}
const secrets: OpeningSecrets = {
  psk: of(4),
  ephemeralIdentity: of(5),
  ephemeralPrekey: of(6),
  ephemeralOneTime: of(7),
  kem: of(8),
}
const first = firstStage(crypto, opening, secrets)
const nonce = of(9, 24)
const anna: Introduction = { generation: 1, identityPayload: utf8('anna') }

describe('the key schedule', () => {
  it('depends on every public part and on every secret', () => {
    const hash = (change: Partial<Opening>) => toHex(firstStage(crypto, { ...opening, ...change }, secrets).identityKey)
    const key = (change: Partial<OpeningSecrets>) =>
      toHex(firstStage(crypto, opening, { ...secrets, ...change }).identityKey)
    const keys = [
      toHex(first.identityKey),
      toHex(first.chainKey),
      hash({ responderDescriptor: utf8('other') }),
      hash({ bundleHash: of(0) }),
      hash({ ephemeralKey: of(0) }),
      hash({ cipherText: of(0, 1_088) }),
      key({ psk: of(0) }),
      key({ ephemeralIdentity: of(0) }),
      key({ ephemeralPrekey: of(0) }),
      key({ ephemeralOneTime: of(0) }),
      key({ ephemeralOneTime: null }),
      key({ kem: of(0) }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('depends on the whole transcript in its second stage', () => {
    const sealed = sealIntroduction(crypto, first, nonce, anna)
    const stage = (...change: [Uint8Array?, Introduction?, Uint8Array?]) =>
      secondStage(crypto, first, change[0] ?? sealed, change[1] ?? anna, change[2] ?? of(1))
    const right = stage()
    const { rootKey, headerKey, nextHeaderKey, epochSeed } = right.keys
    const others = [
      stage(of(0)),
      stage(undefined, { ...anna, identityPayload: utf8('ann') }),
      stage(undefined, { ...anna, generation: 2 }),
      stage(undefined, undefined, of(2)),
    ]
    const roots = [right, ...others].map((made) => made.keys.rootKey)
    const keys = [...roots, headerKey, nextHeaderKey, epochSeed, first.chainKey, rootKey]
    expect(new Set(keys.map(toHex)).size).toBe(keys.length - 1)
    expect(right.sessionId).toBe(toHex(right.transcript).slice(0, 32))
  })

  it('is the one that PROTOCOL.md writes down', () => {
    const label = (purpose: string) => utf8(`waxwing-1 ${purpose}`)
    const str = (bytes: Uint8Array) => concat(Uint8Array.of(bytes.length >> 8, bytes.length & 0xff), bytes)
    const str32 = (bytes: Uint8Array) => concat(of(0, 2), str(bytes))
    const { responderDescriptor, bundleHash, ephemeralKey, cipherText } = opening
    const key = concat(Uint8Array.of(2), ephemeralKey)
    const suite = Uint8Array.of(0, 1)
    const kem = concat(Uint8Array.of(3), cipherText)
    const h0 = crypto.sha256(concat(str(label('handshake')), suite, str32(responderDescriptor), bundleHash, key, kem))
    expect(first.hash).toEqual(h0)
    for (const oneTime of [of(7), null]) {
      const stage = firstStage(crypto, opening, { ...secrets, ephemeralOneTime: oneTime })
      const material = concat(of(4), of(5), of(6), oneTime ?? of(0, 0), of(8))
      const output = crypto.hkdfSha256(material, of(0), concat(label('identity'), h0), 64)
      expect(toHex(concat(stage.chainKey, stage.identityKey))).toBe(toHex(output))
    }
    const introduction = concat(Uint8Array.of(0, 0, 1, 2), utf8('anna'))
    const sealed = concat(nonce, crypto.xchachaSeal(first.identityKey, nonce, pad(introduction), h0))
    const said = { generation: 258, identityPayload: utf8('anna') }
    expect(toHex(sealIntroduction(crypto, first, nonce, said))).toBe(toHex(sealed))
    const h1 = crypto.sha256(concat(str(label('transcript')), h0, crypto.sha256(sealed), str32(introduction)))
    const { transcript, keys } = secondStage(crypto, first, sealed, said, of(10))
    expect(transcript).toEqual(h1)
    const output = crypto.hkdfSha256(of(10), first.chainKey, concat(label('session'), h1), 128)
    const { rootKey, headerKey, nextHeaderKey, epochSeed } = keys
    expect(toHex(concat(rootKey, headerKey, nextHeaderKey, epochSeed))).toBe(toHex(output))
  })

  it('opens only an introduction that was sealed and padded as it says', () => {
    const sealed = sealIntroduction(crypto, first, nonce, anna)
    expect(openIntroduction(crypto, first, sealed)).toEqual(anna)
    for (const length of [0, 23, 24, 39, sealed.length - 1]) {
      expect(openIntroduction(crypto, first, sealed.subarray(0, length))).toBeNull()
    }
    expect(openIntroduction(crypto, firstStage(crypto, opening, { ...secrets, psk: of(0) }), sealed)).toBeNull()
    const unpadded = concat(nonce, crypto.xchachaSeal(first.identityKey, nonce, utf8('anna'), first.hash))
    expect(openIntroduction(crypto, first, unpadded)).toBeNull()
    const short = concat(nonce, crypto.xchachaSeal(first.identityKey, nonce, pad(of(0, 3)), first.hash))
    expect(openIntroduction(crypto, first, short)).toBeNull()
  })
})
