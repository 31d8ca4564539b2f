/** The folder of vectors and the table of its files are equal, and what the table says is so. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { describe, expect, it } from 'vitest'
import { inventory } from './inventory.ts'
import { vectorFolder, vectorsAvailable, vectorsRequired } from './load.ts'

const entries = Object.entries(inventory)
const run = entries.flatMap(([file, entry]) => ('runBy' in entry ? [[file, entry.runBy] as const] : []))

if (!vectorsAvailable) console.warn(`vectors: ${run.length} files skipped: there is no folder ${vectorFolder}`)

describe('the folder of vectors', () => {
  it.skipIf(!vectorsAvailable)('holds the files of the table and no others', () => {
    const found = readdirSync(vectorFolder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(vectorFolder, join(entry.parentPath, entry.name)).replaceAll(sep, '/'))
    expect(found.toSorted()).toEqual(Object.keys(inventory).toSorted())
  })

  it.each(run)('%s is read by the test that the table names', (file, runBy) => {
    const test = join(import.meta.dirname, `../conformance/vectors/${runBy}.test.ts`)
    expect(readFileSync(test, 'utf8')).toContain(`'${file}'`)
  })

  it('may be absent only where nobody asked for it', () => {
    expect(vectorsRequired({})).toBe(false)
    expect(vectorsRequired({ CI: '' })).toBe(false)
    expect(vectorsRequired({ CI: 'false' })).toBe(false)
    expect(vectorsRequired({ CI: 'true' })).toBe(true)
    expect(vectorsRequired({ WAXWING_VECTORS: '/elsewhere' })).toBe(true)
  })
})
