/**
 * One target for a while, as a process of its own: what ends it, or never ends, ends nothing else. build/fuzz.mjs
 * starts it, watches it and tells what it says.
 */
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { Chance } from '../sim/schedule.ts'
import { readCorpus, writeCorpus } from './corpus.ts'
import { Coverage } from './coverage.ts'
import { Fuzzer, distilled, shortened } from './fuzzer.ts'
import type { Finding } from './fuzzer.ts'
import { judge } from './target.ts'
import { targets } from './targets.ts'

interface Order {
  /** `list` names the targets; `seeds` writes their real values; `replay` runs one file. */
  readonly task: 'list' | 'seeds' | 'replay' | 'fuzz'
  readonly target: string
  readonly seconds: number
  readonly seed: number
  readonly corpusDirectory: string
  readonly findingsDirectory: string
  /** Where the input that runs is written first. */
  readonly currentPath: string
  readonly inputPath: string
  /** Whether what reached further is kept in the corpus. */
  readonly grow: boolean
  readonly frameMsMax: number
}

/** What found inputs may take in a corpus: all of them together are committed. */
const reachedSizeBytesMax = 6_000

function isProduct(url: string): boolean {
  return /\/out\/fuzz\/(?:main|preload)\//.test(url)
}

function told(message: object): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) resolve()
    else process.send(message, () => resolve())
  })
}

function targetNamed(name: string) {
  const target = targets.find((one) => one.name === name)
  if (target === undefined) throw new Error(`no target ${name}`)
  return target
}

/** Writes each input to a file before it runs: a length of four bytes, then the input. */
function recorder(path: string): (input: Uint8Array) => void {
  const file = openSync(path, 'w')
  process.once('exit', () => closeSync(file))
  return (input) => {
    const record = Buffer.alloc(4 + input.length)
    record.writeUInt32BE(input.length)
    record.set(input, 4)
    writeSync(file, record, 0, record.length, 0)
  }
}

async function report(order: Order, finding: Finding): Promise<void> {
  const input = await shortened(targetNamed(order.target), finding, order.frameMsMax)
  mkdirSync(order.findingsDirectory, { recursive: true })
  const name = `${order.target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`
  const path = join(order.findingsDirectory, name)
  writeFileSync(path, input)
  await told({ kind: 'finding', what: finding.what, stack: finding.stack, path })
}

async function fuzz(order: Order): Promise<void> {
  const target = targetNamed(order.target)
  const { seeds, reached } = readCorpus(order.corpusDirectory, target.name)
  const coverage = new Coverage(isProduct)
  coverage.start()
  // Another target with the same seed goes another way.
  const own = createHash('sha256').update(`${order.seed} ${target.name}`).digest().readUInt32BE()
  const chance = new Chance(own)
  const before = recorder(order.currentPath)
  const fuzzer = new Fuzzer({ target, chance, coverage, frameMsMax: order.frameMsMax, before })
  await fuzzer.begin([...seeds, ...reached])
  const known = { corpus: fuzzer.corpus.length, covered: coverage.covered, events: fuzzer.events }
  const begunMs = performance.now()
  let reported = 0
  while (performance.now() - begunMs < order.seconds * 1_000 && !fuzzer.isDone) {
    await fuzzer.batch()
    for (; reported < fuzzer.findings.length; reported++) await report(order, fuzzer.findings[reported] as Finding)
  }
  await told({
    kind: 'done',
    seconds: (performance.now() - begunMs) / 1_000,
    runs: fuzzer.runs,
    slowestMs: fuzzer.slowestMs,
    kept: fuzzer.corpus.length - known.corpus,
    covered: coverage.covered,
    newlyCovered: coverage.covered - known.covered,
    events: fuzzer.events,
    newEvents: fuzzer.events - known.events,
  })
  if (!order.grow) return
  const again = new Coverage(isProduct)
  again.start()
  const kept = await distilled(target, again, seeds, fuzzer.corpus.slice(seeds.length), reachedSizeBytesMax)
  writeCorpus(order.corpusDirectory, target.name, { seeds, reached: kept })
}

async function replay(order: Order): Promise<void> {
  const verdict = await judge(targetNamed(order.target), readFileSync(order.inputPath), order.frameMsMax)
  await told({ kind: 'replayed', verdict })
}

async function main(): Promise<void> {
  const order = JSON.parse(process.argv[2] ?? '{}') as Order
  switch (order.task) {
    case 'list':
      return told({ kind: 'targets', targets: targets.map(({ name, what, weight }) => ({ name, what, weight })) })
    case 'seeds':
      for (const target of targets) {
        const { reached } = readCorpus(order.corpusDirectory, target.name)
        writeCorpus(order.corpusDirectory, target.name, { seeds: target.seeds(), reached })
      }
      return undefined
    case 'replay':
      return replay(order)
    case 'fuzz':
      return fuzz(order)
  }
}

await main()
process.disconnect?.()
