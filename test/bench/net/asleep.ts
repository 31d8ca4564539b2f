/** A message for somebody who sleeps, held by a contact of theirs, while its sender goes. */
import { numbered } from '../../net/lab/laboratory.ts'
import type { Laboratory } from '../../net/lab/laboratory.ts'
import { account, holds, within } from './rows.ts'
import type { Row } from './rows.ts'

const count = 20
const heldTimeoutMs = 10_000
const wakeTimeoutMs = 30_000

export async function measureAsleep(lab: Laboratory): Promise<readonly Row[]> {
  await lab.homes('portRestricted', 'symmetric', 15)
  const server = await lab.server('public', 10, 'Mia', { serveRelay: true, serveMailbox: true })
  const { anna, ben, conversation } = await lab.meetFromHomes([server])
  // Where his messages can be left reaches Anna before what he says.
  await ben.say(conversation, ['good night'])
  await anna.hears(['good night'])
  await ben.stop()
  await anna.parted(ben)
  const texts = numbered('while Ben sleeps', count)
  const sentAtMs = performance.now()
  let firstHeldMs: number | null = null
  const held = anna.sees(
    'all messages in a mailbox',
    () => {
      const inMailbox = texts.filter((text) => anna.states.get(text)?.includes('held'))
      if (inMailbox.length > 0) firstHeldMs ??= performance.now() - sentAtMs
      return inMailbox.length === count
    },
    heldTimeoutMs,
  )
  await anna.say(conversation, texts)
  const heldMs = await held.then(() => performance.now() - sentAtMs).catch(() => null)
  await anna.stop()
  const rows = [
    within('asleep: first message in the mailbox', firstHeldMs, 2_000),
    within(`asleep: all of ${count} messages in the mailbox`, heldMs, 2_000),
  ]
  const aim = 'all, exactly once, in order'
  if (heldMs === null) return [...rows, holds('asleep: delivered after waking, sender gone', 'never held', aim, false)]
  const awake = await lab.node('hostB', 'Ben')
  const wokenAtMs = performance.now()
  const wokenMs = await awake
    .hears(texts, wakeTimeoutMs)
    .then(() => performance.now() - wokenAtMs)
    .catch(() => null)
  const { missing, repeated, inOrder } = account(texts, await awake.shown(conversation), awake.arrived)
  return [
    ...rows,
    within('asleep: delivered after waking, sender gone', wokenMs, 5_000),
    holds(
      'asleep: of these',
      `${missing} missing, ${repeated} repeated, ${inOrder ? 'in order' : 'out of order'}`,
      aim,
      missing === 0 && repeated === 0 && inOrder,
    ),
  ]
}
