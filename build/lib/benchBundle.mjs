import { join } from 'node:path'
import { root } from './paths.mjs'

/**
 * Bundles files of test/bench as the product is bundled: plain JavaScript in plain Node.
 *
 * @param {string} outDir what it held before is removed
 * @param {Record<string, string>} files what each is to be called, and where it lies in test/bench, without `.ts`
 */
export async function bundleBench(outDir, files) {
  const { build } = await import('vite')
  const entries = Object.entries(files).map(([name, path]) => [name, join(root, 'test', 'bench', `${path}.ts`)])
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20.18',
      outDir,
      emptyOutDir: true,
      rollupOptions: {
        input: Object.fromEntries(entries),
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
}
