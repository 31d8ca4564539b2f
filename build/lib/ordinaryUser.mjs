import { chownSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isRoot } from './paths.mjs'
import { run } from './run.mjs'
import { electronDist } from './runtime.mjs'
import { hasCommand } from './systemPackages.mjs'

const nobody = 65534
const nobodyHome = '/var/lib/waxwing'
/** What root's session says of root is nothing for another user. */
const rootsOwn = /^(?:SUDO_|XDG_|DBUS_|SSH_|GNUPG|npm_|MAIL$|LOGNAME$|USER$|USERNAME$|HOME$|OLDPWD$|INIT_CWD$)/

/**
 * @typedef {object} Ordinary who the app runs as
 * @property {number} uid
 * @property {number} gid
 * @property {NodeJS.ProcessEnv} env
 * @property {(command: string, args: readonly string[]) => [string, string[]]} wrap makes a command run as them
 * @property {boolean} dropped true when we are root and they are not
 * @property {string} name
 */

/**
 * The ordinary user that the app runs as. Root steps down, because Chromium's sandbox refuses root: to the user who
 * called sudo, else to `nobody` with a home in /var/lib/waxwing.
 *
 * @returns {Ordinary | undefined} undefined when root cannot step down
 */
export function ordinaryUser() {
  if (!isRoot) return ourselves()
  if (!hasCommand('setpriv')) return undefined
  const caller = Number(process.env.SUDO_UID)
  const account = (caller > 0 && accountOf(caller)) || accountOf(nobody) || { name: 'nobody', gid: nobody, uid: nobody }
  const home = account.uid === caller ? accountHome(account) : makeHome(account.uid, account.gid)
  const kept = Object.entries(process.env).filter(([name]) => !rootsOwn.test(name))
  const runtimeDir = account.uid === caller ? { XDG_RUNTIME_DIR: `/run/user/${caller}` } : {}
  const env = { ...Object.fromEntries(kept), ...runtimeDir, HOME: home, USER: account.name, LOGNAME: account.name }
  const identity = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups']
  return {
    ...account,
    env,
    dropped: true,
    wrap: (command, args) => ['setpriv', [...identity, '--', command, ...args]],
  }
}

/** Us as we are; for root only where nothing that a peer sends is shown. */
export function ourselves() {
  const uid = process.getuid?.() ?? -1
  const name = process.env.USER ?? ''
  return {
    uid,
    gid: process.getgid?.() ?? -1,
    name,
    env: process.env,
    dropped: false,
    wrap: (/** @type {string} */ command, /** @type {readonly string[]} */ args) =>
      /** @type {[string, string[]]} */ ([command, [...args]]),
  }
}

function accountOf(uid) {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n')
  const fields = lines.map((line) => line.split(':')).find((parts) => Number(parts[2]) === uid && parts.length > 5)
  return fields && { name: fields[0], uid, gid: Number(fields[3]), home: fields[5] }
}

function accountHome(account) {
  return account.home ?? '/'
}

function makeHome(uid, gid) {
  mkdirSync(nobodyHome, { recursive: true, mode: 0o700 })
  chownSync(nobodyHome, uid, gid)
  return nobodyHome
}

/**
 * Whether Chromium's sandbox can be on for them: it needs unprivileged user namespaces, or its setuid helper.
 *
 * @param {Ordinary | undefined} user
 * @returns {Promise<string | undefined>} undefined when it can, else why not
 */
export async function sandboxObstacle(user) {
  if (process.platform !== 'linux') return undefined
  if (user === undefined) return 'this is root, and setpriv (Debian: util-linux) is missing to become an ordinary user'
  if (await succeeds(user, 'unshare', ['--user', '--map-root-user', 'true'])) return undefined
  const helper = join(electronDist(), 'chrome-sandbox')
  if (await succeeds(user, helper, ['/bin/true'], { SBX_CHROME_API_PRV: '1' })) return undefined
  return 'the system allows ordinary users no user namespaces'
}

async function succeeds(user, command, args, extra = {}) {
  const [wrapped, allArgs] = user.wrap(command, args)
  const result = await run(wrapped, allArgs, { env: { ...user.env, ...extra }, cwd: '/', timeoutMs: 10_000 })
  return result.code === 0
}
