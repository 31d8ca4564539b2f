import './lib/nodeVersion.mjs'
import { checks, usualChecks } from './lib/checks.mjs'
import { hasDisplay } from './lib/display.mjs'
import { Progress } from './lib/progress.mjs'
import { runMain, Stop } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const help = `npm test [-- LAYER ...]

Sets up what is missing and runs the checks: all of them, or the layers that are named.
`

await runMain(async () => {
  const named = process.argv.slice(2)
  if (named.includes('--help')) return void process.stdout.write(`${help}${Object.keys(checks).join(' ')}\n`)
  const unknown = named.filter((name) => !(name in checks))
  if (unknown.length > 0)
    throw new Stop(`No such layer: ${unknown.join(' ')}. There are ${Object.keys(checks).join(' ')}.`)
  const names = named.length > 0 ? named : usualChecks
  const progress = new Progress()
  const display = names.includes('e2e') && !hasDisplay() ? ['display'] : []
  const needs = [...display, ...(names.includes('net') ? ['net'] : []), 'test']
  const needsBundle = names.some((name) => ['e2e', 'interop', 'crash', 'conformance', 'net'].includes(name))
  const needsRuntime = needsBundle || names.includes('runtime')
  await setUp({ runtime: needsRuntime, system: needs, bundle: needsBundle }, progress)
  const total = { passed: 0, failed: 0, skipped: 0 }
  for (const name of names) {
    const outcome = await progress.step(name, async (say) => {
      const result = await checks[name](say)
      return { ...result, sentence: sentence(result) }
    })
    for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += outcome[key]
    for (const note of outcome.notes) process.stdout.write(`  ${note}\n`)
    if (outcome.failed > 0) process.stdout.write(`${outcome.output.trimEnd()}\n`)
  }
  process.stdout.write(`${sentence(total)}\n`)
  if (total.failed > 0) process.exitCode = 1
})

function sentence({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
