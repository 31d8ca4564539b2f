import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countColours, cropToContent, difference, readFramebuffer } from './framebuffer.mjs'
import { isRoot } from './paths.mjs'
import { encodePng } from './png.mjs'
import { Stop } from './stop.mjs'
import { bringToFront } from './x11.mjs'

const startTimeoutMs = 20_000
const pollMs = 400
const coloursOfAPage = 12
const blinkingCaret = 0.001

export function hasDisplay() {
  if (process.platform !== 'linux') return true
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY)
}

/**
 * Starts a screen in memory for a user, closed to everybody else by a cookie.
 *
 * @param {import('./ordinaryUser.mjs').Ordinary} user
 * @param {{ width?: number, height?: number }} [size]
 */
export async function startDisplay(user, { width = 1280, height = 860 } = {}) {
  if (isRoot) openSocketFolder()
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-display-'))
  const cookies = join(folder, 'cookies')
  const cookie = randomBytes(16)
  writeFileSync(cookies, cookieFile(cookie), { mode: 0o600 })
  if (user.dropped) for (const path of [folder, cookies]) chownSync(path, user.uid, user.gid)
  const screen = ['-screen', '0', `${width}x${height}x24`, '-fbdir', folder, '-noreset', '-nocursor']
  const args = ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-auth', cookies]
  const [command, allArgs] = user.wrap('Xvfb', args)
  const server = spawn(command, allArgs, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env: user.env, cwd: '/' })
  const stop = () => {
    server.kill('SIGTERM')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', stop)
  const number = await displayNumber(server).catch((error) => {
    stop()
    throw error
  })
  const look = () => readFramebuffer(join(folder, 'Xvfb_screen0'))
  const { WAYLAND_DISPLAY: _, ...env } = user.env
  return {
    env: { ...env, DISPLAY: `:${number}`, XAUTHORITY: cookies },
    /** Resolves to true once something with the many colours of a page stands still, to false after the time. */
    firstFrame: (/** @type {number} */ timeoutMs) => waitForPage(look, timeoutMs),
    /** There is no window manager: this is what one would do. */
    bringToFront: (/** @type {number} */ pid) => bringToFront(number, cookie, pid),
    screenshot(/** @type {string} */ path) {
      const { width: w, height: h, rgb } = cropToContent(look())
      writeFileSync(path, encodePng(w, h, rgb))
    },
    stop() {
      process.removeListener('exit', stop)
      stop()
    },
  }
}

/** Only root can make the folder of the sockets as X wants it. */
function openSocketFolder() {
  mkdirSync('/tmp/.X11-unix', { recursive: true })
  chmodSync('/tmp/.X11-unix', 0o1777)
}

/** An Xauthority file with one entry for every display on this machine (xauth's own format, family "wild"). */
function cookieFile(cookie) {
  const field = (/** @type {Buffer} */ bytes) =>
    Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes])
  const parts = [Buffer.alloc(0), Buffer.alloc(0), Buffer.from('MIT-MAGIC-COOKIE-1'), cookie]
  return Buffer.concat([Buffer.from([0xff, 0xff]), ...parts.map(field)])
}

/** @returns {Promise<number>} */
function displayNumber(server) {
  return new Promise((resolve, reject) => {
    let errors = ''
    const fail = (/** @type {string} */ why) => reject(new Stop(`Xvfb ${why}.\n${errors}`))
    const timer = setTimeout(() => fail('did not start in time'), startTimeoutMs)
    server.stderr.setEncoding('utf8').on('data', (text) => (errors += text))
    server.stdio[3].setEncoding('utf8').once('data', (text) => {
      clearTimeout(timer)
      resolve(Number(text))
    })
    server.once('error', (error) => fail(`could not be started: ${error.message}`))
    server.once('exit', (code) => fail(`ended with code ${code}`))
  })
}

async function waitForPage(look, timeoutMs) {
  const until = Date.now() + timeoutMs
  for (let last; Date.now() < until;) {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    const now = look()
    if (last && countColours(now) >= coloursOfAPage && difference(last, now) < blinkingCaret) return true
    last = now
  }
  return false
}
