import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashFile } from './hash.mjs'
import { root } from './paths.mjs'
import { npm } from './run.mjs'

const stampIn = (folder) => join(folder, 'node_modules', '.waxwing-lock-hash')

/** True when the folder's node_modules holds what its lock file says. */
export async function packagesAreInstalled(folder = root) {
  const lockHash = await hashFile(join(folder, 'package-lock.json'))
  if (read(stampIn(folder)) === lockHash) return true
  // Installed by hand with npm: its own record of the tree tells.
  if (!sameAsLock(folder)) return false
  writeFileSync(stampIn(folder), lockHash)
  return true
}

export async function installPackages(say, folder = root) {
  // No dependency's install script is needed: what is native ships prebuilt inside its package.
  const args = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await npm(args, { cwd: folder, onLine: say })
  writeFileSync(stampIn(folder), await hashFile(join(folder, 'package-lock.json')))
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function sameAsLock(folder) {
  const installed = read(join(folder, 'node_modules', '.package-lock.json'))
  if (installed === undefined) return false
  const have = JSON.parse(installed).packages
  const wanted = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '' || entry.optional) return true
    return have[path]?.version === entry.version
  })
}
