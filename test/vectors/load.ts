/**
 * Reads the vectors that others wrote, gzipped, from the folder named by WAXWING_VECTORS or from `shared/vectors`
 * beside the project. They are not part of the project; where they are absent the tests that need them are skipped
 * and folder.test.ts says how many files that are. In CI, and where a folder was named, nothing is skipped: its
 * absence is a failure.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect } from 'vitest'
import type { VectorFile } from './inventory.ts'

const beside = join(import.meta.dirname, '../../../shared/vectors')

/** Whether the folder must be there: where it was asked for, and in CI. */
export function vectorsRequired(environment: Readonly<Record<string, string | undefined>>): boolean {
  return environment['WAXWING_VECTORS'] !== undefined || !['', 'false'].includes(environment['CI'] ?? '')
}

export const vectorFolder = resolve(process.env['WAXWING_VECTORS'] ?? beside)
/** False where the tests that need vectors are skipped. */
export const vectorsAvailable = vectorsRequired(process.env) || existsSync(vectorFolder)

/** The text of a gzipped file. */
export function readVectorText(file: VectorFile): string {
  return gunzipSync(readFileSync(join(vectorFolder, file))).toString('utf8')
}

/** The value in a gzipped JSON file. Its shape is the caller's claim: the tests fail if it is another. */
export function readVectors<T>(file: VectorFile): T {
  return JSON.parse(readVectorText(file)) as T
}

/** A suite over one file of vectors, skipped where the folder is absent. */
export function describeVectors(file: VectorFile, suite: () => void): void {
  describe.skipIf(!vectorsAvailable)(`vectors of ${file}`, () => {
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
  file: VectorFile,
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
