/**
 * Reads the vectors that others wrote, gzipped, from the folder named by WAXWING_VECTORS or from `shared/vectors`
 * beside the project. They are not part of the project; without them the tests that need them are skipped and say
 * so.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'

const named = process.env['WAXWING_VECTORS']
export const vectorFolder = resolve(named ?? join(import.meta.dirname, '../../../shared/vectors'))
// A folder that was asked for must be there: nothing is skipped then.
const available = named !== undefined || existsSync(vectorFolder)

const skipped = new Set<string>()

/** The text of a gzipped file. */
export function readVectorText(file: string): string {
  return gunzipSync(readFileSync(join(vectorFolder, file))).toString('utf8')
}

/** The value in a gzipped JSON file. Its shape is the caller's claim: the tests fail if it is another. */
export function readVectors<T>(file: string): T {
  return JSON.parse(readVectorText(file)) as T
}

/** A suite over one file of vectors, skipped where the folder is absent. */
export function describeVectors(file: string, suite: () => void): void {
  if (!available && !skipped.has(file)) {
    skipped.add(file)
    console.warn(`vectors: ${skipped.size} file(s) skipped here, now ${file}: there is no folder ${vectorFolder}`)
  }
  describe.skipIf(!available)(`vectors of ${file}`, () => {
    suite()
  })
}

/** Equality of one vector's outcome; the failure names the vector. */
export function expectSame(label: string, actual: unknown, expected: unknown): void {
  expect({ label, is: actual }).toEqual({ label, is: expected })
}

export function bytesOfHex(hex: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(hex)) throw new Error(`not hexadecimal: ${hex.slice(0, 40)}`)
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

/** What is common to the files of Wycheproof. */
export interface WycheproofFile<Group, Test> {
  readonly numberOfTests: number
  readonly testGroups: readonly (Group & { readonly tests: readonly (Test & WycheproofTest)[] })[]
}

export interface WycheproofTest {
  readonly tcId: number
  readonly comment?: string
  readonly flags?: readonly string[]
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

/** Calls for every test of every group, and checks that none was missed. */
export function eachWycheproof<Group, Test>(
  file: string,
  check: (test: Test & WycheproofTest, group: Group) => void,
): number {
  const vectors = readVectors<WycheproofFile<Group, Test>>(file)
  let run = 0
  for (const group of vectors.testGroups) {
    for (const test of group.tests) {
      check(test, group)
      run++
    }
  }
  if (run !== vectors.numberOfTests) throw new Error(`${file}: ran ${run} of ${vectors.numberOfTests}`)
  return run
}
