import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashTree } from './hash.mjs'
import { outDir, root } from './paths.mjs'
import { mustRun } from './run.mjs'

const stampPath = join(outDir, '.built-from')
const sources = ['main', 'preload', 'renderer', 'electron.vite.config.ts', 'package.json', 'package-lock.json']

/** The hash of all that the bundle in `out/` is made from. */
export function sourceHash() {
  return hashTree(sources, (path) => !/\.test\.tsx?$|\.md$/.test(path))
}

export function bundleIsFresh(hash) {
  return existsSync(stampPath) && readFileSync(stampPath, 'utf8') === hash
}

export async function buildBundle(hash, say) {
  const tool = join(root, 'node_modules', 'electron-vite', 'bin', 'electron-vite.js')
  const env = { ...process.env, NODE_ENV: 'production', NO_COLOR: '1' }
  await mustRun(process.execPath, [tool, 'build'], { env, onLine: say, timeoutMs: 300_000 })
  writeFileSync(stampPath, hash)
}
