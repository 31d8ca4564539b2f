import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { judgeCoverage } from './coverage.mjs'
import { hasDisplay, startDisplay } from './display.mjs'
import { ordinaryUser, ourselves, sandboxObstacle } from './ordinaryUser.mjs'
import { outDir, root } from './paths.mjs'
import { run } from './run.mjs'
import { electronBinary, runtimeVersion } from './runtime.mjs'
import { readableView } from './view.mjs'

const minuteMs = 60_000

/**
 * @typedef {{ passed: number, failed: number, skipped: number, output: string, notes: string[] }} Outcome
 * @typedef {(say: (line: string) => void) => Promise<Outcome>} Check
 */

/** A tool that says yes or no counts as one. */
function tool(/** @type {string} */ path, /** @type {string[]} */ ...args) {
  return /** @type {Check} */ (
    async (say) => {
      const result = await run(process.execPath, [join(root, path), ...args], { timeoutMs: 5 * minuteMs, onLine: say })
      const good = result.code === 0
      return { passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, output: result.output, notes: [] }
    }
  )
}

/** Projects of vitest.config.ts; each test counts. */
function suite(/** @type {string[]} */ projects, /** @type {number} */ minutes) {
  return /** @type {Check} */ ((say) => runVitest(projects, minutes * minuteMs, say))
}

/** As `suite`, in Electron's runtime instead of Node. */
function runtimeSuite(/** @type {string[]} */ projects, /** @type {number} */ minutes) {
  return /** @type {Check} */ (
    async (say) => {
      const env = { ...process.env, ELECTRON_RUN_AS_NODE: '1', WAXWING_RUNTIME: 'electron' }
      const outcome = await runVitest(projects, minutes * minuteMs, say, { runtime: electronBinary(), env })
      return { ...outcome, notes: [`On Electron ${runtimeVersion()}.`, ...outcome.notes] }
    }
  )
}

/** As `suite`, and fails where a branch of the sources named in vitest.config.ts is not tested. */
function coverageSuite(/** @type {string[]} */ projects, /** @type {number} */ minutes) {
  return /** @type {Check} */ ((say) => runVitest(projects, minutes * minuteMs, say, { coverage: true }))
}

/** As `suite`, for tests that open windows: as an ordinary user, with the sandbox on wherever that is possible. */
function screenSuite(/** @type {string} */ project, /** @type {number} */ minutes) {
  return /** @type {Check} */ (
    async (say) => {
      const ordinary = ordinaryUser()
      const view = ordinary && (await readableView(ordinary))
      const closed = 'an ordinary user cannot read this folder, so the tests run as root'
      const obstacle = ordinary && !view ? closed : await sandboxObstacle(ordinary)
      const notes = obstacle === undefined ? [] : [`Chromium's sandbox is OFF: ${obstacle}.`]
      const as = ordinary && view ? ordinary : ourselves()
      openFolder(picturesDir, as)
      const display = hasDisplay() ? undefined : await startDisplay(as, { width: 1600, height: 1000 })
      const env = { ...(display?.env ?? as.env), WAXWING_SANDBOX: obstacle === undefined ? 'on' : 'off' }
      try {
        const outcome = await runVitest([project], minutes * minuteMs, say, { user: as, env, view })
        return { ...outcome, notes: [...notes, ...outcome.notes] }
      } finally {
        display?.stop()
      }
    }
  )
}

/** Pictures of the screen go there, whoever takes them. */
const picturesDir = join(outDir, 'screens')

function openFolder(/** @type {string} */ path, /** @type {import('./ordinaryUser.mjs').Ordinary} */ user) {
  mkdirSync(path, { recursive: true })
  if (!user.dropped) return
  for (const name of ['', ...readdirSync(path)]) chownSync(join(path, name), user.uid, user.gid)
}

/** In the order in which they run: what is quick and says most comes first. */
export const checks = /** @type {const} */ ({
  format: tool('node_modules/oxfmt/bin/oxfmt', '--check'),
  lint: tool('node_modules/oxlint/bin/oxlint', '--type-aware', '--deny-warnings'),
  planted: tool('build/checks/planted.mjs'),
  types: tool('node_modules/typescript/bin/tsc', '-b'),
  knip: tool('node_modules/knip/bin/knip.js'),
  unit: suite(['unit', 'unit-screen'], 3),
  coverage: coverageSuite(['unit-core', 'session', 'vectors'], 3),
  runtime: runtimeSuite(['vectors'], 3),
  conformance: suite(['conformance'], 3),
  fuzz: suite(['fuzz'], 3),
  sim: suite(['sim'], 6),
  attacks: suite(['attacks'], 5),
  interop: suite(['interop'], 6),
  crash: suite(['crash'], 4),
  e2e: screenSuite('e2e', 8),
  net: suite(['net'], 10),
})

/** The network layer makes namespaces, so it needs root and runs only when named. */
export const usualChecks = Object.keys(checks).filter((name) => name !== 'net')

/**
 * @param {string[]} projects
 * @param {number} timeoutMs
 * @param {(line: string) => void} say
 * @param {{
 *   user?: import('./ordinaryUser.mjs').Ordinary, env?: NodeJS.ProcessEnv,
 *   view?: Awaited<ReturnType<typeof readableView>>, runtime?: string, coverage?: boolean,
 * }} [how]
 * @returns {Promise<Outcome>}
 */
async function runVitest(projects, timeoutMs, say, how = {}) {
  const { user = ourselves(), env = process.env, view, runtime = process.execPath } = how
  const { root: place, wrap } = view ?? { root, wrap: user.wrap }
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-test-'))
  if (user.dropped) chownSync(folder, user.uid, user.gid)
  const report = join(folder, 'report.json')
  const coverage = join(folder, 'coverage')
  try {
    mkdirSync(join(folder, 'cache'))
    if (user.dropped) chownSync(join(folder, 'cache'), user.uid, user.gid)
    // An ordinary user may not write into root's clone: configuration and caches stay out of it.
    const configuration = [
      '--configLoader',
      'runner',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${report}`,
      ...projects.map((project) => `--project=${project}`),
      ...(how.coverage ? ['--coverage', '--coverage.reporter=text', '--coverage.reporter=json-summary'] : []),
      ...(how.coverage ? [`--coverage.reportsDirectory=${coverage}`] : []),
    ]
    const vitest = [join(place, 'node_modules/vitest/vitest.mjs'), 'run', ...configuration]
    const [command, args] = wrap(runtime, vitest)
    const ownEnv = { ...env, NO_COLOR: '1', WAXWING_TEST_CACHE: join(folder, 'cache') }
    const result = await run(command, args, { timeoutMs, onLine: say, env: ownEnv, cwd: place === root ? root : '/' })
    const outcome = count(result, report)
    return how.coverage && existsSync(coverage) ? withCoverage(outcome, coverage) : outcome
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** @returns {Outcome} */
function withCoverage(/** @type {Outcome} */ outcome, /** @type {string} */ reportFolder) {
  const { unexplained, notes } = judgeCoverage(reportFolder)
  return { ...outcome, failed: outcome.failed + unexplained, notes: [...outcome.notes, ...notes] }
}

/** @returns {Outcome} */
function count(result, report) {
  const { output } = result
  const notes = result.timedOut ? ['It took too long and was ended.'] : []
  // What tests say about vectors that are not there.
  notes.push(...new Set(output.match(/^vectors: .*$/gm)))
  let counted
  try {
    counted = JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return { passed: 0, failed: 1, skipped: 0, output, notes: [...notes, 'It ended without a report.'] }
  }
  const passed = counted.numPassedTests
  const skipped = counted.numPendingTests + counted.numTodoTests
  // A file that could not be loaded has no tests that could fail.
  const broken = counted.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0)
  let failed = counted.numFailedTests + broken.length
  if (failed === 0 && result.code !== 0) {
    failed = 1
    notes.push(`Its tests passed, but the run ended with code ${result.code}.`)
  }
  if (failed === 0 && passed === 0) {
    failed = 1
    notes.push('It ran no test.')
  }
  return { passed, failed, skipped, output, notes }
}
