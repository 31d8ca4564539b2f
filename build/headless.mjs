import './lib/nodeVersion.mjs'
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { outDir } from './lib/paths.mjs'
import { runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

// stdout belongs to JSON-RPC: the set-up speaks on stderr. `npm run` itself prints a banner there: use
// `npm run --silent node -- …`, or start this file with node.
await runMain(async () => {
  await setUp({})
  const entry = join(outDir, 'main', 'headless.js')
  const child = spawn(process.execPath, [entry, ...process.argv.slice(2)], { stdio: 'inherit' })
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
    process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGTERM']
  })
})
