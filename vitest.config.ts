import solid from 'vite-plugin-solid'
import { defineConfig } from 'vitest/config'

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

/** A process for every file would cost more than the files' tests. */
function withoutIsolation<Project extends ReturnType<typeof nodeLayer>>(project: Project) {
  return { test: { ...project.test, isolate: false } }
}

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
    projects: [
      withoutIsolation(nodeLayer('unit', ['main/**/*.test.ts', 'preload/**/*.test.ts', 'build/**/*.test.mjs'], 10_000)),
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
      nodeLayer('conformance', ['test/vectors/**/*.test.ts', 'test/conformance/**/*.test.ts'], 60_000),
      nodeLayer('fuzz', ['test/fuzz/**/*.test.ts'], 120_000),
      nodeLayer('sim', ['test/sim/**/*.test.ts'], 240_000),
      nodeLayer('interop', ['test/interop/**/*.test.ts'], 60_000, true),
      nodeLayer('crash', ['test/crash/**/*.test.ts'], 180_000, true),
      nodeLayer('e2e', ['test/e2e/**/*.test.ts'], 180_000, true),
      nodeLayer('net', ['test/net/**/*.test.ts'], 180_000, true),
    ],
  },
})
