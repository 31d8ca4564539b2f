/** Two whole nodes in two homes, 15 ms from the public network each, and a contact there who serves as a relay. */
import { befriend } from '../../interop/headlessNode.ts'
import type { Laboratory } from '../../net/lab/laboratory.ts'
import type { Nat } from '../../net/internet.ts'
import { startBoth } from './lan.ts'
import { holds, milliseconds, plain, within } from './rows.ts'
import type { Row } from './rows.ts'

export const delayMs = 15
const directTimeoutMs = 15_000

export async function measureHomes(lab: Laboratory, natA: Nat, natB: Nat): Promise<readonly Row[]> {
  const label = `${natA}/${natB}`
  await lab.homes(natA, natB, delayMs)
  const relay = await lab.server('public', 10, 'Rita', { serveRelay: true })
  const [anna, ben] = [await lab.node('hostA', 'Anna'), await lab.node('hostB', 'Ben')]
  for (const one of [anna, ben]) await befriend(relay, one)
  await anna.reachable('/p2p-circuit')
  const invitedAtMs = performance.now()
  const conversation = await befriend(anna, ben)
  await anna.say(conversation, ['the first one'])
  await anna.delivered(['the first one'])
  const firstMs = performance.now() - invitedAtMs
  await Promise.all([anna.stop(), ben.stop()])
  const open = [() => lab.node('hostA', 'Anna'), () => lab.node('hostB', 'Ben')] as const
  const again = await startBoth(open, conversation, 'hello again')
  const upAtMs = performance.now()
  const path = again.anna.path(again.ben)
  const first = [
    within(`${label}: from invite made to first message through the relay`, firstMs, 2_000),
    within(`${label}: first message through the relay, both started at once`, again.tookMs, 2_000),
  ]
  if (natA === 'symmetric' && natB === 'symmetric') {
    return [...first, holds(`${label}: delivered all the same`, `by ${path}`, 'delivered', again.anna.states.size > 0)]
  }
  const directMs = await again.anna
    .connected(again.ben, 'webrtc', directTimeoutMs)
    .then(() => performance.now() - upAtMs + again.tookMs)
    .catch(() => null)
  const direct = within(`${label}: direct by WebRTC, both up`, directMs, 5_000)
  if (directMs === null) return [...first, { ...direct, figure: `not within ${directTimeoutMs / 1_000} s` }]
  const sentAtMs = performance.now()
  await again.anna.say(conversation, ['directly'])
  await again.anna.delivered(['directly'])
  return [...first, direct, plain(`${label}: a message by WebRTC`, milliseconds(performance.now() - sentAtMs))]
}
