/** Two whole nodes on one LAN. */
import { last, numbered } from '../../net/lab/laboratory.ts'
import type { Laboratory, Pair } from '../../net/lab/laboratory.ts'
import type { LabNode } from '../../net/lab/labNode.ts'
import { befriend } from '../../interop/headlessNode.ts'
import { median, percentile } from '../statistics.ts'
import { rawRoundTrips } from './raw.ts'
import { milliseconds, plain, within } from './rows.ts'
import type { Row } from './rows.ts'

const starts = 5
const warmUp = 50
const messages = 500
/** The last number of host0's address as the laboratory gives it. */
const firstNumber = 2

/** From the call of message.send to its event with the state delivered. */
async function deliver(from: LabNode, conversation: string, text: string): Promise<number> {
  const sentAtMs = performance.now()
  const sent = from.call('message.send', { conversation, clientId: text, text: `${text} ${'x'.repeat(200)}` })
  await from.delivered([text])
  const tookMs = performance.now() - sentAtMs
  await sent
  return tookMs
}

/** From the moment in which both are open to the first message delivered. */
export async function startBoth(
  open: readonly [() => Promise<LabNode>, () => Promise<LabNode>],
  conversation: string,
  text: string,
): Promise<{ readonly anna: LabNode; readonly ben: LabNode; readonly tookMs: number }> {
  let upAtMs = 0
  const noted = async (start: () => Promise<LabNode>): Promise<LabNode> => {
    const node = await start()
    upAtMs = performance.now()
    return node
  }
  const write = async (): Promise<LabNode> => {
    const anna = await noted(open[0])
    await anna.say(conversation, [text])
    return anna
  }
  const [anna, ben] = await Promise.all([write(), noted(open[1])])
  await anna.delivered([text])
  return { anna, ben, tookMs: Math.max(0, performance.now() - upAtMs) }
}

/** Both stop and start again: where they were, or each at an address that the other has never heard of. */
async function foundAgain(
  lab: Laboratory,
  pair: Pair,
  moves: boolean,
): Promise<{ readonly times: readonly number[]; readonly pair: Pair }> {
  const { conversation } = pair
  const times: number[] = []
  let { anna, ben } = pair
  for (let start = 0; start < starts; start++) {
    await Promise.all([anna.stop(), ben.stop()])
    for (const host of moves ? [0, 1] : []) {
      const address = (number: number): string => `192.168.101.${firstNumber + host + 10 * number}/24`
      lab.internet.readdress(`host${host}`, address(start), address(start + 1))
    }
    const open = [() => lab.node('host0', 'Anna'), () => lab.node('host1', 'Ben')] as const
    const again = await startBoth(open, conversation, `start ${start}, ${moves ? 'moved' : 'at home'}`)
    times.push(again.tookMs)
    ;({ anna, ben } = again)
  }
  return { times, pair: { anna, ben, conversation } }
}

/** @param rawPeer the script of bare libp2p peers */
export async function measureLan(lab: Laboratory, rawPeer: string): Promise<readonly Row[]> {
  lab.lan(2)
  const [anna, ben] = [await lab.node('host0', 'Anna'), await lab.node('host1', 'Ben')]
  await anna.reachable('/ip4/192.168.101.')
  const invitedAtMs = performance.now()
  const conversation = await befriend(anna, ben)
  await anna.say(conversation, ['the first one'])
  await anna.delivered(['the first one'])
  const firstMs = performance.now() - invitedAtMs
  const home = await foundAgain(lab, { anna, ben, conversation }, false)
  const { times, pair } = await foundAgain(lab, home.pair, true)
  await last(2_000)
  const address = `192.168.101.${firstNumber + 1 + 10 * starts}`
  const before = await rawRoundTrips(lab.internet, rawPeer, 'host0', 'host1', address)
  for (const text of numbered('warm', warmUp)) await deliver(pair.anna, conversation, text)
  const took: number[] = []
  for (const text of numbered('message', messages)) took.push(await deliver(pair.anna, conversation, text))
  const after = await rawRoundTrips(lab.internet, rawPeer, 'host0', 'host1', address)
  const [raw, delivered] = [median([...before, ...after]), median(took)]
  return [
    within(`LAN: found and first message delivered, median of ${starts} starts`, median(home.times), 1_000),
    within('LAN: the same, the slowest', Math.max(...home.times), 1_000),
    within('LAN: the same where both have new addresses, median', median(times), 1_000),
    within('LAN: the same, the slowest', Math.max(...times), 1_000),
    plain('LAN: from invite made to first message delivered', milliseconds(firstMs)),
    plain('LAN: raw libp2p round trip, 256 B, median', milliseconds(raw)),
    plain(`LAN: send to stored and acknowledged, median of ${messages}`, milliseconds(delivered)),
    plain('LAN: the same, 99th percentile', milliseconds(percentile(took, 0.99))),
    within(
      'LAN: send to stored and acknowledged, over the raw round trip',
      delivered - raw,
      5,
      ` (${(delivered / raw).toFixed(0)}x the raw one)`,
    ),
  ]
}
