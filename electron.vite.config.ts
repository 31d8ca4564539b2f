import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { defineConfig } from 'electron-vite'
import solid from 'vite-plugin-solid'

const root = import.meta.dirname
const manifest = JSON.parse(readFileSync(resolve(root, 'package.json'), 'utf8')) as { version: string }

/** Entry points by the name of the file they become in `out/main/`; others find them by that name. */
const mainEntries = {
  index: 'main/app/index.ts',
  utility: 'main/node/utility.ts',
  headless: 'main/node/headless.ts',
  'store-worker': 'main/store/worker.ts',
}

function inputs(entries: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, resolve(root, path)]))
}

export default defineConfig({
  main: {
    define: { waxwingVersion: JSON.stringify(manifest.version) },
    build: {
      // The oldest runtimes that must work: Node 20 (headless) and Electron 33 (Node 20.18, Chromium 130).
      target: 'node20.18',
      outDir: resolve(root, 'out/main'),
      // Only the native packages, which are the only `dependencies`, stay outside the bundle.
      externalizeDeps: true,
      minify: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: inputs(mainEntries),
        output: {
          format: 'es',
          entryFileNames: '[name].js',
          chunkFileNames: 'chunks/[name]-[hash].js',
        },
      },
    },
  },
  preload: {
    build: {
      // electron-vite asks for a Node here; Chromium 130 knows all that Node 20.18 does.
      target: 'node20.18',
      outDir: resolve(root, 'out/preload'),
      // A sandboxed preload can require nothing but electron: one file with everything in it.
      externalizeDeps: false,
      minify: false,
      reportCompressedSize: false,
      rollupOptions: {
        input: inputs({ index: 'preload/index.ts' }),
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: resolve(root, 'renderer'),
    plugins: [solid()],
    build: {
      target: 'chrome130',
      outDir: resolve(root, 'out/renderer'),
      // The content security policy has no `data:`; assets stay files of the app's own scheme.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      rollupOptions: { input: inputs({ index: 'renderer/index.html' }) },
    },
  },
})
