/** Two headless nodes in two processes on loopback: start to connected, and send to delivered. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meet, startAgain } from './people.ts'
import type { RpcNode } from './rpcNode.ts'

export interface DeliveryFigures {
  /** From the start of the process to the contact shown as connected; unlocking (Argon2id) is part of it. */
  readonly startToConnectedMs: number
  /** From the call of message.send to its event with the state delivered. */
  readonly sendToDeliveredMs: readonly number[]
  /** A request that touches neither disk nor network, over the same pipes. */
  readonly requestMs: readonly number[]
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
    const { anna, ben: first, conversation } = await meet(folder)
    await first.stop()
    const ben = await startAgain(join(folder, 'ben'))
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
