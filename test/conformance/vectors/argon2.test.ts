/** Argon2id against vectors that fit the interface (one lane, a salt of 16 bytes), and the reference against its RFC. */
import { argon2id } from '@noble/hashes/argon2.js'
import { describe, expect, it } from 'vitest'
import { bytesOfHex, expectSame } from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

const hex = (...parts: readonly string[]) => bytesOfHex(parts.join(''))

/**
 * libsodium (ISC licence), test/default/pwhash_argon2id.c and .exp: the first of `tv`, and those from the fifth on
 * that take least time. Its limits of memory are in bytes and rounded down to KiB.
 */
const ofLibsodium = [
  {
    password: hex(
      'a347ae92bce9f80f6f595a4480fc9c2fe7e7d7148d371e9487d75f5c23008ffae065577a928febd9b1973a5a95073acdbeb6',
      'a030cfc0d79caa2dc5cd011cef02c08da232d76d52dfbca38ca8dcbd665b17d1665f7cf5fe59772ec909733b24de97d6f58d',
      '220b20c60d7c07ec1fd93c52c31020300c6c1facd77937a597c7a6',
    ),
    salt: hex('5541fbc995d5c197ba290346d2c559de'),
    memoryKiB: 7086,
    passes: 5,
    output: hex(
      '18acec5d6507739f203d1f5d9f1d862f7c2cdac4f19d2bdff64487e60d969e3ced615337b9eec6ac4461c6ca07f0939741e5',
      '7c24d0005c7ea171a0ee1e7348249d135b38f222e4dad7b9a033ed83f5ca27277393e316582033c74affe2566a2bea47f91f',
      '0fd9fe49ece7e1f79f3ad6e9b23e0277c8ecc4b313225748dd2a80f5679534a0700e246a79a49b3f74eb89ec6205fe1eeb94',
      '1c73b1fcf1',
    ),
  },
  {
    password: hex(
      '4a857e2ee8aa9b6056f2424e84d24a72473378906ee04a46cb05311502d5250b82ad86b83c8f20a23dbb74f6da60b0b6ecff',
      'd67134d45946ac8ebfb3064294bc097d43ced68642bfb8bbbdd0f50b30118f5e',
    ),
    salt: hex('39d82eef32010b8b79cc5ba88ed539fb'),
    memoryKiB: 1399,
    passes: 3,
    output: hex(
      '08d8cd330c57e1b4643241d05bb468ba4ee4e932cd0858816be9ef15360b27bbd06a87130ee92222be267a29b81f5ae8fe86',
      '13324cfc4832dc49387fd0602f1c57b4d0f3855db94fb7e12eb05f9a484aed4a4307abf586cd3d55c809bc081541e00b6827',
      '72fb2066504ff935b8ebc551a2083882f874bc0fae68e56848ae34c91097c3bf0cca8e75c0797eef3efde3f75e005815018d',
      'b3cf7c109a812264c4de69dcb22322dbbcfa447f5b00ecd1b04a7be1569c8e556adb7bba48adf81d',
    ),
  },
  {
    password: hex('b540beb016a5366524d4605156493f9874514a5aa58818cd0c6dfffaa9e90205f17b'),
    salt: hex('44071f6d181561670bda728d43fb79b4'),
    memoryKiB: 1593,
    passes: 1,
    output: hex(
      '7fb72409b0987f8190c3729710e98c3f80c5a8727d425fdcde7f3644d467fe973f5b5fee683bd3fce812cb9ae5e9921a2d06',
      'c2f1905e4e839692f2b934b682f11a2fe2b90482ea5dd234863516dba6f52dc0702d324ec77d860c2e181f84472bd7104fed',
      'ce071ffa93c5309494ad51623d214447a7b2b1462dc7d5d55a1f6fd5b54ce024118d86f0c6489d16545aaa87b6689dad9f2f',
      'b47fda9894f8e12b87d978b483ccd4cc5fd9595cdc7a818452f915ce2f7df95ec12b1c72e3788d473441d884f9748eb14703',
      'c21b45d82fd667b85f5b2d98c13303b3fe76285531a826b6fc0fe8e3dddecf',
    ),
  },
  {
    password: hex(
      'a14975c26c088755a8b715ff2528d647cd343987fcf4aa25e7194a8417fb2b4b3f7268da9f3182b4cfb22d138b2749d673a4',
      '7ecc7525dd15a0a3c66046971784bb63d7eae24cc84f2631712075a10e10a96b0e0ee67c43e01c423cb9c44e5371017e9c49',
      '6956b632158da3fe12addecb88912e6759bc37f9af2f45af72c5cae3b179ffb676a697de6ebe45cd4c16d4a9d642d29ddc01',
      '86a0a48cb6cd62bfc3dd229d313b301560971e740e2cf1f99a9a090a5b283f35475057e96d7064e2e0fc81984591068d55a3',
      'b4169f22cccb0745a2689407ea1901a0a766eb99',
    ),
    salt: hex('3d968b2752b8838431165059319f3ff8'),
    memoryKiB: 1742,
    passes: 3,
    output: hex(
      '4e702bc5f891df884c6ddaa243aa846ce3c087fe930fef0f36b3c2be34164ccc295db509254743f18f947159c813bcd5dd8d',
      '94a3aec93bbe57605d1fad1aef1112687c3d4ef1cb329d21f1632f626818d766915d886e8d819e4b0b9c9307f4b6afc081e1',
      '3b0cf31db382ff1bf05a16aac7af696336d75e99f82163e0f371e1d25c4add808e215697ad3f779a51a462f8bf52610af21f',
      'c69dba6b072606f2dabca7d4ae1d91d919',
    ),
  },
]

describe.each(providers)('$name', (crypto) => {
  it('stretches as libsodium publishes', () => {
    for (const [i, vector] of ofLibsodium.entries()) {
      const { password, salt, memoryKiB, passes, output } = vector
      expectSame(`number ${i}`, crypto.argon2id(password, salt, memoryKiB, passes, output.length), output)
    }
  })
})

describe('the reference', () => {
  it('has the tag of RFC 9106 section 5.3', () => {
    // Four lanes, a secret and associated data, which neither the interface nor libsodium offers: of both providers
    // this can be asked of noble alone, below the interface.
    const tag = argon2id(new Uint8Array(32).fill(1), new Uint8Array(16).fill(2), {
      m: 32,
      t: 3,
      p: 4,
      key: new Uint8Array(8).fill(3),
      personalization: new Uint8Array(12).fill(4),
      version: 0x13,
      dkLen: 32,
    })
    expect(tag).toEqual(hex('0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659'))
  })
})
