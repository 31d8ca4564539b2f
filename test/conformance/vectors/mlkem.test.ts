/** ML-KEM-768 against Wycheproof, NIST ACVP and CCTV. */
import { describe, expect, it } from 'vitest'
import { concat } from '../../../main/core/bytes.ts'
import type { VectorFile } from '../../vectors/inventory.ts'
import {
  bytesOfHex,
  describeVectors,
  eachWycheproof,
  expectSame,
  readVectors,
  readVectorText,
} from '../../vectors/load.ts'
import { providers } from '../../vectors/providers.ts'

const semiExpanded = 'wycheproof/mlkem_768_semi_expanded_decaps_test.json.gz'

/** `name = hex` lines. */
function fieldsOf(file: VectorFile): (name: string) => Uint8Array {
  const fields = new Map(
    readVectorText(file)
      .split('\n')
      .map((line) => line.split(' = ') as [string, string]),
  )
  return (name) => bytesOfHex(fields.get(name) ?? 'absent')
}

interface AcvpGroup<Test> {
  readonly tgId: number
  readonly parameterSet?: string
  readonly function?: string
  readonly tests: readonly (Test & { readonly tcId: number })[]
}

const keyGen = {
  prompt: 'acvp/ML-KEM-keyGen-FIPS203-prompt.json.gz',
  expected: 'acvp/ML-KEM-keyGen-FIPS203-expectedResults.json.gz',
} as const
const encapDecap = {
  prompt: 'acvp/ML-KEM-encapDecap-FIPS203-prompt.json.gz',
  expected: 'acvp/ML-KEM-encapDecap-FIPS203-expectedResults.json.gz',
} as const

/** The tests of ML-KEM-768 of one function, each with its expected result. */
function acvp<Test, Expected>(files: typeof keyGen | typeof encapDecap, wanted?: string): readonly (Test & Expected)[] {
  const prompt = readVectors<{ testGroups: readonly AcvpGroup<Test>[] }>(files.prompt)
  const results = readVectors<{ testGroups: readonly AcvpGroup<Expected>[] }>(files.expected)
  const expected = new Map(results.testGroups.flatMap((group) => group.tests.map((test) => [test.tcId, test] as const)))
  return prompt.testGroups
    .filter((group) => group.parameterSet === 'ML-KEM-768' && group.function === wanted)
    .flatMap((group) => group.tests.map((test) => ({ ...test, ...(expected.get(test.tcId) as Expected) })))
}

describe.each(providers)('$name', (crypto) => {
  describeVectors('wycheproof/mlkem_768_keygen_seed_test.json.gz', () => {
    it('makes keys from seeds', () => {
      type Test = { seed: string; ek: string; dk: string }
      const run = eachWycheproof<object, Test>('wycheproof/mlkem_768_keygen_seed_test.json.gz', (test) => {
        const pair = crypto.mlKem768KeyPair(bytesOfHex(test.seed))
        expectSame(`tcId ${test.tcId}`, pair.publicKey, bytesOfHex(test.ek))
        expectSame(`tcId ${test.tcId}`, pair.secretKey, bytesOfHex(test.dk))
      })
      expect(run).toBe(100)
    })
  })

  describeVectors('wycheproof/mlkem_768_encaps_test.json.gz', () => {
    it('encapsulates, and refuses keys that fail the modulus check', () => {
      type Test = { m: string; ek: string; c: string; K: string }
      const run = eachWycheproof<object, Test>('wycheproof/mlkem_768_encaps_test.json.gz', (test) => {
        const made = crypto.mlKem768Encapsulate(bytesOfHex(test.ek), bytesOfHex(test.m))
        const label = `tcId ${test.tcId}`
        expectSame(label, crypto.mlKem768CheckPublicKey(bytesOfHex(test.ek)), test.result !== 'invalid')
        if (test.result === 'invalid') expectSame(label, made, null)
        else expectSame(label, made, { cipherText: bytesOfHex(test.c), sharedSecret: bytesOfHex(test.K) })
      })
      expect(run).toBe(265)
    })
  })

  describeVectors('wycheproof/mlkem_768_test.json.gz', () => {
    it('decapsulates', () => {
      type Test = { seed: string; c: string; K: string }
      const run = eachWycheproof<object, Test>('wycheproof/mlkem_768_test.json.gz', (test) => {
        const label = `tcId ${test.tcId} ${test.comment}`
        const seed = bytesOfHex(test.seed)
        if (seed.length !== 64) {
          expectSame(label, test.result, 'invalid')
          expect(() => crypto.mlKem768KeyPair(seed)).toThrow('64 bytes')
          return
        }
        const shared = crypto.mlKem768Decapsulate(bytesOfHex(test.c), crypto.mlKem768KeyPair(seed).secretKey)
        expectSame(label, shared, test.result === 'invalid' ? null : bytesOfHex(test.K))
      })
      expect(run).toBe(193)
    })
  })

  describeVectors(semiExpanded, () => {
    it('checks keys and ciphertexts before it decapsulates', () => {
      const run = eachWycheproof<object, { dk: string; c: string; K?: string }>(semiExpanded, (test) => {
        const shared = crypto.mlKem768Decapsulate(bytesOfHex(test.c), bytesOfHex(test.dk))
        const label = `tcId ${test.tcId} ${test.comment}`
        if (test.result === 'invalid') expectSame(label, shared, null)
        else expectSame(label, shared, test.K === undefined ? expect.any(Uint8Array) : bytesOfHex(test.K))
      })
      expect(run).toBe(9)
    })
  })

  describeVectors(keyGen.prompt, () => {
    it('makes the keys of NIST', () => {
      const tests = acvp<{ d: string; z: string }, { ek: string; dk: string }>(keyGen)
      expect(tests).toHaveLength(25)
      for (const test of tests) {
        const pair = crypto.mlKem768KeyPair(concat(bytesOfHex(test.d), bytesOfHex(test.z)))
        expect(pair.publicKey).toEqual(bytesOfHex(test.ek))
        expect(pair.secretKey).toEqual(bytesOfHex(test.dk))
      }
    })
  })

  describeVectors(encapDecap.prompt, () => {
    it('encapsulates and decapsulates as NIST', () => {
      type Encapsulation = { ek: string; m: string }
      const made = acvp<Encapsulation, { c: string; k: string }>(encapDecap, 'encapsulation')
      expect(made).toHaveLength(25)
      for (const test of made) {
        const pair = crypto.mlKem768Encapsulate(bytesOfHex(test.ek), bytesOfHex(test.m))
        expect(pair).toEqual({ cipherText: bytesOfHex(test.c), sharedSecret: bytesOfHex(test.k) })
      }
      const opened = acvp<{ dk: string; c: string }, { k: string }>(encapDecap, 'decapsulation')
      expect(opened).toHaveLength(10)
      for (const test of opened) {
        expect(crypto.mlKem768Decapsulate(bytesOfHex(test.c), bytesOfHex(test.dk))).toEqual(bytesOfHex(test.k))
      }
    })

    it('refuses the keys that NIST refuses', () => {
      const encapsulation = acvp<{ ek: string }, { testPassed: boolean }>(encapDecap, 'encapsulationKeyCheck')
      for (const test of encapsulation) {
        const made = crypto.mlKem768Encapsulate(bytesOfHex(test.ek), new Uint8Array(32))
        expect(made !== null).toBe(test.testPassed)
        expect(crypto.mlKem768CheckPublicKey(bytesOfHex(test.ek))).toBe(test.testPassed)
      }
      const decapsulation = acvp<{ dk: string }, { testPassed: boolean }>(encapDecap, 'decapsulationKeyCheck')
      for (const test of decapsulation) {
        const opened = crypto.mlKem768Decapsulate(new Uint8Array(1088), bytesOfHex(test.dk))
        expect(opened !== null).toBe(test.testPassed)
      }
      expect(encapsulation.length + decapsulation.length).toBe(20)
    })
  })

  describeVectors('cctv/ML-KEM-768-modulus.txt.gz', () => {
    it('refuses every coefficient above the modulus', () => {
      const keys = readVectorText('cctv/ML-KEM-768-modulus.txt.gz').trim().split('\n')
      expect(keys.length).toBeGreaterThan(700)
      for (const key of keys.map(bytesOfHex)) {
        expect(crypto.mlKem768Encapsulate(key, new Uint8Array(32))).toBeNull()
        expect(crypto.mlKem768CheckPublicKey(key)).toBe(false)
      }
    })
  })

  describeVectors('cctv/ML-KEM-768-strcmp.txt.gz', () => {
    it('compares ciphertexts whole', () => {
      const field = fieldsOf('cctv/ML-KEM-768-strcmp.txt.gz')
      expect(crypto.mlKem768Decapsulate(field('c'), field('dk'))).toEqual(field('K'))
    })
  })

  // The d and z of these two are of the draft, which did not hash the parameter set with d: keys are taken as they are.
  describeVectors('cctv/ML-KEM-768-intermediate.txt.gz', () => {
    it('comes to the ends of a calculation that was published step by step', () => {
      const field = fieldsOf('cctv/ML-KEM-768-intermediate.txt.gz')
      expect(crypto.mlKem768Encapsulate(field('ek'), field('m'))).toEqual({
        cipherText: field('c'),
        sharedSecret: field('K'),
      })
      expect(crypto.mlKem768Decapsulate(field('c'), field('dk'))).toEqual(field('K'))
    })
  })

  describeVectors('cctv/ML-KEM-768-unluckysample.txt.gz', () => {
    it('samples on when rejection takes long', () => {
      const field = fieldsOf('cctv/ML-KEM-768-unluckysample.txt.gz')
      expect(crypto.mlKem768Encapsulate(field('ek'), field('m'))).toEqual({
        cipherText: field('c'),
        sharedSecret: field('K'),
      })
      expect(crypto.mlKem768Decapsulate(field('c'), field('dk'))).toEqual(field('K'))
    })
  })
})
