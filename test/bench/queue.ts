/** What waits for somebody who was away: how fast it arrives once they are back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meet, startAgain } from './people.ts'
import type { RpcNode } from './rpcNode.ts'

export interface QueueFigures {
  readonly writtenPerSecond: number
  /** From the connection to the last acknowledgment. */
  readonly deliveredPerSecond: number
  /** A page of messages, asked for again and again by the one who receives, meanwhile. */
  readonly pageMs: readonly number[]
}

/** Requests that wait for their answers at a time. */
const inFlight = 32

/** Asks for the newest page until it is told to stop; how long each answer took. */
function askMeanwhile(node: RpcNode, conversation: string): () => Promise<readonly number[]> {
  const times: number[] = []
  let goesOn = true
  const asking = (async () => {
    while (goesOn) {
      const at = performance.now()
      await node.call('messages.page', { conversation, before: null, limit: 50 })
      times.push(performance.now() - at)
    }
  })()
  return async () => {
    goesOn = false
    await asking
    return times
  }
}

/** @param count messages that are written while the other is away */
export async function measureQueue(count: number): Promise<QueueFigures> {
  const folder = mkdtempSync(join(tmpdir(), 'waxwing-bench-'))
  try {
    const { anna, ben, conversation } = await meet(folder)
    const away = ben.next((event) => event.kind === 'contactChanged' && event.contact.path === 'away')
    await anna.stop()
    await away
    const waiting = new Set(Array.from({ length: count }, (_, number) => `queued ${number}`))
    const delivered = ben.next((event) => {
      if (event.kind !== 'messageChanged' || event.message.delivery?.state !== 'delivered') return false
      waiting.delete(event.message.clientId ?? '')
      return waiting.size === 0
    })
    const texts = [...waiting]
    const writtenAtMs = performance.now()
    const write = async (): Promise<void> => {
      for (let text = texts.pop(); text !== undefined; text = texts.pop()) {
        await ben.call('message.send', { conversation, clientId: text, text: `${text} ${'x'.repeat(200)}` })
      }
    }
    await Promise.all(Array.from({ length: inFlight }, write))
    const writtenMs = performance.now() - writtenAtMs
    const back = await startAgain(join(folder, 'anna'))
    const connectedAtMs = performance.now()
    const asked = askMeanwhile(back, conversation)
    await delivered
    const deliveredMs = performance.now() - connectedAtMs
    const pageMs = await asked()
    await Promise.all([back.stop(), ben.stop()])
    const perSecond = (durationMs: number): number => (count * 1_000) / durationMs
    return { writtenPerSecond: perSecond(writtenMs), deliveredPerSecond: perSecond(deliveredMs), pageMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
