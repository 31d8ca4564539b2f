import { createHash } from 'node:crypto'
import { createReadStream, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { root } from './paths.mjs'

/** @returns {Promise<string>} hex, or base64 as npm writes integrity */
export async function hashFile(path, algorithm = 'sha256', encoding = /** @type {'hex' | 'base64'} */ ('hex')) {
  const hash = createHash(algorithm)
  await pipeline(createReadStream(path), hash)
  return hash.digest(encoding)
}

/**
 * One hash over names and contents of files and folders, in a fixed order.
 *
 * @param {readonly string[]} paths relative to the project
 * @param {(path: string) => boolean} [keep]
 */
export function hashTree(paths, keep = () => true) {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((path) => [...files(join(root, path))])) {
    const name = relative(root, path)
    if (!keep(name)) continue
    const content = readFileSync(path)
    hash.update(`${name.length}:${name}${content.length}:`).update(content)
  }
  return hash.digest('hex')
}

function* files(path) {
  let entries
  try {
    entries = readdirSync(path, { withFileTypes: true })
  } catch (error) {
    if (error.code === 'ENOTDIR') yield path
    else if (error.code !== 'ENOENT') throw error
    return
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const entry of entries) {
    if (entry.isDirectory()) yield* files(join(path, entry.name))
    else if (entry.isFile()) yield join(path, entry.name)
  }
}
