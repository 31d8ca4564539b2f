import { mkdirSync } from 'node:fs'
import { isRoot, root } from './paths.mjs'
import { run } from './run.mjs'

const viewDir = '/run/waxwing-view'
/** Mounts, goes there, and becomes the command. */
const script = 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"'

/**
 * A way to let an ordinary user read the clone, even one in root's home: for the command alone, in a mount namespace
 * of its own, it also lies in a folder that is open.
 *
 * @param {import('./ordinaryUser.mjs').Ordinary} user
 * @returns {Promise<{ root: string, wrap: import('./ordinaryUser.mjs').Ordinary['wrap'] } | undefined>} where the
 *   clone then lies, and what makes a command run there as the user; undefined where that is refused
 */
export async function readableView(user) {
  const direct = await reads(user.wrap, root)
  if (direct) return { root, wrap: user.wrap }
  if (!isRoot) return undefined
  mkdirSync(viewDir, { recursive: true, mode: 0o755 })
  /** @type {import('./ordinaryUser.mjs').Ordinary['wrap']} */
  const wrap = (command, args) => {
    const [inner, innerArgs] = user.wrap(command, args)
    const mounting = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', root, viewDir]
    return ['unshare', [...mounting, inner, ...innerArgs]]
  }
  return (await reads(wrap, viewDir)) ? { root: viewDir, wrap } : undefined
}

async function reads(wrap, folder) {
  const [command, args] = wrap('test', ['-r', `${folder}/package.json`])
  return (await run(command, args, { cwd: '/', timeoutMs: 10_000 })).code === 0
}
