import { readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { root } from './paths.mjs'

/**
 * @typedef {{ line: number, reason: string | undefined }} Exception
 * @typedef {{ total: number, covered: number }} Branches
 */

/** Every spelling that the tool of coverage obeys. */
const hint = /(?:istanbul|[cv]8|node:coverage)\s+ignore\s+(?!stop\b)\w+(.*)/
const withReason = /^\s*--\s*((?!\*\/)\S.*?)\s*(?:\*\/.*)?$/

/**
 * The exceptions that a source names: a comment `v8 ignore`, then two dashes and why.
 *
 * @returns {Exception[]}
 */
export function exceptionsIn(/** @type {string} */ source) {
  return source.split('\n').flatMap((text, i) => {
    const found = hint.exec(text)
    return found ? [{ line: i + 1, reason: withReason.exec(found[1] ?? '')?.[1] }] : []
  })
}

/**
 * What a report of kind json-summary says about branches, by the folder of the sources.
 *
 * @param {Record<string, { branches: Branches }>} summary
 * @returns {Map<string, Branches>}
 */
export function branchesByFolder(summary, base = root) {
  /** @type {Map<string, Branches>} */
  const folders = new Map()
  for (const [path, { branches }] of Object.entries(summary)) {
    if (path === 'total') continue
    const folder = relative(base, path).split('/').slice(0, 3).join('/')
    const sum = folders.get(folder) ?? { total: 0, covered: 0 }
    folders.set(folder, { total: sum.total + branches.total, covered: sum.covered + branches.covered })
  }
  return folders
}

/** Sentences on a report in a folder, and how many exceptions give no reason. */
export function judgeCoverage(/** @type {string} */ reportFolder) {
  const summary = JSON.parse(readFileSync(join(reportFolder, 'coverage-summary.json'), 'utf8'))
  const figures = [...branchesByFolder(summary)].map(([name, sum]) => `${name} ${sum.covered} of ${sum.total}`)
  const paths = Object.keys(summary).filter((path) => path !== 'total')
  const exceptions = paths.flatMap((path) =>
    exceptionsIn(readFileSync(path, 'utf8')).map((exception) => ({ path: relative(root, path), ...exception })),
  )
  const unexplained = exceptions.filter(({ reason }) => reason === undefined)
  const notes = [
    `Branches tested: ${figures.join(', ')}; exceptions named: ${exceptions.length}.`,
    ...unexplained.map(({ path, line }) => `${path}:${line}: an exception from coverage without a reason.`),
  ]
  return { unexplained: unexplained.length, notes }
}
