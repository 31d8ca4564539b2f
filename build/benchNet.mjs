import './lib/nodeVersion.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { bundleBench } from './lib/benchBundle.mjs'
import { outDir, root } from './lib/paths.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const bundleDir = join(outDir, 'bench-net')

const help = `npm run bench:net [-- NAME ...]

Measures how people reach each other, in networks of its own: Linux, as root, some four minutes. All together are written
into test/bench/results.md; scenes that are named are only shown: LAN, cone/cone, portRestricted/portRestricted,
symmetric/symmetric, asleep, hostile, partition, flaps.
`

await runMain(async () => {
  if (process.argv.includes('--help')) return void process.stdout.write(help)
  await setUp({ system: ['net'] })
  await bundleBench(bundleDir, { run: 'net/run', hostileProcess: 'net/hostileProcess', rawPeer: 'rawPeer' })
  const { status } = spawnSync(process.execPath, [join(bundleDir, 'run.js'), ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) throw new Stop(`The benchmark ended with code ${status}.`)
})
