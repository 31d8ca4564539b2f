/** How two real nodes reach each other, and what one does for the other, as the contract tells it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { HeadlessNode } from './headlessNode.ts'
import { befriend, openNode, temporaryFolder } from './headlessNode.ts'

let folder: ReturnType<typeof temporaryFolder>
let anna: HeadlessNode
let ben: HeadlessNode

beforeEach(async () => {
  folder = temporaryFolder()
  const open = (name: string) => openNode(join(folder.path, name), name, [])
  ;[anna, ben] = await Promise.all([open('Anna'), open('Ben')])
})

afterEach(async () => {
  await Promise.all([anna, ben].map((node) => node.kill('SIGKILL')))
  folder.remove()
})

async function accountOf(node: HeadlessNode): Promise<string> {
  return (await node.call('snapshot.get', {})).self.account
}

describe('two nodes that are connected', () => {
  it('tell path and round trip of each other, and the way of what they wrote', async () => {
    const conversation = await befriend(anna, ben)
    const account = await accountOf(ben)
    const first = await anna.call('connections.get', { account })
    expect(first).toMatchObject({ contacts: [{ account, path: 'loopback', relay: null }], relays: [], mailboxes: [] })
    const measured = async () => (await anna.call('connections.get', { account })).contacts[0]?.roundTripMs ?? -1
    await expect.poll(measured, { timeout: 5_000 }).toBeGreaterThanOrEqual(0)
    const { event } = await anna.call('message.send', { conversation, clientId: 'one', text: 'Hello Ben' })
    await anna.event(
      'delivered',
      (one) =>
        one.kind === 'messageChanged' && one.message.event === event && one.message.delivery?.state === 'delivered',
    )
    const { deliveries } = await anna.call('message.details', { event })
    expect(deliveries).toMatchObject([
      { account, delivery: { state: 'delivered' }, via: 'loopback', mailbox: null, relay: null },
    ])
  })

  it('use what the other offers, until the user refuses it', async () => {
    await befriend(anna, ben)
    const account = await accountOf(ben)
    const { settings } = await ben.call('snapshot.get', {})
    await ben.call('settings.set', { settings: { ...settings, serveRelay: true, serveMailbox: true } })
    await anna.event(
      'the offer',
      (event) => event.kind === 'contactChanged' && event.contact.offers.relay && event.contact.offers.mailbox,
    )
    const mailboxes = async () => (await anna.call('connections.get', { account: null })).mailboxes
    expect(await mailboxes()).toEqual([account])
    expect(await ben.call('mailbox.usage', {})).toEqual({ contacts: 0, items: 0, sizeBytes: 0 })
    expect(await anna.call('contact.setServiceUse', { account, use: 'never' })).toMatchObject({
      serviceUse: 'never',
      offers: { relay: true, mailbox: true },
    })
    expect(await mailboxes()).toEqual([])
  })
})
