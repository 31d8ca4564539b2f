#!/usr/bin/env node
// Replays simulated worlds: `npm run sim -- --seed N [--verbose]`, or `--seeds COUNT [--first N]` for many.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    first: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
for (const name of ['seed', 'seeds', 'first']) {
  const value = values[name]
  if (value !== undefined && !/^\d{1,9}$/.test(value)) {
    console.error(`--${name} takes a whole number, not ${value}`)
    process.exit(2)
  }
}
if (values.help) {
  console.log('npm run sim -- --seed N [--verbose]     one world, and what it did')
  console.log('npm run sim -- --seeds COUNT [--first N]  many worlds, and how many a second')
  process.exit(0)
}
const env = { ...process.env }
if (values.seed !== undefined) env.WAXWING_SIM_SEED = values.seed
if (values.seeds !== undefined) env.WAXWING_SIM_SEEDS = values.seeds
if (values.first !== undefined) env.WAXWING_SIM_FIRST = values.first
if (values.verbose) env.WAXWING_SIM_VERBOSE = '1'
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url))
const run = spawnSync(process.execPath, [vitest, 'run', '--project', 'sim', 'test/sim/sim.test.ts'], {
  stdio: 'inherit',
  env,
})
process.exit(run.status ?? 1)
