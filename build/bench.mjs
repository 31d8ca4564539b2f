import './lib/nodeVersion.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { outDir, root } from './lib/paths.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

/** Bundles test/bench into out/bench, so that it runs as the product does: plain JavaScript in plain Node. */
async function bundle() {
  const { build } = await import('vite')
  const entry = (/** @type {string} */ name) => join(root, 'test', 'bench', `${name}.ts`)
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: true,
      target: 'node20.18',
      outDir: join(outDir, 'bench'),
      emptyOutDir: true,
      rollupOptions: {
        input: { run: entry('run'), rawPeer: entry('rawPeer') },
        output: { entryFileNames: '[name].js' },
      },
    },
  })
}

await runMain(async () => {
  await setUp({ runtime: true, system: ['display'] })
  await bundle()
  const script = join(outDir, 'bench', 'run.js')
  const hasDisplay = Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
  const xvfb = ['xvfb-run', '--auto-servernum', '--server-args=-screen 0 1280x800x24']
  const [command, ...args] = [...(hasDisplay ? [] : xvfb), process.execPath, script]
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Stop(`The benchmark ended with code ${status}.`)
})
