/** Bundles an entry of main/ (or of a test) so that a thread or a child process of plain Node can run it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'vite'

const root = resolve(import.meta.dirname, '../..')

export interface Bundle {
  readonly path: string
  readonly url: URL
  remove(): void
}

/** `entry` is relative to the project's root. Built inside node_modules, where native packages are found. */
export async function bundle(entry: string): Promise<Bundle> {
  const cache = join(root, 'node_modules/.cache')
  mkdirSync(cache, { recursive: true })
  const directory = mkdtempSync(join(cache, 'bundle-'))
  await build({
    configFile: false,
    root,
    logLevel: 'error',
    build: {
      ssr: resolve(root, entry),
      outDir: directory,
      emptyOutDir: false,
      target: 'node20.18',
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: 'entry.mjs' } },
    },
  })
  const path = join(directory, 'entry.mjs')
  return { path, url: pathToFileURL(path), remove: () => rmSync(directory, { recursive: true }) }
}
