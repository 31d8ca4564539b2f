import './lib/nodeVersion.mjs'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { bundleBench } from './lib/benchBundle.mjs'
import { outDir, root } from './lib/paths.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const bundleDir = join(outDir, 'bench')

await runMain(async () => {
  await setUp({ runtime: true, system: ['display'] })
  await bundleBench(bundleDir, { run: 'run', rawPeer: 'rawPeer' })
  const script = join(bundleDir, 'run.js')
  const hasDisplay = Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
  const xvfb = ['xvfb-run', '--auto-servernum', '--server-args=-screen 0 1280x800x24']
  const [command, ...args] = [...(hasDisplay ? [] : xvfb), process.execPath, script]
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) throw new Stop(`The benchmark ended with code ${status}.`)
})
