/** Strings of bytes that stand in many formats, and the values at which they end. */
import { utf8 } from '../../main/core/bytes.ts'

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'hex'))
}

const zeros = new Uint8Array(32)
const one = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 1 : 0))

/** Public keys with which X25519 gives zero (RFC 7748 section 6.1, and the forms that are not reduced). */
export const lowOrderKeys: readonly Uint8Array[] = [
  zeros,
  one,
  hex('e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800'),
  hex('5f9c95bcca350824b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'),
  hex(`ec${'ff'.repeat(30)}7f`),
  hex(`ed${'ff'.repeat(30)}7f`),
  hex(`ee${'ff'.repeat(30)}7f`),
]

/** Ed25519 points of small order. */
const smallOrderPoints: readonly Uint8Array[] = [
  hex('26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'),
  hex('c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'),
  hex(`${'00'.repeat(31)}80`),
]

/** For every target: key types, versions and suites, ends of numbers, low-order points. */
export const commonTokens: readonly Uint8Array[] = [
  ...['01', '02', '03', '0001', '00', 'ff', 'ffff', 'ffffffff', '001fffffffffffff', '0020000000000000'].map(hex),
  ...['ffffffffffffffff', '001ebffffffff000', '7fffffff', '80000000'].map(hex),
  ...lowOrderKeys,
  ...smallOrderPoints,
]

/** Pieces of text that mean something to Unicode: marks, joiners, directions, what composes, and what is not UTF-8. */
export const textTokens: readonly Uint8Array[] = [
  '\u0300',
  '\u0316',
  '\u0345',
  '\u0f71\u0f72',
  '\u200d',
  '\u202e',
  '\u2066',
  '\u2069',
  '\ufe0f',
  '\u{e0041}',
  '\u1100',
  '\u1161',
  '\u11a8',
  '\u0958',
  '\u{1d15e}',
  '\u{1f468}\u200d\u{1f469}',
  '\u0644\u200c',
  '\u2028',
  '\r\n',
  '\ufdfa',
  '\u3164',
  '\u0390',
  '\u{10ffff}',
  '\ufffe',
  '\t',
  '\0',
]
  .map(utf8)
  .concat(['c080', 'eda080', 'f4908080', 'f08080af', 'e28080', 'c3', 'ff', 'fe'].map(hex))

export function words(...list: readonly string[]): readonly Uint8Array[] {
  return list.map(utf8)
}
