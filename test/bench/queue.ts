/** What waits for somebody who was away: how fast it arrives once they are back. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { meet, startAgain } from './people.ts'

export interface QueueFigures {
  readonly writtenPerSecond: number
  /** From the connection to the last acknowledgment. */
  readonly deliveredPerSecond: number
}

/** Requests that wait for their answers at a time. */
const inFlight = 32

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
    await delivered
    const deliveredMs = performance.now() - connectedAtMs
    await Promise.all([back.stop(), ben.stop()])
    return { writtenPerSecond: (count * 1_000) / writtenMs, deliveredPerSecond: (count * 1_000) / deliveredMs }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
