import { mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of package.json. */
export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const outDir = join(root, 'out')
export const isRoot = process.getuid?.() === 0

/** Shared by all clones of one user; root's is readable by the ordinary user that the app runs as. */
export const cacheDir = isRoot
  ? '/var/cache/waxwing'
  : join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'waxwing')

export function makeCacheDir() {
  mkdirSync(cacheDir, { recursive: true, mode: 0o755 })
}
