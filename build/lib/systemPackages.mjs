import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isRoot } from './paths.mjs'
import { mustRun, run } from './run.mjs'
import { electronBinary } from './runtime.mjs'
import { Stop } from './stop.mjs'

/** What the Electron runtime links against, as Debian 12 and Ubuntu 22.04 call it. */
const runtimeLibraries = ['libgtk-3-0', 'libnss3', 'libgbm1', 'libasound2']

/**
 * Commands by the Debian package that brings them, in groups by what they are needed for.
 *
 * @type {Record<string, Record<string, string>>}
 */
const commands = {
  display: { Xvfb: 'xvfb' },
  test: { 'ssh-keygen': 'openssh-client' },
  package: { '7za': 'p7zip-full', 'dpkg-deb': 'dpkg' },
  net: { ip: 'iproute2', iptables: 'iptables', nft: 'nftables', python3: 'python3' },
}

/**
 * The Debian packages that are missing for the given needs.
 *
 * @param {readonly string[]} needs `runtime`, or a group of commands
 */
export async function missingSystemPackages(needs) {
  if (process.platform !== 'linux') return []
  const missing = []
  for (const need of needs) {
    if (need === 'runtime') missing.push(...((await hasMissingLibraries()) ? runtimeLibraries : []))
    else for (const [command, name] of Object.entries(commands[need])) if (!hasCommand(command)) missing.push(name)
  }
  return missing
}

/** Installs them when root on a system with apt; else stops with the line to run. */
export async function installSystemPackages(names, say) {
  const install = ['install', '-y', '--no-install-recommends', ...names]
  if (!hasCommand('apt-get')) {
    throw new Stop(
      `This system lacks what Debian calls ${names.join(' ')}. Install it, then run the same command again.`,
    )
  }
  if (!isRoot) {
    throw new Stop(
      `System libraries are missing. Run this, then the same command again:\n\n` +
        `  sudo apt-get update && sudo apt-get ${install.join(' ')}`,
    )
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const options = { env, cwd: '/', onLine: say }
  await mustRun('apt-get', ['-q', 'update'], options)
  await mustRun('apt-get', ['-q', ...install], options)
  return names.join(' ')
}

export function hasCommand(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']
  return folders.some((folder) => folder !== '' && existsSync(join(folder, name)))
}

async function hasMissingLibraries() {
  const result = await run('ldd', [electronBinary()])
  return result.code === 0 && result.output.includes('not found')
}
