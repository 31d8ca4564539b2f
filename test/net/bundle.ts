/** Node 20 runs no TypeScript: programs that tests start are bundled first. */
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { build } from 'vite'

/** Bundles a script for Node with all that it imports but what is native, which is found in our packages; the returned function removes what was written. */
export async function bundle(script: string): Promise<{ readonly path: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-bundle-'))
  const name = `${basename(script, '.ts')}.mjs`
  await build({
    configFile: false,
    logLevel: 'error',
    ssr: { noExternal: true, external: ['node-datachannel'] },
    build: {
      ssr: script,
      target: 'node20.18',
      outDir: folder,
      minify: false,
      rollupOptions: { output: { format: 'es', entryFileNames: name } },
    },
  })
  symlinkSync(join(import.meta.dirname, '..', '..', 'node_modules'), join(folder, 'node_modules'))
  return { path: join(folder, name), remove: () => rmSync(folder, { recursive: true, force: true }) }
}
