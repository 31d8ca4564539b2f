/** What a LAN does to two who are on it: a minute of silence, and a line that flaps and loses. */
import { last, numbered } from '../../net/lab/laboratory.ts'
import type { Laboratory, Pair } from '../../net/lab/laboratory.ts'
import { account, holds, within } from './rows.ts'
import type { Row } from './rows.ts'

const partitionMs = 60_000
const partitioned = 1_000
const flaps = 300
const flapMs = 250
const lost = 0.3
const drainTimeoutMs = 120_000
/** How long what was replaced may linger. */
const lingerMs = 15_000

async function becameOf({ anna, ben, conversation }: Pair, ofAnna: readonly string[], ofBen: readonly string[]) {
  const [there, back] = [
    account(ofAnna, await ben.shown(conversation), ben.arrived),
    account(ofBen, await anna.shown(conversation), anna.arrived),
  ]
  const [missing, repeated] = [there.missing + back.missing, there.repeated + back.repeated]
  const inOrder = there.inOrder && back.inOrder
  return {
    figure: `${missing} missing, ${repeated} repeated, ${inOrder ? 'in order' : 'out of order'}`,
    well: missing === 0 && repeated === 0 && inOrder,
  }
}

/** When everything is with both, or null when that takes too long. */
async function drained(
  { anna, ben }: Pair,
  ofAnna: readonly string[],
  ofBen: readonly string[],
): Promise<number | null> {
  const fromMs = performance.now()
  const all = [
    anna.delivered(ofAnna, drainTimeoutMs),
    ben.delivered(ofBen, drainTimeoutMs),
    anna.hears(ofBen, drainTimeoutMs),
    ben.hears(ofAnna, drainTimeoutMs),
  ]
  const outcomes = await Promise.allSettled(all)
  return outcomes.every(({ status }) => status === 'fulfilled') ? performance.now() - fromMs : null
}

export async function measurePartition(lab: Laboratory): Promise<readonly Row[]> {
  const pair = await lab.meetOnLan()
  const { anna, ben, conversation } = pair
  await Promise.all([anna.connected(ben), ben.connected(anna)])
  lab.internet.cut('lan', 'host1', false)
  const cutAtMs = performance.now()
  const [ofAnna, ofBen] = [numbered('Anna', partitioned), numbered('Ben', partitioned)]
  await Promise.all([anna.say(conversation, ofAnna), ben.say(conversation, ofBen)])
  await last(Math.max(0, partitionMs - (performance.now() - cutAtMs)))
  const early = anna.arrived.length + ben.arrived.length
  lab.internet.cut('lan', 'host1', true)
  const healedMs = await drained(pair, ofAnna, ofBen)
  const { figure, well } = await becameOf(pair, ofAnna, ofBen)
  return [
    within(`partition of 60 s, ${partitioned} messages each way: all delivered after healing`, healedMs, 30_000),
    holds('partition: of these', figure, 'all, exactly once, in order', well && early === 0),
  ]
}

export async function measureFlaps(lab: Laboratory): Promise<readonly Row[]> {
  const pair = await lab.meetOnLan()
  const { anna, ben, conversation } = pair
  await Promise.all([anna.connected(ben), ben.connected(anna)])
  const descriptors = (): number => anna.descriptors() + ben.descriptors()
  const before = descriptors()
  for (const host of ['host0', 'host1']) lab.internet.lose(host, lost)
  const [ofAnna, ofBen] = [numbered('Anna', flaps), numbered('Ben', flaps)]
  let most = before
  for (let flap = 0; flap < flaps; flap++) {
    lab.internet.cut('lan', 'host1', false)
    await Promise.all([anna.say(conversation, [ofAnna[flap] ?? '']), ben.say(conversation, [ofBen[flap] ?? ''])])
    lab.internet.cut('lan', 'host1', true)
    await last(flapMs)
    most = Math.max(most, descriptors())
  }
  const during = anna.arrived.length + ben.arrived.length
  const drainedMs = await drained(pair, ofAnna, ofBen)
  for (const host of ['host0', 'host1']) lab.internet.lose(host, 0)
  const { figure, well } = await becameOf(pair, ofAnna, ofBen)
  await last(lingerMs)
  const more = descriptors() - before
  const label = `${flaps} flaps at ${lost * 100} % loss`
  const drainedFigure =
    drainedMs === null ? 'not all after 120 s' : `the rest ${(drainedMs / 1_000).toFixed(1)} s later`
  return [
    holds(
      `${label}: progress`,
      `${during} of ${2 * flaps} delivered meanwhile, ${drainedFigure}`,
      'progress',
      during > 0,
    ),
    holds(`${label}: of these`, figure, 'all, exactly once, in order', well),
    holds(
      `${label}: descriptors of both`,
      `${before} before, ${most} at most, ${before + more} after`,
      'flat',
      more <= 4,
    ),
  ]
}
