/** Two headless nodes in two processes on loopback that have met. */
import { join } from 'node:path'
import { RpcNode } from './rpcNode.ts'

const passphrase = 'benchmark passphrase'

export interface Met {
  readonly anna: RpcNode
  readonly ben: RpcNode
  /** Their conversation, by the id that both have for it. */
  readonly conversation: string
}

async function create(directory: string, name: string): Promise<RpcNode> {
  const node = new RpcNode(directory)
  await node.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
  await node.request('events.subscribe', {})
  return node
}

/** Makes both and lets Ben accept Anna's invite. */
export async function meet(folder: string): Promise<Met> {
  const anna = await create(join(folder, 'anna'), 'Anna')
  const ben = await create(join(folder, 'ben'), 'Ben')
  const { link } = await anna.call('invite.create', { lifetimeMs: null })
  const met = anna.next(
    (event) => event.kind === 'contactChanged' && event.contact.state === 'active' && event.contact.path !== 'away',
  )
  const { conversation } = await ben.call('invite.accept', { link })
  await met
  return { anna, ben, conversation }
}

/** Starts one of them again; resolves once it is connected with the other. */
export async function startAgain(directory: string): Promise<RpcNode> {
  const node = new RpcNode(directory)
  await node.request('events.subscribe', {})
  const connected = node.next((event) => event.kind === 'contactChanged' && event.contact.path !== 'away')
  await node.call('profile.unlock', { passphrase })
  await connected
  return node
}
