/** test/bench/results.md has a section for each benchmark, and each replaces only its own. */
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

const title = '# Measured'

/** The text with this section in place of the one that has the same heading, or behind the others. */
export function withSection(text: string, heading: string, body: string): string {
  const [, ...sections] = `\n${text}`.split(/\n(?=## )/)
  const isOwn = (section: string): boolean => section.split('\n', 1)[0] === `## ${heading}`
  const own = `## ${heading}\n\n${body}`
  const all = sections.some(isOwn) ? sections.map((section) => (isOwn(section) ? own : section)) : [...sections, own]
  return `${[title, ...all].map((section) => section.trim()).join('\n\n')}\n`
}

/** @param root the project's folder */
export function writeResults(root: string, heading: string, body: string): void {
  const file = join(root, 'test/bench/results.md')
  writeFileSync(file, withSection(readFileSync(file, 'utf8'), heading, body))
}

export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(columns), `|${'---|'.repeat(columns.length)}`, ...rows.map(line)].join('\n')
}

/** When, and on what; `load` is that of the minute before. */
export function circumstances(command: string, runtimes: string, load: number): string {
  const cores = cpus()
  const cpu = cores[0]?.model.trim() ?? 'unknown processor'
  const day = new Date().toISOString().slice(0, 10)
  return `\`${command}\`, ${day}, ${runtimes}, ${cores.length} cores (${cpu}), load ${load.toFixed(1)} before the run.`
}

/** Whether other work ran beside the benchmark. */
export function wasBusy(load: number): boolean {
  return load > cpus().length / 2
}
