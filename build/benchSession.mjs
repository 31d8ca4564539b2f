import './lib/nodeVersion.mjs'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { bundleBench } from './lib/benchBundle.mjs'
import { installPackages, packagesAreInstalled } from './lib/packages.mjs'
import { outDir, root } from './lib/paths.mjs'
import { Progress } from './lib/progress.mjs'
import { electronBinary } from './lib/runtime.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const folder = join(root, 'test', 'bench', 'session')
const bundleDir = join(outDir, 'bench-session')
/** Installed here and nowhere else: 152 MB that only this benchmark wants. */
const libsignal = join(folder, 'node_modules', '@signalapp', 'libsignal-client')

await runMain(async () => {
  const progress = new Progress()
  await setUp({ runtime: true, bundle: false }, progress)
  if (!(await packagesAreInstalled(folder))) {
    await progress.step('libsignal (npm ci)', (say) => installPackages(say, folder))
  }
  await bundleBench(bundleDir, { run: 'session/run', contest: 'session/contest', explain: 'session/explain' })
  const { version, main } = JSON.parse(readFileSync(join(libsignal, 'package.json'), 'utf8'))
  const args = ['--libsignal', pathToFileURL(join(libsignal, main)).href, '--version', version]
  const { status } = spawnSync(
    process.execPath,
    [join(bundleDir, 'run.js'), ...args, '--electron', electronBinary(), ...process.argv.slice(2)],
    { cwd: root, stdio: 'inherit' },
  )
  if (status !== 0) throw new Stop(`The benchmark ended with code ${status}.`)
})
