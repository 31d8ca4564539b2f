import { spawn } from 'node:child_process'
import { root } from './paths.mjs'
import { Stop } from './stop.mjs'

const keptBytes = 64 * 1024

/**
 * Runs a command to its end without a shell, in a process group of its own, so that a timeout ends its children too.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, onLine?: (line: string) => void }} [options]
 * @returns {Promise<{ code: number | null, output: string, stdout: string, timedOut: boolean }>} with the last 64 KiB
 *   of output; a command that does not exist has code 127
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? root,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    })
    let output = ''
    let stdout = ''
    let timedOut = false
    const timer = options.timeoutMs && setTimeout(() => ((timedOut = true), endGroup(child)), options.timeoutMs)
    const take = (/** @type {string} */ chunk) => {
      output = (output + chunk).slice(-keptBytes)
      const line = chunk.trimEnd().split('\n').at(-1)
      if (line) options.onLine?.(line)
    }
    child.stdout.setEncoding('utf8').on('data', (chunk) => {
      stdout = (stdout + chunk).slice(-keptBytes)
      take(chunk)
    })
    child.stderr.setEncoding('utf8').on('data', take)
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ code: 127, output: error.message, stdout: '', timedOut })
    })
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, output, stdout, timedOut })
    })
  })
}

/** As `run`, but anything except success stops with the command's last words. */
export async function mustRun(command, args, options = {}) {
  const result = await run(command, args, options)
  if (result.code === 0) return result
  const lastWords = result.output.trimEnd().split('\n').slice(-40).join('\n')
  const why = result.timedOut ? 'took too long' : `ended with code ${result.code}`
  throw new Stop(`${lastWords}\n\n\`${[command, ...args].join(' ')}\` ${why}.`)
}

/** Runs npm: the one that started us, where there is one. */
export function npm(args, options = {}) {
  const own = process.env.npm_execpath
  return own?.endsWith('.js') ? mustRun(process.execPath, [own, ...args], options) : mustRun('npm', args, options)
}

/** @param {import('node:child_process').ChildProcess} child */
export function endGroup(child, signal = /** @type {NodeJS.Signals} */ ('SIGKILL')) {
  if (child.pid === undefined) return
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, signal)
  } catch {
    // It has ended already.
  }
}
