import solid from 'vite-plugin-solid'
import { configDefaults, defineConfig } from 'vitest/config'

/** A layer that runs in Node. Layers that start processes run one file at a time: the machine may have two cores. */
function nodeLayer(name: string, include: string[], timeoutMs: number, oneFileAtATime = false) {
  return {
    test: {
      name,
      include,
      environment: 'node' as const,
      testTimeout: timeoutMs,
      hookTimeout: Math.max(timeoutMs, 30_000),
      fileParallelism: !oneFileAtATime,
    },
  }
}

type NodeLayer = ReturnType<typeof nodeLayer>

/** A process for every file would cost more than the files' tests. */
function withoutIsolation<Project extends NodeLayer>(project: Project) {
  return { test: { ...project.test, isolate: false } }
}

/** What another layer runs. */
function without<Project extends NodeLayer>(exclude: string[], project: Project) {
  return { test: { ...project.test, exclude: [...configDefaults.exclude, ...exclude] } }
}

/** How many percent of the branches in these folders of main/core must be tested. */
const branchesTested = {
  crypto: 100,
  identity: 100,
  wire: 100,
  session: 100,
}
const coveredFolders = Object.keys(branchesTested).map((name) => `main/core/${name}`)
const coreTests = coveredFolders.map((folder) => `${folder}/**/*.test.ts`)
const sessionTests = ['test/conformance/session/**/*.test.ts']
const vectorTests = ['test/vectors/**/*.test.ts', 'test/conformance/vectors/**/*.test.ts']
const besideSources = ['main/**/*.test.ts', 'preload/**/*.test.ts', 'build/**/*.test.mjs']

export default defineConfig({
  // Tests that run as an ordinary user may not write into root's clone.
  cacheDir: process.env.WAXWING_TEST_CACHE ?? 'node_modules/.vite',
  test: {
    watch: false,
    // One core is left idle otherwise, which on two cores is half of them.
    maxWorkers: '100%',
    // A suite that runs no test is an error.
    passWithNoTests: false,
    allowOnly: false,
    // With --coverage alone, over unit-core, session and vectors. V8 counts both ways of `if`, `?:`, `&&`, `||` and
    // `??`, but not of `?.` or of a default value. An exception is a comment beside it: v8 ignore next -- why.
    coverage: {
      provider: 'v8',
      include: coveredFolders.map((folder) => `${folder}/**/*.ts`),
      exclude: ['**/*.test.ts', 'main/core/wire/content/content.ts'],
      reporter: ['text'],
      thresholds: Object.fromEntries(
        Object.entries(branchesTested).map(([name, branches]) => [`main/core/${name}/**`, { branches }]),
      ),
    },
    projects: [
      without(coreTests, withoutIsolation(nodeLayer('unit', besideSources, 10_000))),
      withoutIsolation(nodeLayer('unit-core', coreTests, 10_000)),
      {
        plugins: [solid()],
        test: {
          name: 'unit-screen',
          include: ['renderer/**/*.test.ts', 'renderer/**/*.test.tsx'],
          environment: 'happy-dom',
          testTimeout: 10_000,
          isolate: false,
        },
      },
      nodeLayer('vectors', vectorTests, 60_000),
      nodeLayer('session', sessionTests, 60_000),
      without(
        [...vectorTests, ...sessionTests],
        nodeLayer(
          'conformance',
          ['test/conformance/**/*.test.ts', 'test/twin/**/*.test.ts', 'test/bench/**/*.test.ts'],
          60_000,
        ),
      ),
      nodeLayer('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      nodeLayer('sim', ['test/sim/**/*.test.ts'], 240_000),
      nodeLayer('attacks', ['test/attacks/**/*.test.ts'], 120_000),
      nodeLayer('interop', ['test/interop/**/*.test.ts'], 60_000, true),
      nodeLayer('crash', ['test/crash/**/*.test.ts'], 180_000, true),
      nodeLayer('e2e', ['test/e2e/**/*.test.ts'], 180_000, true),
      nodeLayer('net', ['test/net/**/*.test.ts'], 180_000, true),
    ],
  },
})
