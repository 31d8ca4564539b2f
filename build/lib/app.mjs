import { spawn } from 'node:child_process'
import { copyFileSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { hasDisplay, startDisplay } from './display.mjs'
import { ordinaryUser, ourselves, sandboxObstacle } from './ordinaryUser.mjs'
import { root } from './paths.mjs'
import { electronBinary, electronDist } from './runtime.mjs'
import { stageApp } from './staging.mjs'

/** Chromium's remarks about a machine without a desktop's services; WAXWING_DEBUG=1 shows them. */
const chromiumRemark = /^\[\d+:\d+\/\d+\.\d+:(?:ERROR|WARNING|INFO):/

/**
 * Makes ready to start the built app as an ordinary user, on the display there is or on one in memory.
 *
 * @param {(line: string) => void} say told what the user should know
 */
export async function prepareApp(say) {
  const user = ordinaryUser()
  const obstacle = await sandboxObstacle(user)
  if (user?.dropped) say(`This is root: the app runs as ${user.name}.`)
  if (obstacle !== undefined) say(`Chromium's sandbox is OFF: ${obstacle}.`)
  else if (user?.dropped) say("Chromium's sandbox is on.")
  const who = user ?? ourselves()
  const display = hasDisplay() ? undefined : await startDisplay(who)
  if (display) say('There is no display: the app runs on one in memory (Xvfb).')
  const env = display?.env ?? { ...who.env, ...(await displayAccess(who)) }
  const folder = who.dropped ? stageApp() : root
  const binary = who.dropped ? join(electronDist(), 'electron') : electronBinary()
  return {
    display,
    user: who,
    sandbox: obstacle === undefined,
    /** Starts one instance; `switches` go to Chromium, `args` to the app. */
    start(/** @type {{ args?: readonly string[], switches?: readonly string[], env?: NodeJS.ProcessEnv }} */ options) {
      const switches = [...(obstacle === undefined ? [] : ['--no-sandbox']), ...(options.switches ?? [])]
      const [command, args] = who.wrap(binary, [...switches, folder, ...(options.args ?? [])])
      const child = spawn(command, args, {
        cwd: who.dropped ? '/' : root,
        env: { ...env, ...options.env },
        stdio: ['ignore', 'inherit', 'pipe'],
      })
      child.stderr.setEncoding('utf8')
      return child
    },
  }
}

/** Passes on what the app says on stderr, without Chromium's remarks. */
export function showErrors(child) {
  let rest = ''
  child.stderr.on('data', (/** @type {string} */ text) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines)
      if (process.env.WAXWING_DEBUG || !chromiumRemark.test(line)) process.stderr.write(`${line}\n`)
  })
}

/** Lets the ordinary user onto root's display by a copy of its cookie. */
async function displayAccess(user) {
  const cookies = process.env.XAUTHORITY
  if (!user.dropped || cookies === undefined) return {}
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-cookies-'))
  const copy = join(folder, 'cookies')
  copyFileSync(cookies, copy)
  for (const path of [folder, copy]) chownSync(path, user.uid, user.gid)
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  return { XAUTHORITY: copy }
}
