import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createHash } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { cacheDir, makeCacheDir, outDir, root } from './paths.mjs'

const keptMs = 7 * 24 * 3600_000

/**
 * Copies the built app and its native packages to where an ordinary user can read them; a clone in root's home is
 * closed to everybody else. The same bundle is copied once.
 *
 * @returns {string} the folder to start Electron on
 */
export function stageApp() {
  makeCacheDir()
  const stamp = readFileSync(join(outDir, '.built-from'), 'utf8')
  const name = createHash('sha256').update(`${root}\n${stamp}`).digest('hex').slice(0, 16)
  const staged = join(cacheDir, 'staged', name)
  if (existsSync(staged)) return staged
  mkdirSync(join(cacheDir, 'staged'), { recursive: true })
  removeOld(join(cacheDir, 'staged'))
  const unfinished = mkdtempSync(join(cacheDir, 'staged', 'unfinished-'))
  chmodSync(unfinished, 0o755)
  const { name: app, productName, version, main, type } = manifest(root)
  writeFileSync(join(unfinished, 'package.json'), JSON.stringify({ name: app, productName, version, main, type }))
  for (const part of ['main', 'preload', 'renderer']) {
    cpSync(join(outDir, part), join(unfinished, 'out', part), { recursive: true })
  }
  for (const path of nativePackages())
    cpSync(join(root, path), join(unfinished, path), { recursive: true, filter: needed })
  if (!existsSync(staged)) renameSync(unfinished, staged)
  else rmSync(unfinished, { recursive: true })
  return staged
}

/** The folders of the packages that stay outside the bundle, with all they depend on. */
export function nativePackages() {
  const found = new Set()
  const visit = (from, name) => {
    const path = locate(from, name)
    if (path === undefined || found.has(path)) return
    found.add(path)
    // Optional ones are builds for other platforms, which are not there, and the one for this.
    const { dependencies, optionalDependencies } = manifest(join(root, path))
    for (const dependency of Object.keys({ ...dependencies, ...optionalDependencies })) visit(path, dependency)
  }
  for (const name of Object.keys(manifest(root).dependencies)) visit('', name)
  return [...found]
}

function locate(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/')))) {
    const path = join(folder, 'node_modules', name)
    if (existsSync(join(root, path, 'package.json'))) return path
    if (folder === '') return undefined
  }
}

function needed(path) {
  const prebuild = /[/\\]prebuilds[/\\]([a-z0-9]+-[a-z0-9]+)/.exec(path)
  return prebuild === null || prebuild[1] === `${process.platform}-${process.arch}`
}

function manifest(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
}

function removeOld(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > keptMs) rmSync(path, { recursive: true, force: true })
  }
}
