/** `npm run bench`: measures everything in one run, prints a table and writes it to test/bench/results.md. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { measureDelivery } from './delivery.ts'
import { median, percentile } from './statistics.ts'
import type { WindowFigures } from './window.ts'
import { measureWindow } from './window.ts'

const root = resolve(import.meta.dirname, '../..')
const messages = 500
const starts = 5

interface Row {
  readonly what: string
  readonly figure: string
  readonly aim: string
}

async function rawRoundTrips(): Promise<readonly number[]> {
  const script = join(import.meta.dirname, 'rawPeer.js')
  const echo = spawn(process.execPath, [script, 'echo'], { stdio: ['ignore', 'pipe', 'inherit'] })
  try {
    const address = await new Promise<string>((done) => createInterface({ input: echo.stdout }).once('line', done))
    const output = execFileSync(process.execPath, [script, 'ping', address, '2000'], { encoding: 'utf8' })
    return JSON.parse(output) as readonly number[]
  } finally {
    echo.kill()
  }
}

function debSize(): string {
  const folder = join(root, 'dist')
  const deb = existsSync(folder) ? readdirSync(folder).find((name) => name.endsWith('.deb')) : undefined
  return deb === undefined
    ? 'not built: run npm run package first'
    : `${(statSync(join(folder, deb)).size / 1e6).toFixed(1)} MB`
}

function memoryRows(figures: readonly WindowFigures[]): readonly Row[] {
  const last = figures.at(-1)
  if (!last) return []
  const total = last.processes.reduce((sum, one) => sum + one.memoryMiB, 0)
  return [
    ...last.processes.map((one) => ({
      what: `memory at rest (PSS), ${one.name}`,
      figure: `${one.memoryMiB.toFixed(0)} MiB`,
      aim: '',
    })),
    { what: 'memory at rest (PSS), in all', figure: `${total.toFixed(0)} MiB`, aim: 'under 300 MB' },
  ]
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 0)} ms`
}

async function measure(): Promise<readonly Row[]> {
  const rawBefore = await rawRoundTrips()
  const delivery = await measureDelivery(messages)
  const rawAfter = await rawRoundTrips()
  const raw = median([...rawBefore, ...rawAfter])
  const delivered = median(delivery.sendToDeliveredMs)
  const windows = await measureWindow(starts)
  return [
    {
      what: `start to first frame, warm, median of ${starts}`,
      figure: milliseconds(median(windows.map((one) => one.firstFrameMs))),
      aim: 'under 1 s',
    },
    { what: 'start to connected, unlocking included', figure: milliseconds(delivery.startToConnectedMs), aim: '' },
    { what: 'raw libp2p stream, 256 B there and back, median', figure: milliseconds(raw), aim: '' },
    { what: `send to delivered, median of ${messages}`, figure: milliseconds(delivered), aim: '' },
    {
      what: 'send to delivered, 99th percentile',
      figure: milliseconds(percentile(delivery.sendToDeliveredMs, 0.99)),
      aim: '',
    },
    {
      what: 'a request that does nothing, over the same pipes, median',
      figure: milliseconds(median(delivery.requestMs)),
      aim: '',
    },
    { what: 'send to delivered, over the raw round trip', figure: milliseconds(delivered - raw), aim: 'at most 5 ms' },
    ...memoryRows(windows),
    { what: 'size of the .deb', figure: debSize(), aim: '' },
  ]
}

function table(rows: readonly Row[]): string {
  const lines = rows.map((row) => `| ${row.what} | ${row.figure} | ${row.aim} |`)
  return ['| figure | measured | aim |', '|---|---|---|', ...lines].join('\n')
}

const rows = await measure()
const cpu = cpus()[0]?.model.trim() ?? 'unknown processor'
const heading = `# Measured\n\n\`npm run bench\`, ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${cpus().length} cores (${cpu}), everything in one run on one machine.\n`
writeFileSync(join(root, 'test/bench/results.md'), `${heading}\n${table(rows)}\n`)
process.stdout.write(`${table(rows)}\n`)
