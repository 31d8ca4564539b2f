/** The small vectors of the documents that define the primitives, each named by its section. */
import { describe, expect, it } from 'vitest'
import { utf8 } from '../../../main/core/bytes.ts'
import { bytesOfHex, expectSame } from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

const hex = (...parts: readonly string[]) => bytesOfHex(parts.join(''))
const filled = (length: number, value: number) => new Uint8Array(length).fill(value)
const counting = (length: number, first: number) => Uint8Array.from({ length }, (_, i) => first + i)

const abc = utf8('abc')
const millionOfA = filled(1_000_000, 0x61)

/** FIPS 180-4, as NIST's "Examples with Intermediate Values" give them: one block, two blocks; and the two ends. */
const digests256 = [
  [utf8(''), 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
  [abc, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
  [
    utf8('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq'),
    '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
  ],
  [millionOfA, 'cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0'],
] as const
const digests512 = [
  [
    utf8(''),
    'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' +
      '47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
  ],
  [
    abc,
    'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
      '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  ],
  [
    utf8(
      'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn' +
        'hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu',
    ),
    '8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018' +
      '501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909',
  ],
  [
    millionOfA,
    'e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973eb' +
      'de0ff244877ea60a4cb0432ce577c31beb009c5c2c49aa2e4eadb217ad8cc09b',
  ],
] as const

/** RFC 4231 sections 4.2 to 4.8; the tag of the fourth but one is cut to 128 bits. */
const tags = [
  {
    key: filled(20, 0x0b),
    data: utf8('Hi There'),
    tag: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
  },
  {
    key: utf8('Jefe'),
    data: utf8('what do ya want for nothing?'),
    tag: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  },
  {
    key: filled(20, 0xaa),
    data: filled(50, 0xdd),
    tag: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
  },
  {
    key: counting(25, 1),
    data: filled(50, 0xcd),
    tag: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
  },
  { key: filled(20, 0x0c), data: utf8('Test With Truncation'), tag: 'a3b6167473100ee06e0c796c2955552b' },
  {
    key: filled(131, 0xaa),
    data: utf8('Test Using Larger Than Block-Size Key - Hash Key First'),
    tag: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  },
  {
    key: filled(131, 0xaa),
    data: utf8(
      'This is a test using a larger than block-size key and a larger than block-size data. ' +
        'The key needs to be hashed before being used by the HMAC algorithm.',
    ),
    tag: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
  },
]

/** RFC 5869 appendices A.1 to A.3. */
const derivations = [
  {
    ikm: filled(22, 0x0b),
    salt: counting(13, 0),
    info: counting(10, 0xf0),
    okm: hex('3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865'),
  },
  {
    ikm: counting(80, 0),
    salt: counting(80, 0x60),
    info: counting(80, 0xb0),
    okm: hex(
      'b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c',
      '59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71',
      'cc30c58179ec3e87c14c01d5c1f3434f1d87',
    ),
  },
  {
    ikm: filled(22, 0x0b),
    salt: filled(0, 0),
    info: filled(0, 0),
    okm: hex('8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8'),
  },
]

describe.each(providers)('$name', (crypto) => {
  it('hashes as FIPS 180-4', () => {
    for (const [data, digest] of digests256) expectSame(`${data.length} bytes`, crypto.sha256(data), hex(digest))
    for (const [data, digest] of digests512) expectSame(`${data.length} bytes`, crypto.sha512(data), hex(digest))
  })

  it('authenticates as RFC 4231 section 4', () => {
    for (const [i, { key, data, tag }] of tags.entries()) {
      const found = crypto.hmacSha256(key, data).subarray(0, tag.length / 2)
      expectSame(`section 4.${i + 2}`, found, hex(tag))
    }
  })

  it('derives as RFC 5869 appendix A', () => {
    for (const [i, { ikm, salt, info, okm }] of derivations.entries()) {
      expectSame(`A.${i + 1}`, crypto.hkdfSha256(ikm, salt, info, okm.length), okm)
    }
  })

  it('multiplies as RFC 7748 section 5.2', () => {
    expect(
      crypto.x25519(
        hex('a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4'),
        hex('e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c'),
      ),
    ).toEqual(hex('c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552'))
    expect(
      crypto.x25519(
        hex('4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d'),
        hex('e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493'),
      ),
    ).toEqual(hex('95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957'))
  })

  it('multiplies a thousand times over as RFC 7748 section 5.2', () => {
    let k = new Uint8Array(32)
    k[0] = 9
    let u = k
    for (let i = 1; i <= 1_000; i++) {
      const next = crypto.x25519(k, u)
      if (next === null) throw new Error(`all zero after ${i}`)
      u = k
      k = Uint8Array.from(next)
      if (i === 1) expect(k).toEqual(hex('422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079'))
    }
    expect(k).toEqual(hex('684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51'))
  })

  it('agrees as RFC 7748 section 6.1', () => {
    const alice = hex('77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a')
    const bob = hex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb')
    const [aliceKey, bobKey] = [crypto.x25519PublicKey(alice), crypto.x25519PublicKey(bob)]
    expect(aliceKey).toEqual(hex('8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a'))
    expect(bobKey).toEqual(hex('de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f'))
    const shared = hex('4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742')
    expect(crypto.x25519(alice, bobKey)).toEqual(shared)
    expect(crypto.x25519(bob, aliceKey)).toEqual(shared)
  })

  it('seals as draft-irtf-cfrg-xchacha-03 appendix A.3.1', () => {
    const plaintext = utf8(
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, " +
        'sunscreen would be it.',
    )
    const associatedData = hex('50515253c0c1c2c3c4c5c6c7')
    const [key, nonce] = [counting(32, 0x80), counting(24, 0x40)]
    const sealed = hex(
      'bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39',
      'ae64c6708c54c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9',
      '21f9664c97637da9768812f615c68b13b52e',
      'c0875924c1c7987947deafd8780acf49',
    )
    expect(crypto.xchachaSeal(key, nonce, plaintext, associatedData)).toEqual(sealed)
    expect(crypto.xchachaOpen(key, nonce, sealed, associatedData)).toEqual(plaintext)
  })
})
