/** A thousand connections of strangers at a node whose contacts want to be served. */
import { befriend } from '../../interop/headlessNode.ts'
import { last, servingPort } from '../../net/lab/laboratory.ts'
import type { Laboratory } from '../../net/lab/laboratory.ts'
import { field } from '../../net/peer.ts'
import { median, percentile } from '../statistics.ts'
import { holds, milliseconds, plain, within } from './rows.ts'
import type { Row } from './rows.ts'

const attackMs = 30_000
const betweenMessagesMs = 200
const memoryMaxMiB = 512
const addresses = 50
const servedTimeoutMs = 60_000

/** @param script the stranger's, hostileProcess.ts */
export async function measureHostile(lab: Laboratory, script: string): Promise<readonly Row[]> {
  const target = await lab.server('public', 10, 'Rita', { serveRelay: true })
  lab.internet.server('one', 20)
  lab.internet.server('other', 21)
  lab.internet.server('strangers', 22)
  const from = Array.from({ length: addresses }, (_, number) => `11.22.33.${150 + number}`)
  for (const address of from) lab.internet.within('strangers', 'ip', 'addr', 'add', `${address}/24`, 'dev', 'eth0')
  const [anna, ben] = [await lab.node('one', 'Anna'), await lab.node('other', 'Ben')]
  const conversation = await befriend(target, anna)
  await befriend(target, ben)
  await ben.stop()
  const before = target.memoryBytes().now
  const strangers = lab.internet.run('strangers', script, '11.22.33.10', String(servingPort), ...from)
  const startedAtMs = performance.now()
  const took: number[] = []
  let [mostBytes, newcomerMs]: [number, number | null] = [before, null]
  const newcomer = async (): Promise<void> => {
    await last(attackMs / 2)
    const back = await lab.node('other', 'Ben')
    const upAtMs = performance.now()
    await back.connected(target, undefined, servedTimeoutMs).then(
      () => (newcomerMs = performance.now() - upAtMs),
      () => undefined,
    )
  }
  const coming = newcomer()
  for (let number = 0; performance.now() - startedAtMs < attackMs; number++) {
    const sentAtMs = performance.now()
    await anna.say(conversation, [`message ${number}`])
    await anna.delivered([`message ${number}`], servedTimeoutMs)
    took.push(performance.now() - sentAtMs)
    mostBytes = Math.max(mostBytes, target.memoryBytes().now)
    await last(betweenMessagesMs)
  }
  await coming
  const said = strangers.said.at(-1)
  const count = (name: string): number => Number(field(said, name) ?? 0)
  const mebibytes = (bytes: number): number => Math.round(bytes / 1_048_576)
  const mostMiB = mebibytes(Math.max(mostBytes, target.memoryBytes().peak))
  return [
    plain(
      'hostile: connections opened in 30 s, of 1,000 kept open',
      `${count('opened')}; stand at the end: ${count('silent')} silent, ${count('babbling')} babbling, ${count('proven')} with a key`,
    ),
    holds(
      'hostile: memory (RSS) of the node',
      `${mebibytes(before)} MiB before, ${mostMiB} MiB at most`,
      `under ${memoryMaxMiB} MiB`,
      mostMiB < memoryMaxMiB,
    ),
    holds(
      'hostile: messages of a connected contact meanwhile',
      `${took.length} delivered, median ${milliseconds(median(took))}, 99th percentile ${milliseconds(percentile(took, 0.99))}`,
      'served',
      took.length > 0,
    ),
    within('hostile: a contact who comes back meanwhile is connected', newcomerMs, 15_000),
  ]
}
