/** Whole nodes, one of which passes on what the two others say: how much it was is kept over a new start. */
import { afterEach, beforeEach, expect, it } from 'vitest'
import { join } from 'node:path'
import type { Settings } from '../../preload/contract/dto.ts'
import type { HeadlessNode } from './headlessNode.ts'
import { befriend, openNode, temporaryFolder } from './headlessNode.ts'

let folder: ReturnType<typeof temporaryFolder>
let nodes: HeadlessNode[]

beforeEach(() => {
  folder = temporaryFolder()
  nodes = []
})

afterEach(async () => {
  await Promise.all(nodes.map((node) => node.kill('SIGKILL')))
  folder.remove()
})

async function open(name: string, ...args: string[]): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name, args)
  nodes.push(node)
  return node
}

async function change(node: HeadlessNode, settings: Partial<Settings>): Promise<void> {
  const before = (await node.call('snapshot.get', {})).settings
  await node.call('settings.set', { settings: { ...before, ...settings } })
}

it('a relay remembers what it passed on today when it is started anew', async () => {
  const [relay, anna, ben] = await Promise.all([open('Relay', '--relay'), open('Anna'), open('Ben')])
  for (const guest of [anna, ben]) await befriend(relay, guest)
  await befriend(anna, ben)
  const { account } = (await relay.call('snapshot.get', {})).self
  const other = (await ben.call('snapshot.get', {})).self.account
  for (const guest of [anna, ben]) {
    await guest.call('contact.setServiceUse', { account, use: 'always' })
    await change(guest, { privacy: 'relayOnly' })
  }
  const pathToBen = async () => (await anna.call('connections.get', { account: other })).contacts[0]?.path
  await expect.poll(pathToBen, { timeout: 30_000, interval: 200 }).toBe('relay')
  const { sizeBytes, untilMs } = await relay.call('relay.usage', {})
  expect(sizeBytes).toBeGreaterThan(500)
  await relay.stop()
  const again = await open('Relay')
  const later = await again.call('relay.usage', {})
  // Unless midnight passed meanwhile.
  expect(later.untilMs > untilMs ? sizeBytes : later.sizeBytes).toBeGreaterThanOrEqual(sizeBytes)
})
