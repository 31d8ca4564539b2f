/** The files of our own vectors, and the sums that hold them as they are. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { toHex } from '../../../main/core/bytes.ts'
import { nobleCrypto } from '../../../main/core/crypto/noble.ts'
import type { Vector } from './format.ts'

const folder = join(import.meta.dirname, '../waxwing')
export const sumsPath = join(folder, 'SHA256SUMS')
const ending = '.json'

export function pathOf(name: string): string {
  return join(folder, `${name}${ending}`)
}

/** The names of all vectors that are there, in order. */
export function vectorNames(): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(ending))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll(sep, '/').slice(0, -ending.length))
    .toSorted()
}

export function readVector(name: string): Vector {
  return JSON.parse(readFileSync(pathOf(name), 'utf8')) as Vector
}

/** The text of SHA256SUMS, as `sha256sum -c` reads it. */
export function sumsOf(names: readonly string[]): string {
  const lines = names.map((name) => `${toHex(nobleCrypto.sha256(readFileSync(pathOf(name))))}  ${name}${ending}\n`)
  return lines.join('')
}
