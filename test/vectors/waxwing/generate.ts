/**
 * Makes the vectors: those that are missing, and of those that are there only the ones that are named. A vector that
 * was published stays as it is; whoever changes the protocol says which ones change with it.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { pathOf, sumsOf, sumsPath, vectorNames } from '../scenarios/files.ts'
import { printVector } from '../scenarios/format.ts'
import { makeAll } from '../make/index.ts'

export interface Wanted {
  /** Vectors that may be written over, by name. */
  readonly force: readonly string[]
  readonly forceAll: boolean
}

/** What was done, and what was not: each list of names. */
export interface Outcome {
  readonly written: readonly string[]
  readonly unchanged: readonly string[]
  /** They are there and would be others now, or would not be made at all. */
  readonly frozen: readonly string[]
  /** Named, but none is made by this name. */
  readonly unknown: readonly string[]
}

/** Writes what may be written, and the sums of all that is there. */
export function generate({ force, forceAll }: Wanted): Outcome {
  const vectors = makeAll()
  const unknown = force.filter((name) => !vectors.has(name))
  const [written, unchanged, frozen]: [string[], string[], string[]] = [[], [], []]
  for (const [name, vector] of vectors) {
    const path = pathOf(name)
    const text = printVector(vector)
    const isThere = existsSync(path)
    if (isThere && readFileSync(path, 'utf8') === text) unchanged.push(name)
    else if (!isThere || forceAll || force.includes(name)) {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      written.push(name)
    } else frozen.push(name)
  }
  for (const name of vectorNames().filter((found) => !vectors.has(found))) {
    if (forceAll) rmSync(pathOf(name))
    else frozen.push(name)
  }
  writeFileSync(sumsPath, sumsOf(vectorNames()))
  return { written, unchanged, frozen, unknown }
}
