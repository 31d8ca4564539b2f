/** `npm run bench:net`: measures how people reach each other, prints a table and writes it to test/bench/results.md. */
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { Laboratory } from '../../net/lab/laboratory.ts'
import { whyNoHomes } from '../../net/internet.ts'
import { circumstances, table, wasBusy, writeResults } from '../results.ts'
import { measureAsleep } from './asleep.ts'
import { measureFlaps, measurePartition } from './hardship.ts'
import { delayMs, measureHomes } from './homes.ts'
import { measureHostile } from './hostile.ts'
import { measureLan } from './lan.ts'
import { cells, holds } from './rows.ts'
import type { Row } from './rows.ts'

const root = resolve(import.meta.dirname, '../..')
const script = (name: string): string => join(import.meta.dirname, `${name}.js`)

const scenes: Readonly<Record<string, (lab: Laboratory) => Promise<readonly Row[]>>> = {
  LAN: (lab) => measureLan(lab, script('rawPeer')),
  'cone/cone': (lab) => measureHomes(lab, 'cone', 'cone'),
  'portRestricted/portRestricted': (lab) => measureHomes(lab, 'portRestricted', 'portRestricted'),
  'symmetric/symmetric': (lab) => measureHomes(lab, 'symmetric', 'symmetric'),
  asleep: measureAsleep,
  hostile: (lab) => measureHostile(lab, script('hostileProcess')),
  partition: measurePartition,
  flaps: measureFlaps,
}

/** A scene that breaks is a row as well, and the others are measured all the same. */
async function measure(name: string): Promise<readonly Row[]> {
  const lab = new Laboratory()
  const interrupted = (): void => void lab.remove().then(() => process.exit(1))
  process.once('SIGINT', interrupted)
  try {
    return (await scenes[name]?.(lab)) ?? []
  } catch (thrown) {
    const sentence = thrown instanceof Error ? (thrown.message.split('\n')[0] ?? '') : String(thrown)
    return [holds(name, `broke off: ${sentence.slice(0, 200)}`, 'measured', false)]
  } finally {
    process.off('SIGINT', interrupted)
    const waysOut = await lab.remove()
    if (waysOut.length > 0) process.stderr.write(`A WAY OUT: ${waysOut.join('; ')}\n`)
  }
}

const notes = `Whole headless nodes in network namespaces on this machine, without a way out. The homes lie behind routers that
translate addresses (Linux: cone by a map of nftables, portRestricted by MASQUERADE, symmetric by MASQUERADE
--random-fully), ${delayMs} ms each way from the public network where the relay stands, so that two of them are ${4 * delayMs} ms
apart and back. Times begin when the later of both answers that its profile is open, where a row says "both up". What is
lost is lost to each side's incoming packets. A message counts as delivered when its sender was told so, after three
commits that wait for the disk: its own, the receiver's, and its own again.
`

const why = whyNoHomes()
if (why !== null) {
  process.stderr.write(`Nothing was measured: ${why}.\n`)
  process.exit(1)
}
const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in scenes))
if (unknown.length > 0) {
  process.stderr.write(`No such scene: ${unknown.join(' ')}. There are ${Object.keys(scenes).join(', ')}.\n`)
  process.exit(2)
}
const load = loadavg()[0] ?? 0
const rows: Row[] = []
for (const name of wanted.length > 0 ? wanted : Object.keys(scenes)) {
  process.stderr.write(`${name}\n`)
  rows.push(...(await measure(name)))
}
const figures = table(['figure', 'measured', 'aim', ''], rows.map(cells))
process.stdout.write(`${figures}\n`)
if (wanted.length === 0) {
  const busy = '\nThe machine was busy with other work, which every time here includes.\n'
  const head = `${circumstances('npm run bench:net', `Node ${process.versions.node}`, load)}\n${wasBusy(load) ? busy : ''}`
  writeResults(root, 'Reaching people', `${head}\n${figures}\n\n${notes}`)
}
