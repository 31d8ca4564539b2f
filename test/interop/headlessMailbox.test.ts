/** Whole nodes and a mailbox that one of them runs: encrypted stores, real sockets, loopback. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { ContractEvent } from '../../preload/contract/events.ts'
import type { MethodResult } from '../../preload/contract/methods.ts'
import type { HeadlessNode } from './headlessNode.ts'
import { allMessages, befriend, openNode, temporaryFolder, textOf } from './headlessNode.ts'

let folder: ReturnType<typeof temporaryFolder>
let nodes: Map<string, HeadlessNode>

beforeEach(() => {
  folder = temporaryFolder()
  nodes = new Map()
})

afterEach(async () => {
  await Promise.all([...nodes.values()].map((node) => node.kill('SIGKILL')))
  folder.remove()
})

async function open(name: string, args: readonly string[] = []): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name, args)
  nodes.set(name, node)
  return node
}

/** Ben, whose friend Mara holds messages for him and knows nobody else. */
async function withMailbox(): Promise<{ ben: HeadlessNode; mara: HeadlessNode }> {
  const [ben, mara] = await Promise.all([open('Ben'), open('Mara', ['--mailbox'])])
  await befriend(mara, ben)
  return { ben, mara }
}

/** The invite names a mailbox once one is known and told. */
async function inviteWithMailbox(ben: HeadlessNode): Promise<string> {
  for (;;) {
    const { link } = await ben.call('invite.create', { lifetimeMs: null })
    if (Buffer.from(link.slice(link.indexOf('/') + 1), 'base64url').includes('/waxwing-mailbox/')) return link
    const heard = ben.events.length
    await ben.until('news', () => (ben.events.length > heard ? true : null), 2_000).catch(() => undefined)
  }
}

const isDelivery = (state: string, text: string) => (event: ContractEvent) =>
  event.kind === 'messageChanged' && textOf(event.message) === text && event.message.delivery?.state === state

async function say(node: HeadlessNode, conversation: string, text: string): Promise<void> {
  await node.call('message.send', { conversation, clientId: text, text })
}

type Usage = MethodResult<'mailbox.usage'>

/** Waits until what the holder keeps for others is as wanted. */
async function holding(mara: HeadlessNode, wanted: (usage: Usage) => boolean): Promise<Usage> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const usage = await mara.call('mailbox.usage', {})
    if (wanted(usage)) return usage
    if (Date.now() > deadline) throw new Error(`What is held: ${JSON.stringify(usage)}`)
    await new Promise((resolve) => {
      setTimeout(resolve, 100)
    })
  }
}

describe('a friend who holds messages', () => {
  it('has them at once, and hands them over when the receiver wakes and the sender sleeps', async () => {
    const { ben, mara } = await withMailbox()
    const anna = await open('Anna')
    const conversation = await befriend(ben, anna)
    await say(anna, conversation, 'while awake')
    await anna.event('the delivery', isDelivery('delivered', 'while awake'))
    await ben.stop()
    const texts = ['one', 'two', 'three', 'four', 'five']
    for (const text of texts) await say(anna, conversation, text)
    for (const text of texts) await anna.event(`${text} in a mailbox`, isDelivery('held', text), 30_000)
    const { deliveries } = await anna.call('message.details', {
      event: (await allMessages(anna, conversation)).at(-1)?.event ?? '',
    })
    expect(deliveries.map(({ via, delivery }) => [via, delivery.state])).toEqual([['mailbox', 'held']])
    expect((await anna.call('snapshot.get', {})).contacts.map(({ name }) => name)).toEqual(['Ben'])
    await anna.stop()
    const awake = await open('Ben')
    for (const text of texts) {
      await awake.event(text, (event) => event.kind === 'messageArrived' && textOf(event.message) === text)
    }
    await holding(mara, ({ items }) => items === 0)
    const heard = async () => (await allMessages(awake, conversation)).map(textOf)
    expect(await heard()).toEqual(['while awake', ...texts])
    const back = await open('Anna')
    await back.until('all of it delivered', () => {
      const told = back.events.filter(({ event }) => texts.some((text) => isDelivery('delivered', text)(event)))
      return told.length >= texts.length ? true : null
    })
    expect(await heard()).toEqual(['while awake', ...texts])
  })

  it('lets an invite be accepted, and its maker written to, while the maker sleeps', async () => {
    const { ben, mara } = await withMailbox()
    const link = await inviteWithMailbox(ben)
    const anna = await open('Anna')
    // A bundle with its proof of identity: nothing else that lies there is as large.
    await holding(mara, ({ sizeBytes }) => sizeBytes > 2_048)
    await ben.stop()
    const { conversation } = await anna.call('invite.accept', { link })
    await say(anna, conversation, 'hello, you sleep')
    await anna.event('the message in a mailbox', isDelivery('held', 'hello, you sleep'), 40_000)
    await anna.stop()
    const awake = await open('Ben')
    await awake.event('it', (event) => event.kind === 'messageArrived' && textOf(event.message) === 'hello, you sleep')
    const { contacts } = await awake.call('snapshot.get', {})
    expect(contacts.map(({ name, state }) => `${name} ${state}`).toSorted()).toEqual(['Anna active', 'Mara active'])
    await holding(mara, ({ items }) => items === 0)
  })
})
