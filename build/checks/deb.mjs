// Looks into the .deb, installs it, starts it as an ordinary user with the sandbox on, reads its first frame, and
// removes it again. Needs root, as dpkg does. Ends with a line "N passed, N failed".
import { spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startDisplay } from '../lib/display.mjs'
import { ordinaryUser, sandboxObstacle } from '../lib/ordinaryUser.mjs'
import { isRoot, root } from '../lib/paths.mjs'
import { endGroup, mustRun, run } from '../lib/run.mjs'
import { runMain, Stop } from '../lib/stop.mjs'
import { installSystemPackages, missingSystemPackages } from '../lib/systemPackages.mjs'

const require = createRequire(import.meta.url)
const installed = '/opt/Waxwing'
const binary = join(installed, 'waxwing')
const startTimeoutMs = 60_000
const wantedFuses = {
  RunAsNode: false,
  EnableCookieEncryption: true,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
}

const count = { passed: 0, failed: 0 }

async function check(name, work) {
  try {
    await work()
    count.passed++
    process.stdout.write(`✓ ${name}\n`)
  } catch (error) {
    count.failed++
    process.stdout.write(`✗ ${name}\n  ${error.message}\n`)
  }
}

function expect(condition, message) {
  if (!condition) throw new Error(message)
}

function debFile() {
  const dist = join(root, 'dist')
  const found = existsSync(dist) ? readdirSync(dist).filter((name) => name.endsWith('.deb')) : []
  if (found.length !== 1) throw new Stop(`There should be one .deb in dist/, not ${found.length}: npm run package`)
  return join(dist, found[0])
}

async function checkArchive(deb) {
  await check('carries the builds of native modules for this platform alone', async () => {
    const { stdout } = await mustRun('dpkg-deb', ['--contents', deb])
    const natives = stdout.split('\n').filter((line) => /\.(?:node|bare)$/.test(line))
    const platform = `${process.platform}-${process.arch}`
    const own = natives.filter((line) => new RegExp(`/(?:prebuilds|@node-datachannel)/${platform}[-/]`).test(line))
    expect(natives.length === 3 && own.length === 3, natives.join('\n'))
  })
  await check('depends on what a Debian 12 has', async () => {
    const { stdout } = await mustRun('dpkg-deb', ['--field', deb, 'Depends'])
    expect(stdout.includes('libgtk-3-0') && stdout.includes('libnss3'), stdout)
  })
}

async function checkInstalledFiles() {
  const { listPackage } = require('@electron/asar')
  await check('carries no sources, tests, maps or other programs', () => {
    expect(!existsSync(join(installed, 'resources', 'default_app.asar')), 'default_app.asar is there')
    const files = listPackage(join(installed, 'resources', 'app.asar'), { isPack: false })
    const odd = files.filter((path) => /\.(?:ts|tsx|map)$|\.test\.|^\/(?:main|test|build)\//.test(path))
    expect(odd.length === 0, odd.join('\n'))
    for (const part of ['main/index.js', 'main/utility.js', 'main/store-worker.js', 'preload/index.cjs']) {
      expect(files.includes(`/out/${part}`), `/out/${part} is missing`)
    }
  })
  await check('takes waxwing: links', () => {
    const entry = readFileSync('/usr/share/applications/waxwing.desktop', 'utf8')
    expect(/^MimeType=.*x-scheme-handler\/waxwing;/m.test(entry) && /^Exec=.* %[uU]$/m.test(entry), entry)
  })
}

async function checkFuses() {
  const { getCurrentFuseWire, FuseV1Options } = require('@electron/fuses')
  const wire = await getCurrentFuseWire(binary)
  for (const [name, wanted] of Object.entries(wantedFuses)) {
    // '1' (0x31) is on, '0' (0x30) is off.
    await check(`fuse ${name} is ${wanted ? 'on' : 'off'}`, () => {
      const state = wire[FuseV1Options[name]]
      expect(state === (wanted ? 0x31 : 0x30), `it is ${state}`)
    })
  }
}

/** Starts the installed app on a profile of its own that reaches nothing but this machine. */
function start(user, env, profiles, extra = {}) {
  const own = ['--remote-debugging-port=0', `--user-data-root=${profiles}`, '--profile=check', '--confine=loopback']
  const [command, args] = user.wrap('/usr/bin/waxwing', own)
  const child = spawn(command, args, {
    cwd: '/',
    env: { ...env, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return { child, output: () => output }
}

async function debuggingAddress(app) {
  const until = Date.now() + startTimeoutMs
  while (Date.now() < until) {
    const found = /DevTools listening on (ws:\/\/127\.0\.0\.1:\d+\/\S+)/.exec(app.output())
    if (found) return found[1]
    if (app.child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error(`no window in time:\n${app.output()}`)
}

async function checkRunning(user, profiles) {
  const display = await startDisplay(user)
  const app = start(user, display.env, profiles)
  try {
    const address = await debuggingAddress(app)
    const { chromium } = require('playwright')
    const browser = await chromium.connectOverCDP(address)
    await check('shows its first frame', async () => {
      const context = browser.contexts()[0]
      const page = context.pages()[0] ?? (await context.waitForEvent('page', { timeout: startTimeoutMs }))
      await page.getByRole('heading').first().waitFor({ timeout: startTimeoutMs })
      const heading = await page.getByRole('heading').first().textContent()
      process.stdout.write(`  its heading reads "${heading}"\n`)
      expect(page.url().startsWith('app://'), `its page is ${page.url()}`)
      expect(await display.firstFrame(startTimeoutMs), 'nothing was drawn')
    })
    await check('runs as an ordinary user with the sandbox on', () => checkSandbox(app.child.pid, user))
    await check('closes its folders to others', () => {
      const folders = readdirSync(profiles, { recursive: true, withFileTypes: true }).filter((at) => at.isDirectory())
      expect(folders.length > 0, 'it made no profile')
      for (const { parentPath, name } of folders) {
        const path = join(parentPath, name)
        expect((statSync(path).mode & 0o077) === 0, `${path} is open: ${statSync(path).mode.toString(8)}`)
      }
    })
    await browser.close()
  } catch (error) {
    await check('starts', () => Promise.reject(error))
  } finally {
    endGroup(app.child)
    display.stop()
  }
}

/** What the kernel says of the app's processes. */
function checkSandbox(pid, user) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return [{ pid: Number(name), command, status: readFileSync(`/proc/${name}/status`, 'utf8') }]
      } catch {
        return []
      }
    })
    .filter(({ command }) => command.includes(installed) || command.includes('/usr/bin/waxwing'))
  expect(processes.length > 0, `no process beside ${pid}`)
  for (const { command, status } of processes) {
    expect(new RegExp(`^Uid:\\s+${user.uid}\\s`, 'm').test(status), `another user's: ${command}`)
    expect(!command.includes('--no-sandbox'), `without a sandbox: ${command}`)
  }
  const renderers = processes.filter(({ command }) => command.includes('--type=renderer'))
  expect(renderers.length > 0, 'no renderer')
  for (const { command, status } of renderers) expect(/^Seccomp:\s+2$/m.test(status), `without seccomp: ${command}`)
}

async function checkEnvironment(user, profiles) {
  const display = await startDisplay(user)
  try {
    await check('ELECTRON_RUN_AS_NODE and NODE_OPTIONS have no effect', async () => {
      const loud = join(profiles, 'loud.cjs')
      const env = { ...display.env, ELECTRON_RUN_AS_NODE: '1', NODE_OPTIONS: `--require ${loud}` }
      const app = start(user, env, profiles)
      await debuggingAddress(app).finally(() => endGroup(app.child))
      expect(!app.output().includes('Cannot find module'), app.output())
    })
  } finally {
    display.stop()
  }
}

await runMain(async () => {
  if (!isRoot) throw new Stop('Installing a .deb needs root.')
  const user = ordinaryUser()
  const obstacle = await sandboxObstacle(user)
  if (user === undefined || obstacle !== undefined) throw new Stop(`The sandbox cannot be on here: ${obstacle}.`)
  const missing = await missingSystemPackages(['display'])
  if (missing.length > 0) await installSystemPackages(missing, () => {})
  const deb = debFile()
  const profiles = mkdtempSync(join(tmpdir(), 'waxwing-deb-check-'))
  chownSync(profiles, user.uid, user.gid)
  await checkArchive(deb)
  try {
    await check('installs', () => mustRun('dpkg', ['--install', deb]))
    if (existsSync(binary)) {
      await checkInstalledFiles()
      await checkFuses()
      await checkRunning(user, profiles)
      await checkEnvironment(user, profiles)
    }
  } finally {
    await run('dpkg', ['--purge', 'waxwing'])
    rmSync(profiles, { recursive: true, force: true })
  }
  await check('leaves nothing behind', () => expect(!existsSync(installed), `${installed} is still there`))
  process.stdout.write(`${count.passed} passed, ${count.failed} failed\n`)
  if (count.failed > 0) process.exitCode = 1
})
