/** The figures of a contest as Markdown. */
import { table } from '../results.ts'
import type { Contest } from './contest.ts'
import type { Explanation } from './explain.ts'
import type { Figure } from './measure.ts'

function duration(ms: number): string {
  return ms < 1 ? `${(ms * 1_000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`
}

/** Rounded down, so that an aim that is just missed is not shown as reached. */
function times(ratio: number): string {
  return `${(Math.floor(ratio * 100) / 100).toFixed(2)}x`
}

function isMissed(figure: Figure): boolean {
  return figure.aim !== null && figure.ratio < figure.aim
}

function aimOf(figure: Figure): string {
  if (figure.aim === null) return ''
  return `at least ${figure.aim.toFixed(1)}x${isMissed(figure) ? ': missed' : ''}`
}

/** One runtime's table; the aims are of Electron's. */
function contestTable(contest: Contest, withAims: boolean): string {
  const rows = contest.figures.map((figure) => [
    figure.name,
    duration(figure.oursMs),
    duration(figure.theirsMs),
    `${times(figure.ratio)} (${times(figure.ratioLow)} to ${times(figure.ratioHigh)})`,
    withAims ? aimOf(figure) : '',
  ])
  const { oursSizeBytes, theirsSizeBytes } = contest
  const size = (sizeBytes: number): string => `${sizeBytes.toFixed(0)} B`
  rows.push(['256 B ping-pong: as sealed, mean', size(oursSizeBytes), size(theirsSizeBytes), '', ''])
  return table([contest.runtime, 'Waxwing', 'libsignal', 'times as fast (quartiles)', 'aim'], rows)
}

/** Calls and microseconds of each primitive in one operation, a column for each workload. */
function primitiveTable(explanations: readonly Explanation[]): string {
  const names = [...new Set(explanations.flatMap((one) => one.primitives.map((primitive) => primitive.name)))]
  const cell = (one: Explanation, name: string): string => {
    const primitive = one.primitives.find((candidate) => candidate.name === name)
    return primitive === undefined ? '' : `${primitive.us.toFixed(1)} µs in ${Number(primitive.calls.toFixed(2))}`
  }
  const rest = explanations.map((one) => one.us - one.primitives.reduce((sum, primitive) => sum + primitive.us, 0))
  return table(
    ['one operation, by primitive', ...explanations.map((one) => one.figure)],
    [
      ...names.map((name) => [name, ...explanations.map((one) => cell(one, name))]),
      ['everything else, the clocks included', ...rest.map((us) => `${us.toFixed(1)} µs`)],
      ['in all', ...explanations.map((one) => `${one.us.toFixed(1)} µs`)],
    ],
  )
}

/** The functions in which a workload's time is spent, without what they call. */
export function functionTable(explanation: Explanation): string {
  const rows = explanation.functions.map(({ where, share }) => [where, `${(share * 100).toFixed(1)} %`])
  return table([`${explanation.figure}: self time`, 'share'], rows)
}

/** All tables: both runtimes', and where our time goes on the last of them; what was missed with its profile. */
export function report(contests: readonly Contest[], explanations: readonly Explanation[]): string {
  const last = contests.at(-1)
  const missed = (last?.figures ?? []).filter(isMissed).map((figure) => figure.name)
  const profiles = explanations.filter((one) => missed.includes(one.figure)).map(functionTable)
  const tables = contests.map((contest) => contestTable(contest, contest === last))
  return [...tables, `Where our time goes on ${last?.runtime ?? ''}:`, primitiveTable(explanations), ...profiles].join(
    '\n\n',
  )
}
