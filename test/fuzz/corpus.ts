/** The inputs that are kept: real values, and what has reached further since. One file of JSON for each target. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Corpus {
  /** Made by the target itself: the same every time. */
  readonly seeds: readonly Uint8Array[]
  /** Found by fuzzing, the shortest that reach what they reach. */
  readonly reached: readonly Uint8Array[]
}

function pathOf(directory: string, target: string): string {
  return join(directory, `${target}.json`)
}

function fromText(list: readonly string[]): readonly Uint8Array[] {
  return list.map((text) => new Uint8Array(Buffer.from(text, 'base64')))
}

export function readCorpus(directory: string, target: string): Corpus {
  const path = pathOf(directory, target)
  if (!existsSync(path)) return { seeds: [], reached: [] }
  const { seeds, reached } = JSON.parse(readFileSync(path, 'utf8')) as Record<keyof Corpus, readonly string[]>
  return { seeds: fromText(seeds), reached: fromText(reached) }
}

export function writeCorpus(directory: string, target: string, { seeds, reached }: Corpus): void {
  const toText = (list: readonly Uint8Array[]) => list.map((bytes) => Buffer.from(bytes).toString('base64'))
  const file = { seeds: toText(seeds), reached: toText(reached) }
  writeFileSync(pathOf(directory, target), `${JSON.stringify(file, null, 1)}\n`)
}
