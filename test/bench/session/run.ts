/** `npm run bench:session`: runs the contest on Node and on Electron's runtime, and writes its section of results.md. */
import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { circumstances, wasBusy, writeResults } from '../results.ts'
import type { Contest } from './contest.ts'
import type { Explanation } from './explain.ts'
import { functionTable, report } from './report.ts'

const root = resolve(import.meta.dirname, '../..')
const outputMaxBytes = 16 * 1_024 * 1_024

const { values } = parseArgs({
  options: {
    libsignal: { type: 'string' },
    version: { type: 'string' },
    electron: { type: 'string' },
    profile: { type: 'boolean' },
  },
})
const { libsignal = '', version = '', electron = '', profile = false } = values

/** Runs one of our scripts in a runtime and gives what it wrote. */
function run<T>(runtime: string, script: string, args: readonly string[]): T {
  const output = execFileSync(runtime, ['--expose-gc', join(import.meta.dirname, `${script}.js`), ...args], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    maxBuffer: outputMaxBytes,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(output) as T
}

const notes = `Both run in one process, block by block in turn, with their state in memory and the garbage collected before each block;
a figure is the median of the blocks, its ratio that of the medians, and in brackets are the quartiles of neighbouring
blocks' ratios. Ours is the product's code with the native provider: headers are encrypted and contents padded, which
libsignal's are not. libsignal's stores keep its records without encoding them; its interface is asynchronous, which is
part of its figures. A message goes over as bytes: one side's work ends with them and the other's begins. Sessions are
past their first turns, and begun anew every 500 messages (one-way) or 1,024 (ping-pong). Set-up is the work of both
sides with keys that exist already: the bundle's signature, the key exchange, the first message sealed and opened. At a
first meeting each side also checks the descriptor and certificate of the other, six signatures more; libsignal leaves
to others who somebody is.
`

const load = loadavg()[0] ?? 0
const contests = [process.execPath, electron].map((runtime) => {
  process.stderr.write(`Measuring in ${runtime}\n`)
  return run<Contest>(runtime, 'contest', [libsignal])
})
process.stderr.write('Asking where our time goes\n')
const explanations = run<readonly Explanation[]>(electron, 'explain', [])
const text = report(contests, explanations)
const runtimes = contests.map((contest) => contest.runtime).join(' and ')
const head = circumstances('npm run bench:session', `${runtimes}, libsignal ${version}`, load)
const busy = wasBusy(load) ? '\nThe machine was busy with other work: trust the ratios only.\n' : ''
writeResults(root, 'Sessions beside libsignal', `${head}\n${busy}\n${text}\n\n${notes}`)
process.stdout.write(`${text}\n`)
if (profile) process.stdout.write(`\n${explanations.map(functionTable).join('\n\n')}\n`)
