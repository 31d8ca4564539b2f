/** `npm run bench`: measures everything in one run, prints a table and writes it to test/bench/results.md. */
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { measureDelivery } from './delivery.ts'
import { measureSync } from './disk.ts'
import { measureQueue } from './queue.ts'
import { circumstances, table, wasBusy, writeResults } from './results.ts'
import { median, percentile } from './statistics.ts'
import type { WindowFigures } from './window.ts'
import { measureWindow } from './window.ts'

const root = resolve(import.meta.dirname, '../..')
const messages = 500
const starts = 5
const queued = 10_000
const syncs = 200

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

async function deliveryRows(): Promise<readonly Row[]> {
  const rawBefore = await rawRoundTrips()
  const syncBefore = measureSync(syncs)
  const delivery = await measureDelivery(messages)
  const raw = median([...rawBefore, ...(await rawRoundTrips())])
  const sync = median([...syncBefore, ...measureSync(syncs)])
  const delivered = median(delivery.sendToDeliveredMs)
  const slow = percentile(delivery.sendToDeliveredMs, 0.99)
  const over = delivered - raw
  return [
    { what: 'start to connected, unlocking included', figure: milliseconds(delivery.startToConnectedMs), aim: '' },
    { what: 'raw libp2p round trip, 256 B, median', figure: milliseconds(raw), aim: '' },
    { what: '`fdatasync` of 4 KiB on this disk, median', figure: milliseconds(sync), aim: '' },
    { what: 'a request that does nothing, median', figure: milliseconds(median(delivery.requestMs)), aim: '' },
    { what: `send to delivered, median of ${messages}`, figure: milliseconds(delivered), aim: '' },
    { what: 'send to delivered, 99th percentile', figure: milliseconds(slow), aim: '' },
    { what: 'send to delivered, over the raw round trip', figure: milliseconds(over), aim: 'at most 5 ms' },
  ]
}

async function queueRows(): Promise<readonly Row[]> {
  const { writtenPerSecond, deliveredPerSecond, pageMs } = await measureQueue(queued)
  const rate = (perSecond: number): string => `${perSecond.toFixed(0)} a second`
  return [
    { what: `${queued} written while the other is away`, figure: rate(writtenPerSecond), aim: '' },
    { what: 'the same delivered when they are back', figure: rate(deliveredPerSecond), aim: 'at least 167 a second' },
    { what: 'a page of messages meanwhile, median', figure: milliseconds(median(pageMs)), aim: '' },
    {
      what: 'a page of messages meanwhile, the slowest',
      figure: milliseconds(Math.max(...pageMs)),
      aim: 'under 100 ms',
    },
  ]
}

async function windowRows(): Promise<readonly Row[]> {
  const windows = await measureWindow(starts)
  const frame = median(windows.map((one) => one.firstFrameMs))
  const content = median(windows.map((one) => one.firstContentMs))
  const label = (what: string): string => `start to ${what}, warm, median of ${starts}`
  return [
    { what: label('first frame'), figure: milliseconds(frame), aim: 'under 1 s' },
    { what: label('first content from the node'), figure: milliseconds(content), aim: '' },
    ...memoryRows(windows),
  ]
}

async function measure(): Promise<readonly Row[]> {
  const delivery = await deliveryRows()
  const queue = await queueRows()
  return [...(await windowRows()), ...delivery, ...queue, { what: 'size of the .deb', figure: debSize(), aim: '' }]
}

const notes = `Every process runs on this machine, over loopback. A message is delivered after three transactions, one after
the other: the sender's, the receiver's, and the sender's again for the acknowledgment. Each is synchronous=FULL and waits
for the disk, so a slow disk shows threefold. 167 a second are 10,000 waiting messages in 60 s. Memory is the
proportional set size (PSS) of each process, which counts shared pages once, 5 s after the first frame.
`

const load = loadavg()[0] ?? 0
const rows = await measure()
const busy =
  '\nThe machine was busy with other work: compare figures with one another, not with the aims. Memory may be too low, since other instances share its pages.\n'
const figures = table(
  ['figure', 'measured', 'aim'],
  rows.map((row) => [row.what, row.figure, row.aim]),
)
const head = `${circumstances('npm run bench', `Node ${process.versions.node}`, load)}\n${wasBusy(load) ? busy : ''}`
writeResults(root, 'The program', `${head}\n${figures}\n\n${notes}`)
process.stdout.write(`${figures}\n`)
