/** Collects vectors. Each is run before it is taken, so that none says what the product does not do. */
import { isDeepStrictEqual } from 'node:util'
import { nobleCrypto } from '../../../main/core/crypto/noble.ts'
import type { Vector } from '../scenarios/format.ts'
import { plain, there } from '../scenarios/format.ts'
import { scenarios } from '../scenarios/index.ts'
import { expectationOf, madeOtherwise } from '../scenarios/scenario.ts'
import { Shortener } from './shortener.ts'

export interface Draft {
  readonly name: string
  readonly describes: string
  readonly scenario: string
  readonly input: object
  /** The whole error, where the input must be refused. */
  readonly error?: object
}

/** The error of a layout that is refused for this. */
export const malformed = (cause: object) => ({ kind: 'malformed', cause })

export class Author {
  readonly vectors = new Map<string, Vector>()
  readonly #shortener = new Shortener()

  /** The vector of this name, for those that begin where it ends. */
  readonly library = (name: string): Vector => there(this.vectors.get(name), `vector ${name}`)

  /** Takes vectors of one section of PROTOCOL.md. */
  add(section: string, drafts: readonly Draft[]): void {
    for (const draft of drafts) {
      const { name } = draft
      if (this.vectors.has(name)) throw new Error(`${name}: there are two of this name`)
      try {
        this.vectors.set(name, this.#finish(section, draft))
      } catch (thrown) {
        throw new Error(`${name}: ${thrown instanceof Error ? thrown.message : 'failed'}`, { cause: thrown })
      }
    }
  }

  #finish(section: string, { name, describes, scenario, input, error }: Draft): Vector {
    const vector = { name, describes, section, scenario, input: plain(input) }
    const ran = there(scenarios[scenario], `scenario ${scenario}`).run(nobleCrypto, vector, this.library)
    const expect = expectationOf(ran)
    const wanted = error === undefined ? expect : { error: plain(error) }
    if (ran.result.ok !== (error === undefined) || !isDeepStrictEqual(expect, wanted)) {
      throw new Error(`gives ${JSON.stringify(expect).slice(0, 500)}`)
    }
    if (ran.again !== undefined && ran.again !== null) {
      const others = madeOtherwise(vector, ran.again, this.library)
      if (others.length > 0) throw new Error(`made again as another: ${others.join(', ')}`)
    }
    const short = { ...vector, input: this.#shortener.shorten(vector.input, name), expect }
    this.#shortener.remember(expect, name, 'expect')
    return short
  }
}
