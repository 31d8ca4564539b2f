import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createVitest } from 'vitest/node'
import { root } from '../../lib/paths.mjs'

/** All that the tests beside the core's sources import, and what Vite reads for it. */
const parts = ['main/core', 'main/node/crypto', 'main/tsconfig.json', 'test/support', 'test/tsconfig.json']
const shared = ['build/tsconfig.base.json']

/** For one run of a bug's tests: a loop that does not end is no assertion. */
const runMsMax = 60_000
const closeMsMax = 5_000

/** A test that ends with any other error did not judge what it was given: the bug is badly planted. */
const judgements = ['AssertionError', 'Error', 'InvariantError']

/** @typedef {import('vitest/node').TestModule} TestModule */

/** A copy of the core, and the Vitest that runs in it: one bug and its tests at a time. */
export class Lane {
  #tree = ''
  #vitest = /** @type {import('vitest/node').Vitest | undefined} */ (undefined)
  #workers
  /** Whether a run did not end: then nothing more can be run. */
  isStuck = false

  constructor(workers = 1) {
    this.#workers = workers
  }

  async open() {
    this.#tree = mkdtempSync(join(tmpdir(), 'waxwing-bugs-'))
    for (const path of [...parts, ...shared]) cpSync(join(root, path), join(this.#tree, path), { recursive: true })
    symlinkSync(join(root, 'node_modules'), join(this.#tree, 'node_modules'))
    const reporter = {
      onTestCaseResult: (/** @type {import('vitest/node').TestCase} */ test) => {
        // Not awaited: it ends with the run, which waits for this.
        if (isJudgement(test)) void this.#vitest?.cancelCurrentRun('test-failure')
      },
    }
    const options = {
      config: /** @type {const} */ (false),
      root: this.#tree,
      dir: join(this.#tree, 'main'),
      watch: false,
      silent: true,
      reporters: [reporter],
      // Threads end with the process, whatever they do.
      pool: /** @type {const} */ ('threads'),
      isolate: false,
      maxWorkers: this.#workers,
      testTimeout: 0,
    }
    this.#vitest = await createVitest('test', options, { cacheDir: join(this.#tree, 'cache') })
    return this
  }

  async close() {
    await Promise.race([this.#vitest?.close(), delay(closeMsMax)])
    rmSync(this.#tree, { recursive: true, force: true })
  }

  /** @returns {Promise<string[]>} the test files that do not pass as they are, or in which there is no test */
  async falseAlarms(/** @type {readonly string[]} */ testFiles) {
    const modules = await this.#run(testFiles)
    if (modules === null) return ['the tests do not end']
    const passed = modules.filter((file) => file.ok() && [...file.children.allTests('passed')].length > 0)
    const paths = passed.map(({ moduleId }) => moduleId)
    return testFiles.filter((name) => !paths.includes(this.#testPath(name)))
  }

  /**
   * Plants the bug, runs its tests, and takes it out again.
   *
   * @param {import('../bugs.mjs').Bug} bug
   * @returns {Promise<{ caughtBy: string | null, why: string }>} the first test that judged it, or why none did
   */
  async judge({ edits, tests }) {
    const paths = [...new Set(edits.map(([file]) => this.#sourcePath(file)))]
    const originals = paths.map((path) => /** @type {const} */ ([path, readFileSync(path, 'utf8')]))
    try {
      for (const [file, find, replace] of edits) {
        const pieces = readFileSync(this.#sourcePath(file), 'utf8').split(find)
        const times = pieces.length - 1
        if (times !== 1) return { caughtBy: null, why: `this stands ${times} times in main/${file}.ts: ${find}` }
        this.#write(this.#sourcePath(file), pieces.join(replace))
      }
      const modules = await this.#run(tests)
      return modules === null ? { caughtBy: null, why: 'its tests do not end' } : verdict(modules)
    } finally {
      for (const [path, text] of originals) this.#write(path, text)
    }
  }

  /** @returns {Promise<TestModule[] | null>} what became of these files; null if it did not end */
  async #run(/** @type {readonly string[]} */ testFiles) {
    const vitest = this.#vitest
    if (vitest === undefined) throw new Error('a lane is used before it is open')
    const paths = testFiles.map((name) => this.#testPath(name))
    const specifications = await vitest.globTestSpecifications(paths)
    const running = vitest.runTestSpecifications(specifications.filter(({ moduleId }) => paths.includes(moduleId)))
    const run = await Promise.race([running, delay(runMsMax)])
    if (run === null) this.isStuck = true
    // Vitest tells of earlier runs as well.
    return run === null ? null : run.testModules.filter(({ moduleId }) => paths.includes(moduleId))
  }

  #sourcePath(/** @type {string} */ file) {
    return join(this.#tree, 'main', `${file}.ts`)
  }

  #testPath(/** @type {string} */ name) {
    return this.#sourcePath(`${name}.test`)
  }

  #write(/** @type {string} */ path, /** @type {string} */ text) {
    writeFileSync(path, text)
    this.#vitest?.invalidateFile(path)
  }
}

/** @returns {Promise<null>} */
function delay(/** @type {number} */ ms) {
  return new Promise((resolve) => setTimeout(() => resolve(null), ms).unref())
}

function isJudgement(/** @type {import('vitest/node').TestCase} */ test) {
  const { state, errors } = test.result()
  return state === 'failed' && errors.some((error) => judgements.includes(innermost(error).name ?? ''))
}

/** What a property found stands in the cause of its error. */
function innermost(/** @type {import('vitest').TestError} */ error) {
  let inner = error
  while (inner.cause) inner = inner.cause
  return inner
}

function verdict(/** @type {TestModule[]} */ modules) {
  const tests = modules.flatMap((file) => [...file.children.allTests()])
  const judge = tests.find(isJudgement)
  if (judge) return { caughtBy: `${basename(judge.module.moduleId)} > ${judge.fullName}`, why: '' }
  const [error] = [...modules.flatMap((file) => file.errors()), ...tests.flatMap((test) => test.result().errors ?? [])]
  if (error) return { caughtBy: null, why: `no assertion failed, but ${error.name}: ${error.message.split('\n')[0]}` }
  return { caughtBy: null, why: tests.length > 0 ? `${tests.length} tests pass` : 'there is no test' }
}
