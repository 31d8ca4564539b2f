import './lib/nodeVersion.mjs'
import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { hasDisplay } from './lib/display.mjs'
import { renderIcons } from './lib/icons.mjs'
import { root } from './lib/paths.mjs'
import { Progress } from './lib/progress.mjs'
import { mustRun, run } from './lib/run.mjs'
import { electronDist, isDevelopmentRuntime } from './lib/runtime.mjs'
import { runMain, Stop } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const help = `npm run package [-- [--release] TARGET ...]

Makes packages in dist/: deb and tar.gz, or the targets that are named (rpm, AppImage, dir; on their own systems nsis,
dmg). Without --release, or where Electron's official runtime could not be had, they are labelled as development
packages. --release refuses to make a package from anything but the official runtime.
`
const ownTargets = { linux: ['deb', 'tar.gz'], win32: ['nsis'], darwin: ['dmg'] }
const dist = join(root, 'dist')

await runMain(async () => {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return void process.stdout.write(help)
  const isRelease = args.includes('--release')
  const named = args.filter((arg) => !arg.startsWith('--'))
  const targets = named.length > 0 ? named : ownTargets[process.platform]
  const progress = new Progress()
  const tools = process.platform === 'linux' ? ['package'] : []
  await setUp({ runtime: true, system: [...(hasDisplay() ? [] : ['display']), ...tools] }, progress)
  if (isRelease && isDevelopmentRuntime()) {
    throw new Stop('A release is made from the official Electron only; this machine has the development runtime.')
  }
  const version = versionOf(isRelease)
  if (!isRelease) process.stderr.write(`This is a development package (${version}), not a release.\n`)
  await progress.step('Icons', renderIcons)
  rmSync(dist, { recursive: true, force: true })
  await progress.step('Package', (say) => pack(targets, version, isRelease, say))
  for (const name of readdirSync(dist).filter((file) => /\.(?:deb|rpm|AppImage|gz|exe|dmg)$/.test(file))) {
    const megabytes = statSync(join(dist, name)).size / 1e6
    process.stdout.write(`dist/${name}  ${megabytes.toFixed(1)} MB\n`)
  }
})

async function pack(targets, version, isRelease, say) {
  const electronVersion = readFileSync(join(electronDist(), 'version'), 'utf8').trim().replace(/^v/, '')
  const env = {
    ...process.env,
    SOURCE_DATE_EPOCH: process.env.SOURCE_DATE_EPOCH ?? (await timeOfSource()),
    WAXWING_PACKAGE_VERSION: version,
    WAXWING_ELECTRON_DIST: electronDist(),
    WAXWING_ELECTRON_VERSION: electronVersion,
    ...(isRelease ? {} : { WAXWING_QUICK_PACKAGE: '1', ELECTRON_BUILDER_COMPRESSION_LEVEL: '3' }),
    // Both are otherwise fetched from where not every machine can reach.
    CUSTOM_FPM_PATH: targets.includes('rpm') ? undefined : join(root, 'build', 'packaging', 'fpm.mjs'),
    ELECTRON_BUILDER_7ZIP_PATH: process.platform === 'linux' ? '/usr/bin/7za' : undefined,
  }
  const cli = join(root, 'node_modules', 'electron-builder', 'cli.js')
  const config = join('build', 'packaging', 'electron-builder.mjs')
  const platform = { linux: '--linux', win32: '--win', darwin: '--mac' }[process.platform] ?? ''
  await mustRun(process.execPath, [cli, '--config', config, platform, ...targets], { env, onLine: say })
}

function versionOf(isRelease) {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return isRelease ? version : `${version}-development`
}

/** The time of the last commit, so that the same source gives the same package. */
async function timeOfSource() {
  const result = await run('git', ['log', '-1', '--format=%ct'])
  const seconds = result.stdout.trim()
  return /^[0-9]+$/.test(seconds) ? seconds : '1700000000'
}
