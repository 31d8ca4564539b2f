import './lib/nodeVersion.mjs'
import { fork } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { outDir, root } from './lib/paths.mjs'
import { Stop, runMain } from './lib/stop.mjs'
import { setUp } from './setup.mjs'

const help = `npm run fuzz -- [options]

Gives everything that reads a stranger's bytes inputs that are mutated by structure and guided by V8's coverage.

  --seconds N     for how long, all targets together (60)
  --target NAME   one target only
  --seed N        the same seed begins with the same inputs
  --input FILE    runs one input of --target, as a finding names it
  --grow          keeps in test/fuzz/corpus what has reached further
  --seeds         writes the corpus's real values anew
  --list          the targets, and what is asked of them
`

/** What a frame may cost, measured with the best of several runs. */
const frameMsMax = 50
/** An input that runs for so long does not end. */
const hangMs = 15_000

const bundleDir = join(outDir, 'fuzz')
const workDir = join(outDir, 'fuzzing')
const findingsDirectory = join(workDir, 'findings')
const corpusDirectory = join(root, 'test', 'fuzz', 'corpus')

/** One file for each module, so that coverage can be told by the product's own paths. */
async function bundle() {
  const { build } = await import('vite')
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      ssr: join(root, 'test', 'fuzz', 'run.ts'),
      target: 'node20.18',
      minify: false,
      outDir: bundleDir,
      emptyOutDir: true,
      rollupOptions: { output: { entryFileNames: '[name].js', preserveModules: true, preserveModulesRoot: root } },
    },
  })
}

/**
 * Runs an order in a process of its own; its messages, and the code or signal that it ended with. One that stands still
 * is ended.
 *
 * @param {{ task: string, target?: string, [more: string]: unknown }} order
 * @param {(message: any) => void} hear
 * @returns {Promise<{ end: string }>}
 */
function run(order, hear) {
  return new Promise((done) => {
    const currentPath = join(workDir, `current-${order.target ?? ''}`)
    const whole = { corpusDirectory, findingsDirectory, currentPath, frameMsMax, ...order }
    const child = fork(join(bundleDir, 'test', 'fuzz', 'run.js'), [JSON.stringify(whole)], { stdio: 'inherit' })
    let end = ''
    const begunMs = Date.now()
    const watch = setInterval(() => {
      const lastMs = existsSync(currentPath) ? statSync(currentPath).mtimeMs : 0
      if (order.task !== 'fuzz' || Date.now() - Math.max(lastMs, begunMs) < hangMs) return
      end = `does not end: no answer after ${hangMs / 1_000} s`
      child.kill('SIGKILL')
    }, 500)
    child.on('message', hear)
    child.on('exit', (code, signal) => {
      clearInterval(watch)
      done({ end: end || (code === 0 ? '' : `ended the process with ${signal ?? `code ${code}`}`) })
    })
  })
}

/** The input that ran when a process ended, as a file of its own. */
function keepCurrent(target) {
  const record = readFileSync(join(workDir, `current-${target}`))
  const path = join(findingsDirectory, `${target}-last.bin`)
  mkdirSync(findingsDirectory, { recursive: true })
  writeFileSync(path, record.subarray(4, 4 + record.readUInt32BE()))
  return path
}

function tellFinding(target, { what, path, stack = '' }) {
  const frames = stack.split('\n').slice(1, 6).join('\n')
  const file = relative(root, path)
  console.log(`FOUND in ${target}: ${what}\n${frames}\n  npm run fuzz -- --target ${target} --input ${file}`)
}

const grouped = (number) => Math.round(number).toLocaleString('en-US')

/** @returns {Promise<{ findings: number, runs: number }>} */
async function fuzz(target, seconds, seed, grow) {
  let findings = 0
  let runs = 0
  const { end } = await run({ task: 'fuzz', target, seconds, seed, grow }, (message) => {
    if (message.kind === 'finding') {
      findings++
      tellFinding(target, message)
    }
    if (message.kind !== 'done') return
    runs = message.runs
    const { covered, newlyCovered, events, newEvents, kept, slowestMs } = message
    const figures = [
      `${grouped(runs)} runs, ${grouped(runs / message.seconds)}/s`,
      `code ${grouped(covered)} (+${grouped(newlyCovered)})`,
      `outcomes ${grouped(events)} (+${grouped(newEvents)})`,
      `inputs +${kept}`,
      `slowest ${slowestMs.toFixed(1)} ms`,
    ]
    console.log(`${target.padEnd(18)}${figures.join(', ')}`)
  })
  if (end !== '') {
    findings++
    tellFinding(target, { what: end, path: keepCurrent(target) })
  }
  return { findings, runs }
}

function wholeNumber(text, name) {
  if (!/^\d{1,9}$/.test(text)) throw new Stop(`--${name} takes a whole number, not ${text}.`)
  return Number(text)
}

async function replay(target, file) {
  let failed = true
  const { end } = await run({ task: 'replay', target, inputPath: resolve(file) }, ({ verdict }) => {
    failed = verdict.kind === 'fault'
    console.log(failed ? `${verdict.what}\n${verdict.stack}` : `fine: ${verdict.happened.join('; ')}`)
  })
  if (end !== '') console.log(end)
  if (failed) process.exitCode = 1
}

async function fuzzAll(chosen, seconds, seed, grow) {
  const weights = chosen.reduce((sum, { weight }) => sum + weight, 0)
  console.log(`seed ${seed}, ${seconds} s for ${chosen.length} targets`)
  const total = { findings: 0, runs: 0 }
  const begunMs = Date.now()
  for (const { name, weight } of chosen) {
    const { findings, runs } = await fuzz(name, (seconds * weight) / weights, seed, grow)
    total.findings += findings
    total.runs += runs
  }
  const tookSeconds = (Date.now() - begunMs) / 1_000
  console.log(`${grouped(total.runs)} runs in ${tookSeconds.toFixed(0)} s, ${total.findings} findings (seed ${seed})`)
  if (total.findings > 0) process.exitCode = 1
}

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '60' },
      target: { type: 'string' },
      seed: { type: 'string' },
      input: { type: 'string' },
      grow: { type: 'boolean', default: false },
      seeds: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return void process.stdout.write(help)
  await setUp({ bundle: false })
  await bundle()
  mkdirSync(workDir, { recursive: true })
  let targets = []
  await run({ task: 'list' }, (message) => (targets = message.targets))
  if (values.list) return targets.forEach(({ name, what }) => console.log(`${name.padEnd(18)}${what}`))
  if (values.seeds) return void (await run({ task: 'seeds' }, () => undefined))
  const chosen = values.target === undefined ? targets : targets.filter(({ name }) => name === values.target)
  if (chosen.length === 0) throw new Stop(`No such target: ${values.target}. See --list.`)
  if (values.input !== undefined) return replay(values.target, values.input)
  const seed = values.seed === undefined ? Date.now() % 1_000_000_000 : wholeNumber(values.seed, 'seed')
  await fuzzAll(chosen, wholeNumber(values.seconds, 'seconds'), seed, values.grow)
})
