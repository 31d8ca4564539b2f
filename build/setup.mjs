import './lib/nodeVersion.mjs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildBundle, bundleIsFresh, sourceHash } from './lib/bundle.mjs'
import { withLock } from './lib/lock.mjs'
import { installPackages, packagesAreInstalled } from './lib/packages.mjs'
import { root } from './lib/paths.mjs'
import { Progress } from './lib/progress.mjs'
import { runMain } from './lib/stop.mjs'
import { installSystemPackages, missingSystemPackages } from './lib/systemPackages.mjs'
import { installRuntime, runtimeIsReady, verifyRuntime } from './lib/runtime.mjs'

/**
 * Brings a clone to where it can run: packages, Electron, the system's libraries, a fresh bundle. Does only what is
 * missing; several may run at once.
 *
 * @param {{ runtime?: boolean, system?: readonly string[], bundle?: boolean }} wanted
 *   `runtime`: Electron and its libraries; `system`: groups of commands, see systemPackages.mjs
 * @param {Progress} [progress]
 */
export async function setUp(wanted, progress = new Progress()) {
  const waiting = () => process.stderr.write('Another set-up is running in this folder; waiting for it.\n')
  await withLock(join(root, '.cache', 'setup.lock'), () => setUpAlone(wanted, progress), waiting)
}

async function setUpAlone(wanted, progress) {
  if (!(await packagesAreInstalled())) await progress.step('Packages (npm ci)', installPackages)
  const needsRuntime = wanted.runtime === true && !runtimeIsReady()
  if (needsRuntime) await progress.step('Electron', installRuntime)
  const needs = [...(wanted.runtime ? ['runtime'] : []), ...(wanted.system ?? [])]
  const missing = await missingSystemPackages(needs)
  if (missing.length > 0) {
    await progress.step('System libraries (apt)', (say) => installSystemPackages(missing, say))
  }
  if (needsRuntime) await verifyRuntime()
  if (wanted.bundle !== false) {
    const hash = sourceHash()
    if (!bundleIsFresh(hash)) await progress.step('Build', (say) => buildBundle(hash, say))
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    const progress = new Progress()
    const withoutBundle = process.argv.includes('--no-build')
    await setUp({ runtime: true, system: ['display', 'test'], bundle: !withoutBundle }, progress)
    process.stderr.write(`Ready (${(progress.elapsedMs / 1000).toFixed(1)} s).\n`)
  })
}
