/** Two headless nodes in two processes on loopback: start to connected, and send to delivered. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RpcNode } from './rpcNode.ts'

const passphrase = 'benchmark passphrase'

export interface DeliveryFigures {
  /** From the start of the process to the contact shown as connected; unlocking (Argon2id) is part of it. */
  readonly startToConnectedMs: number
  /** From the call of message.send to its event with the state delivered. */
  readonly sendToDeliveredMs: readonly number[]
  /** A request that touches neither disk nor network, over the same pipes. */
  readonly requestMs: readonly number[]
}

async function create(directory: string, name: string): Promise<RpcNode> {
  const node = new RpcNode(directory)
  await node.call('profile.create', { name, protection: { kind: 'passphrase', passphrase } })
  await node.request('events.subscribe', {})
  return node
}

async function deliver(node: RpcNode, conversation: string, text: string): Promise<number> {
  const delivered = node.next(
    (event) =>
      event.kind === 'messageChanged' &&
      event.message.clientId === text &&
      event.message.delivery?.state === 'delivered',
  )
  const sentAt = performance.now()
  await node.call('message.send', { conversation, clientId: text, text: `${text} ${'x'.repeat(200)}` })
  await delivered
  return performance.now() - sentAt
}

async function requestTimes(node: RpcNode, count: number): Promise<readonly number[]> {
  const times: number[] = []
  for (let round = 0; round < count; round++) {
    const at = performance.now()
    await node.call('profile.get', {})
    times.push(performance.now() - at)
  }
  return times
}

/** @param count messages that are measured, one after the other */
export async function measureDelivery(count: number): Promise<DeliveryFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-bench-'))
  try {
    const anna = await create(join(folder, 'anna'), 'Anna')
    let ben = await create(join(folder, 'ben'), 'Ben')
    const { link } = await anna.call('invite.create', { lifetimeMs: null })
    const met = anna.next(
      (event) => event.kind === 'contactChanged' && event.contact.state === 'active' && event.contact.path !== 'away',
    )
    const { conversation } = await ben.call('invite.accept', { link })
    await met

    await ben.stop()
    ben = new RpcNode(join(folder, 'ben'))
    await ben.request('events.subscribe', {})
    const connected = ben.next((event) => event.kind === 'contactChanged' && event.contact.path !== 'away')
    await ben.call('profile.unlock', { passphrase })
    await connected
    const startToConnectedMs = performance.now() - ben.spawnedAtMs

    for (let round = 0; round < 50; round++) await deliver(ben, conversation, `warm ${round}`)
    const sendToDeliveredMs: number[] = []
    for (let round = 0; round < count; round++)
      sendToDeliveredMs.push(await deliver(ben, conversation, `message ${round}`))
    const requestMs = await requestTimes(ben, count)
    await Promise.all([anna.stop(), ben.stop()])
    return { startToConnectedMs, sendToDeliveredMs, requestMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
