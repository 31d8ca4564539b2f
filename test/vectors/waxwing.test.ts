/**
 * Our own vectors, through both providers of the primitives: what is lawful is read and made again, what is not is
 * refused with exactly this error. README.md beside them says how they are to be read.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { providers } from './providers.ts'
import { readVector, sumsOf, sumsPath, vectorNames } from './scenarios/files.ts'
import type { Json, Vector } from './scenarios/format.ts'
import { there } from './scenarios/format.ts'
import { errorDetails, errorKinds, scenarios } from './scenarios/index.ts'
import { expectationOf, madeOtherwise } from './scenarios/scenario.ts'

const names = vectorNames()
const vectors = new Map(names.map((name) => [name, readVector(name)]))
const library = (name: string): Vector => there(vectors.get(name), `vector ${name}`)
const all = [...vectors.values()]

type Fields = Readonly<Record<string, Json>>

function errorOf({ expect: expected }: Vector): Fields | null {
  return ((expected as Fields)['error'] ?? null) as Fields | null
}

describe.each(providers)('our own vectors, with $name', (crypto) => {
  it.each(names)('%s', (name) => {
    const vector = library(name)
    const ran = there(scenarios[vector.scenario], `scenario ${vector.scenario}`).run(crypto, vector, library)
    expect(expectationOf(ran)).toEqual(vector.expect)
    // Read only: one more form of the same, such as a link that a mail program broke.
    const isReadOnly = (vector.input as Fields)['canonical'] === false
    if (ran.again === undefined) return
    expect(ran.again === null).toBe(isReadOnly)
    if (ran.again !== null) expect(madeOtherwise(vector, ran.again, library)).toEqual([])
  })
})

/** Every field of an error, and of the errors that are its causes, as `field=value`; kinds only of causes. */
function detailsOf(error: Fields, isCause = false): readonly string[] {
  return Object.entries(error).flatMap(([name, value]) => {
    if (typeof value === 'object' && value !== null) return detailsOf(value as Fields, true)
    return name === 'kind' && !isCause ? [] : [`${name}=${value}`]
  })
}

describe('the files of our own vectors', () => {
  it('are the ones that were published', () => {
    expect(sumsOf(names)).toBe(readFileSync(sumsPath, 'utf8'))
  })

  it('are named for where they lie and for whether something is refused', () => {
    const refuses = all.filter((vector) => errorOf(vector) !== null).map(({ name }) => name)
    expect(names.filter((name) => name.split('/')[1]?.startsWith('refuses-'))).toEqual(refuses)
    expect(all.map(({ name }) => name)).toEqual(names)
    for (const { name, describes } of all) expect(`${name}: ${describes}`).toMatch(/: [A-Z0-9].*[^.]\.$/)
  })

  it('name a heading of PROTOCOL.md', () => {
    const protocol = readFileSync(join(import.meta.dirname, '../../main/core/PROTOCOL.md'), 'utf8')
    const headings = new Set(Array.from(protocol.matchAll(/^#+ (.+)$/gm), ([, heading]) => heading))
    expect(all.filter(({ section }) => !headings.has(section)).map(({ name }) => name)).toEqual([])
  })

  it('show something lawful of every kind of scenario that can succeed alone', () => {
    const succeed = new Set(all.filter((vector) => errorOf(vector) === null).map(({ scenario }) => scenario))
    // What an initiator does with a lawful bundle is shown together with its responder, by `handshake`.
    expect(Object.keys(scenarios).filter((name) => !succeed.has(name))).toEqual(['initiate'])
  })

  it('show every kind of every error', () => {
    const shown = new Set(all.map((vector) => `${vector.scenario}: ${JSON.stringify(errorOf(vector)?.['kind'])}`))
    const wanted = Object.entries(errorKinds).flatMap(([scenario, kinds]) =>
      Object.keys(kinds).map((kind) => `${scenario}: ${JSON.stringify(kind)}`),
    )
    expect(wanted.filter((kind) => !shown.has(kind))).toEqual([])
  })

  it('show every value that an error can carry in a field of few', () => {
    const shown = new Set(all.flatMap((vector) => detailsOf(errorOf(vector) ?? {})))
    const wanted = Object.entries(errorDetails).flatMap(([field, values]) =>
      Object.keys(values).map((value) => `${field}=${value}`),
    )
    expect(wanted.filter((detail) => !shown.has(detail))).toEqual([])
  })
})
