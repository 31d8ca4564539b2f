import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { branchesByFolder, exceptionsIn, judgeCoverage } from './coverage.mjs'

/** Put together here, so that no tool takes this file for one with exceptions. */
const hint = (/** @type {string} */ text) => `/* v8 ${'ignore'} ${text} */`

it('finds exceptions and their reasons, however they are spelt', () => {
  const source = [
    'const a = 1',
    hint('next -- a broken library alone comes here'),
    `  ${hint('next')}`,
    hint('start --'),
    hint('stop'),
    `// istanbul ${'ignore'} else -- why`,
    'ignore next',
  ].join('\n')
  expect(exceptionsIn(source)).toEqual([
    { line: 2, reason: 'a broken library alone comes here' },
    { line: 3, reason: undefined },
    { line: 4, reason: undefined },
    { line: 6, reason: 'why' },
  ])
})

it('adds up by folder', () => {
  const file = (/** @type {number} */ total, /** @type {number} */ covered) => ({ branches: { total, covered } })
  const summary = {
    total: file(9, 9),
    '/p/main/core/wire/a.ts': file(4, 3),
    '/p/main/core/wire/content/b.ts': file(2, 2),
    '/p/main/core/crypto/c.ts': file(3, 3),
  }
  expect(Object.fromEntries(branchesByFolder(summary, '/p'))).toEqual({
    'main/core/wire': { total: 6, covered: 5 },
    'main/core/crypto': { total: 3, covered: 3 },
  })
})

it('counts an exception without a reason and says where it is', () => {
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-coverage-'))
  try {
    const source = join(folder, 'source.ts')
    writeFileSync(source, `${hint('next -- why')}\n${hint('next')}\n`)
    const summary = { total: {}, [source]: { branches: { total: 2, covered: 2 } } }
    writeFileSync(join(folder, 'coverage-summary.json'), JSON.stringify(summary))
    const { unexplained, notes } = judgeCoverage(folder)
    expect(unexplained).toBe(1)
    expect(notes[0]).toMatch(/2 of 2; exceptions named: 2\.$/)
    expect(notes[1]).toMatch(/source\.ts:2: an exception from coverage without a reason\.$/)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
