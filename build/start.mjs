import './lib/nodeVersion.mjs'
import { mkdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { prepareApp, showErrors } from './lib/app.mjs'
import { hasDisplay } from './lib/display.mjs'
import { outDir, root } from './lib/paths.mjs'
import { Progress } from './lib/progress.mjs'
import { runMain, Stop } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const firstFrameTimeoutMs = 60_000
const help = `npm start [-- --profile NAME] [-- LINK]

Sets up what is missing, builds, and opens Waxwing.
  --profile NAME   another profile than the usual one
  LINK             a waxwing: link to open
`

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`)

await runMain(async () => {
  const args = joinValues(process.argv.slice(2))
  if (args.includes('--help')) return void process.stdout.write(help)
  await setUp({ runtime: true, system: hasDisplay() ? [] : ['display'] }, new Progress())
  const app = await prepareApp(say)
  const child = app.start({ args })
  showErrors(child)
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)))
  let stopping = false
  const stop = () => {
    stopping = true
    child.kill('SIGTERM')
  }
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, stop)
  if (app.display) {
    await showWithoutDisplay(app.display, ended, nameOf(args))
    if (process.stdin.isTTY) say('The app keeps running. Ctrl+C ends it.')
    else stop()
  }
  const how = await ended
  app.display?.stop()
  if (how !== 0 && !stopping) throw new Stop(`The app ended with ${how}.`)
})

async function showWithoutDisplay(display, ended, name) {
  const seen = await Promise.race([display.firstFrame(firstFrameTimeoutMs), ended.then(() => undefined)])
  if (seen === undefined) throw new Stop('The app ended before its first frame. WAXWING_DEBUG=1 shows all it says.')
  mkdirSync(outDir, { recursive: true })
  const path = join(outDir, `screenshot-${name}.png`)
  display.screenshot(path)
  if (!seen) throw new Stop(`No window appeared within ${firstFrameTimeoutMs / 1000} s. See ${relative(root, path)}.`)
  say(`A picture of its window is in ${relative(root, path)}.`)
}

/** `--profile NAME` as the app reads it: `--profile=NAME`. */
function joinValues(args) {
  return args.flatMap((arg, at) => {
    if (arg === '--profile') return [`--profile=${args[at + 1] ?? ''}`]
    return args[at - 1] === '--profile' ? [] : [arg]
  })
}

function nameOf(args) {
  const name = args.find((arg) => arg.startsWith('--profile='))?.slice('--profile='.length)
  return (name ?? 'main').replace(/[^A-Za-z0-9_-]/g, '_')
}
