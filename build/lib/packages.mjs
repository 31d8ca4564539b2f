import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashFile } from './hash.mjs'
import { root } from './paths.mjs'
import { npm } from './run.mjs'

const stampPath = join(root, 'node_modules', '.waxwing-lock-hash')

/** True when node_modules holds what the lock file says. */
export async function packagesAreInstalled() {
  const lockHash = await hashFile(join(root, 'package-lock.json'))
  if (read(stampPath) === lockHash) return true
  // Installed by hand with npm: its own record of the tree tells.
  if (!sameAsLock()) return false
  writeFileSync(stampPath, lockHash)
  return true
}

export async function installPackages(say) {
  // No dependency's install script is needed: what is native ships prebuilt inside its package.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await npm(args, { onLine: say })
  writeFileSync(stampPath, await hashFile(join(root, 'package-lock.json')))
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function sameAsLock() {
  const installed = read(join(root, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return false
  const have = JSON.parse(installed).packages
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional) return true
    return have[path]?.version === entry.version
  })
}
