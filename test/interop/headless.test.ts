/** Two whole nodes without screens, as child processes on loopback: the main job, over JSON-RPC. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { join } from 'node:path'
import type { HeadlessNode } from './headlessNode.ts'
import { allMessages, befriend, openNode, temporaryFolder, textOf } from './headlessNode.ts'

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

async function open(name: string, args: readonly string[] = []): Promise<HeadlessNode> {
  const node = await openNode(join(folder.path, name), name, args)
  nodes.push(node)
  return node
}

async function send(node: HeadlessNode, conversation: string, text: string) {
  return node.call('message.send', { conversation, clientId: `${text}`.slice(0, 64), text })
}

describe('two people on one machine', () => {
  it('invite, accept, write both ways, and see what was delivered and read', async () => {
    const [anna, ben] = await Promise.all([open('Anna'), open('Ben')])
    const conversation = await befriend(anna, ben)
    const toBen = await send(anna, conversation, 'Hello Ben')
    const arrived = await ben.event('the message', (event) => event.kind === 'messageArrived' && event)
    expect(arrived.senderName).toBe('Anna')
    expect(textOf(arrived.message)).toBe('Hello Ben')
    await anna.event(
      'delivered',
      (event) =>
        event.kind === 'messageChanged' &&
        event.message.event === toBen.event &&
        event.message.delivery?.state === 'delivered',
    )
    await ben.call('conversation.markRead', { conversation, upTo: arrived.message.event })
    await anna.event(
      'read',
      (event) =>
        event.kind === 'messageChanged' &&
        event.message.event === toBen.event &&
        event.message.delivery?.state === 'read',
    )
    await send(ben, conversation, 'Hello Anna')
    await anna.event('the answer', (event) => event.kind === 'messageArrived' && textOf(event.message) === 'Hello Anna')
    for (const node of [anna, ben]) {
      const texts = (await allMessages(node, conversation)).map(textOf)
      expect(texts).toEqual(['Hello Ben', 'Hello Anna'])
    }
    expect(await anna.stop()).toEqual({ code: 0, signal: null })
  })
})
