import './lib/nodeVersion.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { outDir, root } from './lib/paths.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const bundleDir = join(outDir, 'bench-net')

const help = `npm run bench:net [-- NAME ...]

Measures how people reach each other, in networks of its own: Linux, as root, some seven minutes. All together are written
into test/bench/results.md; scenes that are named are only shown: LAN, cone/cone, portRestricted/portRestricted,
symmetric/symmetric, asleep, hostile, partition, flaps.
`

/** Bundles the benchmark as the product is bundled: plain JavaScript in plain Node. */
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
      outDir: bundleDir,
      emptyOutDir: true,
      rollupOptions: {
        input: {
          run: entry('net/run'),
          hostileProcess: entry('net/hostileProcess'),
          rawPeer: entry('rawPeer'),
        },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })
}

await runMain(async () => {
  if (process.argv.includes('--help')) return void process.stdout.write(help)
  await setUp({ system: ['net'] })
  await bundle()
  const { status } = spawnSync(process.execPath, [join(bundleDir, 'run.js'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Stop(`The benchmark ended with code ${status}.`)
})
