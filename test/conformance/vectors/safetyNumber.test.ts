/**
 * Safety numbers against the vectors of libsignal (AGPL-3.0-only), rust/protocol/src/fingerprint.rs, module `test`:
 * two keys with the telephone numbers that stand for their owners, the sixty digits, and what each side's QR code
 * holds. Its versions 1 and 2 give the same digits and hashes; they differ in the version that the QR code names.
 */
import { describe, expect, it } from 'vitest'
import { concat, utf8 } from '../../../main/core/bytes.ts'
import { fingerprintHash, safetyNumber } from '../../../main/core/identity/safetyNumber.ts'
import { bytesOfHex } from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

const alice = {
  key: bytesOfHex('0506863bc66d02b40d27b8d49ca7c09e9239236f9d7d25d6fcca5ce13c7064d868'),
  id: utf8('+14152222222'),
}
const bob = {
  key: bytesOfHex('05f781b6fb32fed9ba1cf2de978d4d5da28dc34046ae814402b5c0dbd96fda907b'),
  id: utf8('+14153333333'),
}
/** DISPLAYABLE_FINGERPRINT_V1, of which version 2 says "unchanged vs v1". */
const digits = '300354477692869396892869876765458257569162576843440918079131'

const aliceHash = '1e301a0353dce3dbe7684cb8336e85136cdc0ee96219494ada305d62a7bd61df'
const bobHash = 'd62cbf73a11592015b6b9f1682ac306fea3aaf3885b84d12bca631e9d4fb3a4d'
/** ALICE_ and BOB_SCANNABLE_FINGERPRINT_V1 and _V2. */
const scannable = [
  {
    version: 1,
    ofAlice: `080112220a20${aliceHash}1a220a20${bobHash}`,
    ofBob: `080112220a20${bobHash}1a220a20${aliceHash}`,
  },
  {
    version: 2,
    ofAlice: `080212220a20${aliceHash}1a220a20${bobHash}`,
    ofBob: `080212220a20${bobHash}1a220a20${aliceHash}`,
  },
]

/** libsignal's CombinedFingerprints: version, ours, theirs, each the first 32 bytes of a side's hash. */
function combined(version: number, ours: Uint8Array, theirs: Uint8Array): Uint8Array {
  const logical = (field: number, hash: Uint8Array) =>
    concat(Uint8Array.of(field * 8 + 2, 34, 10, 32), hash.subarray(0, 32))
  return concat(Uint8Array.of(8, version), logical(2, ours), logical(3, theirs))
}

/** Their key stands where the hash of our descriptor does, their number where our root key does. */
function keysOf(side: typeof alice) {
  return { descriptorHash: side.key, rootKey: side.id }
}

describe.each(providers)('$name', (crypto) => {
  it('gives the sixty digits on both sides', () => {
    const [ours, theirs] = [keysOf(alice), keysOf(bob)]
    expect(safetyNumber(crypto, ours, theirs)).toBe(digits)
    expect(safetyNumber(crypto, theirs, ours)).toBe(digits)
  })

  it.each(scannable)('gives the hashes in the QR codes of version $version', ({ version, ofAlice, ofBob }) => {
    const [ofA, ofB] = [fingerprintHash(crypto, alice.key, alice.id), fingerprintHash(crypto, bob.key, bob.id)]
    expect(combined(version, ofA, ofB)).toEqual(bytesOfHex(ofAlice))
    expect(combined(version, ofB, ofA)).toEqual(bytesOfHex(ofBob))
  })
})
