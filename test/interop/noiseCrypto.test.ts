/** The native primitives of Noise against those that come with libp2p, and two nodes that use one each. */
import { noise } from '@chainsafe/libp2p-noise'
import { defaultCrypto, pureJsCrypto } from '@chainsafe/libp2p-noise/crypto'
import { yamux } from '@chainsafe/libp2p-yamux'
import { ping } from '@libp2p/ping'
import { tcp } from '@libp2p/tcp'
import { createLibp2p } from 'libp2p'
import { Uint8ArrayList } from 'uint8arraylist'
import { afterAll, describe, expect, it } from 'vitest'
import '../../main/net/withResolvers.ts'
import { concat } from '../../main/core/bytes.ts'
import { createNoiseCrypto } from '../../main/node/crypto/noise.ts'
import { bytesOfHex, describeVectors, eachWycheproof, expectSame } from '../vectors/load.ts'

const native = createNoiseCrypto()
const filled = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => (first + i * 7) & 255)
const bytesOf = (data: { subarray(): Uint8Array }) => Uint8Array.from(data.subarray())

type Chunk = Parameters<typeof native.hashSHA256>[0]

/** In two pieces. The list is of our version of the package, which the types of the library's tell apart. */
function inPieces(data: Uint8Array): Chunk {
  const middle = data.length / 2
  return new Uint8ArrayList(data.subarray(0, middle), data.subarray(middle)) as unknown as Chunk
}

describe('native Noise primitives', () => {
  it('hash and derive as the library does', () => {
    for (const length of [0, 1, 32, 64, 300, 5_000]) {
      const data = filled(length, 1)
      const expected = pureJsCrypto.hashSHA256(data)
      expect(native.hashSHA256(data)).toEqual(expected)
      expect(native.hashSHA256(inPieces(data))).toEqual(expected)
    }
    expect(native.getHKDF(filled(32, 1), filled(32, 9))).toEqual(
      pureJsCrypto.getHKDF(filled(32, 1), filled(32, 9)).map(bytesOf),
    )
    expect(native.getHKDF(filled(32, 1), new Uint8Array(0))).toEqual(
      pureJsCrypto.getHKDF(filled(32, 1), new Uint8Array(0)).map(bytesOf),
    )
  })

  it('agree on keys', () => {
    const seed = filled(32, 3)
    expect(native.generateX25519KeyPairFromSeed(seed)).toEqual(pureJsCrypto.generateX25519KeyPairFromSeed(seed))
    const ours = native.generateX25519KeyPair()
    const theirs = pureJsCrypto.generateX25519KeyPair()
    expect(ours.privateKey).not.toEqual(native.generateX25519KeyPair().privateKey)
    const shared = native.generateX25519SharedKey(ours.privateKey, theirs.publicKey)
    expect(shared).toEqual(pureJsCrypto.generateX25519SharedKey(theirs.privateKey, ours.publicKey))
    expect(() => native.generateX25519SharedKey(ours.privateKey, new Uint8Array(32))).toThrow('status')
  })

  it('open what the library seals, also in place, and the other way round', () => {
    const [key, nonce, ad] = [filled(32, 1), filled(12, 2), filled(32, 3)]
    for (const length of [0, 1, 1_199, 1_200, 65_519]) {
      const message = filled(length, 4)
      const sealed = bytesOf(pureJsCrypto.chaCha20Poly1305Encrypt(message, nonce, ad, key))
      expect(bytesOf(native.chaCha20Poly1305Encrypt(inPieces(message), nonce, ad, key))).toEqual(sealed)
      expect(bytesOf(native.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))).toEqual(message)
      const place = sealed.slice()
      const opened = native.chaCha20Poly1305Decrypt(place, nonce, ad, key, place.subarray(0, length))
      expect(bytesOf(opened)).toEqual(message)
      sealed[length] = (sealed[length] as number) ^ 1
      expect(() => native.chaCha20Poly1305Decrypt(sealed, nonce, ad, key)).toThrow('could not verify')
    }
    expect(() => native.chaCha20Poly1305Decrypt(new Uint8Array(15), nonce, ad, key)).toThrow('shorter than its tag')
  })

  describeVectors('wycheproof/chacha20_poly1305_test.json.gz', () => {
    it('agree with Wycheproof', () => {
      type Test = { key: string; iv: string; aad: string; msg: string; ct: string; tag: string }
      const run = eachWycheproof<object, Test>('wycheproof/chacha20_poly1305_test.json.gz', (test) => {
        const [key, nonce, ad] = [bytesOfHex(test.key), bytesOfHex(test.iv), bytesOfHex(test.aad)]
        const sealed = concat(bytesOfHex(test.ct), bytesOfHex(test.tag))
        const open = () => bytesOf(native.chaCha20Poly1305Decrypt(sealed, nonce, ad, key))
        if (test.result === 'valid') expectSame(`tcId ${test.tcId}`, open(), bytesOfHex(test.msg))
        else expect(open).toThrow(/could not verify|NPUBBYTES|shorter than its tag/)
      })
      expect(run).toBe(325)
    })
  })
})

describe('two nodes on loopback', () => {
  const started: { stop(): Promise<void> | void }[] = []
  afterAll(async () => {
    await Promise.all(started.map(async (node) => node.stop()))
  })

  async function node(crypto: ReturnType<typeof createNoiseCrypto>) {
    const made = await createLibp2p({
      addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
      transports: [tcp()],
      connectionEncrypters: [noise({ crypto })],
      streamMuxers: [yamux()],
      services: { ping: ping() },
    })
    started.push(made)
    return made
  }

  it('shake hands and talk, native with the default, both ways', async () => {
    const ours = await node(native)
    const dialled = await node(defaultCrypto)
    const dialling = await node(defaultCrypto)
    expect(await ours.services.ping.ping(dialled.getMultiaddrs())).toBeGreaterThanOrEqual(0)
    expect(await dialling.services.ping.ping(ours.getMultiaddrs())).toBeGreaterThanOrEqual(0)
  })
})
